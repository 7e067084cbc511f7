import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { startSigningIssuer } from './signing-issuer.ts';

export interface Workload {
  /** Such as `repo:example/triage:ref:refs/heads/main`. */
  readonly sub: string;
  /** The broker's public URL. */
  readonly aud: string;
  /** Whole seconds; absent: five minutes. */
  readonly seconds?: number;
  /** Absent: a fresh one. */
  readonly jti?: string;
}

export interface Platform {
  /** The exact `iss`; its keys are at `<issuer>/jwks.json`. */
  readonly issuer: string;
  /** The workload's identity token: an actor token of kind `attested`. */
  identityToken(workload: Workload): Promise<string>;
  close(): Promise<void>;
}

/** The local stand-in for a platform that names its workloads, as GitHub Actions or Kubernetes do. */
export async function startPlatform(options: {
  readonly port: number;
  readonly signingKey?: JWK;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}): Promise<Platform> {
  const { issuer, sign, close } = await startSigningIssuer(options.port, options.signingKey);
  const clock = options.clock ?? Date.now;
  return {
    issuer,
    close,
    identityToken: ({ sub, aud, seconds = 300, jti = randomUUID() }) => {
      const iat = Math.floor(clock() / 1000);
      return sign('JWT', { sub, aud, jti, iat, exp: iat + seconds });
    },
  };
}
