import { isoTime } from '../core/encoding/iso-time.ts';
import { BLOCKED_WITHOUT_END, MAX_MANAGED_POLICY_CHARS } from '../core/limits.ts';
import { denyBefore } from '../core/revocation/heads.ts';
import {
  byRole,
  bySourceIdentity,
  byTag,
  ofAccount,
  patternOf,
  textOf,
} from '../core/revocation/statements.ts';
import { label } from '../core/session/encode.ts';
import type { PolicyStatement } from '../core/session/policy-document.ts';
import type { Ending } from './ending.ts';
import { usage } from './failure.ts';

/** A deny that stands by itself: one statement, in the words of the reconciler's own. */
export interface DirectDeny {
  /** Follows from what is ended and how: whoever asks again carries on where the last try stopped. */
  readonly name: string;
  readonly text: string;
  /** ISO 8601: what was issued before it is denied; null: whenever it was issued. */
  readonly before: string | null;
}

/** @param now - NumericDate, AWS's own where it is known: a slow clock would spare what was issued last. */
export function directDeny({ kind, value, mode }: Ending, now: number): DirectDeny {
  const isWrit = kind === 'writ';
  // Blocked is what is denied whenever it was issued: before a time that never comes.
  const time = mode === 'block' ? BLOCKED_WITHOUT_END : denyBefore(now);
  const text = textOf([statement({ kind, value }, time)]);
  if (text.length > MAX_MANAGED_POLICY_CHARS) throw usage('That is too long for a policy.');
  const parts = [isWrit ? 'end' : mode, kind, ...(kind === 'all' ? [] : [label(value)])];
  return { name: parts.join('.'), text, before: isWrit || mode === 'block' ? null : isoTime(time) };
}

function statement({ kind, value }: Pick<Ending, 'kind' | 'value'>, before: number): PolicyStatement {
  switch (kind) {
    case 'writ':
      return bySourceIdentity([patternOf(value)]);
    case 'role':
      return byRole([value], before);
    case 'all':
      return ofAccount(before);
    case 'access_key':
      throw usage(
        'IAM cannot deny an access key by its id: name its writ.',
        "In CloudTrail, sourceIdentity of the key's events is <user>+<writ id>.",
      );
    default:
      return byTag(kind, [value], before);
  }
}
