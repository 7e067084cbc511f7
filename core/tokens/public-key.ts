import type { JWK } from 'jose';
import { decodeBase64url } from '../encoding/base64url.ts';
import { type JsonObject, member } from '../encoding/i-json.ts';
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../limits.ts';

type Shape =
  | { readonly kty: 'RSA' }
  | { readonly kty: 'EC' | 'OKP'; readonly crv: string; readonly bytes: number };

const RSA = { kty: 'RSA' } as const;
const ED25519 = { kty: 'OKP', crv: 'Ed25519', bytes: 32 } as const;

/**
 * Every algorithm that is ever accepted, and the one kind of key it takes. A list to choose from by name, so `none`
 * and the HMACs are not refused but unknown (RFC 8725 §3.1); no key serves two families (RFC 8725 §2.1).
 */
const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['RS256', RSA],
  ['RS384', RSA],
  ['RS512', RSA],
  ['PS256', RSA],
  ['PS384', RSA],
  ['PS512', RSA],
  ['ES256', { kty: 'EC', crv: 'P-256', bytes: 32 }],
  ['ES384', { kty: 'EC', crv: 'P-384', bytes: 48 }],
  ['ES512', { kty: 'EC', crv: 'P-521', bytes: 66 }],
  ['EdDSA', ED25519],
  ['Ed25519', ED25519],
]);

/** Whether it is one of those in the list, spelled exactly so. */
export const isSignatureAlgorithm = (alg: string): boolean => SHAPES.has(alg);

/** What makes a JWK more than public (RFC 7518 §6.2.2, §6.3.2, §6.4.1). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

export const holdsPrivateKey = (jwk: JsonObject): boolean =>
  PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name));

/**
 * The public key of a JWK from outside, if it may verify signatures of this algorithm.
 *
 * @returns only the members that make the key (those of its RFC 7638 thumbprint); `null` where `kty`, curve, `use`,
 *   `key_ops`, `alg` or size do not fit, or where it holds a private key: then it is no secret any more.
 */
export function verificationKey(jwk: JsonObject, alg: string): JWK | null {
  const shape = SHAPES.get(alg);
  if (shape === undefined || member(jwk, 'kty') !== shape.kty) return null;
  if (holdsPrivateKey(jwk) || !isMeantFor(jwk, alg)) return null;
  return shape.kty === 'RSA' ? rsaKey(jwk) : curveKey(jwk, shape);
}

/** RFC 7517 §4.2–4.4: absent says nothing, present binds. */
function isMeantFor(jwk: JsonObject, alg: string): boolean {
  const use = member(jwk, 'use');
  const operations = member(jwk, 'key_ops');
  const own = member(jwk, 'alg');
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return false;
  return own === undefined || own === alg || (isEdwards(own) && isEdwards(alg));
}

/** RFC 9864 gave EdDSA over Ed25519 a name of its own: the same signature. */
const isEdwards = (alg: unknown): boolean => alg === 'EdDSA' || alg === 'Ed25519';

function curveKey(jwk: JsonObject, shape: Extract<Shape, { readonly crv: string }>): JWK | null {
  const { kty, crv, bytes } = shape;
  const x = member(jwk, 'x');
  const y = member(jwk, 'y');
  if (member(jwk, 'crv') !== crv || typeof x !== 'string' || decodeBase64url(x)?.length !== bytes)
    return null;
  if (kty === 'OKP') return { kty, crv, x };
  if (typeof y !== 'string' || decodeBase64url(y)?.length !== bytes) return null;
  return { kty, crv, x, y };
}

function rsaKey(jwk: JsonObject): JWK | null {
  const n = member(jwk, 'n');
  const e = member(jwk, 'e');
  if (typeof n !== 'string' || typeof e !== 'string') return null;
  const bits = bitLength(decodeBase64url(n));
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) return null;
  // An exponent of 1 makes every number its own signature; a huge one makes verifying slow.
  const exponent = decodeBase64url(e);
  const exponentBits = bitLength(exponent);
  const isOdd = ((exponent?.at(-1) ?? 0) & 1) === 1;
  if (exponentBits < 2 || exponentBits > 32 || !isOdd) return null;
  return { kty: 'RSA', n, e };
}

function bitLength(bytes: Uint8Array | null): number {
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1;
  if (bytes === null || first < 0) return 0;
  return (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}
