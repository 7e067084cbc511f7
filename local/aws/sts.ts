import { assumeRoleRequests } from '../../core/iam/assume-role.ts';
import { evaluateAssumeRole } from '../../core/iam/evaluate.ts';
import { ACCOUNT } from './account.ts';
import { type AssumeRoleInput, checkDuration, parseAssumeRole } from './assume-role-input.ts';
import { globalKeys, inWords, policiesOf } from './authorize.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, sharedError } from './errors.ts';
import { queryAction, queryAnswer, queryForm } from './query.ts';
import type { Registry, Role, Session } from './registry.ts';
import { trailDate, trailTime } from './trail-event.ts';

/** AWS's limit on the assembled session token since September 2026, bytes. */
const MAX_TOKEN_BYTES = 4096;
/** What a token without tags and policy may take: an estimate, as AWS does not publish its form. */
const TOKEN_BASE_BYTES = 500;

export function createSts(registry: Registry): Service<'sts'> {
  return {
    protocol: 'query',
    route: queryAction,
    operations: {
      AssumeRole: (call) => assumeRole(call, registry),
      GetCallerIdentity: (call) =>
        // Needs no permission, and succeeds under any Deny: never a probe for a revocation.
        queryAnswer('sts', 'GetCallerIdentity', call, {
          Arn: call.session.arn,
          UserId: call.session.assumedRoleId,
          Account: ACCOUNT,
        }),
    },
  };
}

function assumeRole(call: Call, registry: Registry): Answer {
  const input = parseAssumeRole(queryForm(call.wire));
  const inherited = inheritedTags(call.session);
  note(call, input, inherited);

  const conflict = Object.keys(input.Tags).some((key) =>
    Object.keys(inherited).some((before) => before.toLowerCase() === key.toLowerCase()),
  );
  if (conflict) {
    throw new AwsError(
      400,
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const role = authorizeAssumption(call, registry, input);
  // Every caller here is a role session, so every AssumeRole is role chaining.
  checkDuration(input.DurationSeconds, role.maxSessionDuration, true);
  const packed = packedPolicySize(input);
  if (packed > 100) {
    throw new AwsError(400, 'PackedPolicyTooLarge', `The session token would take ${packed}% of its limit.`);
  }

  const sourceIdentity = call.session.sourceIdentity ?? input.SourceIdentity;
  const session = registry.issue({
    roleName: role.name,
    roleSessionName: input.RoleSessionName,
    durationSeconds: input.DurationSeconds,
    tags: { ...inherited, ...input.Tags },
    transitiveTagKeys: [...Object.keys(inherited), ...input.TransitiveTagKeys],
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(input.policyDocument === undefined ? {} : { policy: input.policyDocument }),
  });
  call.trail.responseElements = issuedElements(session);
  return queryAnswer('sts', 'AssumeRole', call, {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: trailTime(session.expiration),
    },
    AssumedRoleUser: { AssumedRoleId: session.assumedRoleId, Arn: session.arn },
    PackedPolicySize: packed,
    SourceIdentity: sourceIdentity,
  });
}

/** @throws AwsError `AccessDenied`, alike for a role that does not exist and one that does not trust. */
function authorizeAssumption(call: Call, registry: Registry, input: AssumeRoleInput): Role {
  const { session } = call;
  const refuse = (action: string, why = '') =>
    sharedError(
      'accessDenied',
      'query',
      `User: ${session.arn} is not authorized to perform: ${action} on resource: ${input.RoleArn}${why}`,
    );
  const caller = registry.roleByName(session.roleName);
  const role = registry.roleByArn(input.RoleArn);
  if (caller === null || role === null) throw refuse('sts:AssumeRole');
  // Once set, a source identity stays for the whole chain.
  const before = session.sourceIdentity;
  if (before !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== before)
    throw refuse('sts:SetSourceIdentity');
  const sourceIdentity = before ?? input.SourceIdentity;

  const requests = assumeRoleRequests({
    caller: session.arn,
    roleArn: role.arn,
    roleSessionName: input.RoleSessionName,
    tags: input.Tags,
    transitiveTagKeys: input.TransitiveTagKeys,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
    context: globalKeys({ ...call, role: caller }),
  });
  const verdict = evaluateAssumeRole(requests, {
    ...policiesOf(caller, session, registry, call.now),
    resource: role.trust,
  });
  const words = inWords(verdict.request, verdict);
  if (words !== null) throw sharedError('accessDenied', 'query', words);
  return role;
}

/** Transitive tags go on to every session further down the chain (IAM User Guide, "Chaining roles with session tags"). */
function inheritedTags(session: Session): { readonly [key: string]: string } {
  const transitive = new Set(session.transitiveTagKeys.map((key) => key.toLowerCase()));
  return Object.fromEntries(
    Object.entries(session.tags).filter(([key]) => transitive.has(key.toLowerCase())),
  );
}

/**
 * Percent of the session token's limit: policy, tags and names uncompressed, as base64, with a fixed base.
 * AWS packs tighter, so what fits here fits there.
 */
function packedPolicySize(input: Pick<AssumeRoleInput, 'Policy' | 'Tags' | 'RoleSessionName'>): number {
  const texts = [input.Policy ?? '', input.RoleSessionName, ...Object.entries(input.Tags).flat()];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return Math.ceil(((TOKEN_BASE_BYTES + (bytes * 4) / 3) * 100) / MAX_TOKEN_BYTES);
}

function note(call: Call, input: AssumeRoleInput, inherited: { readonly [key: string]: string }): void {
  call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: input.RoleArn }];
  const tags = Object.entries(input.Tags).map(([key, value]) => ({ key, value }));
  call.trail.requestParameters = {
    roleArn: input.RoleArn,
    roleSessionName: input.RoleSessionName,
    durationSeconds: input.DurationSeconds,
    ...(input.SourceIdentity === undefined ? {} : { sourceIdentity: input.SourceIdentity }),
    ...(input.ExternalId === undefined ? {} : { externalId: input.ExternalId }),
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(input.TransitiveTagKeys.length === 0 ? {} : { transitiveTagKeys: input.TransitiveTagKeys }),
    ...(Object.keys(inherited).length === 0 ? {} : { incomingTransitiveTags: inherited }),
  };
}

/** As CloudTrail has it: the session token is there, the secret key never. */
export function issuedElements(session: Session) {
  return {
    credentials: {
      accessKeyId: session.accessKeyId,
      sessionToken: session.sessionToken,
      expiration: trailDate(session.expiration),
    },
    assumedRoleUser: { assumedRoleId: session.assumedRoleId, arn: session.arn },
    ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
  };
}
