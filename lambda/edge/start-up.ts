import type { Bundle } from '../../core/policy/bundle.ts';

export type Environment = { readonly [name: string]: string | undefined };

/** A function that cannot start safely does not start. Names the setting; never quotes its value. */
export class StartUpFailure extends Error {
  readonly setting: string;

  constructor(setting: string, problem: string) {
    super(`${setting} ${problem}`);
    this.name = 'StartUpFailure';
    this.setting = setting;
  }
}

/** Lambda sets it and keeps it from being overridden; the laptop never sets it (rule 10). */
const inLambda = (env: Environment): boolean => env.AWS_LAMBDA_FUNCTION_NAME !== undefined;

/**
 * Inside Lambda, refuses an environment that leads calls or trust elsewhere: an endpoint left over from a test would
 * send STS calls, and users' tokens, to whoever listens there, and everything would seem to work.
 */
export function refuseLaptopEnvironment(env: Environment): void {
  if (!inLambda(env)) return;
  for (const [variable, value] of Object.entries(env)) {
    if (value !== undefined && variable.toUpperCase().startsWith('AWS_ENDPOINT_URL')) {
      throw new StartUpFailure(variable, 'must not be set in Lambda');
    }
  }
  if (env.WRIT_PUBLIC_URL?.toLowerCase().startsWith('http:')) {
    throw new StartUpFailure('WRIT_PUBLIC_URL', 'must be https in Lambda');
  }
  if (env.WRIT_NONCE_KEYS?.toLowerCase().startsWith('file:')) {
    throw new StartUpFailure('WRIT_NONCE_KEYS', 'must be a Secrets Manager ARN in Lambda');
  }
}

/** Inside Lambda, refuses a log of the laptop's name: its reports say that they are no evidence. */
export function refuseLaptopLog(env: Environment, origin: string): void {
  if (inLambda(env) && isLocal(`https://${origin}`)) {
    throw new StartUpFailure('WRIT_EVIDENCE_ORIGIN', 'is the laptop’s, and must not be in Lambda');
  }
}

/** Account of the laptop stack; AWS gives it to nobody. */
const LOCAL_ACCOUNT = '000000000000';

/**
 * Inside Lambda, refuses a bundle that was compiled for a laptop: its issuers sign in test users with a known
 * password. Called when the bundle has been read, before anything uses it.
 */
export function refuseLaptopBundle(env: Environment, bundle: Pick<Bundle, 'issuers' | 'accounts'>): void {
  if (!inLambda(env)) return;
  for (const issuer of bundle.issuers) {
    const urls = 'jwks_uri' in issuer.keys ? [issuer.iss, issuer.keys.jwks_uri] : [issuer.iss];
    if (urls.some(isLocal)) {
      throw new StartUpFailure(`issuer ${issuer.alias}`, 'must be https, on a public host, in Lambda');
    }
  }
  for (const account of bundle.accounts) {
    if (account.id === LOCAL_ACCOUNT) {
      throw new StartUpFailure(`account ${account.account}`, 'is the laptop’s, and must not be in Lambda');
    }
  }
}

/** What only the laptop stack uses. `iss` itself need not be a URL (RFC 7519 §4.1.1), a key's address must. */
function isLocal(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return (
    /^(?:http|file):$/.test(url.protocol) ||
    /^(?:localhost|127\..*|\[::1\]|.*\.(?:localhost|invalid))$/.test(url.hostname)
  );
}
