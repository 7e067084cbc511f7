/** An account's deny policy, as a pure function of what is revoked (architecture, section 7). */
import { hash } from 'node:crypto';
import { base32 } from '../writ-id.ts';
import { beforeOf, type Dated, type Denials, denialsOf, TAG_KINDS } from './denials.ts';
import type { StampedEntry } from './entry.ts';
import { climbed } from './ladder.ts';
import { canaryIdentity } from './names.ts';
import type { Rung } from './ports.ts';
import { isPossible } from './possible.ts';
import { byEveryRole, byRole, bySourceIdentity, byTag, ofAccount, patternOf, textOf } from './statements.ts';

export interface DenyDocument {
  /** Minified JSON in ASCII, within MAX_MANAGED_POLICY_CHARS: what IAM is given, and must have, byte for byte. */
  readonly text: string;
  /** Names this very text; sixteen characters. It denies `canaryIdentity(generation)`, and no other text does. */
  readonly generation: string;
  /** The highest in the document. */
  readonly rung: Rung;
  /** By which rung an entry that is not over is denied. */
  readonly rungOf: (entry: StampedEntry) => Rung;
  /** Length of the text. */
  readonly characters: number;
  /** Entries that name what no session can be, and so are not in the text: they should not have been written. */
  readonly impossible: readonly StampedEntry[];
}

/**
 * Folds the entries that are not over; their order does not matter.
 *
 * @param entries - All that concern one account: its own writs', and every principal's.
 * @param now - NumericDate.
 * @param account - Twelve digits.
 */
export function denyDocument(entries: readonly StampedEntry[], now: number, account: string): DenyDocument {
  const impossible = entries.filter((entry) => !isPossible(entry));
  return { ...documentOf(climbed(denialsOf(entries, now, account)), account), impossible };
}

/** Writes down what is denied, however long that is. @param account - Twelve digits. */
export function documentOf(denials: Denials, account: string): Omit<DenyDocument, 'impossible'> {
  const write = (canary: readonly string[]) => textOf(statementsOf(denials, account, canary));
  const generation = generationOf(write([]));
  const text = write([canaryIdentity(generation)]);
  return {
    text,
    generation,
    rung: highest(denials),
    rungOf: (entry) => rungOf(entry, denials),
    characters: text.length,
  };
}

/** 80 bits. @param rest - The document without its canary, which cannot name itself. */
const generationOf = (rest: string): string => base32(hash('sha256', rest, 'buffer').subarray(0, 10));

function statementsOf(denials: Denials, account: string, canary: readonly string[]) {
  const { writs, tags, roles, everyRole } = denials;
  const ids = [...writs.values()].flatMap((theirs) => [...theirs.keys()]).sort();
  return [
    bySourceIdentity([...ids.map(patternOf), ...canary]),
    ...TAG_KINDS.flatMap((kind) => eachTime(tags[kind], (values, time) => byTag(kind, values, time))),
    ...eachTime(roles, byRole),
    ...(everyRole > 0 ? [byEveryRole(account, everyRole)] : []),
    ...(denials.account > 0 ? [ofAccount(denials.account)] : []),
  ];
}

/** One statement for each T', earliest first. */
function eachTime<T>(dates: Dated, write: (values: readonly string[], time: number) => T): T[] {
  return [...Map.groupBy(dates, ([, time]) => time)]
    .sort(([one], [other]) => one - other)
    .map(([time, dated]) => write(dated.map(([value]) => value).sort(), time));
}

function highest({ tags, roles, everyRole, account }: Denials): Rung {
  if (account > 0) return 'account';
  if (everyRole > 0 || roles.size > 0) return 'role';
  return TAG_KINDS.some((kind) => tags[kind].size > 0) ? 'principal' : 'writ';
}

function rungOf(entry: StampedEntry, { tags, everyRole, account }: Denials): Rung {
  const before = beforeOf(entry);
  if (entry.kind === 'all' || before <= account) return 'account';
  if (entry.kind === 'role' || before <= everyRole) return 'role';
  if (entry.kind !== 'writ') return 'principal';
  return before <= (tags.user.get(entry.user) ?? 0) ? 'principal' : 'writ';
}
