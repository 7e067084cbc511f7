/** Bob of support, his device and the workflow that acts for him: real tokens for the example installation. */
import { createHash, createSecretKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { makeNonce } from '../core/tokens/nonce.ts';
import { boundNonce } from '../core/tokens/subject-bound.ts';

const DETAILS = {
  type: 'aws_session',
  permission: 'tickets-write',
  account: 'prod',
  task: 'SUP-1234',
  purpose: 'Sort the tickets of the night and draft answers',
  duration: 900,
};
const RND = Buffer.from('sixteen bytes ok').toString('base64url');
const HOUR = 3600;

/** Where the issuers' keys are, as `local/config` says it. */
export interface Names {
  readonly broker: string;
  readonly corp: string;
  readonly ci: string;
  readonly mdm: string;
}

export interface Request {
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export interface Tokens {
  /** Key sets by path below the issuers' server. */
  readonly jwks: { readonly [path: string]: string };
  /** The server nonce's key. */
  readonly nonceKey: Buffer;
  /** One good request, with a proof of its own. */
  request(): Request;
  /** The same person's to another endpoint, such as `writs`. */
  asPerson(endpoint: string, parameters: { readonly [parameter: string]: string }): Request;
  /** `POST /revoke` of a writ of that person's. */
  ends(writ: string): Request;
}

export async function makeTokens(names: Names): Promise<Tokens> {
  const [corp, ci, mdm, device] = [await key(), await key(), await key(), await key()];
  const iat = Math.floor(Date.now() / 1000);
  const until = { iat, exp: iat + HOUR };
  const subject = corp.sign('JWT', {
    iss: names.corp,
    sub: 'bob',
    aud: 'writ-cli',
    preferred_username: 'bob',
    email: 'bob@corp.example',
    groups: ['support'],
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    auth_time: iat,
    nonce: boundNonce(device.jkt, RND),
    ...until,
  });
  const actor = ci.sign('JWT', {
    iss: names.ci,
    sub: 'repo:example/triage:ref:refs/heads/main',
    aud: names.broker,
    jti: 'the-workflow-run',
    ...until,
  });
  const attestation = mdm.sign('oauth-client-attestation+jwt', {
    iss: names.mdm,
    sub: 'writ-cli',
    aud: names.broker,
    device_id: 'LAPTOP-17',
    compliant: true,
    user: { iss: names.corp, sub: 'bob' },
    cnf: { jwk: device.jwk },
    ...until,
  });
  const nonceKey = Buffer.from('a key of thirty-two bytes, no s.');
  const signs = createSecretKey(nonceKey);
  const exchange = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    actor_token: actor,
    actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    authorization_details: JSON.stringify([DETAILS]),
    binding: Buffer.from(JSON.stringify({ rnd: RND })).toString('base64url'),
  }).toString();
  const shown = new URLSearchParams(exchange);
  const whose = ['subject_token', 'subject_token_type', 'binding'].map((name) => [
    name,
    shown.get(name) ?? '',
  ]);
  let made = 0;

  function proved(endpoint: string, body: string): Request {
    made += 1;
    const now = Math.floor(Date.now() / 1000);
    const nonce = makeNonce([signs], now);
    const jti = `proof-${iat}-${String(made).padStart(9, '0')}`;
    const bdh = createHash('sha256').update(body).digest('base64url');
    const claims = { jti, htm: 'POST', htu: `${names.broker}/${endpoint}`, iat: now, nonce, bdh };
    return {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'bench',
        dpop: device.sign('dpop+jwt', claims, { jwk: device.jwk }),
        'oauth-client-attestation': attestation,
      },
      body,
    };
  }
  const asPerson: Tokens['asPerson'] = (endpoint, parameters) =>
    proved(endpoint, new URLSearchParams({ ...parameters, ...Object.fromEntries(whose) }).toString());

  return {
    jwks: { '/corp/jwks': corp.set, '/ci/jwks.json': ci.set, '/mdm/jwks.json': mdm.set },
    nonceKey,
    request: () => proved('token', exchange),
    asPerson,
    ends: (writ) =>
      asPerson('revoke', {
        token: writ,
        token_type_hint: 'writ',
        reason: 'A benchmark',
        request_id: `bench-${writ}`,
      }),
  };
}

async function key() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    jwk,
    jkt: kid,
    set: JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] }),
    sign: (typ: string, claims: object, header: object = { kid }) =>
      jws(privateKey, { alg: 'ES256', typ, ...header }, claims),
  };
}

function jws(privateKey: KeyObject, header: object, claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
