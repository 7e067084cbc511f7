import { parsePolicy } from '../../core/iam/parse.ts';
import { MAX_CHAINED_SECONDS, MAX_SESSION_POLICY_CHARS, MIN_STS_SECONDS } from '../../core/limits.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { AwsError, notImplemented } from './errors.ts';

/** AssumeRole's parameters, each within its limits (STS API reference, AssumeRole). */
export interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly SourceIdentity?: string;
  readonly DurationSeconds: number;
  readonly Tags: { readonly [key: string]: string };
  readonly TransitiveTagKeys: readonly string[];
  readonly ExternalId?: string;
  /** As it was sent. */
  readonly Policy?: string;
  readonly policyDocument?: PolicyDocument;
}

const DEFAULT_SECONDS = 3600;
const MAX_SECONDS = 43_200;
const MAX_TAGS = 50;

const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;
const NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const POLICY = /^[\t\n\r\u0020-\u00ff]+$/;
const SECONDS = /^\d{1,6}$/;

const SERVED =
  /^(?:Action|Version|RoleArn|RoleSessionName|SourceIdentity|DurationSeconds|ExternalId|Policy|Tags\.member\.\d+\.(?:Key|Value)|TransitiveTagKeys\.member\.\d+|Tags|TransitiveTagKeys)$/;

/**
 * @param form - The request's form (AWS query protocol).
 * @throws AwsError `ValidationError`, `InvalidParameterValue`, `MalformedPolicyDocument`; and `NotImplemented`
 *   for a parameter that this AWS would otherwise quietly ignore. Values are not repeated.
 */
export function parseAssumeRole(form: URLSearchParams): AssumeRoleInput {
  const unserved = [...form.keys()].find((name) => !SERVED.test(name));
  if (unserved !== undefined) throw notImplemented('an AssumeRole parameter that was sent');
  if (new Set(form.keys()).size !== [...form.keys()].length) throw invalid('a parameter was sent twice');

  const DurationSeconds = text(form, 'DurationSeconds', SECONDS) ?? String(DEFAULT_SECONDS);
  const seconds = Number(DurationSeconds);
  if (seconds < MIN_STS_SECONDS)
    throw constraint('durationSeconds', `value greater than or equal to ${MIN_STS_SECONDS}`);
  if (seconds > MAX_SECONDS)
    throw constraint('durationSeconds', `value less than or equal to ${MAX_SECONDS}`);

  const SourceIdentity = text(form, 'SourceIdentity', NAME);
  if (SourceIdentity?.toLowerCase().startsWith('aws:')) throw invalid('SourceIdentity starts with aws:');
  const ExternalId = text(form, 'ExternalId', EXTERNAL_ID);
  const Tags = tags(form);
  const Policy = form.get('Policy');
  return {
    RoleArn: required(text(form, 'RoleArn', ROLE_ARN), 'roleArn'),
    RoleSessionName: required(text(form, 'RoleSessionName', NAME), 'roleSessionName'),
    DurationSeconds: seconds,
    Tags,
    TransitiveTagKeys: transitiveTagKeys(form, Tags),
    ...(SourceIdentity === null ? {} : { SourceIdentity }),
    ...(ExternalId === null ? {} : { ExternalId }),
    ...(Policy === null ? {} : { Policy, policyDocument: policyDocument(Policy) }),
  };
}

/**
 * @param seconds - As asked for.
 * @param longest - The role's MaxSessionDuration.
 * @param chained - Whether the caller is itself a role session; a Lambda function is one.
 */
export function checkDuration(seconds: number, longest: number, chained: boolean): void {
  if (chained && seconds > MAX_CHAINED_SECONDS)
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  if (seconds > longest)
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
}

function text(form: URLSearchParams, name: string, pattern: RegExp): string | null {
  const value = form.get(name);
  if (value !== null && !pattern.test(value)) {
    throw constraint(name.charAt(0).toLowerCase() + name.slice(1), 'its documented alphabet and length');
  }
  return value;
}

function required(value: string | null, name: string): string {
  if (value === null) throw constraint(name, 'Member must not be null');
  return value;
}

function tags(form: URLSearchParams): { readonly [key: string]: string } {
  const numbers = members(form, /^Tags\.member\.(\d+)\.(?:Key|Value)$/);
  if (numbers.length > MAX_TAGS) throw constraint('tags', `length less than or equal to ${MAX_TAGS}`);
  const pairs = numbers.map((n): [string, string] => {
    const key = form.get(`Tags.member.${n}.Key`);
    const value = form.get(`Tags.member.${n}.Value`);
    if (key === null || !TAG_KEY.test(key))
      throw constraint(`tags.${n}.member.key`, 'its documented alphabet and length');
    if (value === null || !TAG_VALUE.test(value))
      throw constraint(`tags.${n}.member.value`, 'its documented alphabet and length');
    if (key.toLowerCase().startsWith('aws:')) throw parameter('A tag key must not start with aws:.');
    return [key, value];
  });
  if (new Set(pairs.map(([key]) => key.toLowerCase())).size !== pairs.length)
    throw parameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  return Object.fromEntries(pairs);
}

function transitiveTagKeys(form: URLSearchParams, passed: { readonly [key: string]: string }): string[] {
  const numbers = members(form, /^TransitiveTagKeys\.member\.(\d+)$/);
  if (numbers.length > MAX_TAGS)
    throw constraint('transitiveTagKeys', `length less than or equal to ${MAX_TAGS}`);
  const keys = numbers.map((n) => form.get(`TransitiveTagKeys.member.${n}`) ?? '');
  const known = new Set(Object.keys(passed).map((key) => key.toLowerCase()));
  if (keys.some((key) => !known.has(key.toLowerCase())))
    throw parameter('The specified transitive tag key must be included in the requested tags.');
  return keys;
}

/** The numbers of a list's members, in order. */
const members = (form: URLSearchParams, pattern: RegExp): number[] =>
  [...new Set([...form.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []).map(Number))].sort(
    (a, b) => a - b,
  );

function policyDocument(policy: string): PolicyDocument {
  if (policy === '') throw constraint('policy', 'length greater than or equal to 1');
  if (policy.length > MAX_SESSION_POLICY_CHARS)
    throw constraint('policy', `length less than or equal to ${MAX_SESSION_POLICY_CHARS}`);
  const parsed = POLICY.test(policy) ? parsePolicy(policy, 'identity') : null;
  if (!parsed?.ok)
    throw new AwsError(400, 'MalformedPolicyDocument', 'The policy is not in the valid format.');
  return parsed.document;
}

const invalid = (message: string): AwsError => new AwsError(400, 'ValidationError', message);
const parameter = (message: string): AwsError => new AwsError(400, 'InvalidParameterValue', message);
const constraint = (name: string, rule: string): AwsError =>
  invalid(`1 validation error detected: Value at '${name}' failed to satisfy constraint: ${rule}`);
