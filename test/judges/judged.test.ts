import { describe, expect, test } from 'vitest';
import { complaints, type Difference, knownDifferences } from './judged.ts';

const ALIKE = { name: 'a', ours: 'allowed', theirs: 'allowed' };
const DIFFERENT = { name: 'b', ours: 'GetObject: AccessDenied', theirs: 'allowed' };
const LISTED: Difference = { case: 'b', ours: DIFFERENT.ours, theirs: DIFFERENT.theirs, clause: 'a page' };

describe('what makes a run fail', () => {
  test('nothing, where all differences are listed', () => {
    expect(complaints([ALIKE, DIFFERENT], [LISTED])).toEqual([]);
  });
  test('a difference that is not listed', () => {
    expect(complaints([ALIKE, DIFFERENT], [])).toEqual([
      'not listed: b: ours GetObject: AccessDenied, theirs allowed',
    ]);
  });
  test('a difference other than the listed one', () => {
    expect(complaints([{ ...DIFFERENT, ours: 'GetObject: NoSuchKey' }], [LISTED])).toEqual([
      'listed otherwise: b: ours GetObject: NoSuchKey, theirs allowed',
    ]);
  });
  test('a listed difference that is none any more', () => {
    expect(complaints([{ ...DIFFERENT, theirs: DIFFERENT.ours }], [LISTED])).toEqual([
      'listed, but no difference any more: b',
    ]);
  });
  test('a listed difference whose case is gone', () => {
    expect(complaints([ALIKE], [LISTED])).toEqual(['listed, but no case: b']);
  });
  test('an answer of ours that is not the one worked out beforehand, even where both judges agree', () => {
    expect(complaints([{ ...ALIKE, allowed: false }], [])).toEqual([
      'not what must come of it: a: ours allowed',
    ]);
  });
  test('one name for two cases, in a run or in the list', () => {
    expect(complaints([ALIKE, ALIKE], [])).toEqual(['two cases have one name']);
    expect(complaints([DIFFERENT], [LISTED, LISTED])).toEqual(['differences.json lists a case twice']);
  });
});

test('each listed difference names the page of the AWS documentation that decides', () => {
  const without = knownDifferences().filter(
    ({ clause }) => !/\S — https:\/\/docs\.aws\.amazon\.com\/\S+\.html(?:#\S+)?$/.test(clause),
  );
  expect(without).toEqual([]);
});
