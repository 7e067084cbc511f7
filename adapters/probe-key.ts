import type { ProbeKey } from '../core/probe/tokens.ts';
import { thumbprint } from '../core/tokens/thumbprint.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A new P-256 key whose private half cannot be read, not even here. */
export async function newProbeKey(): Promise<ProbeKey> {
  const pair = await crypto.subtle.generateKey(P256, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const jwk = { kty, crv, x, y } as ProbeKey['jwk'];
  const jkt = thumbprint({ ...jwk });
  if (jkt === null) throw new TypeError('a P-256 key has a thumbprint');
  return {
    jkt,
    jwk,
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(ES256, pair.privateKey, Buffer.from(data))),
  };
}
