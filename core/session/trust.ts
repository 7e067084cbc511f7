import type { PolicyDocument } from './policy-document.ts';
import { RESERVED_TAGS } from './tags.ts';

/** At least one character: `*` alone would let an empty tag through. */
const SOME = '?*';

/**
 * The trust policy of every target role: mint may assume it, and only as a session that says whose it is.
 *
 * STS authorises one AssumeRole call as three actions, each with condition keys of its own. TagSession never sees a
 * session name and SetSourceIdentity sees nothing but the identity, so a condition on a key that an action lacks
 * would refuse every call: each action has its own statement.
 *
 * The first lets STS itself check that names and tag carry one writ id: even a faulty mint could not issue a session
 * whose CloudTrail name points to another writ than its tags.
 *
 * @param mintRoleArn - ARN of mint's execution role: the one principal.
 */
export function trustPolicy(mintRoleArn: string): PolicyDocument {
  const common = { Effect: 'Allow', Principal: { AWS: mintRoleArn } } as const;
  const everyTag = Object.fromEntries(RESERVED_TAGS.map((tag) => [`aws:RequestTag/${tag}`, SOME]));
  const thisWrit = `${SOME}+\${aws:RequestTag/writ:id}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Assume',
        ...common,
        Action: 'sts:AssumeRole',
        Condition: {
          StringLike: { 'sts:SourceIdentity': thisWrit, 'sts:RoleSessionName': thisWrit, ...everyTag },
        },
      },
      {
        Sid: 'Tag',
        ...common,
        Action: 'sts:TagSession',
        Condition: {
          StringLike: everyTag,
          // No other tag: a policy elsewhere may trust one that only an admin should set.
          'ForAllValues:StringEquals': { 'aws:TagKeys': RESERVED_TAGS },
        },
      },
      {
        Sid: 'Name',
        ...common,
        Action: 'sts:SetSourceIdentity',
        Condition: { StringLike: { 'sts:SourceIdentity': `${SOME}+${SOME}` } },
      },
    ],
  };
}
