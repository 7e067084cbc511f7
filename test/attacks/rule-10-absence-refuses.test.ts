/** Rule 10: what is missing is a refusal, a fault or a start-up failure, and never a default that allows. */
import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cedar } from '../../adapters/cedar.ts';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { lambdaMint } from '../../adapters/lambda-mint.ts';
import type { Tables } from '../../adapters/tables.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { Fault } from '../../core/fault.ts';
import type { Agent, Bundle } from '../../core/policy/bundle.ts';
import type { Refusal } from '../../core/refusals.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { CONTEXT, restEvent } from '../lambda/edge/events.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { endOf, fault, handedOver, mintOf, tablesOf } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { PUBLIC_URL } from '../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

const exchanged = async (change: Ask = {}) => endOf(broker.exchange(await broker.ask(change)));
const refused = (refusal: Refusal) => expect.objectContaining({ ok: false, refusal });
const sessions = () => broker.sts.asked.length;

/** The configuration, changed behind the compiler's back. */
function configured(change: (bundle: Bundle) => Partial<Bundle>): void {
  const { bundle, hash } = broker.ports.policy;
  broker.ports.policy = { hash, bundle: { ...bundle, ...change(bundle) } };
}

describe('in the configuration there is no', () => {
  const without = (alias: string) => () =>
    configured(({ issuers }) => ({ issuers: issuers.filter((issuer) => issuer.alias !== alias) }));
  const claimed: Ask = { subject: { claims: { device: 'a device that is only claimed' } } };

  const MISSING: readonly {
    readonly what: string;
    readonly take: () => void;
    readonly change?: Ask;
    readonly refusal: Refusal;
  }[] = [
    {
      what: 'permission',
      take: () => configured(() => ({ permissions: [] })),
      refusal: { reason: 'permission_unknown', permission: 'reports-read' },
    },
    {
      what: 'account',
      take: () => configured(() => ({ accounts: [] })),
      refusal: { reason: 'account_unknown', account: 'prod' },
    },
    {
      what: 'account that is open',
      take: () =>
        configured(({ accounts }) => ({ accounts: accounts.map((each) => ({ ...each, state: 'closed' })) })),
      refusal: { reason: 'account_unknown', account: 'prod' },
    },
    {
      what: 'permission in this account',
      take: () =>
        configured(({ permissions }) => ({
          permissions: permissions.map((each) => ({ ...each, accounts: [] })),
        })),
      refusal: { reason: 'account_unknown', account: 'prod' },
    },
    {
      what: 'issuer of the user',
      take: without('corp'),
      refusal: { reason: 'token_issuer_unknown', token: 'subject_token' },
    },
    {
      what: 'issuer of the device, which is claimed',
      take: without('mdm'),
      change: claimed,
      refusal: { reason: 'token_issuer_unknown', token: 'client_attestation' },
    },
    {
      what: 'issuer of the agent',
      take: without('platform'),
      change: { actor: 'attested' },
      refusal: { reason: 'token_issuer_unknown', token: 'actor_token' },
    },
    {
      what: 'agent',
      take: () => configured(() => ({ agents: [] })),
      refusal: { reason: 'actor_unknown' },
    },
    {
      what: 'agent that may act for anybody',
      take: () =>
        configured(({ agents }) => ({ agents: agents.map((each) => ({ ...each, permissions: [] })) })),
      refusal: { reason: 'actor_not_for_subject', agent: 'helper' },
    },
    {
      what: 'policy',
      take: () => {
        const { policies } = broker.ports.policy.bundle;
        broker.ports.authorize = cedar({ ...policies, policies: {} });
      },
      refusal: { reason: 'policy_denied', policies: [], remedy: null },
    },
    {
      what: 'policy that can be evaluated',
      take: () => {
        broker.ports.authorize = () => ({ decision: 'allow', policies: ['all'], errors: ['broken'] });
      },
      refusal: { reason: 'policy_denied', policies: ['broken'], remedy: null },
    },
    {
      what: 'key of the user’s issuer',
      take: () => {
        broker.ports.findKey = keyCache(async () => []);
      },
      refusal: { reason: 'token_key_unknown', token: 'subject_token' },
    },
  ];

  test.each(MISSING)('$what: refused, and STS is not asked', async ({ take, change, refusal }) => {
    take();
    expect(await exchanged(change)).toEqual(refused(refusal));
    expect(sessions()).toBe(0);
  });
});

describe('an agent that nobody vouches for any more', () => {
  const aged = (change: Partial<Agent>) =>
    configured(({ agents }) => ({ agents: agents.map((each) => ({ ...each, ...change })) }));

  test.each([
    { what: 'expires', refusal: { reason: 'actor_expired', agent: 'helper', expires: NOW } },
    { what: 'reviewBy', refusal: { reason: 'actor_review_overdue', agent: 'helper', reviewBy: NOW } },
  ] as const)('past $what: refused from that second on', async ({ what, refusal }) => {
    aged({ [what]: NOW + 1 });
    expect(await exchanged()).toMatchObject({ ok: true });
    aged({ [what]: NOW });
    expect(await exchanged()).toEqual(refused(refusal));
    expect(sessions()).toBe(1);
  });
});

describe('there is no', () => {
  const short = createSecretKey('short', 'utf8');
  const DAYS: readonly { readonly what: string; readonly take: () => void; readonly code: Fault['code'] }[] =
    [
      {
        what: 'nonce key',
        take: () => {
          broker.ports.nonceKeys = async () => [];
        },
        code: 'nonce_keys_unavailable',
      },
      {
        what: 'nonce key of full length',
        take: () => {
          broker.ports.nonceKeys = async () => [short];
        },
        code: 'nonce_keys_unavailable',
      },
      {
        what: 'answer from the user’s issuer',
        take: () => {
          broker.ports.findKey = keyCache(() => Promise.reject(new Error('unreachable')));
        },
        code: 'keys_unavailable',
      },
      {
        what: 'answer from the policy engine',
        take: () => {
          broker.ports.authorize = () => {
            throw new Fault('policy_engine_failed');
          };
        },
        code: 'policy_engine_failed',
      },
      {
        what: 'function mint',
        take: () => {
          const lambda = mockClient(LambdaClient);
          lambda.rejects(new ResourceNotFoundException({ message: 'no such function', $metadata: {} }));
          broker.ports.mint = lambdaMint(new LambdaClient({ region: 'eu-central-1' }), 'absent');
        },
        code: 'mint_unavailable',
      },
    ];

  test.each(DAYS)('$what: a fault, and STS is not asked', async ({ take, code }) => {
    take();
    expect(await exchanged()).toBe(fault(code));
    expect(sessions()).toBe(0);
  });

  describe.each(['ledger', 'people', 'control'] as const)('table %s', (table) => {
    const absent = (): Tables => ({ ...broker.db.tables, [table]: 'absent' });

    test(`${table} is missing: no writ, nothing half written, and STS is not asked`, async () => {
      broker.ports.ledger = dynamodbLedger(broker.db.client, absent());
      const before = await tablesOf(broker);
      expect(await exchanged()).toBe(fault('ledger_unavailable'));
      expect(await tablesOf(broker)).toBe(before);
      expect(sessions()).toBe(0);
    });

    test(`${table} is missing for mint: nothing reads as never revoked`, async () => {
      const handover = await handedOver(broker);
      broker.ports.readHeads = dynamodbReadHeads(broker.db.client, absent());
      const end = await mintOf(broker, handover);
      expect(end).toEqual(
        table === 'people' ? expect.objectContaining({ ok: true }) : fault('ledger_unavailable'),
      );
    });
  });

  test('table control: no refusal is counted', async () => {
    broker.ports.refusalCounter = dynamodbRefusalCounter(broker.db.client, 'absent');
    expect(await exchanged({ details: { account: 'production' } })).toBe(fault('ledger_unavailable'));
  });

  test('table control: no proof is spent', async () => {
    broker.ports.ledger = dynamodbLedger(broker.db.client, { ...broker.db.tables, control: 'absent' });
    const list = await broker.ask({ endpoint: 'permissions' });
    expect(await endOf(broker.permissions(list))).toBe(fault('ledger_unavailable'));
  });

  test('table ledger: the sweep does not find that all is well', async () => {
    broker.ports.ledger = dynamodbLedger(broker.db.client, { ...broker.db.tables, ledger: 'absent' });
    expect(await endOf(broker.sweep())).toBe(fault('ledger_unavailable'));
  });
});

describe('mint’s own configuration', () => {
  test.each([
    {
      what: 'of another deploy',
      change: () => ({ hash: sha256Hex('another') }),
      end: fault('bundle_mismatch'),
    },
    { what: 'without the permission', change: gone('permissions'), end: fault('plan_differs') },
    { what: 'without the account', change: gone('accounts'), end: fault('plan_differs') },
    { what: 'without the agent', change: gone('agents'), end: fault('plan_differs') },
    {
      what: 'with the agent past its end',
      change: each('agents', { expires: NOW }),
      end: fault('plan_differs'),
    },
    {
      what: 'with the agent past its review',
      change: each('agents', { reviewBy: NOW }),
      end: fault('plan_differs'),
    },
    {
      what: 'with the account closed',
      change: each('accounts', { state: 'closed' }),
      end: fault('plan_differs'),
    },
    {
      what: 'without the user’s issuer',
      change: gone('issuers'),
      end: refused({ reason: 'token_issuer_unknown', token: 'subject_token' }),
    },
  ])('$what: no AssumeRole', async ({ change, end }) => {
    const handover = await handedOver(broker);
    broker.ports.policy = { ...broker.ports.policy, ...change() };
    expect(await mintOf(broker, handover)).toEqual(end);
    expect(sessions()).toBe(0);
  });

  type Part = 'permissions' | 'accounts' | 'issuers' | 'agents';
  function gone(part: Part) {
    return () => ({ bundle: { ...broker.ports.policy.bundle, [part]: [] } });
  }
  function each(part: Part, change: object) {
    return () => {
      const { bundle } = broker.ports.policy;
      return { bundle: { ...bundle, [part]: bundle[part].map((one) => ({ ...one, ...change })) } };
    };
  }
});

const FUNCTIONS = {
  exchange: () => import('../../lambda/exchange.ts'),
  mint: () => import('../../lambda/mint.ts'),
  enroll: () => import('../../lambda/enroll.ts'),
  permissions: () => import('../../lambda/permissions.ts'),
  metadata: () => import('../../lambda/metadata.ts'),
  sweep: () => import('../../lambda/sweep.ts'),
  schedule: () => import('../../lambda/schedule.ts'),
  close: () => import('../../lambda/close.ts'),
};

describe('a function in Lambda', () => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-rule-10-'));
  const file = join(folder, 'bundle.json');
  let environment: { [variable: string]: string };

  const bundleOf = (change: Partial<Bundle> = {}) =>
    JSON.stringify({ ...broker.ports.policy.bundle, ...change });
  beforeEach(() => {
    catchOutput();
    vi.resetModules();
    writeFileSync(file, bundleOf());
    environment = {
      AWS_LAMBDA_FUNCTION_NAME: 'writ',
      AWS_REGION: 'eu-central-1',
      WRIT_PUBLIC_URL: PUBLIC_URL,
      WRIT_BUNDLE_FILE: file,
      WRIT_BUNDLE_SHA256: sha256Hex(bundleOf()),
      WRIT_LEDGER_TABLE: 'ledger',
      WRIT_PEOPLE_TABLE: 'people',
      WRIT_CONTROL_TABLE: 'control',
      WRIT_MINT_FUNCTION: 'mint',
      WRIT_NONCE_KEYS: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:nonce',
      WRIT_ENROLMENT_KEY: 'key',
      WRIT_SCHEDULE_GROUP: 'writ',
      WRIT_CLOSE_FUNCTION: 'arn:aws:lambda:eu-central-1:111122223333:function:close',
      WRIT_SCHEDULE_ROLE: 'arn:aws:iam::111122223333:role/scheduler',
      WRIT_CLOSE_DEAD_LETTERS: 'arn:aws:sqs:eu-central-1:111122223333:close',
    };
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What becomes of its start: the setting that it names, or that it started. */
  async function start(name: keyof typeof FUNCTIONS): Promise<string> {
    for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
    return FUNCTIONS[name]().then(
      () => 'it starts',
      // Modules are loaded anew for each start, and so is the class.
      (error: unknown) => `${Object(error).name}: ${Object(error).setting}`,
    );
  }
  const failure = (setting: string) => `StartUpFailure: ${setting}`;

  test.each(['mint', 'metadata', 'sweep', 'schedule', 'close'] as const)(
    '%s starts, where nothing is missing',
    async (name) => {
      expect(await start(name)).toBe('it starts');
    },
  );

  describe.each(Object.keys(FUNCTIONS) as (keyof typeof FUNCTIONS)[])('%s', (name) => {
    test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL_DYNAMODB'])(
      `${name} does not start with %s`,
      async (variable) => {
        environment[variable] = 'https://sts.evil.example';
        expect(await start(name)).toBe(failure(variable));
      },
    );
  });

  test.each([
    ['WRIT_PUBLIC_URL', 'http://writ.example'],
    ['WRIT_NONCE_KEYS', 'file:/tmp/nonce.key'],
  ])('with %s = %s, as on a laptop, none starts', async (variable, value) => {
    environment[variable] = value;
    expect(await Promise.all((['exchange', 'mint', 'sweep'] as const).map(start))).toEqual(
      Array.from({ length: 3 }, () => failure(variable)),
    );
  });

  test.each([
    'WRIT_PUBLIC_URL',
    'WRIT_BUNDLE_FILE',
    'WRIT_BUNDLE_SHA256',
    'WRIT_LEDGER_TABLE',
    'WRIT_PEOPLE_TABLE',
    'WRIT_CONTROL_TABLE',
    'WRIT_MINT_FUNCTION',
    'WRIT_NONCE_KEYS',
    'WRIT_ENROLMENT_KEY',
    'AWS_REGION',
  ])('without %s, exchange does not start', async (variable) => {
    environment[variable] = '';
    expect(await start('exchange')).toBe(failure(variable));
  });

  describe('with the bundle of a laptop does not start', () => {
    const laptop = (change: (bundle: Bundle) => Partial<Bundle>) => {
      const text = bundleOf(change(broker.ports.policy.bundle));
      writeFileSync(file, text);
      environment.WRIT_BUNDLE_SHA256 = sha256Hex(text);
    };

    test('whose issuer is http', async () => {
      laptop(({ issuers }) => ({
        issuers: issuers.map((each) => ({ ...each, iss: 'http://127.0.0.1:8471' })),
      }));
      expect(await start('mint')).toBe(failure('issuer corp'));
    });

    test('whose key set is http', async () => {
      const keys = { jwks_uri: 'http://127.0.0.1:8471/jwks' };
      laptop(({ issuers }) => ({ issuers: issuers.map((each) => ({ ...each, keys })) }));
      expect(await start('mint')).toBe(failure('issuer corp'));
    });

    test('whose account is nobody’s', async () => {
      laptop(({ accounts }) => ({ accounts: accounts.map((each) => ({ ...each, id: '000000000000' })) }));
      expect(await start('mint')).toBe(failure('account prod'));
    });
  });

  test('whose bundle is missing does not start', async () => {
    rmSync(file);
    expect(await start('mint')).not.toBe('it starts');
  });

  test('whose bundle is not the one that it is named by answers 503, until it is', async () => {
    writeFileSync(file, bundleOf({ agents: [] }));
    expect(await start('metadata')).toBe('it starts');
    const { handler } = await FUNCTIONS.metadata();
    const event = restEvent({ httpMethod: 'GET' });
    expect(await handler(event, CONTEXT)).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '1' } });
    writeFileSync(file, bundleOf());
    expect(await handler(event, CONTEXT)).toMatchObject({ statusCode: 200 });
  });

  test.each(['exchange', 'enroll', 'permissions'] as const)(
    '%s, whose bundle is not the one that it is named by, answers 503 to a good request',
    async (name) => {
      writeFileSync(file, bundleOf({ agents: [] }));
      expect(await start(name)).toBe('it starts');
      const { handler } = await FUNCTIONS[name]();
      expect(await handler(restEvent(), CONTEXT)).toMatchObject({
        statusCode: 503,
        body: '{"error":"temporarily_unavailable"}',
      });
    },
  );

  test('mint, whose bundle is not the one that it is named by, says so and asks nobody', async () => {
    writeFileSync(file, bundleOf({ agents: [] }));
    expect(await start('mint')).toBe('it starts');
    const { handler } = await FUNCTIONS.mint();
    const handover = { writ: '0000000000000000', subject_token: 'x', intent: '{}', openings: {} };
    expect(await handler(handover)).toEqual({ fault: 'bundle_mismatch', retryAfter: 1 });
  });
});
