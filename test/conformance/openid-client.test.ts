/**
 * A client that knows nothing of Writ: `openid-client` as it is published, with its own DPoP, against the laptop stack.
 * It signs Bob in, finds the broker by its metadata, learns the nonce by itself and makes the exchange by its generic
 * grant. All that is Writ's own are the values of the form.
 */

import { exportJWK } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillLoginForm } from '../../cli/login-form.ts';
import { ID_TOKEN, JWT, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

const REDIRECT = 'http://127.0.0.1/callback';
const INSECURE = { execute: [client.allowInsecureRequests] };

let running: RunningStack;
let bob: string;
let broker: client.Configuration;
let key: client.CryptoKeyPair;
/** What the client was answered, oldest first: `400 use_dpop_nonce`. */
const answers: string[] = [];

beforeAll(async () => {
  running = await openStack();
  const { local, mdm } = running.stack;
  bob = await signInBob();
  key = await client.randomDPoPKeyPair('ES256');
  const attestation = await mdm.attest({
    jwk: await exportJWK(key.publicKey),
    device_id: 'bobs-laptop',
    aud: local.broker,
    user: { iss: local.issuer, sub: 'bob' },
  });
  const byAttestation: client.ClientAuth = (_server, _client, _body, headers) => {
    headers.set('OAuth-Client-Attestation', attestation);
  };
  broker = await client.discovery(new URL(local.broker), 'writ-cli', undefined, byAttestation, {
    algorithm: 'oauth2',
    ...INSECURE,
  });
  broker[client.customFetch] = async (url, options) => {
    const response = await fetch(url, options as RequestInit);
    const { error = 'granted' } = (await response.clone().json()) as { readonly error?: string };
    answers.push(`${response.status} ${error}`);
    return response;
  };
});
afterAll(() => running.close());

/** Authorization code with PKCE, as the same library does it at any provider. */
async function signInBob(): Promise<string> {
  const { issuer, users } = running.stack.local;
  const user = users.find(({ username }) => username === 'bob');
  if (user === undefined) throw new Error('no bob');
  const provider = await client.discovery(new URL(issuer), 'writ-cli', undefined, client.None(), INSECURE);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const address = client.buildAuthorizationUrl(provider, {
    redirect_uri: REDIRECT,
    scope: 'openid profile email groups',
    max_age: '3600',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const back = await fillLoginForm(address, REDIRECT, user, fetch);
  const tokens = await client.authorizationCodeGrant(provider, back, { pkceCodeVerifier, maxAge: 3600 });
  return tokens.id_token ?? '';
}

/** The exchange for Bob's agent in CI, with a handle that has met no nonce yet. */
async function exchange(permission: string, DPoP = client.getDPoPHandle(broker, key)) {
  answers.length = 0;
  const { ci, local } = running.stack;
  const actor_token = await ci.identityToken({
    sub: 'repo:example/triage:ref:refs/heads/main',
    aud: local.broker,
  });
  const details = {
    type: 'aws_session',
    permission,
    account: 'prod',
    task: 'T-1',
    purpose: 'Sort the tickets',
  };
  return client.genericGrantRequest(
    broker,
    TOKEN_EXCHANGE,
    {
      subject_token: bob,
      subject_token_type: ID_TOKEN,
      actor_token,
      actor_token_type: JWT,
      authorization_details: JSON.stringify([details]),
    },
    { DPoP },
  );
}

describe('openid-client', () => {
  test('finds the broker by its metadata (RFC 8414 §3)', () => {
    expect(broker.serverMetadata()).toMatchObject({
      issuer: running.stack.local.broker,
      token_endpoint: running.stack.local.token_endpoint,
    });
  });

  test('is refused for want of a nonce, comes again with it, and is granted (RFC 9449 §8)', async () => {
    const answer = await exchange('summaries-run');
    expect(answers).toEqual(['400 use_dpop_nonce', '200 granted']);
    expect(answer).toMatchObject({
      token_type: 'n_a',
      issued_token_type: 'urn:writ:params:oauth:token-type:aws-credentials',
      expires_in: expect.any(Number),
      authorization_details: [{ type: 'aws_session', permission: 'summaries-run' }],
    });
    expect(JSON.parse(Buffer.from(answer.access_token, 'base64url').toString())).toMatchObject({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIALOCAL/),
      AccountId: '000000000000',
    });
  });

  test('takes the next nonce from the answer, and needs no second try (RFC 9449 §8.2)', async () => {
    const handle = client.getDPoPHandle(broker, key);
    await exchange('summaries-run', handle);
    await exchange('summaries-run', handle);
    expect(answers).toEqual(['200 granted']);
  });

  test('is refused what demands a proof over the body, which is Writ’s own', async () => {
    const error = await exchange('tickets-write').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(client.ResponseBodyError);
    expect(error).toMatchObject({
      error: 'invalid_dpop_proof',
      status: 400,
      cause: { reason_code: 'body_hash_required' },
    });
  });

  test('with another key than the attestation’s is refused', async () => {
    const other = client.getDPoPHandle(broker, await client.randomDPoPKeyPair('ES256'));
    await expect(exchange('summaries-run', other)).rejects.toMatchObject({
      error: 'invalid_request',
      cause: { reason_code: 'attestation_key_mismatch' },
    });
  });
});
