import { expect, test } from 'vitest';
import { INTENT, keyOf, REFUSED as REFUSED_SK, revokedKey, writKey } from '../../../core/ledger/keys.ts';
import { openedRecord } from '../../../core/ledger/opened-record.ts';
import { ENROLLED, OTHER_WRIT, REVOKED, WRIT } from './fixture.ts';

test('an opening is filed by where its record stands, and found by its record’s id', () => {
  expect(openedRecord(`${writKey(WRIT)}#${INTENT}`)).toBe(WRIT);
  expect(openedRecord(`${writKey(WRIT)}#${REFUSED_SK}`)).toBe(WRIT);
});

test('a revocation’s is its own, though it stands with the writ that it ended', () => {
  expect(openedRecord(`${writKey(WRIT)}#${revokedKey(OTHER_WRIT)}`)).toBe(OTHER_WRIT);
});

test.each([
  { record: ENROLLED, id: ENROLLED.enrolment },
  { record: REVOKED, id: REVOKED.revocation },
  { record: { ...REVOKED, writ: null, intent: null }, id: REVOKED.revocation },
])('$record.type: the id by which the audit asks', ({ record, id }) => {
  const { pk, sk } = keyOf(record);
  expect(openedRecord(`${pk}#${sk}`)).toBe(id);
});

test.each(['', WRIT, `KEY#${WRIT}#00#key`, `WRIT#x#${INTENT}`, `WRIT#${WRIT}`, `x WRIT#${WRIT}#${INTENT}`])(
  '%j is no record’s',
  (sk) => {
    expect(openedRecord(sk)).toBeNull();
  },
);
