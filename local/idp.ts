import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import Provider, { type Configuration, interactionPolicy } from 'oidc-provider';
import { memoryAdapter } from './idp-memory.ts';
import { errorPage, loginPage, PAGE_HEADERS } from './idp-page.ts';
import { serveLoopback } from './loopback-server.ts';
import { freshSigningKey } from './signing-issuer.ts';

export interface TestUser {
  readonly username: string;
  readonly password: string;
  readonly sub: string;
  readonly groups: readonly string[];
}

/** Three people in different groups; Carol ends what others began. Passwords of a provider that only this machine reaches. */
export const TEST_USERS: readonly TestUser[] = [
  { username: 'alice', password: 'alice-local-only', sub: 'alice', groups: ['finance'] },
  { username: 'bob', password: 'bob-local-only', sub: 'bob', groups: ['support'] },
  { username: 'carol', password: 'carol-local-only', sub: 'carol', groups: ['responders'] },
];

export interface Idp {
  /** The exact `iss`: `http://127.0.0.1:<port>`. */
  readonly issuer: string;
  close(): Promise<void>;
}

export interface IdpOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly users?: readonly TestUser[];
  readonly clientId?: string;
  /** Whole seconds an ID token is good for. */
  readonly idTokenSeconds?: number;
  /** Private ES256 JWK; without one a fresh key, so that tokens of an earlier run do not verify. */
  readonly signingKey?: JWK;
}

/** The one way to sign in here, as `acr` and `amr` (RFC 8176). */
const SIGN_IN = { acr: 'urn:writ:local:password', amr: ['pwd'] } as const;
const SCOPES = 'openid profile email groups offline_access';
const MAX_FORM_BYTES = 4096;
const LOGIN_PATH = /^\/login\/[\w-]{1,64}$/;

/**
 * The local identity provider: authorization code with PKCE for one native public client on a loopback redirect
 * of any port (RFC 8252 §7.3), set to behave as strict providers do: no nonce after a refresh, rotated refresh
 * tokens, `auth_time` of the sign-in itself.
 */
export async function startIdp(options: IdpOptions): Promise<Idp> {
  const users = options.users ?? TEST_USERS;
  const key = options.signingKey ?? (await freshSigningKey());
  const server = await serveLoopback(options.port, (issuer) => {
    const provider = new Provider(issuer, configuration(options, users, key));
    const oidc = provider.callback();
    return (request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      if (LOGIN_PATH.test(path))
        signIn(provider, users, path, request, response).catch(() => expired(response));
      else (oidc as RequestListener)(request, response);
    };
  });
  return { issuer: server.origin, close: server.close };
}

function configuration(options: IdpOptions, users: readonly TestUser[], key: JWK): Configuration {
  const policy = interactionPolicy.base();
  // Whoever signs in to the one client has consented: there is nothing else here to grant.
  policy.remove('consent');
  return {
    adapter: memoryAdapter(),
    jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: options.clientId ?? 'writ-cli',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/callback'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    scopes: SCOPES.split(' '),
    acrValues: [SIGN_IN.acr],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_, interaction) => `/login/${interaction.uid}` },
    // Without a consent prompt `offline_access` would be dropped from the scope: the client's grant decides.
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(SCOPES);
      await grant.save();
      return grant;
    },
    findAccount: async (_, sub) => {
      const user = users.find((candidate) => candidate.sub === sub);
      if (user === undefined) return undefined;
      return { accountId: user.sub, claims: async () => claimsOf(user) };
    },
    renderError: async (ctx, out) => {
      ctx.set(PAGE_HEADERS);
      ctx.body = errorPage(out.error_description ?? out.error);
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      Grant: 14 * 24 * 3600,
      IdToken: options.idTokenSeconds ?? 3600,
      Interaction: 600,
      RefreshToken: 14 * 24 * 3600,
      Session: 12 * 3600,
    },
  };
}

const claimsOf = (user: TestUser) => ({
  sub: user.sub,
  preferred_username: user.username,
  email: `${user.username}@example.com`,
  email_verified: true,
  groups: [...user.groups],
});

/** Shows the form, and checks what comes back. The provider's cookie ties both to the one who began. */
async function signIn(
  provider: Provider,
  users: readonly TestUser[],
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const interaction = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    const hint = interaction.params.login_hint;
    respond(response, 200, loginPage(path, typeof hint === 'string' ? hint : '', false));
    return;
  }
  const form = new URLSearchParams(await readForm(request));
  const username = form.get('username') ?? '';
  const user = users.find((candidate) => candidate.username === username);
  if (user === undefined || !sameSecret(user.password, form.get('password') ?? '')) {
    respond(response, 401, loginPage(path, username, true));
    return;
  }
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: user.sub, acr: SIGN_IN.acr, amr: [...SIGN_IN.amr], remember: false } },
    { mergeWithLastSubmission: false },
  );
}

const expired = (response: ServerResponse): void => {
  if (!response.headersSent) respond(response, 400, errorPage('This sign-in has ended, or began elsewhere.'));
};

const respond = (response: ServerResponse, status: number, html: string): void => {
  response.writeHead(status, PAGE_HEADERS).end(html);
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

async function readForm(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) throw new RangeError('form too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
