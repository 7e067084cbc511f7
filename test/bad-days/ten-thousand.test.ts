/**
 * Ten thousand revocations in one minute, over two thousand users, while IAM spreads slowly and takes one version a
 * second: they climb to the role by arithmetic, none of their sessions is ever free again, and they come down by
 * themselves. The clock is the test's: nobody waits.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { LedgerRecord } from '../../core/ledger/records.ts';
import {
  DENY_KEPT_SECONDS,
  MAX_MANAGED_POLICY_CHARS,
  SPREAD_WITHIN_MILLIS,
  WRITE_EVERY_MILLIS,
} from '../../core/limits.ts';
import type { WritEntry } from '../../core/revocation/entry.ts';
import { RUNGS, type Rung } from '../../core/revocation/ports.ts';
import { openWorld, ROLES } from '../core/reconcile-world.ts';
import { type Judge, judge, type Session } from '../core/revocation/world.ts';
import { NOW } from '../support/clock.ts';

const REVOCATIONS = 10_000;
const USERS = 2000;
const MINUTE = 60_000;
/** When the first is asked for, NumericDate; their sessions are some seconds old. */
const FIRST = NOW + 30;
const ISSUED_AT = NOW + 1;
/** Of some users they last an hour, of the rest a quarter of one. */
const endOf = (user: number): number => ISSUED_AT + (user % 10 === 0 ? 3600 : 900);

const [role = ''] = ROLES;
const sessionOf = ({ value, user }: Pick<WritEntry, 'value' | 'user'>): Session => ({
  writ: value,
  role,
  tags: { 'writ:id': value, 'writ:user': user },
  issuedAt: ISSUED_AT,
});

const world = openWorld();
const entries: WritEntry[] = [];
const throttled: number[] = [];
const enforcedTooSoon: string[] = [];
let lastWrite = Number.NEGATIVE_INFINITY;

const judges = new Map<string, Judge>();
function inForce(): Judge {
  const text = world.iam.inForce();
  const known = judges.get(text) ?? judge(text);
  judges.set(text, known);
  return known;
}

/** All that has been asked for by now. */
function arrive(): void {
  const due = Math.min(REVOCATIONS, Math.floor(((world.now - FIRST * 1000) / MINUTE) * REVOCATIONS));
  while (entries.length < due) {
    const user = entries.length % USERS;
    entries.push(world.revoke({ user: `idp:user-${user}`, until: endOf(user) }));
  }
}

const checked = new Set<string>();
/** What the ledger calls enforced AWS refuses at that very moment. */
function checkEnforced(): void {
  for (const entry of world.kept.values()) {
    if (entry.kind !== 'writ' || entry.recordedIn.length === 0 || checked.has(entry.value)) continue;
    checked.add(entry.value);
    if (!inForce().denies(sessionOf(entry))) enforcedTooSoon.push(entry.value);
  }
}

const aliveAndFree = (): readonly string[] =>
  entries
    .filter(({ until }) => until > world.now / 1000)
    .filter((entry) => !inForce().denies(sessionOf(entry)))
    .map(({ value }) => value);

let told: readonly LedgerRecord[] = [];

beforeAll(async () => {
  await world.run();
  world.iam.writes = [];
  world.iam.delay = 3000;
  world.now = FIRST * 1000;
  world.before = (call) => {
    // Looks further apart than real ones, so that a minute has fewer of them.
    if (call === 'sleep') world.now += 750;
    if (call === 'entries') arrive();
    if (call !== 'iam write') return;
    if (world.now - lastWrite < WRITE_EVERY_MILLIS) {
      throttled.push(world.now);
      throw new Fault('iam_unavailable');
    }
    lastWrite = world.now;
  };
  world.after = (call) => {
    if (call === 'recordEnforced') checkEnforced();
  };
  for (let behind = true; behind || entries.length < REVOCATIONS; world.now += 250) {
    ({ behind } = await world.run());
  }
  told = world.records();
});

describe('on the way up', () => {
  test('one version a second at most: IAM is never asked too soon, and no version is written in vain', () => {
    expect(throttled).toEqual([]);
    expect(world.iam.writes.length).toBeLessThanOrEqual((MINUTE + SPREAD_WITHIN_MILLIS) / WRITE_EVERY_MILLIS);
    expect(new Set(world.iam.writes).size).toBe(world.iam.writes.length);
  });

  test('they climb from the writ over its user to the role, and no further', () => {
    const rungs = new Set(told.flatMap((record) => (record.type === 'enforced' ? [record.rung] : [])));
    expect(rungs).toEqual(new Set(['writ', 'principal', 'role']));
    expect(world.state.health).toMatchObject({ rung: 'role', entries: REVOCATIONS });
  });

  test('each has its record, and its session was refused by then', () => {
    expect(told.filter(({ type }) => type === 'enforced')).toHaveLength(REVOCATIONS);
    expect(enforcedTooSoon).toEqual([]);
    expect(told.filter(({ type }) => type === 'ended')).toHaveLength(REVOCATIONS);
  });

  test('all of it is denied by a document that IAM takes, and what is issued later is not', () => {
    expect(aliveAndFree()).toEqual([]);
    for (const text of world.iam.writes) expect(text.length).toBeLessThanOrEqual(MAX_MANAGED_POLICY_CHARS);
    const later = { ...sessionOf({ value: '0123456789abcdef', user: 'idp:user-1' }), issuedAt: FIRST + 120 };
    expect(inForce().denies(later)).toBe(false);
  });
});

test('on the way down no session that is alive is free, and at the end nothing is denied', async () => {
  const written = world.iam.writes.length;
  const rungs: Rung[] = [];
  const ends = [ISSUED_AT + 900, ISSUED_AT + 3600].map((end) => end + DENY_KEPT_SECONDS);
  for (const seconds of [NOW + 600, ...ends.flatMap((end) => [end - 1, end, end + 60])]) {
    world.now = Math.max(world.now, seconds * 1000);
    expect(await world.run()).toMatchObject({ verified: true, behind: false, fault: null });
    expect(aliveAndFree()).toEqual([]);
    rungs.push(world.state.health?.rung ?? 'account');
  }
  const down = [...rungs].sort((one, other) => RUNGS.indexOf(other) - RUNGS.indexOf(one));
  expect(rungs).toEqual(down);
  expect(new Set(rungs)).toEqual(new Set(['role', 'principal', 'writ']));
  expect(world.iam.writes.length - written).toBe(2);
  expect(world.kept.size).toBe(0);
  expect(inForce().denies(sessionOf({ value: '0123456789abcdef', user: 'idp:user-1' }))).toBe(false);
});
