import { request } from 'node:http';
import { createRemoteJWKSet, jwtVerify, type JWK as PublicKey } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mdm, startMdm } from '../../local/mdm.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { freshSigningKey } from '../../local/signing-issuer.ts';

const NOW = 1_795_000_000; // fixed NumericDate
const clock = () => NOW * 1000 + 500;
const JWK = { kty: 'EC', crv: 'P-256', x: 'xx', y: 'yy', d: 'never', kid: 'dropped' };
const BROKER = 'http://127.0.0.1:8470';
const USER = { iss: 'http://127.0.0.1:8471', sub: 'alice' };

let mdm: Mdm;
let platform: Platform;
beforeAll(async () => {
  mdm = await startMdm({ port: 0, clock });
  platform = await startPlatform({ port: 0, clock });
});
afterAll(() => Promise.all([mdm.close(), platform.close()]));

const verified = (token: string, issuer: string, typ: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks.json`)), {
    issuer,
    typ,
    currentDate: new Date(NOW * 1000),
  });

test('an attestation names the device, its key and its user', async () => {
  const token = await mdm.attest({ jwk: JWK, device_id: 'laptop-7', aud: BROKER, user: USER });
  const { payload } = await verified(token, mdm.issuer, 'oauth-client-attestation+jwt');
  expect(payload).toEqual({
    iss: mdm.issuer,
    sub: 'writ-cli',
    aud: BROKER,
    iat: NOW,
    exp: NOW + 86_400,
    cnf: { jwk: { kty: 'EC', crv: 'P-256', x: 'xx', y: 'yy' } },
    device_id: 'laptop-7',
    compliant: true,
    user: USER,
  });
});

test('an attestation can say that the device is not compliant', async () => {
  const token = await mdm.attest({
    jwk: JWK,
    device_id: 'laptop-7',
    aud: BROKER,
    user: USER,
    compliant: false,
    seconds: 60,
  });
  const { payload } = await verified(token, mdm.issuer, 'oauth-client-attestation+jwt');
  expect(payload).toMatchObject({ compliant: false, exp: NOW + 60 });
});

test('a platform names its workload for five minutes', async () => {
  const token = await platform.identityToken({ sub: 'repo:example/triage', aud: BROKER });
  const { payload } = await verified(token, platform.issuer, 'JWT');
  expect(payload).toEqual({
    iss: platform.issuer,
    sub: 'repo:example/triage',
    aud: BROKER,
    jti: expect.any(String),
    iat: NOW,
    exp: NOW + 300,
  });
});

test('the key set shows public keys only, and a given key stays the same', async () => {
  const signingKey = await freshSigningKey();
  const again = await startMdm({ port: 0, signingKey });
  const { keys } = (await (await fetch(`${again.issuer}/jwks.json`)).json()) as {
    readonly keys: readonly PublicKey[];
  };
  const key = keys[0] ?? {};
  await again.close();
  expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  expect(key.x).toBe(signingKey.x);
});

test('another name that leads to this address is not answered', async () => {
  const { port } = new URL(mdm.issuer);
  const status = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/jwks.json', headers: { host: 'rebound.example' } })
      .on('response', (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(421);
});
