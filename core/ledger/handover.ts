import { sha256Hex } from '../encoding/hash.ts';
import { Fault } from '../fault.ts';
import type { Handover } from '../ports.ts';
import { openPersonal, type RequestPersonal } from './personal.ts';
import { Intent } from './records.ts';

/** A handed intent whose shape and openings hold. Whether the ledger holds the same bytes is mint's next question. */
export interface Opened {
  readonly intent: Intent;
  /** SHA-256 of the intent's body, hex: the tag `writ:decision`. */
  readonly hash: string;
  readonly personal: RequestPersonal;
}

/** @throws Fault `intent_differs` where the bytes are no intent of that writ, or an opening does not fit. */
export function openHandover(handover: Handover): Opened {
  const parsed = Intent.safeParse(parse(handover.intent));
  if (!parsed.success || parsed.data.writ !== handover.writ) throw new Fault('intent_differs');
  const personal = openPersonal(parsed.data, handover.openings);
  if (personal === null) throw new Fault('intent_differs');
  return { intent: parsed.data, hash: sha256Hex(handover.intent), personal };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
