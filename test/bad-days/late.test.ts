/** Answers that come late, clocks that differ, and a hand-over that is delivered twice. */
import { describe, expect, test } from 'vitest';
import { ISSUE_WITHIN_SECONDS } from '../../core/limits.ts';
import { NOW } from '../support/clock.ts';
import { badDays, somebody } from './bad-day.ts';
import { expectFaultAnswer } from './invariants.ts';
import type { Call } from './outside.ts';
import { keyIn, sweepLater } from './whole.ts';

const today = badDays();

describe('an answer that comes after the writ’s time to be issued', () => {
  const pass = () => {
    today().broker.now += ISSUE_WITHIN_SECONDS * 1000;
  };

  test.each(['record', 'mint'] as const)(
    'of %s: what mint is handed too late gets no session',
    async (call) => {
      const { outside, ask, allHolds } = today();
      if (call === 'record') outside.meanwhile(call, pass);
      else {
        const { mint } = outside;
        outside.mint = (payload) => {
          pass();
          return mint(payload);
        };
      }
      expectFaultAnswer(await ask(somebody().who));
      expect(outside.sessions).toEqual([]);
      await allHolds();
    },
  );

  test.each(['heads before', 'sts', 'settle', 'heads after'] as const)(
    'of %s, with no sweep meanwhile: the outcome is in the ledger, and the secret leaves',
    async (call) => {
      const { outside, ask, allHolds } = today();
      outside.meanwhile(call, pass);
      expect(keyIn(await ask(somebody().who))).toBe(outside.sessions[0]?.accessKeyId);
      await allHolds();
    },
  );

  test.each<{ call: Call; released: boolean }>([
    { call: 'heads before', released: false },
    { call: 'sts', released: false },
    { call: 'settle', released: true },
  ])('of $call, and the sweep meanwhile: whoever has the slot decides', async ({ call, released }) => {
    const { broker, outside, ask, allHolds } = today();
    outside.meanwhile(call, async () => {
      outside.cure();
      await sweepLater(broker, outside);
    });
    const answer = await ask(somebody().who);
    if (released) expect(keyIn(answer)).toBe(outside.sessions[0]?.accessKeyId);
    else expectFaultAnswer(answer);
    expect(outside.sessions).toHaveLength(1);
    await allHolds();
  });
});

describe('STS’s clock is not ours', () => {
  // T′ of these cut-offs is NOW: the first second in which a session may begin again.
  test.each([
    { ahead: -2, revoked: 'long ago', cutoff: NOW - 60, status: 200 },
    { ahead: 2, revoked: 'long ago', cutoff: NOW - 60, status: 200 },
    { ahead: 0, revoked: 'until this second', cutoff: NOW - 3, status: 200 },
    { ahead: 2, revoked: 'until this second', cutoff: NOW - 3, status: 200 },
    { ahead: -1, revoked: 'until this second', cutoff: NOW - 3, status: 503 },
    { ahead: -2, revoked: 'until this second', cutoff: NOW - 3, status: 503 },
  ])('ahead by $ahead s, a user revoked $revoked: $status', async ({ ahead, cutoff, status }) => {
    const { broker, outside, ask, allHolds } = today();
    const { user, who } = somebody();
    outside.stsAhead = ahead;
    await broker.setHead(user, { cutoff });
    const answer = await ask(who);
    expect(answer.statusCode).toBe(status);
    // What AWS still denies is withheld: with a session of before T′ the caller could do nothing.
    const before = outside.sessions.filter(({ issuedAt }) => issuedAt < NOW && cutoff === NOW - 3);
    expect(before.map(({ accessKeyId }) => accessKeyId)).not.toContain(keyIn(answer));
    await allHolds();
  });

  test.each([-2, 2])('ahead by %s s, and a revocation while STS answers: nothing leaves', async (ahead) => {
    const { broker, outside, ask, allHolds } = today();
    const { user, who } = somebody();
    outside.stsAhead = ahead;
    outside.meanwhile('sts', () => broker.setHead(user, { cutoff: NOW }));
    expect(keyIn(await ask(who))).toBeNull();
    await allHolds();
  });

  test.each([-2, 2])(
    'ahead by %s s: the record bears STS’s time, and the deadline is ours',
    async (ahead) => {
      const { broker, outside, ask, allHolds } = today();
      outside.stsAhead = ahead;
      const { expires_in, writ } = JSON.parse((await ask(somebody().who)).body);
      expect(expires_in).toBe(900);
      const [intent, outcome] = await broker.items(writ);
      expect(JSON.parse(intent?.body ?? '')).toMatchObject({ deadline: NOW + 900 });
      expect(JSON.parse(outcome?.body ?? '')).toMatchObject({
        issuedAt: NOW + ahead,
        expiration: NOW + ahead + 900,
      });
      await allHolds();
    },
  );
});

describe('a hand-over that Lambda delivers twice', () => {
  test.each([0, 1])(
    'at once, and answer %s of the two arrives: that one’s secret, or a fault',
    async (which) => {
      const { broker, outside, ask, allHolds } = today();
      const { mint } = outside;
      outside.mint = async (payload) => {
        const replies = await Promise.all([mint(payload), mint(payload)]);
        const secrets = replies.filter((reply) => JSON.parse(reply).ok === true);
        expect(secrets).toHaveLength(1);
        return replies[which] ?? '';
      };
      const answer = await ask(somebody().who);
      if (keyIn(answer) === null) expectFaultAnswer(answer);
      await allHolds();
      expect(await broker.items(outside.sessions[0]?.writ ?? '')).toHaveLength(2);
    },
  );
});
