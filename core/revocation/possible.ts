import { WRIT_ID } from '../writ-id.ts';
import type { StampedEntry } from './entry.ts';

/** A session tag of ours: its alphabet is STS's, so without what IAM reads as pattern or variable. */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;
/** A role's name and path: without wildcards, which `ArnEquals` would read. */
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;

/**
 * Whether a session can be what the entry names. If none can, leaving the entry out ends nothing less; putting it in
 * could end everything (`*`), or be a document that IAM refuses, and with it every other revocation.
 */
export function isPossible(entry: StampedEntry): boolean {
  switch (entry.kind) {
    case 'writ':
      return WRIT_ID.test(entry.value) && TAG_VALUE.test(entry.user);
    case 'role':
      return ROLE_ARN.test(entry.value);
    case 'all':
      return true;
    default:
      return TAG_VALUE.test(entry.value);
  }
}
