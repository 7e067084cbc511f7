/**
 * Each outside call on each bad day, through the whole pipeline. Whatever happens: no secret without its *issued*
 * outcome, 503 with `Retry-After` or a refusal on record, success when the day is good again, and nothing left open.
 */
import { describe, expect, test } from 'vitest';
import { JWKS_LAST_KNOWN_GOOD_SECONDS } from '../../core/limits.ts';
import type { Ask } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { goTo } from '../support/later.ts';
import { badDays, ENROLMENT, REFUSED, somebody } from './bad-day.ts';
import { expectFaultAnswer } from './invariants.ts';
import { type Call, DAYS, type Day, takesEffect } from './outside.ts';
import { connect, keyIn } from './whole.ts';

const today = badDays();

/** Which request leads to the call, how many sessions STS began by then, and what the request is worth on a good day. */
const CALLS: readonly {
  readonly call: Call;
  readonly request?: Ask;
  /** The same request is sent once before, so that this one is its repeat. */
  readonly repeated?: true;
  readonly sessions: (day: Day) => number;
  readonly good?: number;
}[] = [
  { call: 'secrets', sessions: () => 0 },
  { call: 'jwks', sessions: () => 0 },
  { call: 'record', sessions: () => 0 },
  { call: 'mint', sessions: (day) => (takesEffect(day) ? 1 : 0) },
  { call: 'heads before', sessions: () => 0 },
  { call: 'sts', sessions: (day) => (takesEffect(day) ? 1 : 0) },
  { call: 'settle', sessions: () => 1 },
  { call: 'heads after', sessions: () => 1 },
  { call: 'count', request: REFUSED, sessions: () => 0, good: 400 },
  { call: 'name', request: REFUSED, sessions: () => 0, good: 400 },
  { call: 'spend', request: REFUSED, repeated: true, sessions: () => 0, good: 400 },
  { call: 'kms', request: ENROLMENT, sessions: () => 0 },
];

describe.each(CALLS)('$call', ({ call, request = {}, repeated, sessions, good = 200 }) => {
  test.each(DAYS)(`${call}: %s, and a fault until the day is good again`, async (day) => {
    const { outside, ask, good: itIsGoodAgain, allHolds } = today();
    const change = { ...somebody().who, ...request };
    if (repeated) await ask(change);
    outside.spoil(call, day);
    expectFaultAnswer(await ask(change));
    expect(outside.calls).toContain(call);
    expect(outside.sessions).toHaveLength(sessions(day));

    itIsGoodAgain();
    expect(await ask(change)).toMatchObject({ statusCode: good });
    await allHolds();
  });
});

test.each(DAYS)('jwks: %s, and the keys that were good serve for an hour', async (day) => {
  const { broker, outside, ask, allHolds } = today();
  expect(await ask()).toMatchObject({ statusCode: 200 });
  outside.spoil('jwks', day);
  outside.calls.length = 0;
  expect(await ask(goTo(broker, JWKS_LAST_KNOWN_GOOD_SECONDS - 1))).toMatchObject({ statusCode: 200 });
  expect(outside.calls).toContain('jwks');
  expectFaultAnswer(await ask(goTo(broker, JWKS_LAST_KNOWN_GOOD_SECONDS)));
  await allHolds();
});

describe('append: what is withheld cannot be written', () => {
  test.each(DAYS)('%s: a fault, and no secret all the same', async (day) => {
    const { broker, outside, ask, good, allHolds } = today();
    const { user, who } = somebody();
    outside.meanwhile('sts', () => broker.setHead(user, { blockedUntil: NOW + 60 }));
    outside.spoil('append', day);
    expectFaultAnswer(await ask(who));
    expect(outside.calls).toContain('append');

    good();
    expect(await ask(who)).toMatchObject({ statusCode: 400 });
    await broker.setHead(user, { cutoff: NOW - 60 });
    expect(await ask(who)).toMatchObject({ statusCode: 200 });
    await allHolds();
  });
});

describe('once only, and the SDK tries again', () => {
  const RETRIED: readonly Call[] = ['secrets', 'record', 'heads before', 'settle', 'heads after'];
  const ONCE: readonly Day[] = ['the request is lost', 'the answer is lost', 'no answer in time'];
  test.each(RETRIED.flatMap((call) => ONCE.map((day) => ({ call, day }))))(
    '$call, $day: one secret, as if nothing had happened',
    async ({ call, day }) => {
      const { broker, outside, ask, allHolds } = today();
      connect(broker, outside, 2);
      outside.spoil(call, day, 1);
      const answer = await ask(somebody().who);
      expect(keyIn(answer)).toBe(outside.sessions[0]?.accessKeyId);
      expect(outside.sessions).toHaveLength(1);
      await allHolds();
    },
  );

  test.each(['sts', 'mint'] as const)(
    '%s is never asked twice: a second session would be nobody’s',
    async (call) => {
      const { broker, outside, ask, allHolds } = today();
      connect(broker, outside, 2);
      outside.spoil(call, 'the answer is lost', 1);
      expectFaultAnswer(await ask(somebody().who));
      expect(outside.calls.filter((made) => made === call)).toHaveLength(1);
      expect(outside.sessions).toHaveLength(1);
      await allHolds();
    },
  );
});
