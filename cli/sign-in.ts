import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import { boundNonce } from '../core/tokens/subject-bound.ts';
import type { Network } from './broker.ts';
import { secureUrl } from './http.ts';
import type { LoginOffer } from './metadata.ts';
import { discover, oidcStep, signInFailed } from './oidc.ts';

interface SignedIn {
  readonly iss: string;
  readonly sub: string;
  /** NumericDate. */
  readonly auth_time: number;
  readonly id_token: string;
  /** NumericDate. */
  readonly exp: number;
  readonly refresh_token: string | null;
  /** Opens the nonce: `nonce = base64url(SHA-256(JCS({v:1,jkt,rnd})))`. */
  readonly rnd: string;
}

/** Somebody who brings the user's browser from one URL to the other. */
export type Browse = (authorizationUrl: URL, redirectUri: string, state: string) => Promise<URL>;

/**
 * Authorization code with PKCE (RFC 7636, RFC 8252), with `max_age`, and a nonce that only this device's key opens.
 *
 * @param jkt - Thumbprint of the device's key.
 * @throws Failure (exit 2) where the sign-in was refused or its ID token is not what was asked for.
 */
export async function signIn(
  offer: LoginOffer,
  jkt: string,
  redirectUri: string,
  browse: Browse,
  network: Network,
): Promise<SignedIn> {
  const { issuer, client_id, scope, max_age } = offer;
  const configuration = await oidcStep('The identity provider did not answer as one', () =>
    discover(issuer, client_id, network),
  );
  const rnd = randomBytes(32).toString('base64url');
  const nonce = boundNonce(jkt, rnd);
  const state = client.randomState();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: redirectUri,
    scope,
    max_age: String(max_age),
    nonce,
    state,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  };
  const authorizationUrl = await oidcStep('The identity provider names no page to sign in at', async () =>
    client.buildAuthorizationUrl(configuration, parameters),
  );

  // A browser opens it, and knows schemes that do more than show a page.
  secureUrl(authorizationUrl.href, 'the sign-in page');
  const answer = await browse(authorizationUrl, redirectUri, state);

  const tokens = await oidcStep('The identity provider refused, or its answer does not fit', () =>
    client.authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier,
      expectedState: state,
      expectedNonce: nonce,
      maxAge: max_age,
      idTokenExpected: true,
    }),
  );
  const claims = tokens.claims();
  if (claims === undefined || tokens.id_token === undefined || typeof claims.auth_time !== 'number') {
    throw signInFailed('The ID token does not say when you signed in.');
  }
  return {
    iss: claims.iss,
    sub: claims.sub,
    auth_time: claims.auth_time,
    id_token: tokens.id_token,
    exp: claims.exp,
    refresh_token: tokens.refresh_token ?? null,
    rnd,
  };
}
