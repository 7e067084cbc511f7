import { describe, expect, test } from 'vitest';
import { MAX_MANAGED_POLICY_CHARS } from '../../../core/limits.ts';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { StampedEntry } from '../../../core/revocation/entry.ts';
import { CONTROL_IDENTITY, canaryIdentity } from '../../../core/revocation/names.ts';
import { NOW } from '../../support/clock.ts';
import { ACCOUNT, crowd, idOf, judge, principalEntry, ROLE, ROLES, roleOf, writEntry } from './world.ts';

const deny = (entries: readonly StampedEntry[], now = NOW) => denyDocument(entries, now, ACCOUNT);
const rungs = (entries: readonly StampedEntry[], of: readonly StampedEntry[] = entries) => {
  const { rungOf } = deny(entries);
  return [...new Set(of.map(rungOf))].sort();
};
/** Each of another user, whose name is no shorter than a writ's pattern: climbing does not help. */
const loners = (size: number) =>
  crowd(size, 1).map((entry, at) => ({ ...entry, user: `corp:somebody-with-a-long-name-${at}` }));
/** The T′ of the one statement for all roles, or of a denial of all. */
const lastTime = (text: string): string =>
  JSON.parse(text).Statement.at(-1).Condition.DateLessThanIfExists['aws:TokenIssueTime'];

describe('how many single writs fit', () => {
  const FIT = 284;

  test(`${FIT}, and the text is full`, () => {
    const { rung, characters } = deny(loners(FIT));
    expect(rung).toBe('writ');
    expect(MAX_MANAGED_POLICY_CHARS - characters).toBeLessThan('"*+0123456789abcdef",'.length);
  });

  test('one more climbs', () => {
    expect(deny(loners(FIT + 1)).rung).toBe('role');
  });
});

describe('users', () => {
  const noisy = (size: number, user: string, first: number) =>
    crowd(size, 1, first).map((entry) => ({ ...entry, user }));

  test('the noisiest climbs, and others keep their other sessions', () => {
    const looping = noisy(400, 'corp:looping', 1000);
    const others = loners(100);
    const all = [...looping, ...others];
    expect(rungs(all, looping)).toEqual(['principal']);
    expect(rungs(all, others)).toEqual(['writ']);
    const { denies } = judge(deny(all).text);
    const session = { writ: idOf(NOW - 500, 9), role: ROLE, issuedAt: NOW - 500 };
    expect(denies({ ...session, tags: { 'writ:user': 'corp:looping' } })).toBe(true);
    expect(denies({ ...session, tags: { 'writ:user': 'corp:somebody-with-a-long-name-1' } })).toBe(false);
    expect(denies({ ...session, issuedAt: NOW, tags: { 'writ:user': 'corp:looping' } })).toBe(false);
  });

  test('only so many climb as must, and of two alike the first by name', () => {
    const [alice, boris] = [noisy(200, 'corp:alice', 1000), noisy(200, 'corp:boris', 2000)];
    expect(rungs([...boris, ...alice], alice)).toEqual(['principal']);
    expect(rungs([...boris, ...alice], boris)).toEqual(['writ']);
  });

  test('the noisier of two climbs, whatever their names', () => {
    const [loud, quiet] = [noisy(250, 'corp:zoe', 1000), noisy(100, 'corp:al', 2000)];
    expect(rungs([...quiet, ...loud], loud)).toEqual(['principal']);
    expect(rungs([...quiet, ...loud], quiet)).toEqual(['writ']);
  });

  test('do not climb where a statement of their own takes more room than their writs', () => {
    const scattered = Array.from({ length: 64 }, (_, at) =>
      writEntry({ value: idOf(NOW - 900, at), user: `corp:single-${at % 8}`, cutoff: NOW - 10 * (at % 8) }),
    );
    const together = Array.from({ length: 180 }, (_, at) =>
      writEntry({ value: idOf(NOW - 800, at), user: `corp:shared-${at % 60}`, cutoff: NOW - 300 }),
    );
    const all = [...scattered, ...together, ...loners(50)];
    expect(rungs(all, scattered)).toEqual(['writ']);
    expect(rungs(all, together)).toContain('principal');
  });

  test('whose statement moves leave no room for the old one', () => {
    const user = principalEntry('user', 'corp:looping', NOW - 3000);
    const looping = noisy(20, 'corp:looping', 1000);
    expect(rungs([user, ...looping, ...loners(275)], looping)).toEqual(['principal']);
    expect(deny([user, ...looping, ...loners(275)]).rung).toBe('principal');
  });

  test('one statement is filled before another is opened', () => {
    const group = (letter: string, cutoff: number) =>
      Array.from({ length: 200 }, (_, at) =>
        writEntry({ value: idOf(cutoff - 300, at), user: `corp:${letter}-${10 + (at % 40)}`, cutoff }),
      );
    const [first, second] = [group('z', NOW - 300), group('a', NOW - 200)];
    expect(rungs([...first, ...second], first)).toContain('principal');
    expect(rungs([...first, ...second], second)).toEqual(['writ']);
  });

  test('climb into a statement that stands already, however few their writs', () => {
    const cutoff = NOW - 60;
    const few = Array.from({ length: 8 }, (_, at) =>
      writEntry({ value: idOf(NOW - 900, at), user: 'corp:few', cutoff }),
    );
    const rest = loners(272);
    expect(rungs([...few, ...rest, principalEntry('user', 'corp:other', cutoff)], few)).toEqual([
      'principal',
    ]);
    expect(rungs([...few, ...rest, principalEntry('user', 'corp:other', cutoff)], rest)).toEqual(['writ']);
  });

  test('who are many and little noise climb where they share a statement', () => {
    const opened = NOW - 600;
    const entries = Array.from({ length: 500 }, (_, at) =>
      writEntry({ value: idOf(opened, at), user: `corp:user-${at % 100}`, cutoff: NOW - 60 }),
    );
    expect(deny(entries).rung).toBe('principal');
  });

  test('whose name takes more room than their writs do not climb', () => {
    const entries = crowd(270, 1).map((entry, at) => ({ ...entry, user: `corp:${'x'.repeat(40)}-${at}` }));
    const devices = Array.from({ length: 10 }, (_, at) =>
      principalEntry('device', `mdm:${at}`, NOW - 600 + 10 * at),
    );
    expect(rungs([...entries, ...devices], entries)).not.toContain('principal');
  });

  test('who stand there already take their writs along', () => {
    const user = principalEntry('user', 'corp:looping', NOW - 3000);
    const looping = noisy(400, 'corp:looping', 1000);
    const { text } = deny([user, ...looping]);
    expect(text.split('corp:looping')).toHaveLength(2);
  });
});

describe('every role', () => {
  const users = (size: number, cutoff: (at: number) => number) =>
    Array.from({ length: size }, (_, at) => principalEntry('user', `corp:a-user-${at}`, cutoff(at)));

  test('at the earliest T′ that makes room: what was revoked later stays where it was', () => {
    const entries = users(600, (at) => NOW - 1800 + 3 * at);
    const { rung, text, characters } = deny(entries);
    expect(rung).toBe('role');
    expect(rungs(entries)).toEqual(['principal', 'role']);
    expect(characters).toBeGreaterThan(MAX_MANAGED_POLICY_CHARS - 600);
    const { denies } = judge(text);
    const spared = { writ: idOf(NOW - 60, 1), tags: { 'writ:user': 'corp:nobody' }, issuedAt: NOW - 60 };
    for (const role of ROLES) {
      expect(denies({ ...spared, role })).toBe(false);
      expect(denies({ ...spared, role, issuedAt: NOW - 1800 })).toBe(true);
    }
  });

  test('a single role stays beside it only if it is later', () => {
    const crowded = users(600, () => NOW);
    const old = principalEntry('role', ROLE, NOW - 60);
    const late = principalEntry('role', ROLE, NOW + 60);
    const text = (entry: StampedEntry) => deny([...crowded, entry]).text;
    expect(rungs(crowded)).toEqual(['role']);
    expect(text(old)).toBe(deny(crowded).text);
    expect(text(late)).toContain(`["${ROLE}"]`);
  });

  test('is a pattern: a role that the configuration has dropped is among them, the canary is not', () => {
    const { text, generation } = deny(users(600, () => NOW - 60));
    expect(text).toContain(`{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::${ACCOUNT}:role/writ/*"]}`);
    const { denies, deniesCanary } = judge(text);
    const session = { writ: idOf(NOW - 60, 1), tags: { 'writ:user': 'corp:nobody' } };
    for (const role of [...ROLES, roleOf('retired'), roleOf('of/a/path')]) {
      expect(denies({ ...session, role, issuedAt: NOW - 60 })).toBe(true);
      expect(denies({ ...session, role, issuedAt: NOW })).toBe(false);
    }
    expect(deniesCanary(CONTROL_IDENTITY, NOW - 900)).toBe(false);
    expect(deniesCanary(canaryIdentity(generation), NOW - 900)).toBe(true);
  });

  test('is as far as anything climbs: it always makes room', () => {
    const kinds = ['user', 'device', 'agent', 'task', 'permission'] as const;
    const longest = Array.from({ length: 400 }, (_, at) =>
      principalEntry(kinds[at % 5] ?? 'user', `${'ż'.repeat(250)}-${at}`, NOW - 3000 + 10 * (at % 300)),
    );
    expect(deny(longest).rung).toBe('role');
    expect(deny(longest).characters).toBeLessThanOrEqual(MAX_MANAGED_POLICY_CHARS);
  });

  test('a denial of all keeps its T′, whatever climbs beside it', () => {
    const all = principalEntry('all', '*', NOW - 1800);
    const { text, rungOf } = deny([all, ...users(600, () => NOW - 60)]);
    expect(text).toContain('ArnNotLike');
    expect(rungOf(all)).toBe('account');
    expect(lastTime(text)).toBe('2025-06-15T14:36:50Z');
  });
});

test('10⁴ writs of 2,000 users, revoked within a minute, climb to every role, and come down as they end', () => {
  const [opened, asked] = [NOW - 300, NOW - 60];
  const entries = Array.from({ length: 10_000 }, (_, at) =>
    writEntry({
      value: idOf(opened, at),
      user: `corp:user-${at % 2000}`,
      cutoff: asked + (at % 60),
      // The writs of 1,900 users end first, then those of 50 more, then all but ten.
      until: NOW + (at % 2000 < 1900 ? 600 : at % 2000 < 1950 ? 1200 : at % 2000 < 1990 ? 1800 : 2400),
    }),
  );
  const at = (seconds: number) => deny(entries, NOW + seconds);
  expect(at(0).rung).toBe('role');
  expect(at(900)).toMatchObject({ rung: 'principal' });
  expect(at(1500).rung).toBe('writ');
  expect(at(2700).text).toBe(deny([]).text);
});
