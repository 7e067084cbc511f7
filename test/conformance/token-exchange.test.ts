/** RFC 8693, RFC 6749, RFC 9396 and RFC 8414, clause by clause, over HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Refusal } from '../../core/refusals.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { granted, refusedWith, turnedAwayAs } from '../support/on-the-wire.ts';
import { corp, PUBLIC_URL } from '../support/tokens.ts';
import { type OnTheWire, openWire, type Wire, type WireAnswer } from '../support/wire.ts';

let broker: Broker;
let wire: Wire;
beforeAll(async () => {
  broker = await openBroker();
  wire = await openWire(broker);
});
beforeEach(() => {
  catchOutput();
  broker.reset();
});
afterAll(async () => {
  await wire.close();
  await broker.close();
});

const send = async (change: Ask = {}, http: OnTheWire = {}): Promise<WireAnswer> =>
  wire.send(await broker.ask(change), http);
const form = (changes: Ask['form'] = {}) => send({ form: changes });
const malformed = (parameter: string, problem: string): Refusal => ({
  reason: 'request_malformed',
  parameter,
  problem,
});
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

describe('RFC 8693 §2.1, the request', () => {
  test('§2.1 grant_type is REQUIRED', async () => {
    expect(await form({ grant_type: undefined })).toEqual(
      turnedAwayAs('invalid_request', malformed('grant_type', 'missing')),
    );
  });

  test.each(['client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'token-exchange'])(
    '§2.1 grant_type is the URN of token exchange and not %s',
    async (grant_type) => {
      expect(await form({ grant_type })).toEqual(
        turnedAwayAs('unsupported_grant_type', { reason: 'grant_type_unsupported' }),
      );
    },
  );

  test.each(['subject_token', 'subject_token_type'])('§2.1 %s is REQUIRED', async (parameter) => {
    expect(await form({ [parameter]: undefined })).toEqual(
      turnedAwayAs('invalid_request', malformed(parameter, 'missing')),
    );
  });

  test('§2.1 actor_token_type is REQUIRED when actor_token is there', async () => {
    expect(await form({ actor_token_type: undefined })).toEqual(
      turnedAwayAs('invalid_request', malformed('actor_token_type', 'missing')),
    );
  });

  test('§2.1 actor_token_type MUST NOT be there without actor_token; which this profile demands', async () => {
    expect(await form({ actor_token: undefined })).toEqual(
      turnedAwayAs('invalid_request', malformed('actor_token', 'missing')),
    );
  });

  test.each(['resource', 'audience'])('§2.1 %s may name this broker, by its URL', async (parameter) => {
    expect(await form({ [parameter]: PUBLIC_URL })).toEqual(granted);
  });

  test.each(['resource', 'audience'] as const)(
    '§2.1, §2.2.2 another %s is invalid_target',
    async (parameter) => {
      expect(await form({ [parameter]: 'https://other.example' })).toEqual(
        turnedAwayAs('invalid_target', { reason: 'target_foreign', parameter }),
      );
    },
  );

  test('§2.1 scope is OPTIONAL to serve: any is invalid_scope', async () => {
    expect(await form({ scope: 'read' })).toEqual(
      turnedAwayAs('invalid_scope', { reason: 'scope_unsupported' }),
    );
  });

  test('§2.1 requested_token_type may ask for the one type that is issued here', async () => {
    const requested_token_type = 'urn:writ:params:oauth:token-type:aws-credentials';
    expect(await form({ requested_token_type })).toEqual(granted);
  });

  test('§2.1 a requested_token_type that is not issued here is invalid_request', async () => {
    expect(await form({ requested_token_type: 'urn:ietf:params:oauth:token-type:access_token' })).toEqual(
      turnedAwayAs('invalid_request', malformed('requested_token_type', 'not a type that is issued here')),
    );
  });

  test.each([
    ['subject_token_type', JWT],
    ['subject_token_type', 'urn:ietf:params:oauth:token-type:saml2'],
    ['subject_token_type', 'urn:ietf:params:oauth:token-type:refresh_token'],
    ['actor_token_type', 'urn:ietf:params:oauth:token-type:id_token'],
  ])('§3 a %s that is not served here is refused: %s', async (parameter, type) => {
    expect(await form({ [parameter]: type })).toEqual(
      turnedAwayAs('invalid_request', malformed(parameter, 'not a type that is accepted here')),
    );
  });
});

describe('RFC 8693 §2.2, the answer', () => {
  test('§2.2.1 access_token, issued_token_type and token_type are there, expires_in with them', async () => {
    const { body } = await send();
    expect(body).toMatchObject({
      access_token: expect.stringMatching(/^[\w-]+$/),
      issued_token_type: 'urn:writ:params:oauth:token-type:aws-credentials',
      expires_in: 900,
    });
  });

  test('§2.2.1 token_type is N_A, as the credentials are no access token', async () => {
    expect((await send()).body.token_type).toBe('N_A');
  });

  test('§2.2.1 no scope was asked for and none is named; no refresh_token is issued', async () => {
    const { body } = await send();
    expect(body).not.toHaveProperty('scope');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('§2.2.2 an invalid subject_token is invalid_request', async () => {
    expect(await send({ subject: 'no.jwt.here' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
      refusal: { reason: 'token_malformed', token: 'subject_token' },
    });
  });

  test('§2.2.2 a subject_token that is unacceptable by policy is invalid_request', async () => {
    expect(await send({ subject: { claims: { tid: 'tenant-2' } } })).toEqual(
      turnedAwayAs('invalid_request', { reason: 'subject_rule', claim: 'tid' }),
    );
  });

  test('§2.2.2 an invalid actor_token is invalid_request', async () => {
    expect(await send({ actor: 'no.jwt.here' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', reason_code: 'token_malformed' },
      refusal: { token: 'actor_token' },
    });
  });

  test('§2.2.2 a target that the server will not issue for is invalid_target', async () => {
    expect(await send({ details: { permission: 'reports-secret' } })).toEqual(
      refusedWith('invalid_target', { reason: 'policy_denied', policies: ['no-secrets'], remedy: null }),
    );
  });

  test('§4.4 may_act of the subject token names who may act', async () => {
    const sub = 'workload/reporter';
    const may_act = { iss: 'https://platform.example', sub };
    expect(await send({ actor: 'attested', subject: { claims: { may_act } } })).toEqual(granted);
  });

  test('§4.4 a may_act that cannot be read is not taken for absent', async () => {
    expect(await send({ subject: { claims: { may_act: 'workload/reporter' } } })).toEqual(
      turnedAwayAs('invalid_request', { reason: 'token_claim', token: 'subject_token', claim: 'may_act' }),
    );
  });
});

describe('RFC 6749 §3.2, the token endpoint', () => {
  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])(
    '§3.2 the client MUST use POST: %s is 405, with the one that would do',
    async (method) => {
      const answer = await send({}, { method });
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    },
  );

  test('§3.2 a parameter without a value is treated as omitted', async () => {
    expect(await form({ scope: '', audience: '' })).toEqual(granted);
    expect(await form({ subject_token: '' })).toEqual(
      turnedAwayAs('invalid_request', malformed('subject_token', 'missing')),
    );
  });

  test('§3.2 unrecognized parameters are ignored', async () => {
    expect(await form({ client_id: 'writ-cli', client_secret: 'x', foo: 'bar' })).toEqual(granted);
  });

  test.each([
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['subject_token', 'another'],
    ['authorization_details', '[]'],
  ])('§3.2 a parameter MUST NOT be there more than once: %s', async (parameter, value) => {
    const { body, ...received } = await broker.ask();
    const twice = `${body}&${parameter}=${encodeURIComponent(value)}`;
    expect(await wire.send({ ...received, body: twice })).toEqual(
      turnedAwayAs('invalid_request', { reason: 'parameter_repeated', parameter }),
    );
  });

  test('§3.2 nor one that is ignored, or has no value', async () => {
    const { body, ...received } = await broker.ask({ form: { foo: 'bar' } });
    for (const again of ['foo=baz', 'foo=']) {
      expect(await wire.send({ ...received, body: `${body}&${again}` })).toEqual(
        turnedAwayAs('invalid_request', { reason: 'parameter_repeated', parameter: '(unknown)' }),
      );
    }
  });

  test.each([
    { type: 'application/json' },
    { type: 'multipart/form-data; boundary=x' },
    { type: 'application/x-www-form-urlencoded; charset=utf-16' },
    { type: undefined },
  ])('§3.2, Appendix B parameters are form-encoded in UTF-8, not $type', async ({ type }) => {
    expect(await send({}, { headers: { 'content-type': type } })).toEqual(
      turnedAwayAs('invalid_request', { reason: 'request_not_form' }),
    );
  });
});

describe('RFC 6749 §5, the answer', () => {
  test('§5.1 credentials come as 200 in JSON that nobody stores', async () => {
    const { status, headers } = await send();
    expect({ status, headers }).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
    });
  });

  test('§5.2 a refusal comes as 400 in JSON that nobody stores, with error', async () => {
    const { status, headers, body } = await form({ scope: 'read' });
    expect({ status, headers, body }).toMatchObject({
      status: 400,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
      body: { error: 'invalid_scope' },
    });
  });

  test('§5.2 no error carries anything of the request', async () => {
    const canary = 'CANARY<script>';
    const requests = [
      { scope: canary },
      { grant_type: canary },
      { subject_token: canary },
      { audience: canary },
    ];
    for (const changes of requests) expect(JSON.stringify(await form(changes))).not.toContain('CANARY');
    expect(JSON.stringify((await send({ details: { permission: canary } })).body)).not.toContain('CANARY');
  });
});

describe('RFC 9396, authorization_details', () => {
  const details = (text: string) => form({ authorization_details: text });
  const DETAIL = {
    type: 'aws_session',
    permission: 'reports-read',
    account: 'prod',
    task: 'FIN-1234',
    purpose: 'Summarise the Q3 figures',
    parameters: { prefix: 'q3' },
  };
  const refused = (at: string, problem: string) =>
    turnedAwayAs('invalid_authorization_details', { reason: 'details_malformed', at, problem });

  test.each([
    ['an object', JSON.stringify(DETAIL)],
    ['a string', '"aws_session"'],
    ['empty', '[]'],
    ['of two, which this profile never grants', JSON.stringify([DETAIL, DETAIL])],
  ])('§2 it is an array of JSON objects, and not %s', async (_, text) => {
    expect(await details(text)).toEqual(refused('authorization_details', 'is not an array of exactly one'));
  });

  test('§2 its elements are objects', async () => {
    expect(await details('["aws_session"]')).toEqual(refused('authorization_details', 'is not an object'));
  });

  test('§2 type is REQUIRED', async () => {
    const { type: _, ...untyped } = DETAIL;
    expect(await details(JSON.stringify([untyped]))).toEqual(refused('type', 'is not aws_session'));
  });

  test('§2 type is compared as it is, without any collation', async () => {
    expect(await send({ details: { type: 'AWS_SESSION' } })).toEqual(refused('type', 'is not aws_session'));
  });

  test('§5 an unknown type is invalid_authorization_details', async () => {
    expect(await send({ details: { type: 'payment_initiation' } })).toEqual(
      refused('type', 'is not aws_session'),
    );
  });

  test('§5 so is a known type with an unknown field', async () => {
    expect(await send({ details: { actions: ['read'] } })).toEqual(
      refused('authorization_details', 'has a member that is unknown here'),
    );
  });

  test('§5 so is a field of the wrong type', async () => {
    expect(await send({ details: { duration: '900' } })).toEqual(refused('duration', 'is not an integer'));
  });

  test('§5 so is a field with an invalid value', async () => {
    expect(await send({ details: { parameters: { prefix: '../q3' } } })).toMatchObject({
      status: 400,
      body: { error: 'invalid_authorization_details', reason_code: 'parameter_invalid' },
    });
  });

  test.each(['permission', 'account', 'task', 'purpose'])(
    '§5 so is a required field that is missing: %s',
    async (field) => {
      expect(await send({ details: { [field]: undefined } })).toEqual(refused(field, 'is missing'));
    },
  );

  test('§6 the token request takes it, with the grant of RFC 8693', async () => {
    expect(await send()).toEqual(granted);
  });

  test('§6.1 what is granted is what was asked for or less: the permission’s longest cuts the duration', async () => {
    const { body } = await send({ details: { duration: 3600 } });
    expect(body).toMatchObject({ expires_in: 1800, authorization_details: [{ duration: 1800 }] });
  });

  test('§7 the answer has authorization_details as granted', async () => {
    expect((await send()).body.authorization_details).toEqual([{ ...DETAIL, duration: 900 }]);
  });

  test('§10 the metadata names the types that are supported', async () => {
    const { body } = await wire.get(METADATA);
    expect(body.authorization_details_types_supported).toEqual(['aws_session']);
  });
});

const METADATA = '/.well-known/oauth-authorization-server';

describe('RFC 8414, the metadata', () => {
  test('§2 issuer is an https URL without query or fragment', async () => {
    const { issuer } = (await wire.get(METADATA)).body;
    expect(String(issuer)).toMatch(/^https:\/\/[^?#]+$/);
  });

  test('§2 token_endpoint is where the exchange is', async () => {
    expect((await wire.get(METADATA)).body.token_endpoint).toBe((await broker.ask()).url);
  });

  test('§2 response_types_supported is REQUIRED: none, as nobody is sent here by a browser', async () => {
    expect((await wire.get(METADATA)).body.response_types_supported).toEqual([]);
  });

  test('§2 grant_types_supported says token exchange, and not the default', async () => {
    expect((await wire.get(METADATA)).body.grant_types_supported).toEqual([
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ]);
  });

  test('§2 token_endpoint_auth_methods_supported is not the default, client_secret_basic', async () => {
    const { token_endpoint_auth_methods_supported } = (await wire.get(METADATA)).body;
    expect(token_endpoint_auth_methods_supported).toEqual(['attest_jwt_client_auth_dpop', 'none']);
  });

  test('§3 it is at the well-known path, with the issuer’s path where RFC 8414 puts none', async () => {
    expect((await wire.get(METADATA)).status).toBe(200);
    expect((await wire.get('/.well-known/openid-configuration')).status).toBe(403);
  });

  test('§3.1 it is asked for by GET', async () => {
    const answer = await wire.send(await broker.ask(), { path: METADATA });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET']);
  });

  test('§3.2 the answer is 200 in application/json', async () => {
    const { status, headers } = await wire.get(METADATA);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  });

  test('§3.2 a claim with zero elements is left out; but for the one that §2 makes REQUIRED', async () => {
    const { body } = await wire.get(METADATA);
    const empty = Object.entries(body).filter(([, value]) => Array.isArray(value) && value.length === 0);
    expect(empty.map(([name]) => name)).toEqual(['response_types_supported']);
  });

  test('§3.3 issuer is the URL that the metadata was asked for at, less the well-known path', async () => {
    expect((await wire.get(METADATA)).body.issuer).toBe(PUBLIC_URL);
  });

  test('§6.2 whose tokens it takes is configuration and not metadata of strangers', async () => {
    expect(JSON.stringify((await wire.get(METADATA)).body)).not.toContain(corp.iss);
  });
});
