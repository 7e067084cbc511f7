import { describe, expect, test } from 'vitest';
import { jcs } from '../../../core/encoding/jcs.ts';
import { dueHour, dueIndex, intentItem, issuedItem, keyOf, outcomeItem } from '../../../core/ledger/keys.ts';
import {
  DEADLINE,
  ENDED,
  ENFORCED,
  ENROLLED,
  INTENT,
  ISSUED,
  KEY,
  ORPHANED,
  REFUSED,
  REVOKED,
  WRIT,
} from './fixture.ts';

const REVOCATION = REVOKED.revocation;

test.each([
  { record: INTENT, pk: `WRIT#${WRIT}`, sk: '00#intent' },
  { record: REFUSED, pk: `WRIT#${WRIT}`, sk: '00#refused' },
  { record: ISSUED, pk: `WRIT#${WRIT}`, sk: '10#outcome' },
  { record: REVOKED, pk: `WRIT#${WRIT}`, sk: `20#revoked#${REVOCATION}` },
  { record: { ...REVOKED, writ: null }, pk: `REVOCATION#${REVOCATION}`, sk: `20#revoked#${REVOCATION}` },
  { record: ENFORCED, pk: `WRIT#${WRIT}`, sk: `21#enforced#${REVOCATION}#444455556666` },
  {
    record: { ...ENFORCED, writ: null },
    pk: `REVOCATION#${REVOCATION}`,
    sk: `21#enforced#${REVOCATION}#444455556666`,
  },
  { record: ENDED, pk: `WRIT#${WRIT}`, sk: '30#ended' },
  { record: ENROLLED, pk: `ENROLMENT#${WRIT}`, sk: '00#enrolled' },
  { record: KEY, pk: 'KEY#ASIAEXAMPLE', sk: '00#key' },
])('$record.type stands at $pk / $sk', ({ record, pk, sk }) => {
  expect(keyOf(record)).toEqual({ pk, sk });
});

test('an intent is due when it must have its outcome', () => {
  expect(intentItem(INTENT, jcs(INTENT))).toEqual({
    pk: `WRIT#${WRIT}`,
    sk: '00#intent',
    body: jcs(INTENT),
    due: '2026-11-24T10',
    dueAt: `2026-11-24T10:45:10Z#${WRIT}`,
  });
});

test('an issued one is due at its deadline, and its body is canonical', () => {
  expect(issuedItem(ISSUED, DEADLINE)).toEqual({
    pk: `WRIT#${WRIT}`,
    sk: '10#outcome',
    body: jcs(ISSUED),
    due: '2026-11-24T11',
    dueAt: `2026-11-24T11:00:00Z#${WRIT}`,
  });
});

test('another outcome is due to nobody', () => {
  expect(outcomeItem(ORPHANED)).toEqual({ pk: `WRIT#${WRIT}`, sk: '10#outcome', body: jcs(ORPHANED) });
});

describe('the time index', () => {
  test.each([
    { time: 1_795_518_000, hour: '2026-11-24T11' },
    { time: 1_795_517_999, hour: '2026-11-24T10' },
    { time: 1_798_761_599, hour: '2026-12-31T23' },
  ])('$time is in $hour', ({ time, hour }) => {
    expect(dueHour(time)).toBe(hour);
    expect(dueIndex(time, WRIT).due).toBe(hour);
  });

  test('sorts by time, then by id', () => {
    const entries = [
      dueIndex(1_795_518_000, 'a'),
      dueIndex(1_795_517_999, 'b'),
      dueIndex(1_795_518_000, '0'),
    ];
    expect(entries.map(({ dueAt }) => dueAt).sort()).toEqual([
      '2026-11-24T10:59:59Z#b',
      '2026-11-24T11:00:00Z#0',
      '2026-11-24T11:00:00Z#a',
    ]);
  });
});
