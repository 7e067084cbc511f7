import { createSecretKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sha256Base64url } from '../../../core/encoding/hash.ts';
import { makeNonce } from '../../../core/tokens/nonce.ts';
import { verifyProof } from '../../../core/tokens/proof.ts';
import { NOW } from '../../support/clock.ts';
import { makeJws, makeKey } from '../../support/keys.ts';
import { accepted } from '../../support/outcome.ts';
import { type Changes, makeReceived, NONCE_KEYS, PUBLIC_URL, tokenWorld } from '../../support/tokens.ts';

const world = await tokenWorld();
const { proofToken, keys, context } = world;
const BODY = 'grant_type=x&purpose=%C3%A9';

const verifyHeaders = (dpop: readonly string[], body = BODY) =>
  verifyProof(makeReceived({ headers: { dpop }, body }), context);
const verify = (changes: Changes = {}, body = BODY) => verifyHeaders([proofToken(changes)], body);
const refused = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });
const malformed = (problem: string) => refused('dpop_malformed', { problem });

test('a good proof gives its key and until when it must be remembered', async () => {
  expect(accepted(await verify())).toEqual({
    jkt: keys.device.jkt,
    jwk: keys.device.jwk,
    jti: 'proof-1',
    coversBody: false,
    spentUntil: NOW + 120,
  });
});

test.each(['ES384', 'Ed25519', 'PS256'] as const)('%s is good too', async (alg) => {
  const key = await makeKey(alg);
  expect(accepted(await verify({ key })).jkt).toBe(key.jkt);
});

test('EdDSA is the older name of Ed25519 (RFC 9864)', async () => {
  const key = await makeKey('Ed25519');
  expect(accepted(await verify({ key, header: { alg: 'EdDSA' } })).jkt).toBe(key.jkt);
});

test('of the key in the header only what makes the key is kept', async () => {
  const jwk = { ...keys.device.jwk, kid: 'x', 'x-note': 'x' };
  expect(accepted(await verify({ header: { jwk } })).jwk).toEqual(keys.device.jwk);
});

describe('1: one header', () => {
  test.each([
    ['none', []],
    ['an empty one', ['']],
  ])('%s is missing', async (_, dpop) => {
    expect(await verifyHeaders(dpop)).toEqual(refused('dpop_missing'));
  });

  test('no header at all is missing', async () => {
    expect(await verifyProof(makeReceived(), context)).toEqual(refused('dpop_missing'));
  });

  test('two are refused, also where a proxy joined them', async () => {
    expect(await verifyHeaders([proofToken(), proofToken()])).toEqual(refused('dpop_repeated'));
    expect(await verifyHeaders([`${proofToken()}, ${proofToken()}`])).toEqual(refused('dpop_repeated'));
  });
});

describe('2–7: a JWT signed by the key it carries', () => {
  test('what is no JWT is refused', async () => {
    expect(await verifyHeaders(['x'])).toEqual(malformed('not a compact JWS'));
  });

  test.each([
    ['no typ', { typ: undefined }, 'typ is not dpop+jwt'],
    ['another typ', { typ: 'JWT' }, 'typ is not dpop+jwt'],
    ['no jwk', { jwk: undefined }, 'header jwk is required'],
    ['jwk of text', { jwk: 'x' }, 'jwk is not an object'],
    ['crit', { crit: ['b64'] }, 'header has crit'],
    ['alg none', { alg: 'none' }, 'alg is not accepted'],
    ['alg HS256', { alg: 'HS256' }, 'alg is not accepted'],
    ['alg RS256', { alg: 'RS256' }, 'alg is not accepted'],
    ['a key of another algorithm', { alg: 'ES384' }, 'jwk does not fit alg'],
    ['a key for encryption', { jwk: { ...keys.device.jwk, use: 'enc' } }, 'jwk does not fit alg'],
    ['a point off the curve', { jwk: { ...keys.device.jwk, x: keys.device.jwk.y } }, 'jwk does not fit alg'],
    ['a private key', { jwk: { ...keys.device.jwk, d: 'x' } }, 'jwk holds a private key'],
    ['an HMAC key', { jwk: { kty: 'oct', k: 'x' } }, 'jwk holds a private key'],
  ])('%s is refused', async (_, header, problem) => {
    expect(await verify({ header })).toEqual(malformed(problem));
  });

  test('another’s key in the header is refused', async () => {
    expect(await verify({ header: { jwk: keys.otherDevice.jwk } })).toEqual(refused('dpop_signature'));
  });

  test('claims that come twice are refused', async () => {
    const token = makeJws(
      keys.device,
      { typ: 'dpop+jwt', alg: 'ES256', jwk: keys.device.jwk },
      '{"jti":"a","jti":"b"}',
    );
    expect(await verifyHeaders([token])).toEqual(malformed('payload is member name repeated'));
  });
});

describe('8–9: for this request', () => {
  test.each([
    ['jti', undefined],
    ['jti', ''],
    ['jti', 7],
    ['jti', 'a b'],
    ['jti', 'é'],
    ['jti', 'a\n'],
    ['jti', 'j'.repeat(129)],
    ['htm', undefined],
    ['htm', 'GET'],
    ['htm', 'post'],
    ['htu', undefined],
    ['htu', [`${PUBLIC_URL}/token`]],
    ['htu', `${PUBLIC_URL}/enroll`],
    ['htu', `${PUBLIC_URL}/token/`],
    ['htu', 'https://writ.example.evil.example/token'],
    ['htu', 'http://writ.example/token'],
    ['htu', 'https://writ.example:443/token'],
    ['iat', undefined],
    ['iat', String(NOW)],
    ['nonce', 7],
    ['bdh', 7],
  ])('%s as %j is refused', async (claim, value) => {
    expect(await verify({ claims: { [claim]: value } })).toEqual(refused('dpop_claim', { claim }));
  });

  test.each(['?x=y', '#x', '?x#y', '?x\ny'])('htu is compared without %s', async (rest) => {
    expect((await verify({ claims: { htu: `${PUBLIC_URL}/token${rest}` } })).ok).toBe(true);
  });
});

describe('10–11: now', () => {
  test('no nonce asks for one', async () => {
    expect(await verify({ claims: { nonce: undefined } })).toEqual(refused('dpop_nonce_missing'));
  });

  test.each([
    ['old', makeNonce(NONCE_KEYS, NOW - 120)],
    ['not ours', makeNonce([createSecretKey(Buffer.alloc(32))], NOW)],
    ['invented', 'x'],
  ])('a nonce that is %s asks for another', async (_, nonce) => {
    expect(await verify({ claims: { nonce } })).toEqual(refused('dpop_nonce_stale'));
  });

  test.each([0, NOW - 86_400, NOW + 86_400, NOW + 0.5])(
    'a client’s own clock (%d) does not matter',
    async (iat) => {
      expect((await verify({ claims: { iat } })).ok).toBe(true);
    },
  );

  test('the older nonce is forgotten earlier', async () => {
    const nonce = makeNonce(NONCE_KEYS, NOW - 100);
    expect(accepted(await verify({ claims: { nonce } })).spentUntil).toBe(NOW + 20);
  });
});

describe('bdh', () => {
  test('covers the bytes of the body', async () => {
    const bdh = sha256Base64url(Buffer.from(BODY));
    expect(accepted(await verify({ claims: { bdh } })).coversBody).toBe(true);
  });

  test.each([
    ['another body', sha256Base64url('another')],
    ['nothing', ''],
    ['the same hash otherwise spelled', `${sha256Base64url(BODY)}=`],
  ])('of %s is refused', async (_, bdh) => {
    expect(await verify({ claims: { bdh } })).toEqual(refused('dpop_body_mismatch'));
  });
});

test('without nonce keys it is a fault', async () => {
  const received = makeReceived({ headers: { dpop: [proofToken()] } });
  await expect(verifyProof(received, { nonceKeys: [], now: NOW })).rejects.toThrow('nonce_keys_unavailable');
});
