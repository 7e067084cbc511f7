/**
 * The hand-worked cases of `core/iam` as calls over HTTP, as far as that goes: the policies are put on a real role, the
 * request becomes a call of its session.
 *
 * A condition key that no call brings along rides as a session tag of its name: IAM compares any key with any operator,
 * so the case asks the same. What cannot be said in a call is left out, with the reason.
 */
import { assumeRoleRequests } from '../../core/iam/assume-role.ts';
import { evaluateAssumeRole } from '../../core/iam/evaluate.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { ACCOUNT as HERE } from '../../local/aws/account.ts';
import { REGION } from '../../local/names.ts';
import { ACCOUNT, type IamCase, ROLE, SESSION } from '../core/iam/cases/iam-case.ts';
import { callOf, type Expressible, isListing } from './by-hand/call.ts';
import { carriedIn, carrier, tagsFrom } from './by-hand/carried-keys.ts';
import type { Assumption, BucketPolicy, JudgeCase } from './judge-case.ts';
import { ASSUME, allow, arnOfTarget, callerRole, MINT, policy, targetRole } from './roles.ts';

/** Expresses the case of this number; names of roles carry the number. */
export function express(original: IamCase, number: number): Expressible<JudgeCase> {
  if (original.ours) return { leftOut: 'our own fail-closed reading, on which AWS says nothing' };
  const each = atHome(original, number);
  if (each.trust) return expressTrust(each, number);
  if (/aws:TagKeys/i.test(JSON.stringify([each.request, each.policies]))) return expressTagKeys(each, number);
  return expressCall(each, number);
}

const roleOf = (number: number): string => `by-hand-${number}`;
const callerOf = (number: number): string => `by-hand-caller-${number}`;
const nameOf = ({ name }: IamCase): string => `by hand: ${name}`;
const SESSION_NAME = SESSION.split('/').at(-1) ?? '';

/** The case with the account, Region and roles that exist here. */
function atHome(each: IamCase, number: number): IamCase {
  const moves: readonly (readonly [string, string])[] = [
    [ROLE, arnOfTarget(roleOf(number))],
    [SESSION, SESSION.replace('reports-read', roleOf(number))],
    ['role/writ-mint', `role/${callerOf(number)}`],
    ['assumed-role/writ-mint/writ-mint', `assumed-role/${callerOf(number)}/caller`],
    ['eu-*3', 'us-*0'],
    ['eu-central-1', REGION],
    [ACCOUNT, HERE],
  ];
  const text = moves.reduce((all, [from, to]) => all.replaceAll(from, to), JSON.stringify(each));
  return JSON.parse(text);
}

function expressCall(each: IamCase, number: number): Expressible<JudgeCase> {
  const { request, policies } = each;
  if (!request.principal.endsWith(`/${roleOf(number)}/${SESSION_NAME}`))
    return { leftOut: 'its caller is no role session' };
  const call = callOf(request, policies);
  if ('leftOut' in call) return call;
  const carry = carrier(isListing(call.value));
  const tags = tagsFrom(request.context, carry);
  if ('leftOut' in tags) return tags;
  const { identity, boundary, session, resource } = carriedIn(policies, carry);
  const role = targetRole(roleOf(number), [], {
    inline: Object.fromEntries(identity.map((document, index) => [`p${index}`, document])),
    ...(boundary && { boundary }),
  });
  const SourceIdentity = [request.context['aws:SourceIdentity'] ?? []].flat()[0];
  const assume: Assumption = {
    RoleArn: arnOfTarget(role.name),
    RoleSessionName: SESSION_NAME,
    ...(tags.value.length > 0 && { Tags: tags.value }),
    ...(SourceIdentity !== undefined && { SourceIdentity }),
    ...(session && { Policy: JSON.stringify(session) }),
  };
  return {
    value: {
      name: nameOf(each),
      roles: [MINT, role],
      caller: { role: MINT.name },
      assume,
      call: call.value,
      allowed: each.expected === 'allowed',
      ...(resource && { bucketPolicy: onBucket(each, resource) }),
    },
  };
}

/** A bucket's policy names its bucket: S3 takes no `*` for a resource. */
function onBucket({ request, policies }: IamCase, resource: PolicyDocument): BucketPolicy {
  const bucket = request.resource.split(':')[5]?.split('/')[0] ?? '';
  const document: PolicyDocument = {
    ...resource,
    Statement: resource.Statement.map((statement) => ({
      ...statement,
      ...(statement.Resource === '*' && { Resource: `arn:aws:s3:::${bucket}/*` }),
      ...(statement.Action === '*' && { Action: 's3:*' }),
    })),
  };
  return { bucket, document, request, policies: { ...policies, resource: document } };
}

const REQUEST_TAG = /^aws:RequestTag\//i;

function expressTrust(each: IamCase, number: number): Expressible<JudgeCase> {
  const { request, policies, expected } = each;
  if (!request.principal.includes(`/${callerOf(number)}/`))
    return { leftOut: 'its caller is no role session' };
  if (!request.resource.includes(`:${HERE}:`)) return { leftOut: 'there is one account here' };
  // A call asks all three actions at once: what the case leaves open is filled in.
  const whole = request.action !== 'sts:AssumeRole';
  const context = { ...(whole && WHOLE_CALL), ...request.context };
  const tags = Object.entries(context).flatMap(([key, value]) =>
    REQUEST_TAG.test(key) ? [[key.replace(REQUEST_TAG, ''), [value].flat()[0] ?? ''] as const] : [],
  );
  const SourceIdentity = [context['sts:SourceIdentity'] ?? []].flat()[0];
  const assume: Assumption = {
    RoleArn: request.resource,
    RoleSessionName: [context['sts:RoleSessionName'] ?? 'session'].flat()[0] ?? '',
    ...(SourceIdentity !== undefined && { SourceIdentity }),
    ...(tags.length > 0 && { Tags: tags }),
  };
  const requests = assumeRoleRequests({
    caller: request.principal,
    roleArn: assume.RoleArn,
    roleSessionName: assume.RoleSessionName,
    ...(SourceIdentity !== undefined && { sourceIdentity: SourceIdentity }),
    tags: Object.fromEntries(tags),
    context: {},
  });
  if (evaluateAssumeRole(requests, policies).allowed !== (expected === 'allowed'))
    return { leftOut: 'an AssumeRole call asks for more than the case does' };
  const caller = callerRole(callerOf(number), ...policies.identity.flatMap(({ Statement }) => Statement));
  const { resource, session } = policies;
  return {
    value: {
      name: nameOf(each),
      roles: [caller, targetRole(roleOf(number), [], resource === undefined ? {} : { trust: resource })],
      caller: { role: caller.name, ...(session && { policy: session }) },
      assume,
      allowed: expected === 'allowed',
    },
  };
}

const WHOLE_CALL = {
  'sts:RoleSessionName': 'claude+01jd3v9q2m8x7c4b',
  'sts:SourceIdentity': 'alice+01jd3v9q2m8x7c4b',
  'aws:RequestTag/writ:id': '01jd3v9q2m8x7c4b',
  'aws:RequestTag/writ:user': 'corp:alice',
} as const;

/** Only a call that sets tags has `aws:TagKeys`: the statements become a role's trust. */
function expressTagKeys(each: IamCase, number: number): Expressible<JudgeCase> {
  const { request, policies, expected } = each;
  const { 'aws:TagKeys': given = [], ...others } = request.context;
  const [document, ...more] = policies.identity;
  if (document === undefined || more.length > 0 || Object.keys(others).length > 0)
    return { leftOut: 'more than tag keys' };
  if ([given].flat().includes('')) return { leftOut: 'STS takes no such tag' };
  if (JSON.stringify(document).includes('${')) return { leftOut: 'a list is no variable; no call shows it' };
  if (request.context['aws:TagKeys'] !== undefined && given.length === 0)
    return { leftOut: 'a call with an empty list is one without' };
  const caller = callerRole(callerOf(number), allow(ASSUME));
  const trust = policy(
    ...document.Statement.map(({ Resource: _, ...statement }) => ({
      ...statement,
      Principal: { AWS: `arn:aws:iam::${HERE}:role/${caller.name}` },
      Action: ASSUME,
    })),
  );
  return {
    value: {
      name: nameOf(each),
      roles: [caller, targetRole(roleOf(number), [], { trust })],
      caller: { role: caller.name },
      assume: {
        RoleArn: arnOfTarget(roleOf(number)),
        RoleSessionName: SESSION_NAME,
        ...(given.length > 0 && { Tags: [given].flat().map((key) => [key, 'x'] as const) }),
      },
      allowed: expected === 'allowed',
    },
  };
}
