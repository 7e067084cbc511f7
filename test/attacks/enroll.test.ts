/** POST /enroll: Writ vouches for a key only on the word of somebody who signed in with it just now. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { Refusal } from '../../core/refusals.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ACCESS_TOKEN } from '../../core/tokens/token-types.ts';
import { attempt, issuedWith, recordOf, recordsOf, refusedAs } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { FILES } from '../support/installation.ts';
import { base64url, makeKey } from '../support/keys.ts';
import { goTo } from '../support/later.ts';
import { onMallorysLaptop } from '../support/mallory.ts';
import { type Changes, corp, PUBLIC_URL, RND } from '../support/tokens.ts';

/** The tests say their own numbers, so that none of the rule's changes unseen. */
const DAY = 86_400;

let broker: Broker;
/** Alice's device, enrolled. */
let attestation: string;
let signatures = 0;
beforeAll(async () => {
  // An agent that is still in order when a device's day is over.
  const dates = { reviewBy: '2025-12-01', expires: '2026-01-01' };
  broker = await openBroker({
    'agents/helper.yaml': { ...Object(FILES['agents/helper.yaml']), ...dates },
  });
  const { sign } = broker.ports.signer;
  broker.ports.signer = {
    ...broker.ports.signer,
    sign: (data) => {
      signatures += 1;
      return sign(data);
    },
  };
  const enrolled = await broker.enroll(await asking());
  if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.refusal));
  attestation = enrolled.value.client_attestation;
});
afterAll(() => broker.close());
afterEach(() => {
  broker.now = NOW * 1000;
});

/** As the `writ` command asks: an enrolment names no agent, and nothing attests the device yet. */
const asking = (change: Ask = {}) => {
  const form = { grant_type: undefined, actor_token: undefined, actor_token_type: undefined };
  return broker.ask({
    endpoint: 'enroll',
    attestation: null,
    ...change,
    form: { ...form, authorization_details: undefined, ...change.form },
  });
};

/** What an enrolment came to: as `attempt` says of an exchange, with the signatures that Writ gave. */
async function enroll(change: Ask = {}) {
  const before = signatures;
  const answer = await broker.enroll(await asking(change));
  const record = answer.ok ? null : await recordOf(broker, answer.writ);
  return { refusal: answer.ok ? null : answer.refusal, signatures: signatures - before, record };
}
const refused = (refusal: Refusal) => ({
  refusal,
  signatures: 0,
  record: { type: 'refused', endpoint: 'enroll', reason: refusal.reason, decision: null },
});
const turnedAway = (refusal: Refusal) => ({ refusal, signatures: 0, record: null });
const enrolled = { refusal: null, signatures: 1 };
const unbound = (problem: string) => refused({ reason: 'subject_not_bound_to_device', problem });

describe('whoever asks', () => {
  test.each([
    ['five minutes', 300, enrolled],
    [
      'a second more',
      301,
      refused({
        reason: 'subject_sign_in_too_old',
        auth_time: NOW - 301,
        now: NOW,
      }),
    ],
  ])('with a token of now and a sign-in as old as %s: as the rule says', async (_, age, expected) => {
    expect(await enroll({ subject: { claims: { auth_time: NOW - age, iat: NOW } } })).toMatchObject(expected);
  });

  test('with Alice’s fresh token and a key of his own: refused', async () => {
    const { proof } = onMallorysLaptop(broker.world);
    expect(await enroll({ proof })).toMatchObject(unbound('the nonce was made for another key'));
  });

  test('with Alice’s fresh token, and an MDM that names her the user of his laptop: refused', async () => {
    const laptop = onMallorysLaptop(broker.world);
    const user = { iss: corp.iss, sub: 'alice' };
    const named = { claims: { ...laptop.attestation.claims, user } };
    expect(await enroll({ proof: laptop.proof, attestation: named })).toMatchObject(
      unbound('the nonce was made for another key'),
    );
  });

  test('with an access token that is bound to no key: refused', async () => {
    const subject = { header: { typ: 'at+jwt' }, claims: { nonce: undefined } };
    expect(await enroll({ subject, form: { subject_token_type: ACCESS_TOKEN } })).toMatchObject(
      unbound('an access token without cnf.jkt'),
    );
  });

  test('without a group that policy lets enroll: refused, with the decision in the record', async () => {
    expect(await enroll({ subject: { claims: { oid: 'guest', groups: ['guests'] } } })).toMatchObject({
      refusal: { reason: 'policy_denied' },
      signatures: 0,
      record: { type: 'refused', decision: { effect: 'refuse' } },
    });
  });

  test('with a token that an application got for itself: refused', async () => {
    expect(await enroll({ subject: { claims: { idtyp: 'app' } } })).toEqual(
      turnedAway({ reason: 'subject_not_human', problem: 'idtyp is app' }),
    );
  });

  test('with a proof made for an exchange: refused', async () => {
    const proof = { claims: { htu: `${PUBLIC_URL}/token` } };
    expect(await enroll({ proof })).toEqual(turnedAway({ reason: 'dpop_claim', claim: 'htu' }));
  });

  test('with a proof of no nonce: refused', async () => {
    expect(await enroll({ proof: { claims: { nonce: undefined } } })).toEqual(
      turnedAway({ reason: 'dpop_nonce_missing' }),
    );
  });

  test('twice with one proof: one enrolment, one signature, and the second try on record', async () => {
    const received = await asking({ subject: { claims: { oid: 'rita' } } });
    const before = signatures;
    expect(await broker.enroll(received)).toMatchObject({ ok: true });
    const again = await broker.enroll(received);
    expect(again).toMatchObject({ ok: false, refusal: { reason: 'dpop_replayed' } });
    expect(await recordOf(broker, again.ok ? null : again.writ)).toMatchObject({
      endpoint: 'enroll',
      reason: 'dpop_replayed',
    });
    expect(signatures - before).toBe(1);
    expect(await recordsOf(broker, 'enrolled', 'rita')).toHaveLength(1);
  });
});

describe('a refreshed ID token', () => {
  const withFirst = (claims: Changes['claims'] = {}): Ask => ({
    subject: { claims: { nonce: undefined, iat: NOW } },
    form: { binding: base64url(JSON.stringify({ rnd: RND, first: broker.world.subjectToken({ claims }) })) },
  });

  test('beside the first one of this key: enrolled', async () => {
    expect(await enroll(withFirst())).toMatchObject(enrolled);
  });

  test('beside a first one of another user: refused', async () => {
    expect(await enroll(withFirst({ sub: 'pairwise-bob', oid: 'bob' }))).toMatchObject(
      refused({ reason: 'token_claim', token: 'first', claim: 'sub' }),
    );
  });
});

describe('KMS', () => {
  test('fails: a fault, no attestation, and the record stands', async () => {
    const { signer } = broker.ports;
    broker.ports.signer = {
      ...signer,
      sign: async () => {
        throw new Fault('signing_unavailable');
      },
    };
    const asked = broker.enroll(await asking({ subject: { claims: { oid: 'kim' } } }));
    await expect(asked).rejects.toMatchObject({ code: 'signing_unavailable' });
    broker.ports.signer = signer;
    expect(await recordsOf(broker, 'enrolled', 'kim')).toMatchObject([
      { device: `writ:${broker.world.keys.device.jkt}`, jkt: broker.world.keys.device.jkt },
    ]);
  });

  test('is asked only when the record is durable', async () => {
    const { signer } = broker.ports;
    let recorded: readonly unknown[] = [];
    broker.ports.signer = {
      ...signer,
      sign: async (data) => {
        recorded = await recordsOf(broker, 'enrolled', 'lou');
        return signer.sign(data);
      },
    };
    const answer = await broker.enroll(await asking({ subject: { claims: { oid: 'lou' } } }));
    broker.ports.signer = signer;
    expect({ ok: answer.ok, recorded: recorded.length }).toEqual({ ok: true, recorded: 1 });
  });
});

describe('Writ’s attestation', () => {
  const send = async (change: Ask) => attempt(broker, await broker.ask(change));
  /** A token that nothing binds to the key, so that the attestation alone must. */
  const barely = (claims: object = {}): Ask => ({
    subject: { claims: { nonce: undefined, ...claims } },
    attestation,
  });

  test('is good for an exchange of its user with its key, and is what bound them', async () => {
    const { jkt } = broker.world.keys.device;
    expect(await send(barely())).toMatchObject(
      issuedWith({ binding: { subject: 'attestation' }, device: { kind: 'enrolled', jkt } }),
    );
  });

  test('does not serve another key: refused', async () => {
    expect(await send({ ...onMallorysLaptop(broker.world), ...barely() })).toMatchObject(
      refusedAs({ reason: 'attestation_key_mismatch' }),
    );
  });

  test('does not serve another user on that device: refused', async () => {
    expect(await send(barely({ oid: 'bob' }))).toMatchObject(
      refusedAs({
        reason: 'subject_not_bound_to_device',
        problem: 'the attestation names another user',
      }),
    );
  });

  test('by another hand than Writ’s: refused', async () => {
    const [header, payload] = attestation.split('.');
    const { kid } = broker.world.keys.writ;
    const forged = broker.world.attestationToken({
      key: await makeKey('ES256', kid),
      header: JSON.parse(Buffer.from(String(header), 'base64url').toString()),
      claims: JSON.parse(Buffer.from(String(payload), 'base64url').toString()),
    });
    expect(await send({ ...barely(), attestation: forged })).toMatchObject(
      refusedAs({ reason: 'token_signature', token: 'client_attestation' }),
    );
  });

  test('ends after a day, and the session with it', async () => {
    const end = NOW + DAY;
    const { subject, actor, proof } = goTo(broker, DAY - 60);
    expect(await send({ subject, actor, proof, attestation })).toMatchObject(
      issuedWith({ deadline: end, device: { kind: 'enrolled', exp: end } }),
    );
  });

  test('is refused after a day', async () => {
    const exp = NOW + DAY;
    const { subject, actor, proof } = goTo(broker, DAY);
    expect(await send({ subject, actor, proof, attestation })).toMatchObject(
      refusedAs({ reason: 'token_expired', token: 'client_attestation', exp, now: exp }),
    );
  });

  test('does not renew itself: it takes a fresh sign-in for this key', async () => {
    const key = broker.world.keys.otherDevice;
    const subject = { claims: { nonce: boundNonce(key.jkt, RND) } };
    expect(await enroll({ subject, attestation })).toMatchObject(
      unbound('the nonce was made for another key'),
    );
  });
});
