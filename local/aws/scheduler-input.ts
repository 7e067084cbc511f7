/** What callers of the Scheduler send, checked as it checks it. Every function here throws `AwsError`. */
import { isJsonObject, type JsonObject, member, parseIJson } from '../../core/encoding/i-json.ts';
import { decodeUtf8 } from '../../core/encoding/utf8.ts';
import { ACCOUNT } from './account.ts';
import { AwsError, notImplemented } from './errors.ts';
import { isJson } from './is-json.ts';
import { functionName } from './lambda.ts';
import { SCHEDULE_NAME } from './scheduler-names.ts';

/** What happens at the hour. */
export interface Target {
  readonly arn: string;
  readonly functionName: string;
  readonly roleArn: string;
  /** JSON text: the function's event. */
  readonly input: string;
  readonly retries: number;
  readonly maxAgeSeconds: number;
  /** Name of the queue. */
  readonly deadLetterQueue?: string;
}

export interface ScheduleInput {
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly target: Target;
  readonly deleteAfter: boolean;
  readonly clientToken: string | undefined;
  /** As it came: what GetSchedule shows, and what a repeated request must equal. */
  readonly asGiven: JsonObject;
}

const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;
const FUNCTION_ARN = /^arn:aws:lambda:[a-z0-9-]{1,32}:\d{12}:function:/;
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
const QUEUE_ARN = /^arn:aws:sqs:([a-z0-9-]{1,32}):(\d{12}):([A-Za-z0-9_-]{1,80})$/;
const CLIENT_TOKEN = /^[A-Za-z0-9_-]{1,64}$/;
/** 256 KB. */
const MAX_INPUT_BYTES = 256 * 1024;
/** What the Scheduler takes when it is not told: 185 retries within a day. */
const RETRIES = { usual: 185, range: [0, 185] } as const;
const AGE_SECONDS = { usual: 86_400, range: [60, 86_400] } as const;

const SCHEDULE_MEMBERS = [
  ...['ActionAfterCompletion', 'ClientToken', 'Description', 'FlexibleTimeWindow', 'GroupName', 'Name'],
  ...['ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target'],
];
const TARGET_MEMBERS = ['Arn', 'DeadLetterConfig', 'Input', 'RetryPolicy', 'RoleArn'];

export const validation = (message: string): AwsError => new AwsError(400, 'ValidationException', message);

/** CreateSchedule's body. @param region - The only one that there is. */
export function parseSchedule(bytes: Buffer, region: string): ScheduleInput {
  const body = parseObject(bytes);
  onlyMembers(body, SCHEDULE_MEMBERS);
  const { FlexibleTimeWindow: window, State = 'ENABLED', ActionAfterCompletion: after = 'NONE' } = body;
  if (!isJsonObject(window) || !oneOf(window.Mode, ['OFF', 'FLEXIBLE']))
    throw validation('FlexibleTimeWindow must have a Mode.');
  if (window.Mode === 'FLEXIBLE') throw notImplemented('a flexible time window');
  if (!oneOf(State, ['ENABLED', 'DISABLED'])) throw validation('State is not valid.');
  if (State === 'DISABLED') throw notImplemented('a disabled schedule');
  if (!oneOf(after, ['NONE', 'DELETE'])) throw validation('ActionAfterCompletion is not valid.');
  const description = optionalText(body, 'Description');
  if (description !== undefined && description.length > 512) throw validation('Description is too long.');
  const clientToken = optionalText(body, 'ClientToken');
  if (clientToken !== undefined && !CLIENT_TOKEN.test(clientToken))
    throw validation('ClientToken is not valid.');
  return {
    group: groupName(optionalText(body, 'GroupName')),
    at: instant(body),
    target: parseTarget(body.Target, region),
    deleteAfter: after === 'DELETE',
    clientToken,
    asGiven: body,
  };
}

export function groupName(given: string | undefined): string {
  const name = given ?? 'default';
  if (!SCHEDULE_NAME.test(name)) throw validation('GroupName is not valid.');
  return name;
}

/** One time, in UTC. */
function instant(body: JsonObject): number {
  const expression = optionalText(body, 'ScheduleExpression') ?? '';
  const zone = optionalText(body, 'ScheduleExpressionTimezone') ?? 'UTC';
  if (/^(?:rate|cron)\(/.test(expression)) throw notImplemented('a schedule that repeats itself');
  const time = AT.exec(expression)?.[1];
  const at = Date.parse(`${time}Z`);
  // `Date.parse` takes the 31st of February for the 3rd of March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== time)
    throw validation('Invalid Schedule Expression.');
  if (zone !== 'UTC') throw notImplemented('a time zone but UTC');
  return at;
}

function parseTarget(target: unknown, region: string): Target {
  if (!isJsonObject(target)) throw validation('Target is missing.');
  onlyMembers(target, TARGET_MEMBERS);
  const [arn, roleArn, input] = ['Arn', 'RoleArn', 'Input'].map((name) => optionalText(target, name));
  if (arn === undefined || !arn.startsWith('arn:')) throw validation('Target.Arn is not valid.');
  if (!FUNCTION_ARN.test(arn)) throw notImplemented('a target but a Lambda function');
  if (arn.split(':')[3] !== region) throw validation('Target.Arn must be of this Region.');
  if (roleArn === undefined || !ROLE_ARN.test(roleArn)) throw validation('Target.RoleArn is not valid.');
  if (input === undefined) throw notImplemented('a target without Input');
  if (input.includes('<aws.scheduler.')) throw notImplemented('context attributes in Input');
  if (Buffer.byteLength(input) > MAX_INPUT_BYTES) throw validation('Target.Input is too long.');
  if (!isJson(input)) throw validation('Target.Input must be JSON.');
  const policy = target.RetryPolicy ?? {};
  if (!isJsonObject(policy)) throw validation('Target.RetryPolicy is not valid.');
  const deadLetterQueue = queueOf(target.DeadLetterConfig, region);
  return {
    ...{ arn, functionName: functionName(arn), roleArn, input },
    retries: whole(policy.MaximumRetryAttempts, RETRIES),
    maxAgeSeconds: whole(policy.MaximumEventAgeInSeconds, AGE_SECONDS),
    ...(deadLetterQueue === undefined ? {} : { deadLetterQueue }),
  };
}

/** A standard queue of this account; a FIFO queue's name, with its dot, is refused as the Scheduler refuses it. */
function queueOf(config: unknown, region: string): string | undefined {
  if (config === undefined) return undefined;
  const arn = isJsonObject(config) ? optionalText(config, 'Arn') : '';
  if (arn === undefined) return undefined;
  const [, where, account, name] = QUEUE_ARN.exec(arn) ?? [];
  if (name === undefined || where !== region || account !== ACCOUNT)
    throw validation('Target.DeadLetterConfig must be the ARN of a standard queue.');
  return name;
}

function parseObject(bytes: Buffer): JsonObject {
  const text = decodeUtf8(bytes);
  const parsed = text === null ? null : parseIJson(text);
  if (!parsed?.ok || !isJsonObject(parsed.value)) throw validation('The request body is no JSON object.');
  return parsed.value;
}

function onlyMembers(object: JsonObject, names: readonly string[]): void {
  if (!Object.keys(object).every((name) => names.includes(name)))
    throw notImplemented('this setting of a schedule');
}

function optionalText(object: JsonObject, name: string): string | undefined {
  const value = member(object, name);
  if (value !== undefined && typeof value !== 'string') throw validation(`${name} must be a string.`);
  return value;
}

function whole(
  value: unknown,
  { usual, range: [min, max] }: { readonly usual: number; readonly range: readonly [number, number] },
): number {
  if (value === undefined) return usual;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw validation(`Target.RetryPolicy must have numbers from ${min} to ${max}.`);
  return value;
}

const oneOf = (value: unknown, values: readonly string[]): boolean =>
  typeof value === 'string' && values.includes(value);
