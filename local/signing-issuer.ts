import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { serveLoopback } from './loopback-server.ts';

export interface SigningIssuer {
  /** The exact `iss`; its keys are at `<issuer>/jwks.json`. */
  readonly issuer: string;
  /** Signs the claims with ES256, with this `iss` and header `typ`. */
  sign(typ: string, claims: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

/**
 * An issuer that signs in this process and publishes its key.
 *
 * @param port - 0 takes a free one.
 * @param signingKey - Private ES256 JWK; without one a fresh key.
 */
export async function startSigningIssuer(port: number, signingKey?: JWK): Promise<SigningIssuer> {
  const privateJwk = signingKey ?? (await freshSigningKey());
  const { kty, crv, x, y } = privateJwk;
  const kid = await calculateJwkThumbprint(privateJwk);
  const key = await importJWK(privateJwk, 'ES256');
  const keySet = JSON.stringify({ keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] });

  const server = await serveLoopback(port, () => (request, response) => {
    if (request.method === 'GET' && request.url === '/jwks.json') {
      response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(keySet);
    } else {
      response.writeHead(404).end();
    }
  });
  return {
    issuer: server.origin,
    sign: (typ, claims) =>
      new SignJWT({ ...claims, iss: server.origin }).setProtectedHeader({ alg: 'ES256', kid, typ }).sign(key),
    close: server.close,
  };
}

/** A new private ES256 JWK. */
export async function freshSigningKey(): Promise<JWK> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  return exportJWK(pair.privateKey);
}
