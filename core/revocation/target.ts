/** What a revocation names, as the ledger has it now. Every read here is strongly consistent. */
import { sha256Hex } from '../encoding/hash.ts';
import { Fault } from '../fault.ts';
import {
  accessKeyKey,
  ENDED,
  INTENT,
  KEY,
  OUTCOME,
  revocationKey,
  revokedKey,
  writKey,
} from '../ledger/keys.ts';
import { recordIn } from '../ledger/read-item.ts';
import type { Intent, LedgerRecord, OutcomeRecord, Revoked } from '../ledger/records.ts';
import { MAX_DEVICE_NAMES } from '../limits.ts';
import type { Mode, RevocationRequest } from '../parse/revocation.ts';
import type { HeadKey, ItemKey, Ledger, LedgerItem, ReadHeads } from '../ports.ts';
import { type LiveSessions, namesOneSession, type Revocable } from './ports.ts';

/** One session, named by its writ or by its access key. */
export interface WritTarget {
  readonly kind: 'writ' | 'access_key';
  readonly value: string;
  readonly intent: Intent;
  /** SHA-256 of the intent's body, hex. */
  readonly intentHash: string;
  /** `null`: it is being issued at this very moment. */
  readonly outcome: OutcomeRecord | null;
  /** Whether its end stands in the ledger: AWS was seen to refuse, or the secret never left. */
  readonly ended: boolean;
}

/** Every session of somebody or something. */
export interface PrincipalTarget {
  readonly kind: Exclude<Revocable, 'writ' | 'access_key'>;
  readonly value: string;
  /** Other names of the same machine. */
  readonly also: readonly string[];
}

export type Target = WritTarget | PrincipalTarget;

export const isWrit = (target: Target): target is WritTarget => 'intent' in target;

export interface FoundTarget {
  /** `null`: there is no such writ or key. A principal needs not be known to be ended. */
  readonly target: Target | null;
  /** The record of this very revocation, where it was asked for before. */
  readonly before: Revoked | null;
}

export interface TargetPorts {
  readonly ledger: Pick<Ledger, 'read' | 'readMany'>;
}

/**
 * Finds what is to be ended, and whether it was asked for before with the same id.
 *
 * @param revocation - This revocation's id.
 * @throws Fault `ledger_unavailable`, also where what stands there is no record of its place: nobody can say then whose
 *   it is.
 */
export async function findTarget(
  { kind, value }: Pick<RevocationRequest, 'kind' | 'value'>,
  revocation: string,
  { ledger }: TargetPorts,
): Promise<FoundTarget> {
  if (namesOneSession(kind)) return findWrit(kind, value, revocation, ledger);
  const item = await ledger.read(revocationKey(revocation), revokedKey(revocation));
  return { target: { kind, value, also: [] }, before: item === null ? null : revokedIn(item) };
}

async function findWrit(
  kind: WritTarget['kind'],
  value: string,
  revocation: string,
  ledger: TargetPorts['ledger'],
): Promise<FoundTarget> {
  const writ = kind === 'writ' ? value : await writOfKey(value, ledger);
  if (writ === null) return { target: null, before: null };
  const pk = writKey(writ);
  const places = [INTENT, OUTCOME, ENDED, revokedKey(revocation)].map((sk): ItemKey => ({ pk, sk }));
  const items = await ledger.readMany(places);
  const at = (place: string) => items.find(({ sk }) => sk === place);
  const [intentItem, outcomeItem, revokedItem] = [at(INTENT), at(OUTCOME), at(revokedKey(revocation))];
  if (intentItem === undefined) return { target: null, before: null };
  const intent = recordOrFault(intentItem);
  const outcome = outcomeItem === undefined ? null : recordOrFault(outcomeItem);
  if (intent.type !== 'intent' || (outcome !== null && outcome.type !== 'outcome')) {
    throw new Fault('ledger_unavailable');
  }
  return {
    target: {
      kind,
      value,
      intent,
      intentHash: sha256Hex(intentItem.body),
      outcome,
      ended: at(ENDED) !== undefined,
    },
    before: revokedItem === undefined ? null : revokedIn(revokedItem),
  };
}

/** The pointer that was written with the outcome. */
async function writOfKey(accessKeyId: string, ledger: TargetPorts['ledger']): Promise<string | null> {
  const item = await ledger.read(accessKeyKey(accessKeyId), KEY);
  if (item === null) return null;
  const pointer = recordOrFault(item);
  if (pointer.type !== 'key') throw new Fault('ledger_unavailable');
  return pointer.writ;
}

/**
 * A machine's sessions carry one of its names each: ending one name alone would leave those of the others. Looking for
 * them reads all that is live, so nobody makes us look who may not end it. What was blocked together is lifted together,
 * though nothing of it is live by then: the block's own record knows.
 *
 * @param now - NumericDate.
 */
export async function withOtherNames(
  target: Target,
  mode: Mode,
  ports: NamesPorts,
  now: number,
): Promise<Target> {
  if (isWrit(target) || target.kind !== 'device') return target;
  const { value } = target;
  const names = new Set([
    ...(mode === 'lift' ? [] : await ports.live.namesOf(value, now)),
    // Blocked again, it stays blocked under all: the later block's record is the one that a lift will find.
    ...(mode === 'end' ? [] : await blockedTogether(value, ports)),
  ]);
  names.delete(value);
  return { ...target, also: [...names].sort().slice(0, MAX_DEVICE_NAMES) };
}

export interface NamesPorts {
  readonly ledger: Pick<Ledger, 'read'>;
  readonly live: Pick<LiveSessions, 'namesOf'>;
  readonly readHeads: ReadHeads;
}

async function blockedTogether(
  device: string,
  { readHeads, ledger }: NamesPorts,
): Promise<readonly string[]> {
  const { heads } = await readHeads([{ kind: 'device', value: device }], null, null);
  const by = heads[0]?.blockedBy;
  const item = by === undefined ? null : await ledger.read(revocationKey(by), revokedKey(by));
  if (item === null) return [];
  const { value, also } = revokedIn(item);
  return [value, ...also];
}

function recordOrFault(item: LedgerItem): LedgerRecord {
  const record = recordIn(item);
  if (record === null) throw new Fault('ledger_unavailable');
  return record;
}

function revokedIn(item: LedgerItem): Revoked {
  const record = recordIn(item);
  if (record?.type !== 'revoked') throw new Fault('ledger_unavailable');
  return record;
}

/** Nothing of it can be alive any more, or no secret of it ever left. @param now - NumericDate. */
export const isWritOver = ({ intent, outcome, ended }: WritTarget, now: number): boolean =>
  ended || now >= intent.deadline || (outcome !== null && outcome.outcome !== 'issued');

/** The heads that a revocation of it touches. */
export const headsOfTarget = (target: Target): readonly HeadKey[] =>
  isWrit(target)
    ? [{ kind: 'writ', value: target.intent.writ }]
    : [target.value, ...target.also].map((value) => ({ kind: target.kind, value }));
