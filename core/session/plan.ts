import type { SessionPlan } from '../ports.ts';
import { sessionTags } from './tags.ts';

/** All that a session is made of, once its intent is recorded. */
export interface SessionGrant {
  readonly writ: string;
  /** SHA-256 of the intent's body, hex: the session names the record that it rests on. */
  readonly intentHash: string;
  readonly subject: {
    /** The tag `writ:user`, encoded. */
    readonly id: string;
    /** Names the user in `SourceIdentity`, encoded by `label`. */
    readonly handle: string;
  };
  /** The tag `writ:device`, encoded. */
  readonly device: string;
  /** Its name in the configuration, at most MAX_LABEL_CHARS of `a-z 0-9 -`: as it is, it fits a session's name. */
  readonly agent: string;
  readonly task: string;
  readonly purpose: string;
  /** The permission's name. */
  readonly permission: string;
  readonly authority: 'live' | 'mandate' | 'approval';
  /** ARN of the role. */
  readonly role: string;
  /** Text of `sessionPolicy`: it is hashed into the intent, so it is built before the intent's own hash is known. */
  readonly policy: string;
  readonly durationSeconds: number;
}

/**
 * One AssumeRole (architecture, section 4). Total and pure: the same grant gives the same plan, character for
 * character.
 *
 * The writ id closes both names behind a `+` that no label can hold, and STS itself compares them with the tag
 * `writ:id` (`trust.ts`).
 */
export function planSession(grant: SessionGrant): SessionPlan {
  return {
    RoleArn: grant.role,
    RoleSessionName: `${grant.agent}+${grant.writ}`,
    SourceIdentity: `${grant.subject.handle}+${grant.writ}`,
    Tags: sessionTags({ ...grant, user: grant.subject.id }),
    Policy: grant.policy,
    DurationSeconds: grant.durationSeconds,
  };
}
