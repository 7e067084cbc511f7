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
import { usage } from './failure.ts';
import type { Io } from './io.ts';

/** The flags that say what is wanted, the same for `credentials` and `profiles add`. */
export interface WantedFlags {
  readonly profile: string;
  readonly permission: string;
  readonly account: string;
  readonly task?: string;
  readonly purpose?: string;
  readonly agent?: string;
  /** `name=value` each. */
  readonly parameter?: readonly string[];
  readonly duration?: string;
}

const NAME = /^(?:[A-Za-z0-9][\w.-]{0,63})$/;
const PARAMETER = /^([A-Za-z][\w-]{0,63})=(.*)$/s;

/** Checks everything but task and purpose, which a profile may leave to the moment of use. */
export function checkWanted(flags: WantedFlags): Omit<Details, 'task' | 'purpose'> {
  return {
    permission: name('--permission', flags.permission),
    account: name('--account', flags.account),
    parameters: parametersOf(flags.parameter ?? []),
    duration: durationOf(flags.duration),
  };
}

/** Who asks for what, for which task and why: from the flags, or from `WRIT_AGENT`, `WRIT_TASK`, `WRIT_PURPOSE`. */
export function wanted(flags: WantedFlags, io: Io): { readonly agent: string; readonly details: Details } {
  const task = flags.task || io.env.WRIT_TASK;
  const purpose = flags.purpose || io.env.WRIT_PURPOSE;
  const agent = flags.agent || io.env.WRIT_AGENT;
  if (!agent) throw usage('Say which agent asks: --agent or WRIT_AGENT.');
  if (!task) throw usage('Say which task this is for: --task or WRIT_TASK.');
  if (!purpose) throw usage('Say why it is needed: --purpose or WRIT_PURPOSE.');
  const { permission, account, parameters, duration } = checkWanted(flags);
  return {
    agent: name('--agent', agent),
    details: {
      permission,
      account,
      task: text('--task', task, MAX_TASK_CHARS),
      purpose: text('--purpose', purpose, MAX_PURPOSE_CHARS),
      parameters,
      duration,
    },
  };
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

export function parametersOf(flags: readonly string[]): { readonly [name: string]: string } {
  if (flags.length > MAX_PARAMETERS) throw usage(`There are at most ${MAX_PARAMETERS} parameters.`);
  const parameters = new Map<string, string>();
  for (const flag of flags) {
    const [, key, value] = PARAMETER.exec(flag) ?? [];
    if (key === undefined || value === undefined) throw usage('--parameter is name=value.');
    if (parameters.has(key)) throw usage('A parameter has one value.');
    parameters.set(key, text('The value of --parameter', value, MAX_PARAMETER_CHARS));
  }
  return Object.fromEntries(parameters);
}

export function durationOf(flag: string | undefined): number {
  const seconds =
    flag === undefined ? DEFAULT_DURATION_SECONDS : /^(?:\d{1,6})$/.test(flag) ? Number(flag) : 0;
  if (seconds >= MIN_USEFUL_SECONDS && seconds <= MAX_CHAINED_SECONDS) return seconds;
  throw usage(`--duration is whole seconds, ${MIN_USEFUL_SECONDS} to ${MAX_CHAINED_SECONDS}.`);
}
