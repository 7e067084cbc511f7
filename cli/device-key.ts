import path from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import * as z from 'zod/mini';
import { Failure } from './failure.ts';
import { parseJson } from './json.ts';
import { withLock } from './lock.ts';
import { readPrivate, writePrivate } from './state.ts';

/** The device's key: it makes DPoP proofs, and speaks for an enrolled agent (rule 4c: one key). */
export interface DeviceKey {
  readonly privateKey: CryptoKey | Uint8Array;
  readonly privateJwk: JWK;
  /** Required members only, as RFC 7638 hashes them. */
  readonly publicJwk: JWK;
  /** RFC 7638 thumbprint, base64url. */
  readonly jkt: string;
}

type CryptoKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

const COORDINATE = z.string().check(z.regex(/^(?:[\w-]{43})$/));
const STORED = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: COORDINATE,
  y: COORDINATE,
  d: COORDINATE,
});

/** A new P-256 key, in memory only. */
export async function newDeviceKey(): Promise<DeviceKey> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  return deviceKey(await exportJWK(pair.privateKey));
}

async function deviceKey(privateJwk: JWK): Promise<DeviceKey> {
  const { kty, crv, x, y } = privateJwk;
  const publicJwk = { kty, crv, x, y } as JWK;
  return {
    privateJwk,
    publicJwk,
    privateKey: await importJWK(privateJwk, 'ES256'),
    jkt: await calculateJwkThumbprint(publicJwk),
  };
}

/** The profile's key: read, or made once even where two processes start together. */
export async function loadDeviceKey(folder: string): Promise<DeviceKey> {
  const file = path.join(folder, 'device-key.json');
  return (await stored(file)) ?? withLock(`${file}.lock`, async () => (await stored(file)) ?? create(file));
}

async function stored(file: string): Promise<DeviceKey | null> {
  const text = await readPrivate(file);
  if (text === null) return null;
  const jwk = parseJson(text, STORED);
  // A new key in its place would silently be another device.
  if (jwk === null) throw damaged(file);
  return deviceKey(jwk);
}

async function create(file: string): Promise<DeviceKey> {
  const key = await newDeviceKey();
  const { kty, crv, x, y, d } = key.privateJwk;
  await writePrivate(file, `${JSON.stringify({ kty, crv, x, y, d })}\n`);
  return key;
}

const damaged = (file: string): Failure =>
  new Failure({
    exit: 1,
    error: 'state_damaged',
    what: 'The device key of this profile is damaged.',
    why: `${file} does not hold a P-256 key.`,
    next: `Remove it; then writ login and writ enroll make this a new device.`,
  });
