/**
 * One valid set of tokens: Alice signs in at `corp`, the agent `reporter` runs on `platform`, `helper` is spoken for by
 * the device's key, `mdm` vouches for the device. Each maker takes what a test changes; `undefined` takes a claim away.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { Agent, Issuer } from '../../core/policy/bundle.ts';
import type { FindKey, Settings } from '../../core/ports.ts';
import type { Received, TokenRequest } from '../../core/request.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ID_TOKEN, KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import { writIssuer } from '../../core/tokens/writ-issuer.ts';
import { NOW } from './clock.ts';
import { base64url, makeJws, makeKey, type TestKey } from './keys.ts';

export const PUBLIC_URL = 'https://writ.example';
export const SETTINGS: Settings = { publicUrl: PUBLIC_URL, enrolmentKey: 'enrolment-key' };
export const RND = base64url('sixteen bytes ok');
export const NONCE_KEYS: readonly KeyObject[] = [
  createSecretKey('the current key has thirty-two b', 'utf8'),
  createSecretKey('the previous key had thirty-two ', 'utf8'),
];

export const corp: Issuer = {
  alias: 'corp',
  iss: 'https://login.corp.example',
  class: 'subject',
  audiences: ['writ-cli'],
  types: [null, 'jwt', 'at+jwt'],
  algorithms: ['ES256'],
  keys: { jwks_uri: 'https://login.corp.example/jwks' },
  require: [{ claim: 'tid', oneOf: ['tenant-1'] }],
  claims: {
    subject: 'oid',
    login: 'upn',
    email: 'email',
    groups: 'groups',
    device: 'device',
  },
};

export const platform: Issuer = {
  alias: 'platform',
  iss: 'https://platform.example',
  class: 'actor',
  audiences: [PUBLIC_URL],
  types: ['jwt'],
  algorithms: ['ES256'],
  keys: { jwks_uri: 'https://platform.example/jwks' },
  require: [{ claim: 'owner', oneOf: ['corp'] }],
  claims: { subject: 'sub' },
};

export const mdm: Issuer = {
  alias: 'mdm',
  iss: 'https://mdm.example',
  class: 'attestation',
  audiences: [PUBLIC_URL],
  types: ['oauth-client-attestation+jwt'],
  algorithms: ['ES256'],
  keys: { jwks_uri: 'https://mdm.example/jwks' },
  require: [],
  claims: { subject: 'sub', device: 'serial', user: 'user', compliant: 'compliant' },
};

export const reporter: Agent = {
  agent: 'reporter',
  description: 'Writes reports.',
  owner: 'corp:finance',
  reviewBy: NOW + 86_400,
  expires: NOW + 2 * 86_400,
  identities: [{ issuer: 'platform', subject: 'workload/reporter' }],
  enrolled: false,
  users: [],
  groups: [],
  permissions: ['reports-read'],
};

export const helper: Agent = { ...reporter, agent: 'helper', identities: [], enrolled: true };

/** What a test changes in a token. */
export interface Changes {
  readonly header?: { readonly [name: string]: unknown };
  readonly claims?: { readonly [name: string]: unknown };
  readonly key?: TestKey;
}

export type TokenWorld = Awaited<ReturnType<typeof tokenWorld>>;

/** Fresh keys for everyone; the signing itself is real throughout. */
export async function tokenWorld() {
  const [corpKey, platformKey, mdmKey, writKey, device, otherDevice] = await Promise.all([
    makeKey('ES256', 'corp-1'),
    makeKey('ES256', 'platform-1'),
    makeKey('ES256', 'mdm-1'),
    makeKey('ES256', SETTINGS.enrolmentKey),
    makeKey('ES256', 'device'),
    makeKey('ES256', 'other-device'),
  ]);
  const issuers: readonly Issuer[] = [corp, platform, mdm, writIssuer(SETTINGS)];
  const published = new Map<string, readonly JWK[]>([
    ['https://login.corp.example/jwks', [corpKey.published]],
    ['https://platform.example/jwks', [platformKey.published]],
    ['https://mdm.example/jwks', [mdmKey.published]],
    [SETTINGS.enrolmentKey, [writKey.published]],
  ]);
  const findKey: FindKey = keyCache(async (source) => {
    return published.get('kms' in source ? source.kms : source.jwks_uri) ?? [];
  });

  const make = (key: TestKey, header: object, claims: object, changes: Changes) => {
    const signer = changes.key ?? key;
    return makeJws(
      signer,
      { alg: signer.alg, kid: key.kid, ...header, ...changes.header },
      { ...claims, ...changes.claims },
    );
  };

  return {
    keys: { corp: corpKey, platform: platformKey, mdm: mdmKey, writ: writKey, device, otherDevice },
    issuers,
    findKey,
    context: {
      issuers,
      agents: [reporter, helper] as readonly Agent[],
      findKey,
      nonceKeys: NONCE_KEYS,
      publicUrl: PUBLIC_URL,
      now: NOW,
    },

    /** Alice's ID token, whose nonce is made for `device` and RND. */
    subjectToken: (changes: Changes = {}) =>
      make(
        corpKey,
        { typ: 'JWT' },
        {
          iss: corp.iss,
          sub: 'pairwise-alice',
          oid: 'alice',
          aud: 'writ-cli',
          tid: 'tenant-1',
          upn: 'alice@corp.example',
          email: 'alice@corp.example',
          groups: ['finance', 'staff'],
          acr: 'mfa',
          amr: ['pwd', 'otp'],
          auth_time: NOW - 60,
          iat: NOW - 60,
          exp: NOW + 3600,
          nonce: boundNonce(device.jkt, RND),
        },
        changes,
      ),

    /** The platform's token for the workload `reporter`. */
    actorToken: (changes: Changes = {}) =>
      make(
        platformKey,
        { typ: 'JWT' },
        {
          iss: platform.iss,
          sub: 'workload/reporter',
          aud: PUBLIC_URL,
          owner: 'corp',
          iat: NOW - 60,
          exp: NOW + 3600,
          jti: 'actor-token-1',
        },
        changes,
      ),

    /** The device's own token for the agent `helper`. */
    enrolledActorToken: (changes: Changes = {}) =>
      make(
        device,
        { typ: 'writ-actor+jwt', kid: undefined },
        {
          iss: KEY_THUMBPRINT_URI + device.jkt,
          sub: 'helper',
          aud: PUBLIC_URL,
          nonce: makeNonce(NONCE_KEYS, NOW),
          jti: 'enrolled-actor-1',
          exp: NOW + 60,
        },
        changes,
      ),

    /** The MDM's attestation of `device`, as Alice's. */
    attestationToken: (changes: Changes = {}) =>
      make(
        mdmKey,
        { typ: 'oauth-client-attestation+jwt' },
        {
          iss: mdm.iss,
          sub: 'writ-cli',
          aud: PUBLIC_URL,
          serial: 'SN-1',
          compliant: true,
          user: { iss: corp.iss, sub: 'alice' },
          iat: NOW - 60,
          exp: NOW + 86_400,
          cnf: { jwk: device.jwk },
        },
        changes,
      ),

    /** A DPoP proof by `device`, with a nonce of now. Another key goes into the header by itself. */
    proofToken: (changes: Changes = {}) => {
      const key = changes.key ?? device;
      return make(
        key,
        { typ: 'dpop+jwt', kid: undefined, jwk: key.jwk },
        {
          jti: 'proof-1',
          htm: 'POST',
          htu: `${PUBLIC_URL}/token`,
          iat: NOW,
          nonce: makeNonce(NONCE_KEYS, NOW),
        },
        changes,
      );
    },
  };
}

/** A request as the edge hands it over. */
export const makeReceived = (
  of: {
    readonly body?: string;
    readonly headers?: { readonly [name: string]: readonly string[] };
    readonly endpoint?: 'token' | 'permissions' | 'enroll' | 'revoke' | 'writs' | 'status';
  } = {},
): Received => ({
  headers: { 'content-type': ['application/x-www-form-urlencoded'], ...of.headers },
  body: of.body ?? '',
  sourceAddress: '198.51.100.7',
  url: `${PUBLIC_URL}/${of.endpoint ?? 'token'}`,
});

export const makeRequest = (of: Partial<TokenRequest>): TokenRequest => ({
  subject_token: '',
  subject_token_type: ID_TOKEN,
  actor_token: '',
  binding: { rnd: RND, first: null },
  details: {
    permission: 'reports-read',
    account: 'prod',
    task: 'FIN-1234',
    purpose: 'Summarise the Q3 figures',
    parameters: { prefix: 'q3' },
    duration: 900,
  },
  ...of,
});
