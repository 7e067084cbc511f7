import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fillLoginForm } from '../../cli/login-form.ts';
import { type Idp, startIdp, TEST_USERS } from '../../local/idp.ts';

const REDIRECT = 'http://127.0.0.1:45671/callback'; // never listened on
const ALICE = { username: 'alice', password: 'alice-local-only' };

let idp: Idp;
let said: number;

beforeAll(async () => {
  const spies = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level));
  idp = await startIdp({ port: 0, idTokenSeconds: 120 });
  await fetch(`${idp.issuer}/.well-known/openid-configuration`);
  said = spies.reduce((count, spy) => count + spy.mock.calls.length, 0);
});
afterAll(() => idp.close());

async function begin(parameters: { readonly [name: string]: string } = {}) {
  const configuration = await client.discovery(new URL(idp.issuer), 'writ-cli', {}, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const verifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT,
    scope: 'openid profile email groups offline_access',
    nonce: 'our-nonce',
    max_age: '60',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { configuration, verifier, url };
}

async function signInAs(user: { readonly username: string; readonly password: string }) {
  const { configuration, verifier, url } = await begin();
  const back = await fillLoginForm(url, REDIRECT, user, fetch);
  const tokens = await client.authorizationCodeGrant(configuration, back, {
    pkceCodeVerifier: verifier,
    expectedNonce: 'our-nonce',
    maxAge: 60,
  });
  return { configuration, tokens };
}

test('starts without a word', () => {
  expect(said).toBe(0);
});

describe('an ID token', () => {
  test.each(TEST_USERS)('of $username says who, which groups, how and when', async (user) => {
    const { tokens } = await signInAs(user);
    const keys = createRemoteJWKSet(new URL(`${idp.issuer}/jwks`));
    const { payload } = await jwtVerify(tokens.id_token ?? '', keys, {
      issuer: idp.issuer,
      audience: 'writ-cli',
    });
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: user.sub,
      preferred_username: user.username,
      email: `${user.username}@example.com`,
      groups: user.groups,
      nonce: 'our-nonce',
      acr: 'urn:writ:local:password',
      amr: ['pwd'],
      auth_time: expect.any(Number),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(120);
  });

  test('got by refresh has the same sign-in and no nonce, and the refresh token works once', async () => {
    const { configuration, tokens } = await signInAs(ALICE);
    const before = tokens.claims();
    const renewed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(renewed.claims()).toMatchObject({
      sub: 'alice',
      auth_time: before?.auth_time,
      groups: ['finance'],
    });
    expect(renewed.claims()?.nonce).toBeUndefined();
    await expect(client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('what it refuses', () => {
  test.each([
    { name: 'a wrong password', user: { username: 'alice', password: 'bob-local-only' } },
    { name: 'nobody', user: { username: '', password: '' } },
  ])('$name', async ({ user }) => {
    const { url } = await begin();
    await expect(fillLoginForm(url, REDIRECT, user, fetch)).rejects.toMatchObject({ fields: { exit: 2 } });
  });

  test('a code without its verifier', async () => {
    const { configuration, url } = await begin();
    const back = await fillLoginForm(url, REDIRECT, ALICE, fetch);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    await expect(
      client.authorizationCodeGrant(configuration, back, { pkceCodeVerifier, expectedNonce: 'our-nonce' }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test.each(['http://127.0.0.1:1/other', 'http://evil.example/callback', 'http://localhost:1/callback'])(
    'a redirect to %s',
    async (redirect_uri) => {
      const { url } = await begin({ redirect_uri });
      expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
    },
  );

  test('an authorization request without PKCE', async () => {
    const { url } = await begin();
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const location = (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '';
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
  });

  test('the login form of a sign-in that began elsewhere', async () => {
    const { url } = await begin();
    const form = new URL(
      (await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '',
      idp.issuer,
    );
    const page = await fetch(form); // without the cookie
    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain('<form');
  });
});

describe('the login page', () => {
  async function page(parameters: { readonly [name: string]: string }): Promise<Response> {
    const { url } = await begin(parameters);
    const first = await fetch(url, { redirect: 'manual' });
    const cookie = first.headers
      .getSetCookie()
      .map((each) => each.split(';', 1)[0])
      .join('; ');
    return fetch(new URL(first.headers.get('location') ?? '', idp.issuer), { headers: { cookie } });
  }

  test('runs nothing, is framed nowhere, and leads to the loopback only', async () => {
    const { headers } = await page({});
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self' http:\/\/127\.0\.0\.1:\*; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('shows a hint as text', async () => {
    const html = await (await page({ login_hint: '"><script>alert(1)</script>' })).text();
    expect(html).not.toContain('<script');
    expect(html).toContain('&#34;&#62;&#60;script&#62;');
  });
});
