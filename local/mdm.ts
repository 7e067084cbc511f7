import type { JWK } from 'jose';
import { ATTESTATION_TYPE } from '../core/tokens/token-types.ts';
import { startSigningIssuer } from './signing-issuer.ts';

export interface DeviceStatement {
  /** The device's public key, which its DPoP proofs are made with (`cnf.jwk`, RFC 7800 §3.2). */
  readonly jwk: JWK;
  readonly device_id: string;
  /** The broker's public URL: whom the attestation is for. */
  readonly aud: string;
  readonly user: { readonly iss: string; readonly sub: string };
  /** Absent: compliant. */
  readonly compliant?: boolean;
  /** Whole seconds; absent: one day. */
  readonly seconds?: number;
}

export interface Mdm {
  /** The exact `iss`; its keys are at `<issuer>/jwks.json`. */
  readonly issuer: string;
  /** A client attestation for the device's key (draft-ietf-oauth-attestation-based-client-auth). */
  attest(device: DeviceStatement): Promise<string>;
  close(): Promise<void>;
}

/** The local stand-in for a device management: it says which key is which device, and whose. */
export async function startMdm(options: {
  readonly port: number;
  readonly clientId?: string;
  readonly signingKey?: JWK;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}): Promise<Mdm> {
  const { issuer, sign, close } = await startSigningIssuer(options.port, options.signingKey);
  const clock = options.clock ?? Date.now;
  return {
    issuer,
    close,
    attest: ({ jwk, device_id, aud, user, compliant = true, seconds = 24 * 3600 }) => {
      const { kty, crv, x, y } = jwk;
      const iat = Math.floor(clock() / 1000);
      return sign(ATTESTATION_TYPE, {
        sub: options.clientId ?? 'writ-cli',
        aud,
        iat,
        exp: iat + seconds,
        cnf: { jwk: { kty, crv, x, y } },
        device_id,
        compliant,
        user,
      });
    },
  };
}
