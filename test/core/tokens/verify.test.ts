import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { type TokenToVerify, verifyToken } from '../../../core/tokens/verify.ts';
import { NOW } from '../../support/clock.ts';
import { base64url, makeJws, makeKey } from '../../support/keys.ts';
import { accepted } from '../../support/outcome.ts';
import { type Changes, corp, tokenWorld } from '../../support/tokens.ts';

const world = await tokenWorld();
const { subjectToken } = world;
const slot = 'subject_token';

const verifyText = (token: string, options: Partial<TokenToVerify> = {}) =>
  verifyToken({ ...world.context, token, slot, expectedClass: 'subject', ...options });
const verify = (changes: Changes = {}, options: Partial<TokenToVerify> = {}) =>
  verifyText(subjectToken(changes), options);
const refused = (reason: string, fields: object = {}) => ({
  ok: false,
  refusal: { reason, token: slot, ...fields },
});
const withCorp = (changes: object) => ({ issuers: [{ ...corp, ...changes }] });

test('a good token gives its issuer, its claims and its hash', async () => {
  const token = subjectToken();
  const verified = accepted(await verifyText(token));
  expect(verified.issuer).toBe(corp);
  expect(verified.claims.oid).toBe('alice');
  expect(verified.hash).toBe(sha256Hex(token));
});

describe('the issuer', () => {
  test.each([
    ['another', 'https://evil.example'],
    ['ours and more', `${corp.iss}.evil.example`],
    ['ours with a slash', `${corp.iss}/`],
    ['ours in capitals', corp.iss.toUpperCase()],
    ['a list', [corp.iss]],
    ['absent', undefined],
  ])('%s is unknown', async (_, iss) => {
    expect(await verify({ claims: { iss } })).toEqual(refused('token_issuer_unknown'));
  });

  test('configured twice is unknown', async () => {
    const issuers = [corp, { ...corp, alias: 'again' }];
    expect(await verify({}, { issuers })).toEqual(refused('token_issuer_unknown'));
  });

  test('of another class is refused, whatever it signs', async () => {
    expect(await verifyText(world.actorToken())).toEqual(
      refused('token_wrong_class', { issuerClass: 'actor' }),
    );
    expect(await verifyText(world.attestationToken())).toEqual(
      refused('token_wrong_class', { issuerClass: 'attestation' }),
    );
  });
});

describe('the signature', () => {
  test('by another key is refused', async () => {
    expect(await verify({ key: world.keys.platform })).toEqual(refused('token_signature'));
  });

  test('over other claims is refused', async () => {
    const [header, , signature] = subjectToken().split('.');
    const claims = subjectToken({ claims: { oid: 'bob' } }).split('.')[1];
    expect(await verifyText(`${header}.${claims}.${signature}`)).toEqual(refused('token_signature'));
  });

  test('of nothing is refused', async () => {
    const [, claims] = subjectToken().split('.');
    const header = base64url(JSON.stringify({ typ: 'JWT', alg: 'none' }));
    expect(await verifyText(`${header}.${claims}.`)).toEqual(
      refused('token_malformed', { problem: 'not a compact JWS' }),
    );
    expect(await verifyText(`${header}.${claims}.AAAA`)).toEqual(refused('token_algorithm'));
  });

  test.each(['none', 'HS256', 'RS256', 'es256', 'constructor'])(
    'by an algorithm that the issuer does not use (%s) is refused',
    async (alg) => {
      expect(await verify({ header: { alg } })).toEqual(refused('token_algorithm'));
    },
  );

  test.each(['none', 'HS256'])('by %s is refused even where the configuration names it', async (alg) => {
    const options = withCorp({ algorithms: ['ES256', alg] });
    expect(await verify({ header: { alg } }, options)).toEqual(refused('token_algorithm'));
  });

  test('by an unknown key is refused', async () => {
    expect(await verify({ header: { kid: 'corp-2' } })).toEqual(refused('token_key_unknown'));
  });

  test.each(['RS256', 'ES384', 'Ed25519'] as const)('by %s is good where the issuer uses it', async (alg) => {
    const key = await makeKey(alg, 'corp-1');
    const findKey: typeof world.findKey = async () => {
      const { importJWK } = await import('jose');
      const imported = await importJWK(key.published, alg);
      return imported instanceof Uint8Array ? null : imported;
    };
    expect((await verify({ key }, { ...withCorp({ algorithms: [alg] }), findKey })).ok).toBe(true);
  });
});

test('a typ that the issuer does not use is refused', async () => {
  expect(await verify({ header: { typ: 'dpop+jwt' } })).toEqual(
    refused('token_type_mismatch', { problem: 'typ is not one of the issuer’s' }),
  );
  expect(await verify({ header: { typ: undefined } }, withCorp({ types: ['jwt'] }))).toMatchObject({
    refusal: { reason: 'token_type_mismatch' },
  });
});

test.each([
  ['another', 'other-client'],
  ['absent', undefined],
  ['ours and more', 'writ-cli2'],
  ['a list without ours', ['a', 'b']],
  ['a list with what is no text', ['writ-cli', 1]],
  ['an empty list', []],
  ['a list in a list', [['writ-cli']]],
])('an audience that is %s is refused', async (_, aud) => {
  expect(await verify({ claims: { aud } })).toEqual(refused('token_audience'));
});

test('an audience that is a list with ours is good; an issuer without audiences has no good token', async () => {
  expect((await verify({ claims: { aud: ['other', 'writ-cli'] } })).ok).toBe(true);
  expect(await verify({}, withCorp({ audiences: [] }))).toEqual(refused('token_audience'));
});

describe('time', () => {
  test('exp is exact', async () => {
    expect((await verify({ claims: { exp: NOW + 1 } })).ok).toBe(true);
    expect(await verify({ claims: { exp: NOW } })).toEqual(refused('token_expired', { exp: NOW, now: NOW }));
  });

  test('exp may be past only where the caller says so', async () => {
    expect((await verify({ claims: { exp: NOW - 1 } }, { mayBeExpired: true })).ok).toBe(true);
  });

  test.each(['nbf', 'iat'])('%s may be ahead by the clocks’ difference', async (claim) => {
    expect((await verify({ claims: { [claim]: NOW + 5 } })).ok).toBe(true);
    expect(await verify({ claims: { [claim]: NOW + 6 } })).toEqual(
      refused('token_not_yet_valid', { from: NOW + 6, now: NOW }),
    );
  });

  test.each([
    ['exp', undefined],
    ['exp', null],
    ['exp', String(NOW + 60)],
    ['exp', NOW + 0.5],
    ['exp', 2 ** 53],
    ['exp', -1],
    ['nbf', '0'],
    ['iat', null],
    ['iat', {}],
  ])('%s as %j is refused', async (claim, value) => {
    expect(await verify({ claims: { [claim]: value } })).toEqual(refused('token_claim', { claim }));
  });
});

describe('the issuer’s mandatory claims', () => {
  test.each([
    ['another', 'tenant-2'],
    ['absent', undefined],
    ['a list', ['tenant-1']],
  ])('a tenant that is %s does not count', async (_, tid) => {
    expect(await verify({ claims: { tid } })).toEqual({
      ok: false,
      refusal: { reason: 'subject_rule', claim: 'tid' },
    });
  });

  test('hold for every class', async () => {
    const token = world.actorToken({ claims: { owner: 'mallory' } });
    expect(await verifyText(token, { slot: 'actor_token', expectedClass: 'actor' })).toEqual({
      ok: false,
      refusal: { reason: 'token_claim', token: 'actor_token', claim: 'owner' },
    });
  });

  test('are compared with their type', async () => {
    const options = withCorp({ require: [{ claim: 'tid', oneOf: [1, true] }] });
    expect((await verify({ claims: { tid: 1 } }, options)).ok).toBe(true);
    expect((await verify({ claims: { tid: '1' } }, options)).ok).toBe(false);
  });
});

test('claims that come twice are refused before anything is believed', async () => {
  const token = makeJws(world.keys.corp, { alg: 'ES256', kid: 'corp-1' }, '{"iss":"a","iss":"b"}');
  expect(await verifyText(token)).toEqual(
    refused('token_malformed', { problem: 'payload is member name repeated' }),
  );
});

test('without any keys of the issuer it is a fault, not a refusal', async () => {
  const { keyCache } = await import('../../../core/tokens/keys.ts');
  const findKey = keyCache(() => Promise.reject(new Error('down')));
  await expect(verify({}, { findKey })).rejects.toThrow('keys_unavailable');
});
