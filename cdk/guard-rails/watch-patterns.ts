/** Patterns of EventBridge rules over CloudTrail's events: what nobody but mint and a deploy may do. */
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { CANARY_ROLE, PARTS_PATH, RECONCILER_ROLE } from '../../core/revocation/names.ts';
import { ROLE_PATH } from '../../core/session/role-arn.ts';

const ASSUMED = {
  source: ['aws.sts'],
  detailType: ['AWS API Call via CloudTrail'],
} as const;

/** `anything-but` means a value that is there: users, and the root of an account, have no session issuer. */
const ABSENT = { exists: false };

const targetRole = { roleArn: [{ wildcard: `arn:aws:iam::*:role${ROLE_PATH}*` }] };

/** In the broker's account, where the trail has the caller's own role. @param mint - ARN of mint's role. */
export const darkMintByOthers = (mint: string): EventPattern => ({
  source: [...ASSUMED.source],
  detailType: [...ASSUMED.detailType],
  detail: {
    eventName: [{ prefix: 'AssumeRole' }],
    requestParameters: targetRole,
    userIdentity: { sessionContext: { sessionIssuer: { arn: [{ 'anything-but': [mint] }, ABSENT] } } },
  },
});

/** Mint itself, without a source identity that names a writ: trust refuses it, unless somebody changed that. */
export const darkMintWithoutWrit = (): EventPattern => ({
  source: [...ASSUMED.source],
  detailType: [...ASSUMED.detailType],
  detail: {
    eventName: [{ prefix: 'AssumeRole' }],
    requestParameters: { ...targetRole, sourceIdentity: [ABSENT] },
  },
});

/**
 * In a member's account, where the trail has of a caller from elsewhere only account and `AROA…:<session>`: a Lambda
 * function's session is called like the function.
 *
 * @param broker - Account, twelve digits. @param mintFunction - Name of mint's function.
 */
export const darkMintInMember = (broker: string, mintFunction: string): EventPattern => ({
  source: [...ASSUMED.source],
  detailType: [...ASSUMED.detailType],
  detail: {
    eventName: [{ prefix: 'AssumeRole' }],
    requestParameters: targetRole,
    $or: [
      { userIdentity: { accountId: [{ 'anything-but': [broker] }, ABSENT] } },
      { userIdentity: { principalId: [{ 'anything-but': { suffix: `:${mintFunction}` } }] } },
    ],
  },
});

/**
 * Writes of IAM to what is Writ's, by another than a deploy or the reconciler. IAM's events are in us-east-1 alone, and
 * name a role without its path.
 *
 * @param roles - Names of the account's target roles.
 * @param deployers - ARNs with `*` of the roles that deploy.
 */
export const foreignIamWrite = (
  account: string,
  roles: readonly string[],
  deployers: readonly string[],
): EventPattern => ({
  source: ['aws.iam'],
  detailType: ['AWS API Call via CloudTrail'],
  detail: {
    readOnly: [false],
    $or: [
      { requestParameters: { policyArn: [{ wildcard: `arn:aws:iam::${account}:policy/writ/*` }] } },
      { requestParameters: { roleName: [...roles, CANARY_ROLE, RECONCILER_ROLE] } },
      // A role that nobody of ours has named yet.
      { requestParameters: { path: [{ prefix: ROLE_PATH }, { prefix: PARTS_PATH }] } },
    ],
    userIdentity: {
      sessionContext: {
        sessionIssuer: {
          arn: [
            {
              'anything-but': {
                wildcard: [...deployers, `arn:aws:iam::${account}:role${PARTS_PATH}${RECONCILER_ROLE}`],
              },
            },
            ABSENT,
          ],
        },
      },
    },
  },
});
