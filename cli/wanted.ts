import {
  DEFAULT_DURATION_SECONDS,
  MAX_CHAINED_SECONDS,
  MAX_PARAMETER_CHARS,
  MAX_PARAMETERS,
  MAX_PURPOSE_CHARS,
  MAX_TASK_CHARS,
  MIN_USEFUL_SECONDS,
} from '../core/limits.ts';
import { textProblem } from '../core/parse/text.ts';
import type { Details } from '../core/request.ts';
import { Failure, usage } from './failure.ts';
import type { Io } from './io.ts';
import { findTaskFile, type TaskFile } from './task-file.ts';

/** The flags that say what is wanted, the same for `credentials` and `profiles add`. */
export interface WantedFlags {
  readonly profile: string;
  readonly permission: string;
  readonly account: string;
  readonly task?: string;
  readonly purpose?: string;
  readonly agent?: string;
  /** `name=value` each; `name` alone: its value is in `WRIT_PARAMETER_<name>`. */
  readonly parameter?: readonly string[];
  readonly duration?: string;
}

const NAME = /^(?:[A-Za-z0-9][\w.-]{0,63})$/;
const PARAMETER = /^([A-Za-z][\w-]{0,63})(?:=(.*))?$/s;

type Env = Io['env'];

/**
 * Who asks for what, for which task and why: from the flags, else from `WRIT_AGENT`, `WRIT_TASK`, `WRIT_PURPOSE`, else
 * task and purpose from `.writ/task.json`.
 */
export async function wanted(
  flags: WantedFlags,
  io: Pick<Io, 'env' | 'cwd' | 'home'>,
): Promise<{ readonly agent: string; readonly details: Details }> {
  const agent = agentOf(flags, io.env);
  const permission = name('--permission', flags.permission);
  const account = name('--account', flags.account);
  const parameters = parametersOf(flags.parameter ?? [], io.env);
  const duration = durationOf(flags.duration);
  const task = flags.task || io.env.WRIT_TASK;
  const purpose = flags.purpose || io.env.WRIT_PURPOSE;
  const file = task && purpose ? null : await findTaskFile(io.cwd, io.home);
  const said = {
    task: words('task', task, file, MAX_TASK_CHARS),
    purpose: words('purpose', purpose, file, MAX_PURPOSE_CHARS),
  };
  return { agent, details: { permission, account, ...said, parameters, duration } };
}

/** Which agent asks: nobody can say that but who starts it. */
export function agentOf(flags: Pick<WantedFlags, 'agent'>, env: Env): string {
  const agent = flags.agent || env.WRIT_AGENT;
  if (agent) return name('--agent', agent);
  throw new Failure({
    exit: 1,
    error: 'agent_missing',
    what: 'Say which agent asks: --agent or WRIT_AGENT.',
    next: 'The same command with --agent <name>, as an admin registered it.',
  });
}

const ABSENT = {
  task: {
    what: 'Say which task this is for: --task, WRIT_TASK or .writ/task.json.',
    next: 'The same command with --task <id>, such as the number of a ticket.',
  },
  purpose: {
    what: 'Say why it is needed: --purpose, WRIT_PURPOSE or .writ/task.json.',
    next: "The same command with --purpose '<why, in some words>'.",
  },
} as const;

function words(
  which: 'task' | 'purpose',
  said: string | undefined,
  file: TaskFile | null,
  most: number,
): string {
  if (said) return text(`--${which}`, said, most);
  const filed = file?.[which];
  if (file && filed !== undefined) return text(`The ${which} in ${file.file}`, filed, most);
  throw new Failure({ exit: 1, error: `${which}_missing`, ...ABSENT[which] });
}

export const name = (flag: string, value: string): string => {
  if (NAME.test(value)) return value;
  throw usage(`${flag} is a name of letters, digits, _, . and -, at most 64.`);
};

/** One line, by the same rule as the broker's. */
export const text = (flag: string, value: string, most: number): string => {
  const problem = textProblem(value, most);
  if (problem === null) return value;
  throw usage(`${flag} ${problem}.`);
};

/** @param env - Where a parameter named without a value has it. */
export function parametersOf(flags: readonly string[], env: Env = {}): { readonly [name: string]: string } {
  const parameters = [...parameterFlags(flags)].map(([key, said]) => {
    const variable = `WRIT_PARAMETER_${key}`;
    const value = said ?? env[variable];
    if (value === undefined) throw usage(`Say what ${key} is: --parameter ${key}=<value> or ${variable}.`);
    const whose = said === null ? variable : 'The value of --parameter';
    return [key, text(whose, value, MAX_PARAMETER_CHARS)] as const;
  });
  return Object.fromEntries(parameters);
}

/** Parameters as they were given: a name to its value, or to null where that is for the environment to say. */
export function parameterFlags(flags: readonly string[]): ReadonlyMap<string, string | null> {
  if (flags.length > MAX_PARAMETERS) throw usage(`There are at most ${MAX_PARAMETERS} parameters.`);
  const parameters = new Map<string, string | null>();
  for (const flag of flags) {
    const [, key, value = null] = PARAMETER.exec(flag) ?? [];
    if (key === undefined) throw usage('--parameter is name=value.');
    if (parameters.has(key)) throw usage('A parameter has one value.');
    if (value !== null) text('The value of --parameter', value, MAX_PARAMETER_CHARS);
    parameters.set(key, value);
  }
  return parameters;
}

export function durationOf(flag: string | undefined): number {
  const seconds =
    flag === undefined ? DEFAULT_DURATION_SECONDS : /^(?:\d{1,6})$/.test(flag) ? Number(flag) : 0;
  if (seconds >= MIN_USEFUL_SECONDS && seconds <= MAX_CHAINED_SECONDS) return seconds;
  throw usage(`--duration is whole seconds, ${MIN_USEFUL_SECONDS} to ${MAX_CHAINED_SECONDS}.`);
}
