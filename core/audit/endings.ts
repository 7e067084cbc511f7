/** What took a writ back early: its own revocations, and those of anybody and anything that it names. */
import { groupedBy } from '../grouped.ts';
import type { Enforced, Intent, Revoked, Stamped } from '../ledger/records.ts';
import { denyBefore, headsOf } from '../revocation/heads.ts';
import type { Ending } from './evidence.ts';
import { ofType, type Placed } from './placed.ts';

interface Revocation {
  readonly revoked: Placed<Revoked>;
  readonly stamped: Placed<Stamped> | undefined;
  readonly enforced: readonly Placed<Enforced>[];
}

/** Revocations of principals, by what they name. */
export type ByName = ReadonlyMap<string, readonly Revocation[]>;

const nameOf = (kind: string, value: string): string => `${kind} ${value}`;

/** @param items - Of the partitions `REVOCATION#…`. */
export function byName(items: readonly Placed[]): ByName {
  const named = revocationsIn(items).flatMap((revocation) => {
    const { kind, value, also } = revocation.revoked.record;
    return [value, ...also].map((each) => [nameOf(kind, each), revocation] as const);
  });
  const groups = groupedBy(named, ([name]) => name);
  return new Map([...groups].map(([name, group]) => [name, group.map(([, revocation]) => revocation)]));
}

function revocationsIn(items: readonly Placed[]): readonly Revocation[] {
  const stamped = groupedBy(ofType(items, 'stamped'), ({ record }) => record.revocation);
  const enforced = groupedBy(ofType(items, 'enforced'), ({ record }) => record.revocation);
  return ofType(items, 'revoked').map((revoked) => ({
    revoked,
    stamped: stamped.get(revoked.record.revocation)?.[0],
    enforced: enforced.get(revoked.record.revocation) ?? [],
  }));
}

/**
 * @param own - The writ's items.
 * @param issuedAt - STS's own issue time, NumericDate.
 * @returns those that deny this session, oldest first.
 */
export function endingsOf(
  intent: Intent,
  own: readonly Placed[],
  issuedAt: number,
  principals: ByName,
): readonly Ending[] {
  const theirs = headsOf(intent).flatMap(({ kind, value }) => principals.get(nameOf(kind, value)) ?? []);
  const applying = new Set([
    ...revocationsIn(own),
    ...theirs.filter((revocation) => issuedAt < deniedBefore(revocation)),
  ]);
  return [...applying]
    .filter(({ revoked }) => revoked.record.mode !== 'lift')
    .map((revocation) => endingIn(intent.account, revocation))
    .sort((one, other) => one.askedAt - other.askedAt || (one.revocation < other.revocation ? -1 : 1));
}

/** While it was not stamped no session was released (rule 8): T is then no earlier than the asking. */
const deniedBefore = ({ revoked, stamped }: Revocation): number =>
  stamped?.record.denyBefore ?? denyBefore(revoked.record.at);

function endingIn(account: string, { revoked, stamped, enforced }: Revocation): Ending {
  const here = enforced.find(({ record }) => record.account === account);
  const { revocation, kind, value, at } = revoked.record;
  return {
    revocation,
    kind,
    value,
    askedAt: at,
    denyBefore: stamped?.record.denyBefore ?? null,
    written: here?.record.written ?? null,
    seenRefused: here?.record.seenRefused ?? null,
    leaves: [revoked, stamped, here].flatMap((item) => (item === undefined ? [] : [item.leaf])),
  };
}
