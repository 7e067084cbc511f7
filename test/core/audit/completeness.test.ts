import { describe, expect, test } from 'vitest';
import { completeness, mintIn } from '../../../core/audit/completeness.ts';
import { prefilterOf } from '../../../core/audit/prefilter.ts';
import {
  ACCOUNT,
  evidenceOf,
  ISSUED_AT,
  mintWith,
  OTHER_ACCOUNT,
  otherRole,
  REQUEST_ID,
  storyOf,
  useWith,
  WRIT,
} from './fixture.ts';

const EVIDENCE = evidenceOf(storyOf());
const PREFILTER = prefilterOf(EVIDENCE);
const ALWAYS = { from: 0, to: Number.POSITIVE_INFINITY, isCovered: () => true };

describe('a mint that is counted', () => {
  test('by its request, in the trail of either account', () => {
    expect(mintIn(mintWith(), PREFILTER)).toBe(REQUEST_ID);
    expect(mintIn(mintWith({ account: OTHER_ACCOUNT, eventId: 'e2' }), PREFILTER)).toBe(REQUEST_ID);
    expect(mintIn(mintWith({ requestId: null, sharedEventId: 's' }), PREFILTER)).toBe('s');
  });

  test.each([
    { what: 'refused', event: mintWith({ errorCode: 'AccessDenied' }) },
    { what: 'not made', event: mintWith({ errorCode: 'Throttling', mint: { accessKeyId: null } }) },
    { what: 'a use', event: useWith() },
    {
      what: 'of a role of others',
      event: mintWith({ mint: { role: `arn:aws:iam::${ACCOUNT}:role/deploy` }, identity: otherRole() }),
    },
  ])('$what: it is none', ({ event }) => {
    expect(mintIn(event, PREFILTER)).toBeNull();
  });
});

describe('completeness', () => {
  test('every issued record has its mint, and every mint its record', () => {
    expect(completeness(EVIDENCE, new Set([REQUEST_ID]), ALWAYS)).toEqual({
      issued: [WRIT],
      withoutMint: [],
      withoutIssued: [],
    });
  });

  test('a mint that the trail lacks, and one that the log lacks', () => {
    expect(completeness(EVIDENCE, new Set(['other']), ALWAYS)).toEqual({
      issued: [WRIT],
      withoutMint: [WRIT],
      withoutIssued: ['other'],
    });
  });

  test.each([
    { why: 'issued before', asked: { ...ALWAYS, from: ISSUED_AT + 1 } },
    { why: 'issued at the end, which is exclusive', asked: { ...ALWAYS, to: ISSUED_AT } },
    { why: 'in an account that the trail does not cover', asked: { ...ALWAYS, isCovered: () => false } },
  ])('a trail cannot show what it does not cover: $why', ({ asked }) => {
    expect(completeness(EVIDENCE, new Set(), asked)).toMatchObject({ issued: [], withoutMint: [] });
  });
});
