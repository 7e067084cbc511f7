import { evaluate } from '../../core/iam/evaluate.ts';
import type { AppliedPolicies, AwsRequest, Evaluation } from '../../core/iam/request.ts';
import { ACCOUNT } from './account.ts';
import type { ContextKeys } from './call.ts';
import { notImplemented } from './errors.ts';
import type { Registry, Role, Session } from './registry.ts';
import type { Wire } from './wire.ts';

/** What a request is judged with, whatever it asks for. */
export interface Circumstances {
  readonly session: Session;
  readonly role: Role;
  readonly wire: Wire;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The global condition keys of a role session's request (IAM User Guide, "AWS global condition context keys").
 * Keys that are not here are truly absent: there is no VPC, no organisation and no service between.
 */
export function globalKeys({ session, role, wire, region, now }: Circumstances): ContextKeys {
  const userAgent = wire.headers['user-agent'];
  const referer = wire.headers.referer;
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:TokenIssueTime': new Date(session.issuedAt).toISOString(),
    'aws:SourceIp': wire.address,
    'aws:SecureTransport': 'false',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
    'aws:MultiFactorAuthPresent': 'false',
    'aws:PrincipalArn': role.arn,
    'aws:PrincipalAccount': ACCOUNT,
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': session.assumedRoleId,
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': ACCOUNT,
    ...(userAgent === undefined ? {} : { 'aws:UserAgent': userAgent }),
    ...(referer === undefined ? {} : { 'aws:referer': referer }),
    ...(session.sourceIdentity === undefined ? {} : { 'aws:SourceIdentity': session.sourceIdentity }),
    ...(session.functionArn === undefined ? {} : { 'lambda:SourceFunctionArn': session.functionArn }),
    ...principalTags(role, session),
  };
}

/** Session tags stand over the role's own tags of the same key, which is compared without case. */
function principalTags(role: Role, session: Session): ContextKeys {
  const own = new Set(Object.keys(session.tags).map((key) => key.toLowerCase()));
  const inherited = Object.entries(role.tags ?? {}).filter(([key]) => !own.has(key.toLowerCase()));
  return Object.fromEntries(
    [...inherited, ...Object.entries(session.tags)].map(([key, value]) => [`aws:PrincipalTag/${key}`, value]),
  );
}

/**
 * All that speaks for or against a session.
 *
 * @param registry - What is attached to the role and bounds it.
 * @param now - Milliseconds since 1970.
 */
export function policiesOf(
  role: Role,
  session: Session,
  registry: Pick<Registry, 'policies' | 'boundaryOf'>,
  now: number,
): AppliedPolicies {
  const boundary = registry.boundaryOf(role);
  return {
    identity: [...Object.values(role.inline ?? {}), ...registry.policies.inForce(role.name, now)],
    ...(boundary === undefined ? {} : { boundary }),
    ...(session.policy === undefined ? {} : { session: session.policy }),
  };
}

/**
 * Whether the session may do this to that resource.
 *
 * @returns `null` when it may, or what AWS says when it may not.
 */
export function refusal(
  circumstances: Circumstances,
  policies: AppliedPolicies,
  action: string,
  resource: string,
  keys: ContextKeys = {},
): string | null {
  const context = { ...globalKeys(circumstances), ...keys };
  const request = { action, resource, principal: circumstances.session.arn, context };
  assertJudgeable(policies);
  return inWords(request, evaluate(request, policies));
}

/** A policy that speaks of what we cannot tell must not be judged as if it did not. */
function assertJudgeable(policies: AppliedPolicies): void {
  const unknown = /dynamodb:attributes|iam:permissionsboundary/i.exec(JSON.stringify(policies));
  if (unknown !== null) throw notImplemented(`the condition key ${unknown[0]}`);
}

const NAMES: { readonly [D in keyof AppliedPolicies]-?: string } = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/**
 * A verdict as AWS words it (IAM User Guide, "Troubleshoot access denied error messages").
 * S3 puts the ARN in quotation marks, the others do not.
 */
export function inWords(request: AwsRequest, { allowed, decision, by }: Evaluation): string | null {
  if (allowed) return null;
  const { action, principal } = request;
  const resource = action.startsWith('s3:') ? `"${request.resource}"` : request.resource;
  const denied = `User: ${principal} is not authorized to perform: ${action} on resource: ${resource}`;
  if (by === null) return denied;
  const policy = NAMES[by.document];
  return decision === 'explicitDeny'
    ? `${denied} with an explicit deny in ${by.document === 'identity' ? 'an' : 'a'} ${policy}`
    : `${denied} because no ${policy} allows the ${action} action`;
}
