/**
 * Forgetting a person: the openings of the personal fields in his records are deleted. What stands in ledger and log are hashes
 * under salts that are gone then; who he was to Writ (`alias:subject`) stays, as CloudTrail has it anyway.
 */
import { batchesOf } from './batches.ts';
import { forgottenItem } from './ledger/keys.ts';
import type { Forgotten } from './ledger/records.ts';
import { FORGET_ROUNDS } from './limits.ts';
import type { Clock, Ledger, Random } from './ports.ts';
import { isIdentityTag } from './session/encode.ts';
import { WRIT_ID_RANDOM_BYTES, writId } from './writ-id.ts';

export interface ForgetPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Pick<Ledger, 'append'>;
  readonly people: People;
}

/** The partition of one person. Faults are `ledger_unavailable`. */
export interface People {
  /** Sort keys of his openings. Strongly consistent. */
  openings(subject: string): Promise<readonly string[]>;
  /** Side by side. Gone already is success. */
  remove(subject: string, openings: readonly string[]): Promise<void>;
}

const AT_ONCE = 25;
const KEY = /^(?:urn:ietf:params:oauth:jwk-thumbprint:sha-256:[\w-]{43})$/;
const ARN = /^(?:arn:aws[a-z-]{0,16}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{1,600})$/;

/** Whether a person can be called so: as in the tag `writ:user`, or by the ARN or the key (RFC 9278) under which he revoked. */
export const namesPerson = (subject: string): boolean =>
  isIdentityTag(subject) || ARN.test(subject) || KEY.test(subject);

export interface Forgetting {
  readonly record: Forgotten;
  /** Openings that came while others were deleted, and are there still; 0: all is gone. */
  readonly left: number;
}

/**
 * The record comes first: a deletion that nobody recorded would look like a theft of what it deleted. One that ends half-way is
 * done again, and recorded again with what was left.
 *
 * @param subject - As `namesPerson` takes it.
 * @param by - ARN of who does it.
 * @param told - Told how many are gone, and how many there were.
 * @returns `null`: there was nothing of his, and nothing was written.
 * @throws Fault `ledger_unavailable`.
 */
export async function forget(
  subject: string,
  by: string,
  ports: ForgetPorts,
  told: (gone: number, of: number) => void = () => undefined,
): Promise<Forgetting | null> {
  const { people, ledger, clock, random } = ports;
  const found = await people.openings(subject);
  if (found.length === 0) return null;
  const millis = clock();
  const forgotten: Forgotten = {
    v: 1,
    type: 'forgotten',
    forgetting: writId(millis, random(WRIT_ID_RANDOM_BYTES)),
    at: Math.floor(millis / 1000),
    subject,
    openings: found.length,
    by,
  };
  await ledger.append(forgottenItem(forgotten));
  let gone = 0;
  let left = found;
  // Who is at work while he is forgotten leaves new ones; he is not followed for ever.
  for (let round = 0; left.length > 0 && round < FORGET_ROUNDS; round++) {
    for (const some of batchesOf(left, AT_ONCE)) {
      await people.remove(subject, some);
      gone += some.length;
      told(gone, Math.max(gone, found.length));
    }
    left = await people.openings(subject);
  }
  return { record: forgotten, left: left.length };
}
