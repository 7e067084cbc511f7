import { isJsonObject, type JsonObject, member, parseIJson } from '../encoding/i-json.ts';
import {
  DEFAULT_DURATION_SECONDS,
  MAX_NAME_CHARS,
  MAX_PARAMETER_CHARS,
  MAX_PARAMETERS,
  MAX_PURPOSE_CHARS,
  MAX_TASK_CHARS,
  MIN_USEFUL_SECONDS,
} from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Details } from '../request.ts';
import { textProblem } from './text.ts';

const MEMBERS = ['type', 'permission', 'account', 'task', 'purpose', 'parameters', 'duration'];
const PARAMETER_NAME = /^[A-Za-z][\w-]*$/;

const malformed = (at: string, problem: string) => refuse({ reason: 'details_malformed', at, problem });

/**
 * Reads `authorization_details` (RFC 9396 §2): an array of exactly one object of type `aws_session`.
 *
 * A member that we do not know is refused (RFC 9396 §5): the caller believes that it narrows the session.
 *
 * @returns the details, `duration` in whole seconds; or `details_malformed`, which names members of ours only.
 */
export function parseDetails(text: string): Outcome<Details> {
  const json = parseIJson(text);
  if (!json.ok) return malformed('authorization_details', json.problem);
  if (!Array.isArray(json.value) || json.value.length !== 1) {
    return malformed('authorization_details', 'is not an array of exactly one');
  }
  const details: unknown = json.value[0];
  if (!isJsonObject(details)) return malformed('authorization_details', 'is not an object');
  if (member(details, 'type') !== 'aws_session') return malformed('type', 'is not aws_session');
  if (Object.keys(details).some((name) => !MEMBERS.includes(name))) {
    return malformed('authorization_details', 'has a member that is unknown here');
  }

  const permission = line(details, 'permission', MAX_NAME_CHARS);
  if (!permission.ok) return permission;
  const account = line(details, 'account', MAX_NAME_CHARS);
  if (!account.ok) return account;
  const task = line(details, 'task', MAX_TASK_CHARS);
  if (!task.ok) return task;
  // Two tasks that look the same must be the same: by its name a task is revoked.
  if (/\p{Cf}/u.test(task.value)) return malformed('task', 'has characters that cannot be seen');
  const purpose = line(details, 'purpose', MAX_PURPOSE_CHARS);
  if (!purpose.ok) return purpose;
  const parameters = parseParameters(member(details, 'parameters') ?? {});
  if (!parameters.ok) return parameters;
  const duration = parseDuration(member(details, 'duration') ?? DEFAULT_DURATION_SECONDS);
  if (!duration.ok) return duration;

  return allow({
    permission: permission.value,
    account: account.value,
    task: task.value,
    purpose: purpose.value,
    parameters: parameters.value,
    duration: duration.value,
  });
}

function line(details: JsonObject, name: string, max: number): Outcome<string> {
  const value = member(details, name);
  if (value === undefined) return malformed(name, 'is missing');
  const problem = textProblem(value, max);
  return problem === null && typeof value === 'string'
    ? allow(value)
    : malformed(name, problem ?? 'is missing');
}

/** What the values mean is the permission's business; here they are short text under plain names. */
function parseParameters(value: unknown): Outcome<Details['parameters']> {
  if (!isJsonObject(value)) return malformed('parameters', 'is not an object');
  const entries = Object.entries(value);
  if (entries.length > MAX_PARAMETERS) return malformed('parameters', `are more than ${MAX_PARAMETERS}`);
  const parameters: [string, string][] = [];
  for (const [name, parameter] of entries) {
    if (name.length > MAX_NAME_CHARS || !PARAMETER_NAME.test(name)) {
      return malformed('parameters', 'has a name that no permission uses');
    }
    const problem = textProblem(parameter, MAX_PARAMETER_CHARS);
    if (problem !== null || typeof parameter !== 'string') {
      return malformed(`parameters.${name}`, problem ?? 'is not a string');
    }
    parameters.push([name, parameter]);
  }
  return allow(Object.fromEntries(parameters));
}

function parseDuration(value: unknown): Outcome<number> {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    return malformed('duration', 'is not an integer');
  if (value < MIN_USEFUL_SECONDS) return malformed('duration', `is less than ${MIN_USEFUL_SECONDS} seconds`);
  return allow(value);
}
