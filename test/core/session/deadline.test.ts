import { expect, test } from 'vitest';
import { MIN_USEFUL_SECONDS } from '../../../core/limits.ts';
import { deadline } from '../../../core/session/deadline.ts';

const NOW = 1_795_518_000;
const VALID = { wanted: 1200, longest: 1800, subjectExp: NOW + 7200, attestationExp: NOW + 86_400, now: NOW };

test.each([
  { name: 'what was asked for', change: {}, seconds: 1200, asked: 1200 },
  { name: 'the permission', change: { wanted: 9999 }, seconds: 1800, asked: 1800 },
  { name: 'role chaining', change: { wanted: 9999, longest: 9999 }, seconds: 3600, asked: 3600 },
  { name: 'the subject token', change: { subjectExp: NOW + 120 }, seconds: 120, asked: 900 },
  { name: 'the attestation', change: { attestationExp: NOW + 60 }, seconds: 60, asked: 900 },
  { name: 'asked for, without attestation', change: { attestationExp: null }, seconds: 1200, asked: 1200 },
  { name: 'asked for, under STS’s least', change: { wanted: 5 }, seconds: 5, asked: 900 },
  { name: 'asked for, at STS’s least', change: { wanted: 900 }, seconds: 900, asked: 900 },
  { name: 'asked for, just above it', change: { wanted: 901 }, seconds: 901, asked: 901 },
  {
    name: 'a token that ends within a second',
    change: { subjectExp: NOW + 120.9 },
    seconds: 120,
    asked: 900,
  },
])('$name ends it after $seconds s, DurationSeconds $asked', ({ change, seconds, asked }) => {
  expect(deadline({ ...VALID, ...change })).toEqual({
    ok: true,
    value: { deadline: NOW + seconds, durationSeconds: asked },
  });
});

test.each([
  { by: 'duration', change: { wanted: 4 } },
  { by: 'permission', change: { longest: 4 } },
  { by: 'subject_token', change: { subjectExp: NOW + 4 } },
  { by: 'attestation', change: { attestationExp: NOW + 4 } },
])('four seconds are too little, and the refusal names $by', ({ by, change }) => {
  expect(deadline({ ...VALID, ...change })).toEqual({
    ok: false,
    refusal: { reason: 'too_little_time_left', end: NOW + 4, now: NOW, by },
  });
});

test('of two that leave too little at the same instant, the one that the caller can change is named', () => {
  expect(deadline({ ...VALID, wanted: 4, longest: 4, subjectExp: NOW + 4 })).toMatchObject({
    ok: false,
    refusal: { by: 'duration' },
  });
});

test('the useful minimum itself is enough', () => {
  expect(deadline({ ...VALID, subjectExp: NOW + MIN_USEFUL_SECONDS })).toMatchObject({
    ok: true,
    value: { deadline: NOW + MIN_USEFUL_SECONDS },
  });
});

test('a token that has ended leaves less than nothing', () => {
  expect(deadline({ ...VALID, subjectExp: NOW - 1 })).toMatchObject({ ok: false, refusal: { end: NOW - 1 } });
});

test.each(['wanted', 'longest', 'subjectExp', 'attestationExp', 'now'])(
  '%s that is no number issues nothing',
  (field) => {
    expect(() => deadline({ ...VALID, [field]: Number.NaN })).toThrow('misconfigured');
  },
);
