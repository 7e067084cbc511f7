import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoTime } from '../../../core/encoding/iso-time.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { foldWrit } from '../../../core/ledger/fold.ts';
import type { LedgerRecord } from '../../../core/ledger/records.ts';
import type { LedgerItem } from '../../../core/ports.ts';
import {
  DEADLINE,
  ENDED,
  ENFORCED,
  FAILED,
  INTENT,
  INTENT_HASH,
  ISSUED,
  itemOf,
  KEY,
  OPENED,
  ORPHANED,
  OTHER_WRIT,
  REFUSED,
  REVOKED,
  WRIT,
} from './fixture.ts';

const NOW = OPENED + 200;
const fold = (records: readonly LedgerRecord[], now = NOW) => foldWrit(records.map(itemOf), now);

describe('the state of a writ', () => {
  test.each([
    { state: 'absent', live: false, records: [] },
    { state: 'open', live: false, records: [INTENT] },
    { state: 'refused', live: false, records: [REFUSED] },
    { state: 'issued', live: true, records: [INTENT, ISSUED] },
    { state: 'failed', live: false, records: [INTENT, FAILED] },
    { state: 'orphaned', live: false, records: [INTENT, ORPHANED] },
    // A word in the ledger ends nothing by itself: only the deadline does, or AWS's refusal.
    { state: 'ended', live: true, records: [INTENT, ISSUED, ENDED] },
    { state: 'ended', live: false, records: [INTENT, ISSUED, { ...ENDED, how: 'withheld' }] },
    { state: 'ended', live: false, records: [INTENT, { ...ENDED, how: 'withheld' }] },
    { state: 'issued', live: false, records: [INTENT, ISSUED, REVOKED, ENFORCED] },
    {
      state: 'ended',
      live: false,
      records: [INTENT, ISSUED, REVOKED, ENFORCED, { ...ENDED, how: 'revoked' }],
    },
  ] as { state: string; live: boolean; records: LedgerRecord[] }[])(
    '$state, live: $live',
    ({ state, live, records }) => {
      expect(fold(records)).toMatchObject({ state, live, conflicts: [] });
    },
  );

  test('holds what was recorded', () => {
    expect(fold([INTENT, ISSUED, REVOKED, ENFORCED, ENDED])).toEqual({
      state: 'ended',
      live: false,
      deadline: DEADLINE,
      intent: INTENT,
      intentHash: INTENT_HASH,
      outcome: ISSUED,
      refused: null,
      ended: ENDED,
      revocations: [REVOKED],
      enforcement: [ENFORCED],
      conflicts: [],
    });
  });

  test('live ends with the deadline, to the second, whether or not anybody closed it', () => {
    expect(fold([INTENT, ISSUED], DEADLINE - 1).live).toBe(true);
    expect(fold([INTENT, ISSUED], DEADLINE)).toMatchObject({ state: 'issued', live: false });
  });

  test.each([
    { what: 'asked for', records: [REVOKED] },
    { what: 'written', records: [REVOKED, { ...ENFORCED, seenRefused: null }] },
    { what: 'to be seen later than now', records: [REVOKED, { ...ENFORCED, seenRefused: NOW + 1 }] },
  ])('a revocation that is only $what leaves it live', ({ records }) => {
    expect(fold([INTENT, ISSUED, ...records]).live).toBe(true);
  });

  test('revocations come in the order in which they were asked for', () => {
    const later = { ...REVOKED, revocation: '01jd3v9q2m8x7c40', at: REVOKED.at + 1 };
    expect(fold([INTENT, ISSUED, later, REVOKED]).revocations).toEqual([REVOKED, later]);
  });

  test('the same item twice counts once', () => {
    expect(fold([INTENT, ISSUED, ISSUED, INTENT])).toEqual(fold([INTENT, ISSUED]));
  });
});

describe('a history that cannot be true', () => {
  test.each([
    { conflict: 'intent_and_refusal', records: [INTENT, REFUSED] },
    { conflict: 'two_versions', records: [INTENT, { ...INTENT, deadline: DEADLINE + 1 }] },
    { conflict: 'two_versions', records: [INTENT, ISSUED, ORPHANED] },
    { conflict: 'another_writ', records: [INTENT, { ...ISSUED, writ: OTHER_WRIT }] },
    { conflict: 'another_writ', records: [KEY] },
    { conflict: 'another_writ', records: [{ ...REVOKED, writ: null }] },
    { conflict: 'no_intent', records: [ISSUED] },
    { conflict: 'no_intent', records: [REFUSED, ISSUED] },
    { conflict: 'intent_differs', records: [INTENT, { ...ISSUED, intent: 'cd'.repeat(32) }] },
    { conflict: 'intent_differs', records: [INTENT, ISSUED, { ...REVOKED, intent: null }] },
    { conflict: 'ended_without_session', records: [INTENT, ENDED] },
    { conflict: 'ended_without_session', records: [INTENT, FAILED, ENDED] },
    { conflict: 'ended_without_session', records: [INTENT, ORPHANED, { ...ENDED, how: 'withheld' }] },
    { conflict: 'enforced_without_revocation', records: [INTENT, ISSUED, ENFORCED] },
  ] as { conflict: string; records: LedgerRecord[] }[])('$conflict', ({ conflict, records }) => {
    const state = fold(records);
    expect(state.state).toBe('conflict');
    expect(state.conflicts.map((each) => each.conflict)).toContain(conflict);
  });

  test('says where', () => {
    expect(fold([INTENT, REFUSED]).conflicts).toEqual([{ conflict: 'intent_and_refusal', sk: '00#refused' }]);
  });

  test('still says what could be read, and counts as live while it could be', () => {
    const ended = [INTENT, ISSUED, ORPHANED, ENDED];
    expect(fold(ended)).toMatchObject({ state: 'conflict', live: true, intent: INTENT, ended: ENDED });
    expect(fold(ended, DEADLINE + 2).live).toBe(false);
  });
});

describe('an item that is no record', () => {
  const intent = itemOf(INTENT);
  const issued = itemOf(ISSUED);
  const flawed = (change: Partial<LedgerItem>) => foldWrit([intent, { ...issued, ...change }], NOW);

  test.each([
    { flaw: 'not_json', body: '' },
    { flaw: 'not_json', body: 'eyJhbGciOi' },
    { flaw: 'not_json', body: '{"a":1' },
    { flaw: 'not_canonical', body: ` ${jcs(ISSUED)}` },
    { flaw: 'not_canonical', body: jcs(ISSUED).replace('{', '{"accessKeyId":"ASIAOTHER",') },
    { flaw: 'not_canonical', body: '"\ud800"' },
    { flaw: 'not_canonical', body: '1e999' },
    { flaw: 'not_a_record', body: '['.repeat(100_000) + ']'.repeat(100_000) },
    { flaw: 'not_a_record', body: 'null' },
    { flaw: 'not_a_record', body: '[]' },
    { flaw: 'not_a_record', body: '{}' },
    { flaw: 'not_a_record', body: '{"__proto__":{"type":"outcome"}}' },
    { flaw: 'unknown_version', body: jcs({ ...ISSUED, v: 2 }) },
    { flaw: 'unknown_version', body: jcs({ v: 7, type: 'outcome', whatever: 'it holds by then' }) },
    { flaw: 'not_a_record', body: jcs({ ...ISSUED, v: '2' }) },
    { flaw: 'not_a_record', body: jcs({ ...ISSUED, v: 0 }) },
    { flaw: 'not_a_record', body: jcs({ ...ISSUED, v: 2, type: 'nobody knows' }) },
    { flaw: 'not_a_record', body: jcs({ ...ISSUED, SecretAccessKey: 'x' }) },
    { flaw: 'not_a_record', body: jcs({ ...ISSUED, issuedAt: 'now' }) },
    { flaw: 'out_of_place', body: jcs(REFUSED) },
  ])('$flaw is reported, and nothing throws', ({ flaw, body }) => {
    expect(flawed({ body })).toMatchObject({
      state: 'conflict',
      intent: INTENT,
      outcome: null,
      conflicts: [{ conflict: flaw, sk: '10#outcome' }],
    });
  });

  describe('an outcome of another release', () => {
    const unread = { ...issued, body: jcs({ ...ISSUED, v: 2 }) };

    test('may have issued: live until the deadline that the intent says', () => {
      expect(foldWrit([intent, unread], DEADLINE - 1)).toMatchObject({ state: 'conflict', live: true });
      expect(foldWrit([intent, unread], DEADLINE).live).toBe(false);
    });

    test('beside an intent that cannot be read either: until its place in the time index says', () => {
      const unreadIntent = { ...intent, body: jcs({ ...INTENT, v: 2 }) };
      const indexed = { ...unread, dueAt: `${isoTime(DEADLINE)}#${WRIT}` };
      expect(foldWrit([unreadIntent, indexed], DEADLINE - 1)).toMatchObject({
        state: 'conflict',
        live: true,
      });
      expect(foldWrit([unreadIntent, indexed], DEADLINE).live).toBe(false);
    });

    test('an intent of another release and an outcome of this one: until STS’s own end', () => {
      const unreadIntent = { ...intent, body: jcs({ ...INTENT, v: 2 }) };
      expect(foldWrit([unreadIntent, issued], ISSUED.expiration - 1).live).toBe(true);
      expect(foldWrit([unreadIntent, issued], ISSUED.expiration).live).toBe(false);
    });
  });

  test.each([{ sk: '00#intent' }, { sk: '40#unknown' }, { pk: 'WRIT#other' }])(
    'at %j is out of place',
    (change) => {
      expect(flawed(change).conflicts).toContainEqual({
        conflict: 'out_of_place',
        sk: change.sk ?? issued.sk,
      });
    },
  );

  test('never throws, whatever the body', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (body) => {
        expect(flawed({ body }).state).toBe('conflict');
      }),
    );
  });
});

test('the order of items never matters', () => {
  const pool: LedgerRecord[] = [
    INTENT,
    { ...INTENT, deadline: DEADLINE + 1 },
    REFUSED,
    ISSUED,
    FAILED,
    ORPHANED,
    { ...ISSUED, writ: OTHER_WRIT },
    { ...ISSUED, intent: 'cd'.repeat(32) },
    REVOKED,
    { ...REVOKED, by: 'idp:bob' },
    { ...REVOKED, revocation: OTHER_WRIT },
    ENFORCED,
    { ...ENFORCED, account: '777788889999' },
    { ...ENFORCED, seenRefused: null },
    ENDED,
    { ...ENDED, how: 'withheld' },
    KEY,
  ];
  const items: LedgerItem[] = [
    ...pool.map(itemOf),
    { ...itemOf(ISSUED), body: '{' },
    { ...itemOf(ENDED), body: '1 ' },
  ];
  const history = fc.shuffledSubarray(items, { minLength: 1 });
  fc.assert(
    fc.property(history, fc.integer({ min: OPENED, max: DEADLINE + 10 }), (given, now) => {
      const expected = foldWrit(given, now);
      expect(foldWrit(given.toReversed(), now)).toEqual(expected);
      expect(
        foldWrit(
          given.toSorted((one, other) => (one.body < other.body ? -1 : 1)),
          now,
        ),
      ).toEqual(expected);
      expect(foldWrit([...given, ...given], now)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
