/**
 * What is denied in one account: its active entries, each of their subjects once, and nothing twice. Every time here is
 * a T' (NumericDate): sessions issued before it are denied; 0, before which none was, stands for "not denied".
 */
import { ISSUE_WITHIN_SECONDS, MINT_TIMEOUT_MILLIS } from '../limits.ts';
import type { HeadKind } from '../ports.ts';
import { openedAt } from '../writ-id.ts';
import { isOver, type StampedEntry, type WritEntry } from './entry.ts';
import { denyBefore } from './heads.ts';
import { targetRolesArn } from './names.ts';
import { isPossible } from './possible.ts';

export type TagKind = Exclude<HeadKind, 'writ' | 'role' | 'all'>;
export const TAG_KINDS = ['user', 'device', 'agent', 'task', 'permission'] as const satisfies TagKind[];

/** Values with the T' of each. */
export type Dated = ReadonlyMap<string, number>;

export interface Denials {
  /** By the user whose they are: single writs. */
  readonly writs: ReadonlyMap<string, Dated>;
  readonly tags: { readonly [Kind in TagKind]: Dated };
  /** ARNs of single target roles. */
  readonly roles: Dated;
  readonly everyRole: number;
  readonly account: number;
}

/**
 * T' of an entry: what a statement must reach so that it denies all that the entry does.
 *
 * A writ's own statement asks for no time. One that takes its place must reach past the last instant at which the
 * writ's session can have begun: its cut-off is read before the revocation is durable, and until then mint goes on.
 */
export function beforeOf(entry: StampedEntry): number {
  return denyBefore(entry.kind === 'writ' ? Math.max(entry.cutoff, lastBegin(entry)) : entry.cutoff);
}

/** Mint begins only so long after the writ was opened, and exchange waits only so long for mint. */
const lastBegin = ({ value, cutoff }: WritEntry): number =>
  Math.min(openedAt(value), cutoff) + ISSUE_WITHIN_SECONDS + MINT_TIMEOUT_MILLIS / 1000;

/**
 * @param now - NumericDate. Entries that are over are left out.
 * @param account - Twelve digits. Whatever else is no target role of this account has no session here.
 */
export function denialsOf(entries: readonly StampedEntry[], now: number, account: string): Denials {
  const here = targetRolesArn(account);
  const writs = new Map<string, Map<string, number>>();
  const tags = { user: dated(), device: dated(), agent: dated(), task: dated(), permission: dated() };
  const [own, all] = [dated(), dated()];
  for (const entry of entries) {
    if (isOver(entry, now) || !isPossible(entry)) continue;
    const before = beforeOf(entry);
    switch (entry.kind) {
      case 'writ': {
        const theirs = writs.get(entry.user) ?? dated();
        writs.set(entry.user, raise(theirs, entry.value, before));
        break;
      }
      case 'role':
        if (entry.value.startsWith(here)) raise(own, entry.value, before);
        break;
      case 'all':
        raise(all, '*', before);
        break;
      default:
        raise(tags[entry.kind], entry.value, before);
    }
  }
  return { writs, tags, roles: own, everyRole: 0, account: all.get('*') ?? 0 };
}

/** Leaves out what a wider statement denies anyway. */
export function withoutCovered({ writs, tags, roles, everyRole, account }: Denials): Denials {
  const wide = Math.max(everyRole, account);
  const user = after(tags.user, wide);
  return {
    writs: new Map(
      [...writs]
        .map(([name, theirs]) => [name, after(theirs, Math.max(wide, user.get(name) ?? 0))] as const)
        .filter(([, theirs]) => theirs.size > 0),
    ),
    tags: {
      user,
      device: after(tags.device, wide),
      agent: after(tags.agent, wide),
      task: after(tags.task, wide),
      permission: after(tags.permission, wide),
    },
    roles: after(roles, wide),
    everyRole,
    account,
  };
}

/** Every T' of an entry that stands by itself, earliest first, none twice. */
export function timesOf({ writs, tags, roles }: Denials): readonly number[] {
  const all = [...writs.values(), ...Object.values(tags), roles].flatMap((dates) => [...dates.values()]);
  return [...new Set(all)].sort((one, other) => one - other);
}

const dated = (): Map<string, number> => new Map();

/** The latest of several revocations counts. */
const raise = (dates: Map<string, number>, value: string, before: number): Map<string, number> =>
  dates.set(value, Math.max(before, dates.get(value) ?? 0));

const after = (dates: Dated, time: number): Dated =>
  time === 0 ? dates : new Map([...dates].filter(([, before]) => before > time));
