import {
  createECDH,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** @param file - PKCS #8 PEM; written with mode 0600 when it is not there yet. */
export function loadKey(file?: string, curve: 'P-256' | 'Ed25519' = 'P-256'): KeyObject {
  if (file !== undefined && existsSync(file)) return createPrivateKey(readFileSync(file));
  const { privateKey } =
    curve === 'P-256' ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('ed25519');
  if (file !== undefined) {
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  }
  return privateKey;
}

/** ECDSA over SHA-256 of the message; DER, as KMS gives it. */
export const signMessage = (message: Buffer, key: KeyObject): Buffer =>
  sign('sha256', message, { key, dsaEncoding: 'der' });

/** Ed25519 over the message itself (RFC 8032), 64 bytes. */
export const signWhole = (message: Buffer, key: KeyObject): Buffer => sign(null, message, key);

/** Order of P-256's base point (FIPS 186-5, SP 800-186 §3.2.1.3). */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * ECDSA over a digest that the caller made (FIPS 186-5 §6.4.1). `node:crypto` always hashes what it signs, so
 * this is written out; the multiplication of the point is still its own. Not in constant time: the key is a
 * laptop's.
 */
export function signDigest(digest: Buffer, key: KeyObject): Buffer {
  const d = toBigInt(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const e = toBigInt(digest);
  for (;;) {
    const k = toBigInt(randomBytes(32));
    if (k === 0n || k >= N) continue;
    const point = createECDH('prime256v1');
    point.setPrivateKey(toBytes(k));
    const r = toBigInt(point.getPublicKey().subarray(1, 33)) % N;
    const s = (inverse(k) * (e + r * d)) % N;
    if (r === 0n || s === 0n) continue;
    const body = Buffer.concat([derInteger(r), derInteger(s)]);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
  }
}

/** Modulo N by Fermat's little theorem, N being prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % N;
  for (let exponent = N - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % N;
    base = (base * base) % N;
  }
  return result;
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const toBytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');

/** X.690 §8.3: shortest form, a zero byte before a set top bit. */
function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const content = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, content.length]), content]);
}
