/** RFC 9449, clause by clause, over HTTP. §4.3 is a list of checks; each has its number here. */
import { createHmac, createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import type { Refusal } from '../../core/refusals.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { PROOF_ALGORITHMS } from '../../core/tokens/proof.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ACCESS_TOKEN, KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { base64url, makeKey } from '../support/keys.ts';
import { granted, refusedWith, turnedAwayAs } from '../support/on-the-wire.ts';
import { NONCE_KEYS, PUBLIC_URL, RND } from '../support/tokens.ts';
import { openWire, type Wire, type WireAnswer } from '../support/wire.ts';

let broker: Broker;
let wire: Wire;
beforeAll(async () => {
  broker = await openBroker();
  wire = await openWire(broker);
});
beforeEach(() => {
  catchOutput();
  broker.reset();
});
afterAll(async () => {
  await wire.close();
  await broker.close();
});

const send = async (change: Ask = {}): Promise<WireAnswer> => wire.send(await broker.ask(change));
const proof = (changes: Ask['proof']) => send({ proof: changes });
const claims = (changed: { readonly [claim: string]: unknown }) => proof({ claims: changed });

/** RFC 9449 §5: every proof that is not valid is `invalid_dpop_proof`. */
const invalid = (refusal: Refusal) => turnedAwayAs('invalid_dpop_proof', refusal);
const malformed = (problem: string) => invalid({ reason: 'dpop_malformed', problem });
const wrong = (claim: string) => invalid({ reason: 'dpop_claim', claim });
const useNonce = (reason: 'dpop_nonce_missing' | 'dpop_nonce_stale') =>
  turnedAwayAs('use_dpop_nonce', { reason });

describe('RFC 9449 §4.3, checking a proof', () => {
  test('§4.3 all checks hold: granted', async () => {
    expect(await send()).toEqual(granted);
  });

  test('§4.3-1 not more than one DPoP header', async () => {
    const one = broker.world.proofToken();
    const other = broker.world.proofToken({ claims: { jti: 'another' } });
    expect(await send({ headers: { dpop: [one, other] } })).toEqual(invalid({ reason: 'dpop_repeated' }));
    expect(await send({ headers: { dpop: [`${one}, ${other}`] } })).toEqual(
      invalid({ reason: 'dpop_repeated' }),
    );
  });

  test('§4.3-1 and not none', async () => {
    expect(await send({ headers: { dpop: [] } })).toEqual(invalid({ reason: 'dpop_missing' }));
  });

  test.each([
    ['one part', 'proof', 'not a compact JWS'],
    ['four parts', 'a.b.c.d', 'not a compact JWS'],
    [
      'an unsecured JWS without its third part',
      `${base64url('{}')}.${base64url('{}')}.`,
      'not a compact JWS',
    ],
    ['no base64url', 'e30=.e30.c2ln', 'header is not base64url'],
    ['no JSON', `${base64url('{')}.e30.c2ln`, 'header is not JSON'],
    ['no object', `${base64url('[]')}.e30.c2ln`, 'header is not an object'],
  ])('§4.3-2 the header is one well-formed JWT, and not of %s', async (_, text, problem) => {
    expect(await proof(text)).toEqual(malformed(problem));
  });

  test.each(['jti', 'htm', 'htu', 'iat'])('§4.3-3 the required claim %s is there', async (claim) => {
    expect(await claims({ [claim]: undefined })).toEqual(wrong(claim));
  });

  test.each([
    ['typ', 'typ is not dpop+jwt'],
    ['alg', 'header alg is not a string'],
    ['jwk', 'header jwk is required'],
  ])('§4.3-3 the required header parameter %s is there', async (name, problem) => {
    expect(await proof({ header: { [name]: undefined } })).toEqual(malformed(problem));
  });

  test.each(['JWT', 'at+jwt', 'dpop', 'oauth-client-attestation-pop+jwt'])(
    '§4.3-4 typ is dpop+jwt and not %s',
    async (typ) => {
      expect(await proof({ header: { typ } })).toEqual(malformed('typ is not dpop+jwt'));
    },
  );

  test('§4.3-4 typ as a media type, in any case, is the same (RFC 7515 §4.1.9)', async () => {
    expect(await proof({ header: { typ: 'application/DPoP+JWT' } })).toEqual(granted);
  });

  test.each(['none', 'None', 'HS256', 'RS1', 'RS256', 'A128KW', ''])(
    '§4.3-5 alg is an asymmetric one that is supported, and not %s',
    async (alg) => {
      expect(await proof({ header: { alg } })).toEqual(malformed('alg is not accepted'));
    },
  );

  test('§4.3-5 an HMAC with the public key as its secret is no signature', async () => {
    const { jwk } = broker.world.keys.device;
    const header = base64url(JSON.stringify({ typ: 'dpop+jwt', alg: 'HS256', jwk }));
    const input = `${header}.${base64url(JSON.stringify({ jti: 'h', htm: 'POST' }))}`;
    const mac = createHmac('sha256', JSON.stringify(jwk)).update(input).digest('base64url');
    expect(await proof(`${input}.${mac}`)).toEqual(malformed('alg is not accepted'));
  });

  test('§4.3-5 alg fits the key', async () => {
    expect(await proof({ header: { alg: 'ES384' } })).toEqual(malformed('jwk does not fit alg'));
  });

  test('§4.3-6 the signature verifies with the key in the header', async () => {
    const { jwk } = broker.world.keys.otherDevice;
    expect(await proof({ header: { jwk } })).toEqual(invalid({ reason: 'dpop_signature' }));
  });

  test('§4.3-6 of the very bytes that came', async () => {
    const [header, , signature] = broker.world.proofToken().split('.');
    const other = base64url(
      JSON.stringify({ jti: 'forged', htm: 'POST', htu: `${PUBLIC_URL}/token`, iat: NOW }),
    );
    expect(await proof(`${header}.${other}.${signature}`)).toEqual(invalid({ reason: 'dpop_signature' }));
  });

  test('§4.3-7 the key in the header is no private one', async () => {
    const { jwk, privateKey } = broker.world.keys.device;
    const { d } = privateKey.export({ format: 'jwk' });
    expect(await proof({ header: { jwk: { ...jwk, d } } })).toEqual(malformed('jwk holds a private key'));
  });

  test.each(['GET', 'post', 'PUT', ''])(
    '§4.3-8 htm is the method of the request, and not %s',
    async (htm) => {
      expect(await claims({ htm })).toEqual(wrong('htm'));
    },
  );

  test.each([
    'https://writ.example/permissions',
    'https://writ.example/token/',
    'https://writ.example/TOKEN',
    'https://writ.example/a/../token',
    'https://other.example/token',
    'http://writ.example/token',
    'https://writ.example:444/token',
    'https://user@writ.example/token',
    '/token',
    '',
  ])('§4.3-9 htu is the URI of the request, and not %s', async (htu) => {
    expect(await claims({ htu })).toEqual(wrong('htu'));
  });

  test.each(['?a=b', '#c', '?a=b#c'])('§4.3-9 without its query and fragment: %s', async (more) => {
    expect(await claims({ htu: `${PUBLIC_URL}/token${more}` })).toEqual(granted);
  });

  test('§4.3-10 nonce is one that the server gave', async () => {
    expect(await claims({ nonce: 'mine' })).toEqual(useNonce('dpop_nonce_stale'));
    const forged = makeNonce([createSecretKey(Buffer.alloc(32))], NOW);
    expect(await claims({ nonce: forged })).toEqual(useNonce('dpop_nonce_stale'));
  });

  test('§4.3-11 created within the window, by the server’s own time in the nonce', async () => {
    expect(await claims({ nonce: makeNonce(NONCE_KEYS, NOW - 119) })).toEqual(granted);
    expect(await claims({ nonce: makeNonce(NONCE_KEYS, NOW - 120) })).toEqual(useNonce('dpop_nonce_stale'));
    expect(await claims({ nonce: makeNonce(NONCE_KEYS, NOW + 60) })).toEqual(useNonce('dpop_nonce_stale'));
  });

  test.each([0, NOW - 86_400, NOW + 86_400])(
    '§4.3-11 and so by no clock of the client’s: iat %s',
    async (iat) => {
      expect(await claims({ iat })).toEqual(granted);
    },
  );

  test('§4.3-12 an access token that is bound to a key comes with a proof by that key', async () => {
    const bound = (jkt: string): Ask => ({
      subject: { header: { typ: 'at+jwt' }, claims: { nonce: undefined, cnf: { jkt } } },
      attestation: { claims: { user: undefined } },
      form: { subject_token_type: ACCESS_TOKEN, binding: undefined },
    });
    const { device, otherDevice } = broker.world.keys;
    expect(await send(bound(device.jkt))).toEqual(granted);
    expect(await send(bound(otherDevice.jkt))).toEqual(
      refusedWith('invalid_request', {
        reason: 'subject_not_bound_to_device',
        problem: 'the access token is bound to another key',
      }),
    );
  });
});

describe('RFC 9449 §5, at the token endpoint', () => {
  test('§5 a proof that is not valid is 400 invalid_dpop_proof', async () => {
    const { status, body } = await proof('no.jwt.here');
    expect([status, body]).toEqual([400, { error: 'invalid_dpop_proof' }]);
  });

  test('§5 what is issued is no DPoP-bound token, and does not say so', async () => {
    expect((await send()).body.token_type).not.toBe('DPoP');
  });

  test('§5.1 the metadata names the algorithms that are taken, none of them symmetric', async () => {
    const { body } = await wire.get('/.well-known/oauth-authorization-server');
    expect(body.dpop_signing_alg_values_supported).toEqual(PROOF_ALGORITHMS);
    expect(PROOF_ALGORITHMS.filter((alg) => /^(?:none|HS)/i.test(alg))).toEqual([]);
  });

  test.each(['ES256', 'ES384', 'PS256', 'Ed25519'] as const)(
    '§5.1 %s, as published, is taken',
    async (alg) => {
      const key = await makeKey(alg);
      const nonce = boundNonce(key.jkt, RND);
      const answer = await send({
        proof: { key, header: { jwk: key.jwk } },
        subject: { claims: { nonce } },
        actor: 'attested',
        attestation: { claims: { cnf: { jwk: key.jwk } } },
      });
      expect(answer).toEqual(granted);
    },
  );

  test('§5, §6.1 the key of the proof is the one that all else is bound to, by its RFC 7638 thumbprint', async () => {
    const key = broker.world.keys.otherDevice;
    expect(await proof({ key })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', reason_code: 'actor_key_mismatch' },
    });
  });
});

describe('RFC 9449 §8, the server’s nonce', () => {
  test('§8 a proof without nonce is 400 use_dpop_nonce, and the nonce comes with it', async () => {
    const answer = await claims({ nonce: undefined });
    expect(answer).toEqual(useNonce('dpop_nonce_missing'));
    expect(answer.headers['dpop-nonce']).toBe(makeNonce(NONCE_KEYS, NOW));
  });

  test('§8 the request with that nonce is granted', async () => {
    const { headers } = await claims({ nonce: undefined });
    expect(await claims({ nonce: headers['dpop-nonce'] })).toEqual(granted);
  });

  test('§8.1 a nonce is of NQCHAR', async () => {
    const { headers } = await claims({ nonce: undefined });
    expect(headers['dpop-nonce']).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('§8.2 a nonce that is too old is answered with the next one', async () => {
    broker.now += 500_000;
    const answer = await send();
    expect(answer).toEqual(useNonce('dpop_nonce_stale'));
    expect(answer.headers['dpop-nonce']).toBe(makeNonce(NONCE_KEYS, NOW + 500));
  });

  test('§8.2 the next nonce comes with a 200, too', async () => {
    expect((await send()).headers['dpop-nonce']).toBe(makeNonce(NONCE_KEYS, NOW));
  });

  test('§8.2 an answer with a nonce is not cached', async () => {
    expect((await claims({ nonce: undefined })).headers['cache-control']).toBe('no-store');
  });

  test('§8.2 while keys change, a nonce by the previous one still holds', async () => {
    expect(await claims({ nonce: makeNonce(NONCE_KEYS.slice(1), NOW) })).toEqual(granted);
  });
});

describe('RFC 9449 §11, what a thief would try', () => {
  test('§11.1 a proof is good once', async () => {
    const received = await broker.ask();
    expect(await wire.send(received)).toEqual(granted);
    expect(await wire.send(received)).toEqual(refusedWith('invalid_dpop_proof', { reason: 'dpop_replayed' }));
  });

  test('§11.1 and not once more at another endpoint, for which it was not made', async () => {
    const received = await broker.ask();
    expect(await wire.send(received, { path: '/permissions' })).toEqual(wrong('htu'));
  });

  test('§11.1 two keys may choose the same jti', async () => {
    const key = broker.world.keys.otherDevice;
    const jti = 'chosen by both';
    const other: Ask = {
      proof: { key, claims: { jti: jti.replaceAll(' ', '-') } },
      actor: { key, claims: { iss: KEY_THUMBPRINT_URI + key.jkt } },
      subject: { claims: { nonce: boundNonce(key.jkt, RND) } },
      attestation: { claims: { cnf: { jwk: key.jwk } } },
    };
    expect(await claims({ jti: jti.replaceAll(' ', '-') })).toEqual(granted);
    expect(await send(other)).toEqual(granted);
  });

  test.each(['', 'with space', 'é', 'x'.repeat(129)])(
    '§11.1 a jti that cannot be kept is refused: %s',
    async (jti) => {
      expect(await claims({ jti })).toEqual(wrong('jti'));
    },
  );

  test('§11.2 a proof made in advance lacks the nonce of its time', async () => {
    broker.now += 3_600_000;
    expect(await send()).toEqual(useNonce('dpop_nonce_stale'));
  });

  test('§11.7 the header of another request does not fit this body, where the proof covers it', async () => {
    const bdh = sha256Base64url('another body');
    expect(await claims({ bdh })).toEqual(invalid({ reason: 'dpop_body_mismatch' }));
  });

  test('§11.7 a plain client, without bdh, is granted what does not demand it', async () => {
    expect(await claims({ bdh: undefined })).toEqual(granted);
    const bound = await send({
      proof: { claims: { bdh: undefined } },
      details: { permission: 'reports-bound' },
    });
    expect(bound).toEqual(
      refusedWith('invalid_dpop_proof', { reason: 'body_hash_required', permission: 'reports-bound' }),
    );
  });

  test('§11.3 no client is let off the nonce: an endpoint that demands it once demands it always', async () => {
    for (const endpoint of ['token', 'permissions', 'enroll'] as const) {
      expect(await send({ endpoint, proof: { claims: { nonce: undefined } } })).toEqual(
        useNonce('dpop_nonce_missing'),
      );
    }
  });

  test('§11.5 a JWT that the same key signed for another purpose is no proof', async () => {
    const { device } = broker.world.keys;
    const actor = broker.world.enrolledActorToken({ header: { jwk: device.jwk } });
    expect(await proof(actor)).toEqual(malformed('typ is not dpop+jwt'));
  });
});
