/** Rule 3: no token, secret key or session token in ledger, people, control, log, metric, error or refusal. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { lambdaMint } from '../../adapters/lambda-mint.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import type { Received } from '../../core/request.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import type { HttpHandler, HttpResult } from '../../lambda/edge/http.ts';
import { seenOf } from '../adapters/fault.ts';
import { CONTEXT, restEvent } from '../lambda/edge/events.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { endOf, handedOver } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { type Canaries, canariesOf, findIn } from '../support/canaries.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT } from '../support/dynamodb.ts';
import { base64url } from '../support/keys.ts';
import { PUBLIC_URL, RND } from '../support/tokens.ts';

/** The real handlers, over the broker's ports: what compose would have made for them. */
const made = vi.hoisted(() => ({ broker: null as Broker | null }));
vi.mock(import('../../lambda/edge/compose.ts'), () => {
  const ports = () => {
    if (made.broker === null) throw new Error('no broker');
    return made.broker.ports;
  };
  const all = { exchangePorts: ports, enrolmentPorts: ports, permissionsPorts: ports, mintPorts: ports };
  return { ...all, sweepPorts: ports, loadPolicy: () => ports().policy };
});

const ENVIRONMENT = {
  WRIT_PUBLIC_URL: PUBLIC_URL,
  WRIT_BUNDLE_FILE: '/var/task/bundle.json',
  WRIT_BUNDLE_SHA256: 'a'.repeat(64),
  WRIT_LEDGER_TABLE: 'ledger',
  WRIT_PEOPLE_TABLE: 'people',
  WRIT_CONTROL_TABLE: 'control',
  WRIT_MINT_FUNCTION: 'mint',
  WRIT_NONCE_KEYS: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:nonce',
  WRIT_ENROLMENT_KEY: 'enrolment-key',
  AWS_REGION: 'eu-central-1',
};

let broker: Broker;
let handlers: { readonly [endpoint in 'token' | 'enroll' | 'permissions']: HttpHandler };
let mintHandler: typeof import('../../lambda/mint.ts').handler;
let output: () => string;

beforeAll(async () => {
  broker = await openBroker();
  made.broker = broker;
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  const [token, enroll, permissions, mint] = await Promise.all([
    import('../../lambda/exchange.ts'),
    import('../../lambda/enroll.ts'),
    import('../../lambda/permissions.ts'),
    import('../../lambda/mint.ts'),
  ]);
  handlers = { token: token.handler, enroll: enroll.handler, permissions: permissions.handler };
  mintHandler = mint.handler;
});
beforeEach(() => {
  broker.reset();
  broker.ports.mint = throughLambda();
  output = catchOutput();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await broker.close();
});

/** Exchange → mint as on AWS: JSON there and back through the real client, and mint's own handler behind it. */
function throughLambda(): Broker['ports']['mint'] {
  const lambda = mockClient(LambdaClient);
  lambda.on(InvokeCommand).callsFake(async ({ Payload }: { readonly Payload: Uint8Array }) => {
    const reply = await mintHandler(JSON.parse(new TextDecoder().decode(Payload)));
    return { Payload: new TextEncoder().encode(JSON.stringify(reply)) };
  });
  return lambdaMint(new LambdaClient({ region: 'eu-central-1' }), 'mint');
}

/** What STS gives, besides what the request showed. */
const withSecrets = (canaries: Canaries): Canaries =>
  new Map([...canaries, ['secret key', 'secret-of-0'], ['session token', 'session-token-of-0']]);

async function send(received: Received): Promise<HttpResult> {
  const endpoint = received.url.slice(PUBLIC_URL.length + 1);
  if (endpoint !== 'token' && endpoint !== 'enroll' && endpoint !== 'permissions') throw new Error(endpoint);
  const multiValueHeaders = Object.fromEntries(
    Object.entries(received.headers).map(([name, values]) => [name, [...values]]),
  );
  return handlers[endpoint](restEvent({ multiValueHeaders, body: received.body }), CONTEXT);
}

/** Everything that stays behind or goes elsewhere, less the one field that is made for the secret. */
async function whatIsLeft(result: HttpResult): Promise<{ readonly [place: string]: string }> {
  const { access_token: _, client_attestation: __, ...body } = JSON.parse(result.body);
  return { tables: await broker.everything(), output: output(), answer: JSON.stringify({ ...result, body }) };
}

async function expectNone(result: HttpResult, canaries: Canaries): Promise<void> {
  for (const [place, text] of Object.entries(await whatIsLeft(result))) {
    expect({ place, found: findIn(text, canaries) }).toEqual({ place, found: [] });
  }
}

/** An original ID token beside a refreshed one, so that all that can be shown is. */
const everythingShown = (): Ask => ({
  subject: { claims: { nonce: undefined, iat: NOW } },
  form: { binding: base64url(JSON.stringify({ rnd: RND, first: broker.world.subjectToken() })) },
});

describe('the grep', () => {
  test('finds each canary that was planted on purpose, in each place and spelling', async () => {
    const received = await broker.ask(everythingShown());
    const canaries = withSecrets(canariesOf(received));
    expect([...canaries.keys()]).toEqual(
      expect.arrayContaining(['subject_token: claims', 'dpop: signature', 'first', 'rnd', 'session token']),
    );
    const result = await send(received);
    for (const [name, canary] of canaries) {
      for (const planted of [canary, base64url(`{"x":"${canary}"}`), Buffer.from(canary).toString('hex')]) {
        expect(findIn(`before ${planted} after`, canaries)).toContain(name);
      }
    }
    const [first = ''] = canaries.values();
    for (const TableName of Object.values(broker.db.tables)) {
      const Item = { pk: { S: 'PLANTED' }, sk: { S: TableName }, body: { S: `{"token":"${first}"}` } };
      expect(findIn((await whatIsLeft(result)).tables ?? '', canaries)).toEqual([]);
      await broker.db.client.send(new PutItemCommand({ TableName, Item }));
      expect(findIn((await whatIsLeft(result)).tables ?? '', canaries)).not.toEqual([]);
      await unplant(TableName);
    }
    process.stdout.write(`{"planted":"${first}"}\n`);
    expect(findIn((await whatIsLeft(result)).output ?? '', canaries)).not.toEqual([]);
    expect(findIn(seenOf(new Error(first)), canaries)).not.toEqual([]);
  });

  async function unplant(TableName: string): Promise<void> {
    const Item = { pk: { S: 'PLANTED' }, sk: { S: TableName } };
    await broker.db.client.send(new PutItemCommand({ TableName, Item }));
  }
});

describe('nothing is left of', () => {
  test('a request that succeeds: the secret is in one field of the answer, and nowhere else', async () => {
    const received = await broker.ask(everythingShown());
    const result = await send(received);
    expect(result.statusCode).toBe(200);
    const { access_token } = JSON.parse(result.body);
    expect(Buffer.from(access_token, 'base64url').toString()).toContain('"SecretAccessKey":"secret-of-0001"');
    await expectNone(result, withSecrets(canariesOf(received)));
  });

  test('an enrolment', async () => {
    const received = await broker.ask({ endpoint: 'enroll' });
    const result = await send(received);
    expect(result.statusCode).toBe(200);
    const attestation = new Map([['client_attestation', JSON.parse(result.body).client_attestation]]);
    await expectNone(result, new Map([...canariesOf(received), ...attestation]));
  });

  test('a list of permissions', async () => {
    const received = await broker.ask({ endpoint: 'permissions' });
    const result = await send(received);
    expect(result.statusCode).toBe(200);
    await expectNone(result, canariesOf(received));
  });

  test.each([
    { step: 'the form', change: () => ({ form: { scope: 'openid' } }) },
    { step: 'the details', change: () => ({ details: { parameters: 'none' } }) },
    { step: 'the proof', change: () => ({ proof: 'dpop.canary-of-claims.canary-of-signature' }) },
    { step: 'the nonce', change: () => ({ proof: { claims: { nonce: undefined } } }) },
    { step: 'two slots', change: () => ({ actor: broker.world.subjectToken() }) },
    { step: 'the subject', change: () => ({ subject: { key: broker.world.keys.platform } }) },
    {
      step: 'a subject that is no token',
      change: () => ({ subject: 'subject.canary-of-claims.canary-of-signature' }),
    },
    { step: 'the actor', change: () => ({ actor: { claims: { sub: 'nobody' } } }) },
    {
      step: 'an actor that is no token',
      change: () => ({ actor: 'actor.canary-of-claims.canary-of-signature' }),
    },
    {
      step: 'the device',
      change: () => ({ attestation: 'attestation.canary-of-claims.canary-of-signature' }),
    },
    {
      step: 'bind',
      change: () => ({ subject: { claims: { nonce: 'of-another-key' } }, attestation: unnamed }),
    },
    { step: 'the account', change: () => ({ details: { account: 'production' } }) },
    { step: 'policy', change: () => ({ details: { permission: 'reports-secret' } }) },
    { step: 'the deadline', change: () => ({ subject: { claims: { exp: NOW + 1 } } }) },
  ] satisfies { step: string; change: () => Ask }[])('a request refused at $step', async ({ change }) => {
    const received = await broker.ask(change());
    const result = await send(received);
    expect(result.statusCode).toBe(400);
    await expectNone(result, canariesOf(received));
  });
  const unnamed = { claims: { user: undefined } };

  test('a request that was revoked while STS answered', async () => {
    const key = { kind: 'task', value: 'FIN-withheld' } as const;
    broker.sts.after = () => broker.setHead(key, { blockedUntil: NOW + 60 });
    const received = await broker.ask({ details: { task: key.value } });
    const result = await send(received);
    expect(result.statusCode).toBe(400);
    await expectNone(result, withSecrets(canariesOf(received)));
  });
});

/** An error that says all it could know, in every property that somebody might print. */
function indiscreet(canaries: Canaries): Error {
  const all = [...canaries.values()].join(' ');
  const error = new Error(all, { cause: new Error(all) });
  error.name = all;
  return Object.assign(error, { $metadata: { requestId: all }, $response: { body: all }, input: { all } });
}

describe('nothing is left of a request on the day on which', () => {
  /** Each port throws what it should not: its adapter broke its promise. */
  const PORTS = {
    nonceKeys: (error) => ({ nonceKeys: () => Promise.reject(error) }),
    findKey: (error) => ({ findKey: () => Promise.reject(error) }),
    authorize: (error) => ({
      authorize: () => {
        throw error;
      },
    }),
    refusalCounter: (error, { refusalCounter }) => ({
      refusalCounter: { ...refusalCounter, count: () => Promise.reject(error) },
    }),
    record: (error, { ledger }) => ({ ledger: { ...ledger, record: () => Promise.reject(error) } }),
    mint: (error) => ({ mint: () => Promise.reject(error) }),
    readHeads: (error) => ({ readHeads: () => Promise.reject(error) }),
    assumeRole: (error) => ({ assumeRole: () => Promise.reject(error) }),
    settle: (error, { ledger }) => ({ ledger: { ...ledger, settle: () => Promise.reject(error) } }),
  } satisfies { [port: string]: (error: Error, ports: Broker['ports']) => Partial<Broker['ports']> };

  test.each(Object.entries(PORTS))('%s throws all it knows', async (port, broken) => {
    const received = await broker.ask(
      port === 'refusalCounter' ? { details: { account: 'production' } } : {},
    );
    const canaries = withSecrets(canariesOf(received));
    Object.assign(broker.ports, broken(indiscreet(canaries), broker.ports));
    const result = await send(received);
    expect(result.statusCode).toBe(503);
    await expectNone(result, canaries);
  });

  test.each(['enroll', 'permissions'] as const)(
    'the tables throw all they know at POST /%s',
    async (endpoint) => {
      const received = await broker.ask({ endpoint });
      const canaries = canariesOf(received);
      const error = indiscreet(canaries);
      const fails = () => Promise.reject(error);
      broker.ports.ledger = { ...broker.ports.ledger, record: fails, spend: fails };
      const result = await send(received);
      expect(result.statusCode).toBe(503);
      await expectNone(result, canaries);
    },
  );

  test('mint meets such an error: its handler answers, since Lambda logs what is thrown', async () => {
    const received = await broker.ask();
    const handover = await handedOver(broker);
    const canaries = withSecrets(
      new Map([...canariesOf(received), ['subject token', handover.subject_token]]),
    );
    broker.ports.readHeads = () => Promise.reject(indiscreet(canaries));
    const reply = await endOf(mintHandler(handover));
    expect(reply).toEqual({ fault: 'misconfigured', retryAfter: 1 });
    expect(findIn(output(), canaries)).toEqual([]);
  });
});

describe('no fault that an adapter throws holds anything of', () => {
  const THROUGH = {
    ledger: (client: DynamoDBClient) => ({ ledger: dynamodbLedger(client, broker.db.tables) }),
    heads: (client: DynamoDBClient) => ({ readHeads: dynamodbReadHeads(client, broker.db.tables) }),
    counter: (client: DynamoDBClient) => ({
      refusalCounter: dynamodbRefusalCounter(client, broker.db.tables.control),
    }),
    proofs: (client: DynamoDBClient) => ({ ledger: dynamodbLedger(client, broker.db.tables) }),
  };

  test.each(Object.entries(THROUGH))('a request, from DynamoDB: %s', async (name, through) => {
    const refused: Ask = {
      details: { account: 'production' },
      subject: { claims: { oid: 'of-the-counter' } },
    };
    const received = await broker.ask(
      name === 'counter' ? refused : name === 'proofs' ? { endpoint: 'permissions' } : {},
    );
    const canaries = withSecrets(canariesOf(received));
    const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: broker.db.endpoint });
    client.middlewareStack.add(() => () => Promise.reject(indiscreet(canaries)), { step: 'initialize' });
    Object.assign(broker.ports, through(client));
    const sent = name === 'proofs' ? broker.permissions(received) : broker.exchange(received);
    await expectClean(sent, canaries);
  });

  test('a session, from STS: the outcome that is recorded neither', async () => {
    const received = await broker.ask();
    const canaries = withSecrets(canariesOf(received));
    const sts = mockClient(STSClient);
    sts.rejects(indiscreet(canaries));
    broker.ports.assumeRole = stsAssumeRole(new STSClient({ region: 'eu-central-1' }));
    await expectClean(broker.exchange(received), canaries);
  });

  test('a token, from the key sets', async () => {
    const received = await broker.ask();
    const canaries = canariesOf(received);
    broker.ports.findKey = keyCache(() => Promise.reject(indiscreet(canaries)));
    const result = await send(received);
    expect(result.statusCode).toBe(503);
    await expectNone(result, canaries);
  });

  test('a handover, from Lambda', async () => {
    const received = await broker.ask();
    const canaries = withSecrets(canariesOf(received));
    const lambda = mockClient(LambdaClient);
    lambda.rejects(indiscreet(canaries));
    broker.ports.mint = lambdaMint(new LambdaClient({ region: 'eu-central-1' }), 'mint');
    await expectClean(broker.exchange(received), canaries);
  });

  async function expectClean(sent: Promise<unknown>, canaries: Canaries): Promise<void> {
    const thrown = await sent.then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(Error);
    expect(findIn(thrown instanceof Error ? seenOf(thrown) : '', canaries)).toEqual([]);
    expect(findIn((await broker.everything()) + output(), canaries)).toEqual([]);
  }
});

describe('a person can be forgotten', () => {
  const PERSONAL: Canaries = new Map([
    ['login', 'forget-me@corp.example'],
    ['e-mail', 'forget-me-too@corp.example'],
    ['purpose', 'Summarise what nobody must know'],
    ['address', '203.0.113.99'],
    ['user agent', 'a browser of her own'],
  ]);
  const hers: Ask = {
    subject: { claims: { oid: 'forgotten', upn: PERSONAL.get('login'), email: PERSONAL.get('e-mail') } },
    attestation: { claims: { user: undefined } },
    headers: { 'user-agent': [PERSONAL.get('user agent') ?? ''] },
    sourceAddress: PERSONAL.get('address') ?? '',
  };

  test.each([
    { what: 'an issued writ', account: 'prod', came: { ok: true } },
    { what: 'a refusal', account: 'production', came: { refusal: { reason: 'account_unknown' } } },
  ])(
    'of $what, ledger, control and log hold no personal word: people alone does',
    async ({ account, came }) => {
      const received = await broker.ask({ ...hers, details: { account, purpose: PERSONAL.get('purpose') } });
      expect(await broker.exchange(received)).toMatchObject(came);
      const [ledger, people, control] = JSON.parse(await broker.everything());
      expect(findIn(JSON.stringify([ledger, control]) + output(), PERSONAL)).toEqual([]);
      expect(findIn(JSON.stringify(people), PERSONAL)).toEqual([...PERSONAL.keys()]);
    },
  );
});
