import type { Call } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import { queryForm } from './query.ts';

const BOOLEAN = /^(?:true|false)$/;

/** IAM's parameters, each with its alphabet and length (IAM API reference). */
const PARAMETERS = {
  Description: /^[\t\n\r\u0020-\u00ff]{0,1000}$/,
  EntityFilter: /^(?:User|Role|Group|LocalManagedPolicy|AWSManagedPolicy)$/,
  Marker: /^[A-Za-z0-9_-]{1,320}$/,
  MaxItems: /^(?:[1-9]\d{0,2}|1000)$/,
  OnlyAttached: BOOLEAN,
  Path: /^(?=.{1,512}$)\/(?:[\w+=,.@-]+\/)*$/,
  PathPrefix: /^\/[!-~]{0,511}$/,
  // Its alphabet is a matter of the document being well formed.
  PolicyDocument: /^[\s\S]+$/,
  PolicyName: /^[\w+=,.@-]{1,128}$/,
  RoleName: /^[\w+=,.@-]{1,64}$/,
  Scope: /^(?:All|AWS|Local)$/,
  SetAsDefault: BOOLEAN,
  VersionId: /^v[1-9]\d{0,8}$/,
  PolicyArn: /^[\t\n\r\u0020-\u00ff]{20,2048}$/,
} as const satisfies { readonly [name: string]: RegExp };

type Parameter = keyof typeof PARAMETERS;

const POLICY_ARN = /^arn:aws:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,640}$/;

/**
 * Reads a request's parameters, and notes them for CloudTrail.
 *
 * @throws AwsError `ValidationError`, `InvalidInput` (an ARN); and `NotImplemented` for a parameter that this AWS would
 *   otherwise quietly ignore. Values are not repeated.
 */
export function iamParameters<R extends Parameter, O extends Parameter = never>(
  call: Call,
  required: readonly R[],
  optional: readonly O[] = [],
): { readonly [P in R]: string } & { readonly [P in O]?: string } {
  const form = queryForm(call.wire);
  const names = [...form.keys()].filter((name) => name !== 'Action' && name !== 'Version');
  const served: readonly string[] = [...required, ...optional];
  if (names.some((name) => !served.includes(name))) throw notImplemented('an IAM parameter that was sent');
  if (new Set(names).size < names.length) throw invalid('a parameter was sent twice');

  const given = (name: Parameter): [Parameter, string][] => {
    const value = form.get(name);
    if (value === null) return [];
    if (!PARAMETERS[name].test(value)) throw constraint(name, 'its documented alphabet and length');
    if (name === 'PolicyArn' && !POLICY_ARN.test(value))
      throw new AwsError(400, 'InvalidInput', 'The policy ARN is not valid.');
    return [[name, value]];
  };
  const missing = required.find((name) => !form.has(name));
  if (missing !== undefined) throw constraint(missing, 'Member must not be null');
  const entries = [...required, ...optional].flatMap(given);
  if (entries.length > 0)
    call.trail.requestParameters = Object.fromEntries(
      entries.map(([name, value]) => [lowerFirst(name), typed(name, value)]),
    );
  // Each of `required` was found, and nothing but what is asked for is in it.
  return Object.fromEntries(entries) as { readonly [P in R]: string } & { readonly [P in O]?: string };
}

/** CloudTrail writes numbers and truth values as such. */
function typed(name: Parameter, value: string): string | number | boolean {
  if (name === 'MaxItems') return Number(value);
  return PARAMETERS[name] === BOOLEAN ? value === 'true' : value;
}

/** CloudTrail's names of what the API spells `PolicyArn`. */
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

export const invalid = (message: string): AwsError => new AwsError(400, 'ValidationError', message);
const constraint = (name: string, rule: string): AwsError =>
  invalid(
    `1 validation error detected: Value at '${lowerFirst(name)}' failed to satisfy constraint: ${rule}`,
  );
