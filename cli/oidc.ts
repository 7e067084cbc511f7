import * as client from 'openid-client';
import type { Network } from './broker.ts';
import { Failure } from './failure.ts';
import { careful, secureUrl } from './http.ts';

/** Whole seconds: the issuer's clock may be this far from ours. */
const CLOCK_TOLERANCE_SECONDS = 30;

/**
 * Discovers the issuer (OIDC Discovery §4) as a public client's configuration: every fetch through our own
 * careful one, every ID token's signature verified although TLS would do (OIDC Core §3.1.3.7, 6).
 */
export async function discover(
  issuer: string,
  client_id: string,
  network: Network,
): Promise<client.Configuration> {
  const server = secureUrl(issuer, 'the identity provider');
  const skew = Math.round((network.clock() - Date.now()) / 1000);
  const configuration = await client.discovery(
    server,
    client_id,
    { [client.clockSkew]: skew, [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS },
    client.None(),
    {
      [client.customFetch]: careful(network.fetch) as client.CustomFetch,
      execute: [
        client.enableNonRepudiationChecks,
        ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
    },
  );
  // Discovery compares the two as URLs; ours are exact strings (rule 5).
  if (configuration.serverMetadata().issuer !== issuer)
    throw signInFailed('The identity provider has another name.');
  return configuration;
}

/** Runs one step with the identity provider. Its own error texts may quote tokens: only the code survives. */
export async function oidcStep<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (caught) {
    if (caught instanceof Failure) throw caught;
    const inner = caught instanceof Error && caught.cause instanceof Failure ? caught.cause : null;
    if (inner !== null) throw inner;
    throw signInFailed(`${what} (${codeOf(caught)}).`);
  }
}

/** An OAuth `error` (RFC 6749 §4.1.2.1, §5.2) or the library's constant code. */
const codeOf = (caught: unknown): string => {
  for (const member of ['error', 'code'] as const) {
    const value =
      caught instanceof Error ? (caught as unknown as Record<string, unknown>)[member] : undefined;
    if (typeof value === 'string' && /^(?:\w{1,64})$/.test(value)) return value;
  }
  return 'no further reason';
};

export const signInFailed = (why: string): Failure =>
  new Failure({
    exit: 2,
    error: 'sign_in_failed',
    what: 'You were not signed in.',
    why,
    next: 'Run the same command again.',
    remedy: 'login',
  });
