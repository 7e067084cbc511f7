import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  type STSClient,
  STSServiceException,
} from '@aws-sdk/client-sts';
import type { Assumed, AssumeRole } from '../core/ports.ts';

/**
 * STS AssumeRole, exactly as planned; every tag is transitive, so that no later session in a chain could name another
 * user.
 *
 * @param client - With one attempt only: a second one after a lost answer would leave a session that no record names.
 * @returns a port that never throws: what STS said, or that nothing is known, is an answer.
 */
export const stsAssumeRole =
  (client: STSClient): AssumeRole =>
  async (plan) => {
    try {
      const answer = await client.send(
        new AssumeRoleCommand({
          RoleArn: plan.RoleArn,
          RoleSessionName: plan.RoleSessionName,
          SourceIdentity: plan.SourceIdentity,
          Tags: Object.entries(plan.Tags).map(([Key, Value]) => ({ Key, Value })),
          TransitiveTagKeys: Object.keys(plan.Tags),
          Policy: plan.Policy,
          DurationSeconds: plan.DurationSeconds,
        }),
      );
      const assumed = toAssumed(answer);
      return assumed === null
        ? { ok: false, error: 'AnswerIncomplete', mayExist: true }
        : { ok: true, assumed };
    } catch (error) {
      if (!(error instanceof STSServiceException)) return { ok: false, error: 'NoAnswer', mayExist: true };
      // A refusal speaks for its own try: what became of an earlier one, which got no answer, is not known.
      const mayExist = error.$fault !== 'client' || error.$metadata.attempts !== 1;
      return { ok: false, error: errorCode(error.name), mayExist };
    }
  };

function toAssumed(answer: AssumeRoleCommandOutput): Assumed | null {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  const assumedRoleId = answer.AssumedRoleUser?.AssumedRoleId;
  const requestId = answer.$metadata.requestId;
  const expiration = Math.floor((Expiration?.getTime() ?? Number.NaN) / 1000);
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !assumedRoleId || !requestId) return null;
  if (!Number.isSafeInteger(expiration)) return null;
  return {
    credential: { AccessKeyId, SecretAccessKey, SessionToken },
    expiration,
    assumedRoleId,
    requestId,
    packedPolicySize: answer.PackedPolicySize ?? null,
  };
}

/** STS's error codes are words; anything else is not put into the ledger. */
const errorCode = (name: string): string => (/^[A-Za-z]{1,64}$/.test(name) ? name : 'Unnamed');
