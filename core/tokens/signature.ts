import { type CryptoKey, compactVerify, importJWK, type JWK } from 'jose';

/** Whether the key signed the token with exactly this algorithm (RFC 8725 §3.1). Any failure is a plain no. */
export async function isSignedBy(token: string, key: CryptoKey, alg: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

/** Imports a public JWK that `verificationKey` has passed; `null` where it is no point of its curve and the like. */
export async function importPublic(jwk: JWK, alg: string): Promise<CryptoKey | null> {
  try {
    const key = await importJWK(jwk, alg);
    return key instanceof Uint8Array ? null : key;
  } catch {
    return null;
  }
}
