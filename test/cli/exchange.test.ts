import { createHash } from 'node:crypto';
import {
  calculateJwkThumbprint,
  decodeJwt,
  decodeProtectedHeader,
  EmbeddedJWK,
  importJWK,
  jwtVerify,
} from 'jose';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DeviceKey, newDeviceKey } from '../../cli/device-key.ts';
import { requestEnrolment } from '../../cli/enroll.ts';
import { type ExchangeRequest, exchange } from '../../cli/exchange.ts';
import { Failure } from '../../cli/failure.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ID_TOKEN } from '../../core/tokens/token-types.ts';
import {
  type Answer,
  attested,
  type FakeBroker,
  issued,
  SERVER_NONCE,
  type Seen,
  startFakeBroker,
  useNonce,
  WRIT,
} from './fake-broker.ts';

const NOW = 1_795_000_000; // fixed NumericDate
const network = { fetch, clock: () => NOW * 1000 + 999 };

let key: DeviceKey;
let broker: FakeBroker;

beforeAll(async () => {
  key = await newDeviceKey();
});
afterEach(() => broker.close());

async function brokerThat(answer: (seen: Seen, earlier: number) => Answer): Promise<ExchangeRequest> {
  broker = await startFakeBroker({ issuer: 'http://127.0.0.1:1', answer });
  return {
    token_endpoint: `${broker.origin}/token`,
    issuer: broker.origin,
    key,
    subject: { token: 'subject.id.token', type: ID_TOKEN, rnd: 'opening', first: null },
    actor: { agent: 'analyst' },
    attestation: 'attestation.of.device',
    details: {
      permission: 'reports-read',
      account: 'prod',
      task: 'FIN-1234',
      purpose: 'Sum up Q3 & Q4 — now',
      parameters: { prefix: 'q3' },
      duration: 900,
    },
  };
}

const nonceThen = (answer: Answer) => (_: Seen, earlier: number) => (earlier === 0 ? useNonce : answer);

const failureOf = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof Failure ? error : Promise.reject(error)),
  );

describe('the request', () => {
  test('is the form of RFC 8693, the second time with the server nonce in proof and actor token', async () => {
    const request = await brokerThat(nonceThen(issued(900)));
    await exchange(request, network);

    expect(broker.seen.map(({ path }) => path)).toEqual(['/token', '/token']);
    const [first, second] = broker.seen;
    if (first === undefined || second === undefined) throw new Error('two requests');
    const form = new URLSearchParams(second.body);
    expect([...form.keys()]).toEqual([
      'grant_type',
      'subject_token',
      'subject_token_type',
      'binding',
      'actor_token',
      'actor_token_type',
      'authorization_details',
    ]);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:token-exchange');
    expect(form.get('subject_token')).toBe('subject.id.token');
    expect(form.get('subject_token_type')).toBe('urn:ietf:params:oauth:token-type:id_token');
    expect(form.get('actor_token_type')).toBe('urn:ietf:params:oauth:token-type:jwt');
    expect(form.get('binding')).toBe(Buffer.from('{"rnd":"opening"}').toString('base64url'));
    expect(form.get('authorization_details')).toBe(
      '[{"type":"aws_session","permission":"reports-read","account":"prod","task":"FIN-1234",' +
        '"purpose":"Sum up Q3 & Q4 — now","parameters":{"prefix":"q3"},"duration":900}]',
    );
    expect(second.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(second.headers['oauth-client-attestation']).toBe('attestation.of.device');

    expect(decodeJwt(String(first.headers.dpop)).nonce).toBeUndefined();
    expect(decodeJwt(new URLSearchParams(first.body).get('actor_token') ?? '').nonce).toBeUndefined();
  });

  test('carries a DPoP proof that jose accepts, over exactly this body', async () => {
    await exchange(await brokerThat(nonceThen(issued(900))), network);
    const second = broker.seen[1];
    const { payload, protectedHeader } = await jwtVerify(String(second?.headers.dpop), EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(NOW * 1000),
    });
    expect(Object.keys(protectedHeader.jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(await calculateJwkThumbprint(protectedHeader.jwk ?? {})).toBe(key.jkt);
    expect(payload).toEqual({
      htm: 'POST',
      htu: `${broker.origin}/token`,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iat: NOW,
      nonce: SERVER_NONCE,
      bdh: createHash('sha256')
        .update(second?.body ?? '')
        .digest('base64url'),
    });
  });

  test('carries the enrolled agent in a token of the same key', async () => {
    await exchange(await brokerThat(nonceThen(issued(900))), network);
    const token = new URLSearchParams(broker.seen[1]?.body).get('actor_token') ?? '';
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'writ-actor+jwt', alg: 'ES256' });
    const { payload } = await jwtVerify(token, await importJWK(key.publicJwk, 'ES256'), {
      currentDate: new Date(NOW * 1000),
    });
    expect(payload).toEqual({
      iss: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${key.jkt}`,
      sub: 'analyst',
      aud: broker.origin,
      jti: expect.any(String),
      iat: NOW,
      nonce: SERVER_NONCE,
    });
  });

  test('no proof and no actor token is sent twice', async () => {
    await exchange(await brokerThat(nonceThen(issued(900))), network);
    const jtis = broker.seen.flatMap(({ headers, body }) => [
      decodeJwt(String(headers.dpop)).jti,
      decodeJwt(new URLSearchParams(body).get('actor_token') ?? '').jti,
    ]);
    expect(new Set(jtis).size).toBe(4);
  });

  test('hands on a platform token as it is, the original ID token, and no header without attestation', async () => {
    const request = await brokerThat(() => issued(900));
    const subject = { ...request.subject, first: 'the.original.token' };
    await exchange(
      { ...request, subject, actor: { token: 'platform.actor.token' }, attestation: null },
      network,
    );
    const [only] = broker.seen;
    const form = new URLSearchParams(only?.body);
    expect(form.get('actor_token')).toBe('platform.actor.token');
    expect(JSON.parse(Buffer.from(form.get('binding') ?? '', 'base64url').toString())).toEqual({
      rnd: 'opening',
      first: 'the.original.token',
    });
    expect(only?.headers['oauth-client-attestation']).toBeUndefined();
  });

  test('enrolment shows the same subject and proof, and no agent', async () => {
    const { subject } = await brokerThat(nonceThen(attested));
    const enrolled = await requestEnrolment({ endpoint: `${broker.origin}/enroll`, key, subject }, network);
    expect(enrolled).toEqual(attested.body);
    const second = broker.seen[1];
    expect([...new URLSearchParams(second?.body).keys()]).toEqual([
      'subject_token',
      'subject_token_type',
      'binding',
    ]);
    expect(decodeJwt(String(second?.headers.dpop))).toMatchObject({
      htu: `${broker.origin}/enroll`,
      bdh: createHash('sha256')
        .update(second?.body ?? '')
        .digest('base64url'),
    });
  });

  test('the nonce is the hash of the canonical text, as written down in rule 4a', () => {
    expect(boundNonce('thumb', 'print')).toBe(
      createHash('sha256').update('{"jkt":"thumb","rnd":"print","v":1}').digest('base64url'),
    );
  });
});

describe('the answer', () => {
  test('becomes credentials as AWS spells them', async () => {
    const { credentials, ...rest } = await exchange(await brokerThat(() => issued(900)), network);
    expect(rest).toEqual({ writ: WRIT, expires_in: 900 });
    expect(Object.keys(credentials)).toEqual([
      'Version',
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
      'Expiration',
      'AccountId',
    ]);
  });

  test('a nonce is asked for once: a second time is a refusal', async () => {
    const failure = await failureOf(exchange(await brokerThat(() => useNonce), network));
    expect(broker.seen.length).toBe(2);
    expect(failure.fields).toMatchObject({ exit: 2, error: 'use_dpop_nonce' });
  });

  test.each([
    { reason_code: 'policy_denied', remedy: 'step_up', exit: 2 },
    { reason_code: 'parameter_invalid', remedy: undefined, exit: 1 },
    { reason_code: 'toString', remedy: undefined, exit: 2 },
  ])(
    'a refusal ($reason_code) says what, why, next and which writ',
    async ({ reason_code, remedy, exit }) => {
      const body = { error: 'invalid_target', reason_code, remedy, writ: WRIT };
      const failure = await failureOf(exchange(await brokerThat(() => ({ status: 400, body })), network));
      expect(failure.fields).toMatchObject({
        exit,
        error: 'invalid_target',
        writ: WRIT,
        what: 'The broker refused.',
      });
      expect(failure.fields.remedy).toBe(remedy);
    },
  );

  test('a refusal whose fields hold something else shows none of it', async () => {
    const body = { error: 'invalid_request', reason_code: 'x\u001b[2J', remedy: 'rm -rf', writ: '../../etc' };
    const failure = await failureOf(exchange(await brokerThat(() => ({ status: 400, body })), network));
    expect(failure.fields).toEqual({
      exit: 2,
      error: 'invalid_request',
      what: 'The broker refused.',
      why: 'Invalid request. It tells its reasons only to those whose sign-in it could verify.',
      next: undefined,
      reason_code: undefined,
      remedy: undefined,
      writ: undefined,
    });
  });

  const good = issued(900).body as { readonly [member: string]: unknown };
  const credentials = (change: object) =>
    Buffer.from(
      JSON.stringify({
        ...JSON.parse(Buffer.from(String(good.access_token), 'base64url').toString()),
        ...change,
      }),
    ).toString('base64url');

  test.each([
    { name: 'a 503', status: 503, body: { error: 'temporarily_unavailable' } },
    { name: 'a 500 with prose', status: 500, body: 'secret prose' },
    { name: 'a 400 with prose', status: 400, body: 'secret prose' },
    { name: 'a 302', status: 302, body: good },
    { name: 'another token type', status: 200, body: { ...good, issued_token_type: 'urn:other' } },
    { name: 'no secret', status: 200, body: { ...good, access_token: credentials({ SecretAccessKey: '' }) } },
    {
      name: 'a token with a line break',
      status: 200,
      body: { ...good, access_token: credentials({ SessionToken: 'a\nb' }) },
    },
    {
      name: 'a deadline not in UTC',
      status: 200,
      body: { ...good, access_token: credentials({ Expiration: 'soon' }) },
    },
    { name: 'more than fits', status: 200, body: { ...good, more: 'x'.repeat(300_000) } },
  ])('$name is a fault, exit 4, and is not quoted', async ({ status, body }) => {
    const failure = await failureOf(exchange(await brokerThat(() => ({ status, body })), network));
    expect(failure.fields.exit).toBe(4);
    expect(JSON.stringify(failure.fields)).not.toMatch(/canary|secret prose/);
  });

  test('nobody there is a fault, and the token is never sent over plain http to another machine', async () => {
    const request = await brokerThat(() => issued(900));
    const gone: typeof fetch = async () => {
      throw new TypeError('fetch failed: subject.id.token');
    };
    const failure = await failureOf(exchange(request, { ...network, fetch: gone }));
    expect(failure.fields).toMatchObject({ exit: 4, why: 'It cannot be reached.' });

    let asked = 0;
    const counting: typeof fetch = async () => {
      asked += 1;
      return new Response();
    };
    for (const token_endpoint of [
      'http://broker.example/token',
      'https://u:p@broker.example/',
      'file:///etc/passwd',
    ]) {
      const refused = await failureOf(
        exchange({ ...request, token_endpoint }, { ...network, fetch: counting }),
      );
      expect(refused.fields.exit).toBe(1);
    }
    expect(asked).toBe(0);
  });
});
