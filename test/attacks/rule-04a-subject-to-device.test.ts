/** Rule 4a: three good tokens are not enough. Whoever shows Alice's token must show that she signed in for his key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ACCESS_TOKEN } from '../../core/tokens/token-types.ts';
import { attempt, issuedWith, refusedAs } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { FILES } from '../support/installation.ts';
import { base64url, makeKey } from '../support/keys.ts';
import { malloryClaims, onMallorysLaptop } from '../support/mallory.ts';
import { type Changes, corp, RND } from '../support/tokens.ts';

/** NumericDates are seconds. The tests say their own numbers, so that none of the rule's changes unseen. */
const TWELVE_HOURS = 43_200;
const partner = 'https://login.partner.example';

let broker: Broker;
let laptop: ReturnType<typeof onMallorysLaptop>;
beforeAll(async () => {
  broker = await openBroker({
    // Two clients of one issuer, and a second issuer that signs with the same keys, as tenants of one provider do.
    'issuers/corp.yaml': { ...Object(FILES['issuers/corp.yaml']), audiences: ['writ-cli', 'intranet'] },
    'issuers/partner.yaml': { ...Object(FILES['issuers/corp.yaml']), iss: partner },
  });
  laptop = onMallorysLaptop(broker.world);
});
afterAll(() => broker.close());

const binding = (opening: object) => base64url(JSON.stringify({ rnd: RND, ...opening }));
const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const unbound = (problem: string) => refusedAs({ reason: 'subject_not_bound_to_device', problem });
const otherKey = unbound('the nonce was made for another key');
const otherUser = unbound('the attestation names another user');

/** A subject token that was refreshed: the nonce is gone (OIDC Core §12.2). */
const refreshed: Changes = { claims: { nonce: undefined, iat: NOW } };

/** An access token (RFC 9068) bound to a key, as the request names it. */
const accessToken = (jkt: string | undefined): Ask => ({
  subject: { header: { typ: 'at+jwt' }, claims: { nonce: undefined, ...(jkt ? { cnf: { jkt } } : {}) } },
  form: { subject_token_type: ACCESS_TOKEN, binding: undefined },
});

/** The device is the MDM's, and nobody's in particular. */
const nobodysDevice: Changes = { claims: { user: undefined } };

describe('Mallory shows Alice’s leaked ID token', () => {
  test('with his own attested laptop and agent: refused, and the record names her, his device and his key', async () => {
    const came = await send(laptop);
    expect(came).toMatchObject(otherKey);
    expect(came.record).toMatchObject({
      subject: { id: 'corp:alice' },
      device: { kind: 'attested', id: 'mdm:SN-666' },
      actor: { agent: 'helper' },
      binding: null,
      jkt: broker.world.keys.otherDevice.jkt,
    });
  });

  test('of Anna this time, with a laptop that Writ itself enrolled for him: refused', async () => {
    const subject = { claims: malloryClaims(broker.world) };
    const enrolled = await broker.enroll(await broker.ask({ ...laptop, subject, endpoint: 'enroll' }));
    if (!enrolled.ok) throw new Error('Mallory may enroll his own laptop');
    const anna = { claims: { oid: 'anna' } };
    const came = await send({ ...laptop, subject: anna, attestation: enrolled.value.client_attestation });
    expect(came).toMatchObject(otherUser);
    expect(came.record).toMatchObject({ subject: { id: 'corp:anna' }, device: { kind: 'enrolled' } });
  });

  test('with an agent that a platform attests: refused', async () => {
    expect(await send({ ...laptop, actor: 'attested' })).toMatchObject(otherKey);
  });

  test('with her rnd, leaked too, which opens her nonce for her key only: refused', async () => {
    expect(await send({ ...laptop, form: { binding: binding({ rnd: RND }) } })).toMatchObject(otherKey);
  });

  test('with an rnd of his own: refused', async () => {
    const rnd = base64url('another sixteen!');
    expect(await send({ ...laptop, form: { binding: binding({ rnd }) } })).toMatchObject(otherKey);
  });

  test('with a laptop that the MDM attests as his: refused', async () => {
    const user = { iss: corp.iss, sub: 'mallory' };
    const attestation = { claims: { ...laptop.attestation.claims, user } };
    expect(await send({ ...laptop, attestation })).toMatchObject(otherUser);
  });

  test('without any binding: refused', async () => {
    expect(await send({ ...laptop, form: { binding: undefined } })).toMatchObject(
      unbound('binding is missing'),
    );
  });

  test('with her attestation, copied, and his key: refused', async () => {
    expect(await send({ ...laptop, attestation: {} })).toMatchObject(
      refusedAs({ reason: 'attestation_key_mismatch' }),
    );
  });

  test('with an attestation by his own hand that names her: refused', async () => {
    const key = await makeKey('ES256', 'mdm-1');
    const cnf = { jwk: broker.world.keys.otherDevice.jwk };
    expect(await send({ ...laptop, attestation: { key, claims: { cnf } } })).toMatchObject(
      refusedAs({ reason: 'token_signature', token: 'client_attestation' }),
    );
  });

  test('on a device whose user has her name at another issuer: refused', async () => {
    const { cnf } = laptop.attestation.claims;
    const user = { iss: partner, sub: 'alice' };
    expect(await send({ ...laptop, attestation: { claims: { cnf, user } } })).toMatchObject(otherUser);
  });

  test('without an attestation, where her token claims a device: refused', async () => {
    const subject = { claims: { device: 'SN-1' } };
    expect(await send({ ...laptop, attestation: null, subject })).toMatchObject(otherKey);
  });
});

describe('Mallory shows Alice’s refreshed ID token, which has no nonce, and as first', () => {
  const forHisKey = () => ({ nonce: boundNonce(broker.world.keys.otherDevice.jkt, RND) });
  const withFirst = (first: Changes, subject: Changes = refreshed) =>
    send({ ...laptop, subject, form: { binding: binding({ first: broker.world.subjectToken(first) }) } });
  const wrongClaim = (claim: string) => refusedAs({ reason: 'token_claim', token: 'first', claim });

  test('nothing: refused', async () => {
    expect(await send({ ...laptop, subject: refreshed })).toMatchObject(
      unbound('the ID token has no nonce, and first is missing'),
    );
  });

  test('her own first sign-in, leaked too: refused', async () => {
    expect(await withFirst({})).toMatchObject(unbound('the nonce of first was made for another key'));
  });

  test('his own sign-in: refused', async () => {
    expect(await withFirst({ claims: malloryClaims(broker.world) })).toMatchObject(wrongClaim('sub'));
  });

  test('a sign-in that has her sub and another oid: refused', async () => {
    expect(await withFirst({ claims: { ...forHisKey(), oid: 'mallory' } })).toMatchObject(wrongClaim('oid'));
  });

  test('her sign-in of another day on his laptop: refused', async () => {
    expect(await withFirst({ claims: { ...forHisKey(), auth_time: NOW - 3600 } })).toMatchObject(
      wrongClaim('auth_time'),
    );
  });

  test('her sign-in to another client: refused', async () => {
    expect(await withFirst({ claims: { ...forHisKey(), aud: 'intranet' } })).toMatchObject(wrongClaim('aud'));
  });

  test('a sign-in of her namesake at another issuer: refused', async () => {
    expect(await withFirst({ claims: { ...forHisKey(), iss: partner } })).toMatchObject(wrongClaim('iss'));
  });

  test('a sign-in that he signed himself: refused', async () => {
    const key = await makeKey('ES256', 'corp-1');
    expect(await withFirst({ key, claims: forHisKey() })).toMatchObject(
      refusedAs({ reason: 'token_signature', token: 'first' }),
    );
  });

  test('an access token with a nonce: refused', async () => {
    expect(await withFirst({ header: { typ: 'at+jwt' }, claims: forHisKey() })).toMatchObject(
      refusedAs({
        reason: 'token_type_mismatch',
        token: 'first',
        problem: 'typ of an ID token is JWT, or absent',
      }),
    );
  });

  test('a sign-in that began more than twelve hours ago: refused', async () => {
    const iat = NOW - TWELVE_HOURS - 1;
    const session = { auth_time: iat };
    const first = { claims: { ...forHisKey(), ...session, iat, exp: iat + 300 } };
    const subject = { claims: { ...refreshed.claims, ...session } };
    expect(await withFirst(first, subject)).toMatchObject(
      refusedAs({ reason: 'token_too_old', token: 'first', iat, now: NOW }),
    );
  });
});

describe('an access token', () => {
  test('that is bound to Mallory’s key, on a laptop of Alice’s: refused', async () => {
    expect(await send(accessToken(broker.world.keys.otherDevice.jkt))).toMatchObject(
      unbound('the access token is bound to another key'),
    );
  });

  test('that is bound to Alice’s key, on Mallory’s laptop: refused', async () => {
    expect(await send({ ...laptop, ...accessToken(broker.world.keys.device.jkt) })).toMatchObject(
      unbound('the access token is bound to another key'),
    );
  });

  test('that is bound to no key: refused', async () => {
    expect(await send({ ...accessToken(undefined), attestation: nobodysDevice })).toMatchObject(
      unbound('an access token without cnf.jkt'),
    );
  });

  test('on a device that the MDM attests as another user’s: refused', async () => {
    const attestation = { claims: { user: { iss: corp.iss, sub: 'mallory' } } };
    expect(await send({ ...accessToken(undefined), attestation })).toMatchObject(otherUser);
  });
});

describe('Alice herself, on a device that the MDM attests as Bob’s', () => {
  const attestation = { claims: { user: { iss: corp.iss, sub: 'bob' } } };

  test('with a sign-in for its key: refused, or the record would name two people', async () => {
    expect(await send({ attestation })).toMatchObject(otherUser);
  });

  test('with an access token for its key: refused', async () => {
    expect(await send({ ...accessToken(broker.world.keys.device.jkt), attestation })).toMatchObject(
      otherUser,
    );
  });
});

describe('Alice herself', () => {
  test('is bound by her ID token’s nonce, and the record says so', async () => {
    expect(await send({ attestation: nobodysDevice })).toMatchObject(
      issuedWith({ binding: { subject: 'nonce' } }),
    );
  });

  test('is bound by the nonce of her first ID token, though that one is over', async () => {
    const iat = NOW - TWELVE_HOURS;
    const session = { auth_time: iat };
    const first = broker.world.subjectToken({ claims: { ...session, iat, exp: iat + 300 } });
    const asked = {
      subject: { claims: { ...refreshed.claims, ...session } },
      attestation: nobodysDevice,
      form: { binding: binding({ first }) },
    };
    expect(await send(asked)).toMatchObject(issuedWith({ binding: { subject: 'first_nonce' } }));
  });

  test('is bound by the key of her access token', async () => {
    const asked = { ...accessToken(broker.world.keys.device.jkt), attestation: nobodysDevice };
    expect(await send(asked)).toMatchObject(issuedWith({ binding: { subject: 'cnf' } }));
  });

  test('is bound by an attestation that names her', async () => {
    expect(await send(accessToken(undefined))).toMatchObject(
      issuedWith({ binding: { subject: 'attestation' } }),
    );
  });

  test('is bound by her nonce on a device that only her token speaks of', async () => {
    const subject = { claims: { device: 'SN-1' } };
    expect(await send({ attestation: null, subject })).toMatchObject(
      issuedWith({ binding: { subject: 'nonce' }, device: { kind: 'claimed', id: 'corp:SN-1' } }),
    );
  });
});
