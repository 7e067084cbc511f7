import { describe, expect, test } from 'vitest';
import type { Head } from '../../../core/ports.ts';
import {
  denyBefore,
  headsOf,
  headsOfEnrolment,
  standing,
  standingAfter,
} from '../../../core/revocation/heads.ts';
import { NOW } from '../../support/clock.ts';
import { INTENT, WRIT } from '../ledger/fixture.ts';

describe('which heads', () => {
  const withDevice = (device: Partial<typeof INTENT.device>) =>
    headsOf({ ...INTENT, device: { ...INTENT.device, ...device } });
  const others = [
    { kind: 'writ', value: WRIT },
    { kind: 'user', value: 'idp:alice' },
    { kind: 'agent', value: 'code-agent' },
    { kind: 'task', value: 'FIN-1234' },
    { kind: 'permission', value: 'reports-read' },
    { kind: 'role', value: 'arn:aws:iam::444455556666:role/writ/reports' },
    { kind: 'all', value: '*' },
  ];
  const device = (value: string) => ({ kind: 'device', value });
  const sorted = (keys: readonly object[]) => keys.map((key) => JSON.stringify(key)).sort();

  test.each([
    ['attested', { kind: 'attested', id: 'mdm:SN-1', jkt: 'd1' }, ['mdm:SN-1', 'writ:d1']],
    ['claimed', { kind: 'claimed', id: 'idp:laptop-7', jkt: 'd1' }, ['idp:laptop-7', 'writ:d1']],
    ['enrolled: its name is its key’s', { kind: 'enrolled', id: 'writ:d1', jkt: 'd1' }, ['writ:d1']],
    [
      'attested, under a name of Writ’s kind',
      { kind: 'attested', id: 'mdm:d1', jkt: 'd1' },
      ['mdm:d1', 'writ:d1'],
    ],
  ] as const)('of a writ on a device that is %s', (_, shown, devices) => {
    expect(sorted(withDevice(shown))).toEqual(sorted([...others, ...devices.map(device)]));
  });

  test('no key twice: a table refuses a read that names one twice', () => {
    const keys = sorted(withDevice({ kind: 'enrolled', id: 'writ:d1', jkt: 'd1' }));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('as the tags spell them', () => {
    const odd = headsOf({ ...INTENT, task: { value: 'FIN*', by: 'declared' } });
    expect(odd).toContainEqual({ kind: 'task', value: 'FIN=2a' });
    expect(withDevice({ id: 'mdm:x', jkt: 'a=b' })).toContainEqual(device('writ:a=3db'));
  });

  test('of an enrolment: the user, the key under Writ’s own name, and all', () => {
    expect(headsOfEnrolment('idp:alice', 'writ:d1')).toEqual([
      { kind: 'user', value: 'idp:alice' },
      { kind: 'device', value: 'writ:d1' },
      { kind: 'all', value: '*' },
    ]);
  });
});

const head = (change: Partial<Head>): Head => ({
  kind: 'user',
  value: 'idp:alice',
  pending: false,
  cutoff: null,
  blockedUntil: null,
  ...change,
});
const CLEAR = { state: 'clear' };
const revoked = (kind: Head['kind']) => ({ state: 'revoked', kind });
const pending = (retryAfter: number) => ({ state: 'pending', retryAfter });

/** NOW ends in 0: T + 3 s is rounded up to the next ten. */
test.each([
  [NOW, NOW + 10],
  [NOW + 6, NOW + 10],
  [NOW + 7, NOW + 10],
  [NOW + 8, NOW + 20],
  [NOW + 10, NOW + 20],
])('T′ of %i is %i', (cutoff, expected) => {
  expect(denyBefore(cutoff)).toBe(expected);
});

describe('before STS is asked', () => {
  test('no head: never revoked', () => {
    expect(standing([], NOW)).toEqual(CLEAR);
  });

  test.each([
    ['a second before T′', NOW + 9, pending(1)],
    ['just after the cut-off', NOW + 1, pending(9)],
    ['at T′', NOW + 10, CLEAR],
    ['after T′', NOW + 11, CLEAR],
  ])('cut off, and now is %s', (_, now, expected) => {
    expect(standing([head({ cutoff: NOW })], now)).toEqual(expected);
  });

  test.each([
    ['for one second more', NOW + 1, revoked('user')],
    ['until now', NOW, CLEAR],
    ['until a second ago', NOW - 1, CLEAR],
  ])('blocked %s', (_, blockedUntil, expected) => {
    expect(standing([head({ blockedUntil })], NOW)).toEqual(expected);
  });

  test('blocked, and the cut-off is long past: still blocked', () => {
    expect(standing([head({ cutoff: NOW - 3600, blockedUntil: NOW + 1 })], NOW)).toEqual(revoked('user'));
  });

  test('pending: nobody knows yet, whatever else it says', () => {
    expect(standing([head({ pending: true })], NOW)).toEqual(pending(1));
    expect(standing([head({ pending: true, cutoff: 1, blockedUntil: NOW + 60 })], NOW)).toEqual(pending(1));
  });

  test('this very writ, once cut off, is over for ever', () => {
    expect(standing([head({ kind: 'writ', cutoff: 1 })], NOW)).toEqual(revoked('writ'));
  });
});

describe('after STS has answered', () => {
  const LATER = NOW + 100;

  test.each([
    ['before the cut-off', NOW - 1, pending(11)],
    ['at the cut-off', NOW, pending(10)],
    ['a second before T′', NOW + 9, pending(1)],
    ['at T′', NOW + 10, CLEAR],
  ])('cut off, and the session was issued %s', (_, issuedAt, expected) => {
    expect(standingAfter([head({ cutoff: NOW })], LATER, issuedAt)).toEqual(expected);
  });

  test.each([
    ['still', LATER + 1, revoked('user')],
    ['no longer', LATER, CLEAR],
  ])('%s blocked', (_, blockedUntil, expected) => {
    expect(standingAfter([head({ blockedUntil })], LATER, NOW)).toEqual(expected);
  });

  test('pending: what is decided is not known', () => {
    expect(standingAfter([head({ pending: true })], LATER, NOW)).toEqual(pending(1));
  });

  test('this very writ is over, whenever it was issued', () => {
    expect(standingAfter([head({ kind: 'writ', cutoff: 1 })], LATER, NOW)).toEqual(revoked('writ'));
  });
});

describe.each([
  ['before', (heads: readonly Head[]) => standing(heads, NOW)],
  ['after', (heads: readonly Head[]) => standingAfter(heads, NOW, NOW)],
] as const)('of several, %s', (_, judged) => {
  const clear = head({ kind: 'role', cutoff: 1 });
  const blocked = head({ kind: 'device', blockedUntil: NOW + 1 });
  const undecided = head({ kind: 'agent', pending: true });

  test('one that is revoked is enough, wherever it stands', () => {
    expect(judged([clear, blocked])).toEqual(revoked('device'));
    expect(judged([blocked, clear])).toEqual(revoked('device'));
  });

  test('revoked outweighs pending: the caller is not told to wait for nothing', () => {
    expect(judged([undecided, blocked])).toEqual(revoked('device'));
    expect(judged([blocked, undecided])).toEqual(revoked('device'));
  });

  test('pending outweighs clear', () => {
    expect(judged([undecided, clear])).toEqual(pending(1));
    expect(judged([clear, undecided])).toEqual(pending(1));
  });
});
