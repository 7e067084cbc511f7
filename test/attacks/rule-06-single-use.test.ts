/** Rule 6: what has been used once is used up, by an honest client or by whoever was listening. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { attempt, issuedWith, recordOf, recordsOf, refusedAs } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { goTo } from '../support/later.ts';
import { malloryClaims, onMallorysLaptop } from '../support/mallory.ts';
import { RND } from '../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
afterAll(() => broker.close());
afterEach(() => {
  broker.now = NOW * 1000;
  broker.sts.failure = null;
});

const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const issued = issuedWith({});
const replayed = refusedAs({ reason: 'dpop_replayed' });
const ofAnotherKey = refusedAs({ reason: 'actor_token_of_another_key' });

/** A proof that fits any body, as a plain RFC 9449 client makes it: what a thief wants most. */
const captured = (jti: string) => broker.world.proofToken({ claims: { jti } });

/** A user of this test alone, so that no other test's refusals are counted with his. */
const user = (oid: string): Ask => ({
  subject: { claims: { oid } },
  attestation: { claims: { user: undefined } },
});

describe('a proof', () => {
  test('sent again with the same request: refused, and recorded once however often', async () => {
    const received = await broker.ask(user('rita'));
    expect(await attempt(broker, received)).toMatchObject(issued);
    for (let count = 1; count < 4; count += 1)
      expect(await attempt(broker, received)).toMatchObject(replayed);
    expect(await recordsOf(broker, 'refused', 'rita')).toMatchObject([{ reason: 'dpop_replayed', count: 1 }]);
  });

  test('sent again with another request: refused', async () => {
    const proof = captured('another-request');
    expect(await send({ proof })).toMatchObject(issued);
    expect(await send({ proof, details: { task: 'FIN-6666' } })).toMatchObject(replayed);
  });

  test('with a used jti and all else fresh: refused', async () => {
    expect(await send({ proof: { claims: { jti: 'used' } } })).toMatchObject(issued);
    expect(await send({ proof: { claims: { jti: 'used', iat: NOW + 1 } } })).toMatchObject(replayed);
  });

  test('sent five times at once: one session', async () => {
    const received = await broker.ask();
    const before = broker.sts.asked.length;
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => broker.exchange(received)));
    const good = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.ok);
    expect({ good: good.length, sessions: broker.sts.asked.length - before }).toEqual({
      good: 1,
      sessions: 1,
    });
  });

  test('is spent by a refusal that it caused, too', async () => {
    const proof = captured('refused-first');
    const sam = user('sam');
    expect(await send({ ...sam, proof, details: { permission: 'reports-secret' } })).toMatchObject({
      refusal: { reason: 'policy_denied' },
      record: { type: 'refused', reason: 'policy_denied' },
    });
    expect(await send({ ...sam, proof })).toMatchObject(replayed);
  });

  test('is spent by a refusal that was only counted, too', async () => {
    const proof = captured('counted');
    const una = user('una');
    const secret = { ...una, details: { permission: 'reports-secret' } };
    await send(secret);
    expect(await send({ ...secret, proof })).toMatchObject({ refusal: { reason: 'policy_denied' } });
    expect(await recordsOf(broker, 'refused', 'una')).toHaveLength(1);
    expect(await send({ ...una, proof })).toMatchObject(replayed);
  });

  test('is spent where STS failed: no second try with it', async () => {
    const received = await broker.ask();
    broker.sts.failure = { error: 'InternalFailure', mayExist: true };
    await expect(broker.exchange(received)).rejects.toMatchObject({ code: 'sts_unavailable' });
    broker.sts.failure = null;
    expect(await attempt(broker, received)).toMatchObject(replayed);
  });

  test('of Mallory’s key does not use up the jti for Alice’s', async () => {
    const subject = { claims: malloryClaims(broker.world) };
    const laptop = onMallorysLaptop(broker.world);
    const jti = 'both';
    const his = { ...laptop, subject, proof: { ...laptop.proof, claims: { jti } } };
    expect(await send(his)).toMatchObject(issued);
    expect(await send({ proof: { claims: { jti } } })).toMatchObject(issued);
  });
});

describe('an attested agent’s token', () => {
  const token = (jti: string | undefined, claims: object = {}) =>
    broker.world.actorToken({ claims: { jti, ...claims } });

  /** Alice on her second laptop, where nothing is wrong but that the agent's token was seen on the first. */
  const onSecondLaptop = (): Ask => {
    const key = broker.world.keys.otherDevice;
    return {
      subject: { claims: { nonce: boundNonce(key.jkt, RND) } },
      attestation: { claims: { serial: 'SN-2', cnf: { jwk: key.jwk } } },
      proof: { key },
    };
  };

  test('used from one key, then from another: refused', async () => {
    const actor = token('moved');
    expect(await send({ actor })).toMatchObject(issued);
    expect(await send({ ...onSecondLaptop(), actor })).toMatchObject(ofAnotherKey);
  });

  test('used from the same key again: issued', async () => {
    const actor = token('stayed');
    expect(await send({ actor })).toMatchObject(issued);
    expect(await send({ actor })).toMatchObject(issued);
  });

  test('used from two keys at once: one session', async () => {
    const actor = token('torn');
    const both = await Promise.all([broker.ask({ actor }), broker.ask({ ...onSecondLaptop(), actor })]);
    const before = broker.sts.asked.length;
    await Promise.allSettled(both.map((received) => broker.exchange(received)));
    expect(broker.sts.asked.length - before).toBe(1);
  });

  test('belongs to the key of a request that was refused, too', async () => {
    const actor = token('refused-first');
    const details = { permission: 'reports-secret' };
    expect(await send({ actor, details })).toMatchObject({ refusal: { reason: 'policy_denied' } });
    expect(await send({ ...onSecondLaptop(), actor })).toMatchObject(ofAnotherKey);
  });

  test('of another key: the refusal spends the proof all the same', async () => {
    const actor = token('and-the-proof');
    expect(await send({ ...user('tom'), actor })).toMatchObject(issued);
    const laptop = onMallorysLaptop(broker.world);
    const subject = { claims: { ...malloryClaims(broker.world), oid: 'mallory-2' } };
    const attestation = {
      claims: { ...laptop.attestation.claims, user: undefined },
    };
    for (const jti of ['recorded', 'only-counted']) {
      const proof = broker.world.proofToken({ ...laptop.proof, claims: { jti } });
      const his = { subject, attestation, proof };
      expect(await send({ ...his, actor })).toMatchObject(ofAnotherKey);
      expect(await send({ ...his, actor: laptop.actor })).toMatchObject(replayed);
    }
  });

  test('that is over is refused from every key, so that its owner need not be remembered', async () => {
    const actor = token('over');
    expect(await send({ actor })).toMatchObject(issued);
    const expired = refusedAs({
      reason: 'token_expired',
      token: 'actor_token',
      exp: NOW + 3600,
      now: NOW + 3600,
    });
    const { subject, proof, attestation } = goTo(broker, 3600);
    expect(await send({ subject, proof, attestation, actor })).toMatchObject(expired);
  });

  test('without a jti is refused once it is older than five minutes', async () => {
    expect(await send({ actor: token(undefined, { iat: NOW - 300 }) })).toMatchObject(issued);
    expect(await send({ actor: token(undefined, { iat: NOW - 301 }) })).toMatchObject(
      refusedAs({ reason: 'token_too_old', token: 'actor_token', iat: NOW - 301, now: NOW }),
    );
  });

  test('without a jti and an age is refused', async () => {
    expect(await send({ actor: token(undefined, { iat: undefined }) })).toMatchObject(
      refusedAs({ reason: 'token_claim', token: 'actor_token', claim: 'iat' }),
    );
  });
});

test('an enrolled agent’s token without a jti is refused', async () => {
  expect(await send({ actor: { claims: { jti: undefined } } })).toMatchObject(
    refusedAs({ reason: 'token_claim', token: 'actor_token', claim: 'jti' }),
  );
});

test('the record of a replay tells what was tried with it', async () => {
  const proof = captured('told');
  const anna = user('anna');
  await send({ ...anna, proof });
  const answer = await broker.exchange(await broker.ask({ ...anna, proof, details: { task: 'FIN-6666' } }));
  expect(await recordOf(broker, answer.ok ? null : answer.writ)).toMatchObject({
    reason: 'dpop_replayed',
    task: { value: 'FIN-6666', by: 'declared' },
    binding: { request: null },
    jkt: broker.world.keys.device.jkt,
  });
});
