import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, KMSInternalException, SignCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { calculateJwkThumbprint, importJWK, type JWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { kmsKeys, kmsSigner } from '../../adapters/kms.ts';
import { NOW } from '../support/clock.ts';
import { base64url } from '../support/keys.ts';
import { CANARY, expectFault } from './fault.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const CONFIG = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** KMS as it signs: DER over the SHA-256 of a raw message. */
function kmsSigning(signature: (message: Uint8Array) => Uint8Array | undefined) {
  const client = new KMSClient(CONFIG);
  const mock = mockClient(client);
  mock.on(SignCommand).callsFake(({ Message }) => ({ Signature: signature(Message) }));
  return { client, mock, signer: kmsSigner(client, KEY) };
}
const der = (message: Uint8Array) => sign('sha256', message, { key: privateKey, dsaEncoding: 'der' });

/** `SEQUENCE { INTEGER r, INTEGER s }` by the book (X.690 §8.3): as few bytes as say the number, and its sign. */
function derOf(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
    const padded = (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, padded.length]), padded]);
  };
  const both = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([0x30, both.length]), both]);
}
const joined = (r: bigint, s: bigint) =>
  Buffer.from([r, s].map((value) => value.toString(16).padStart(64, '0')).join(''), 'hex');

describe('signing', () => {
  test('one Sign over the raw bytes, with the key that is named', async () => {
    const { mock, signer } = kmsSigning(der);
    const data = Buffer.from('header.claims');
    await signer.sign(data);
    expect(signer.kid).toBe(KEY);
    expect(mock.calls().map(({ args: [command] }) => command.input)).toEqual([
      { KeyId: KEY, Message: data, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' },
    ]);
  });

  /** Of so many, some have r or s with its first bit set, and some are a byte short. */
  test('every signature of a real key verifies as R ‖ S', async () => {
    const lengths = new Set<number>();
    const { signer } = kmsSigning((message) => {
      const signature = der(message);
      lengths.add(signature.length);
      return signature;
    });
    for (let at = 0; at < 600; at += 1) {
      const data = Buffer.from(`message ${at}`);
      const signature = await signer.sign(data);
      expect(signature).toHaveLength(64);
      expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
    expect([...lengths]).toEqual(expect.arrayContaining([70, 71, 72]));
  });

  test('a JWS signed so verifies with jose and the published key', async () => {
    const { client, mock, signer } = kmsSigning(der);
    mock.on(GetPublicKeyCommand).resolves({ PublicKey: publicKey.export({ format: 'der', type: 'spki' }) });
    const input = `${base64url('{"alg":"ES256"}')}.${base64url('{"sub":"alice"}')}`;
    const jws = `${input}.${base64url(await signer.sign(Buffer.from(input)))}`;
    const [jwk] = await kmsKeys(client, KEY);
    const { payload } = await jwtVerify(jws, await importJWK(jwk ?? {}), {
      currentDate: new Date(NOW * 1000),
    });
    expect(payload).toEqual({ sub: 'alice' });
  });

  test('any r and s, however short, keep their places', async () => {
    const scalar = fc
      .integer({ min: 0, max: 32 })
      .chain((size) => fc.bigInt({ min: 0n, max: size === 0 ? 0n : 256n ** BigInt(size) - 1n }));
    await fc.assert(
      fc.asyncProperty(scalar, scalar, async (r, s) => {
        const { signer } = kmsSigning(() => derOf(r, s));
        expect(Buffer.from(await signer.sign(Buffer.from('x')))).toEqual(joined(r, s));
      }),
    );
  });

  const largest = 2n ** 256n - 1n;
  const valid = derOf(largest, largest);
  const changed = (at: number, value: number) =>
    Uint8Array.from(valid, (byte, index) => (index === at ? value : byte));
  test.each([
    { name: 'nothing', signature: undefined },
    { name: 'no bytes', signature: new Uint8Array() },
    { name: 'a text', signature: Buffer.from(CANARY) },
    { name: 'R ‖ S already', signature: joined(largest, largest) },
    { name: 'a cut signature', signature: valid.subarray(0, 60) },
    { name: 'a byte too many', signature: Buffer.concat([valid, Buffer.from([0])]) },
    { name: 'another tag outside', signature: changed(0, 0x31) },
    { name: 'another length outside', signature: changed(1, 0x45) },
    { name: 'another tag inside', signature: changed(2, 0x03) },
    { name: 'an r over its end', signature: changed(3, 0x7f) },
    { name: 'an r of a larger curve', signature: derOf(2n ** 256n, 1n) },
    { name: 'an s of a larger curve', signature: derOf(1n, 2n ** 383n) },
    { name: 'r alone', signature: Buffer.from([0x30, 3, 2, 1, 1]) },
  ])('KMS answers $name: a fault, not a signature that fails later', async ({ signature }) => {
    await expectFault(kmsSigning(() => signature).signer.sign(Buffer.from(CANARY)), 'signing_unavailable');
  });

  test('an error of KMS is a fault', async () => {
    const client = new KMSClient(CONFIG);
    mockClient(client).rejects(new KMSInternalException({ message: CANARY, $metadata: {} }));
    const fault = await expectFault(kmsSigner(client, KEY).sign(Buffer.from(CANARY)), 'signing_unavailable');
    expect(fault.causeName).toBe('KMSInternalException');
  });
});

describe('the public key', () => {
  const answering = (PublicKey: Uint8Array | undefined) => {
    const client = new KMSClient(CONFIG);
    const mock = mockClient(client);
    mock.on(GetPublicKeyCommand).resolves({ PublicKey });
    return { mock, keys: () => kmsKeys(client, KEY) };
  };
  const spki = (key: typeof publicKey) => key.export({ format: 'der', type: 'spki' });

  test('is a key set of one, for ES256 only', async () => {
    const { mock, keys } = answering(spki(publicKey));
    const { x, y } = publicKey.export({ format: 'jwk' });
    const [jwk, ...others] = await keys();
    expect(others).toEqual([]);
    expect(jwk).toEqual({ kty: 'EC', crv: 'P-256', x, y, kid: KEY, alg: 'ES256', use: 'sig' });
    expect(await calculateJwkThumbprint(jwk ?? {})).toBe(
      await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK),
    );
    expect(mock.calls().map(({ args: [command] }) => command.input)).toEqual([{ KeyId: KEY }]);
  });

  test.each([
    { name: 'nothing', key: undefined },
    { name: 'garbage', key: Buffer.from(CANARY) },
    { name: 'half a key', key: spki(publicKey).subarray(0, 50) },
    { name: 'another curve', key: spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey) },
    { name: 'an Ed25519 key', key: spki(generateKeyPairSync('ed25519').publicKey) },
    { name: 'an RSA key', key: spki(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey) },
  ])('KMS answers $name: a fault', async ({ key }) => {
    await expectFault(answering(key).keys(), 'keys_unavailable');
  });

  test('an error of KMS is a fault', async () => {
    const client = new KMSClient(CONFIG);
    mockClient(client).rejects(Object.assign(new Error(CANARY), { name: 'TimeoutError' }));
    expect((await expectFault(kmsKeys(client, KEY), 'keys_unavailable')).causeName).toBe('TimeoutError');
  });
});
