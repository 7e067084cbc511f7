/**
 * The functions' roles are wide enough, and not much wider: on the running laptop stack every request that a function makes
 * to its tables is written down, and judged by the statements that the template deploys for that function.
 */
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { roleName } from '../../cdk/names.ts';
import { DUTIES, type Duty } from '../../core/duties.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { startDynamoDb } from '../../local/dynoxide.ts';
import type { Part } from '../../local/parts.ts';
import type { Person } from '../../local/story/writ.ts';
import { freePort } from '../support/dynamodb.ts';
import { openStack, type RunningStack } from '../support/stack.ts';
import { BROKER, brokerTemplate, find, ofType, resolved } from './synthesised.ts';

const template = brokerTemplate();

interface Call {
  readonly accessKeyId: string;
  readonly operation: string;
  readonly input: Input;
}
interface Value {
  readonly S?: string;
}
interface Item {
  readonly [name: string]: Value;
}
interface Input {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems?: {
    readonly [table: string]: { readonly Keys?: readonly Item[] } | readonly object[];
  };
  readonly TransactItems?: readonly { readonly [kind: string]: Input }[];
}

const calls: Call[] = [];
let running: RunningStack;
const parts: Part[] = [];

beforeAll(async () => {
  const engine = await startDynamoDb(await freePort(), {});
  parts.push(engine);
  vi.stubEnv('DYNAMODB_ENDPOINT', await listenBefore(engine.endpoint));
  running = await openStack();
});
afterAll(async () => {
  await running.close();
  vi.unstubAllEnvs();
  for (const part of parts.reverse()) await part.close();
});

/** Writes down what passes. @returns where it listens. */
async function listenBefore(engine: string): Promise<string> {
  const server = createServer((from, to) => {
    const chunks: Buffer[] = [];
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
    from.on('end', () => {
      const body = Buffer.concat(chunks);
      note(String(from.headers.authorization), String(from.headers['x-amz-target']), body);
      const { host: _, ...headers } = from.headers;
      const on = forward(engine, { method: from.method, path: from.url, headers }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      });
      on.on('error', () => to.destroy());
      on.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parts.push({
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function note(authorization: string, target: string, body: Buffer): void {
  const accessKeyId = /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
  const operation = /^DynamoDB_\d+\.(\w+)$/.exec(target)?.[1];
  if (operation !== undefined && accessKeyId.startsWith('ASIA')) {
    calls.push({ accessKeyId, operation, input: JSON.parse(body.toString()) });
  }
}

/** What IAM is asked about one call. */
interface Asked {
  readonly action: string;
  readonly table: string;
  readonly index: string | undefined;
  readonly keys: readonly string[];
}

const KINDS: { readonly [kind: string]: string } = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** A transaction is asked about part by part, a batch table by table. */
function askedOf({ operation, input }: Pick<Call, 'operation' | 'input'>): readonly Asked[] {
  if (input.TransactItems !== undefined) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).flatMap(([kind, part]) =>
        askedOf({ operation: KINDS[kind] ?? kind, input: part }),
      ),
    );
  }
  const action = `dynamodb:${operation}`;
  if (input.RequestItems !== undefined) {
    return Object.entries(input.RequestItems).map(([table, wanted]) => ({
      action,
      table,
      index: undefined,
      keys: [...new Set(JSON.stringify(wanted).match(/(?<="pk":\{"S":")[^"]*/g) ?? [])],
    }));
  }
  const placeholder = /^(?:pk|due) = (:\w+)/.exec(input.KeyConditionExpression ?? '')?.[1] ?? '';
  const key = (input.Key ?? input.Item)?.pk?.S ?? input.ExpressionAttributeValues?.[placeholder]?.S;
  return [
    { action, table: input.TableName ?? '', index: input.IndexName, keys: key === undefined ? [] : [key] },
  ];
}

const TABLES: { readonly [local: string]: string } = Object.fromEntries(
  ofType(template, 'AWS::DynamoDB::Table').map(([id]) => [
    `writ-${/^BrokerTables(Ledger|People|Control)/.exec(id)?.[1]?.toLowerCase()}`,
    `arn:aws:dynamodb:eu-central-1:${BROKER}:table/${id}`,
  ]),
);

const policiesOf = (duty: Duty): readonly PolicyDocument[] => {
  const [, { Properties }] = find(template, 'AWS::IAM::Role', { RoleName: roleName(duty) });
  const role = resolved(
    Properties as { readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[] },
    template,
  );
  return role.Policies.map(({ PolicyDocument }) => PolicyDocument);
};
const POLICIES = new Map(DUTIES.map((duty) => [duty, policiesOf(duty)]));

function isAllowed(duty: Duty, { action, table, index, keys }: Asked): boolean {
  const resource = `${TABLES[table]}${index === undefined ? '' : `/index/${index}`}`;
  const principal = `arn:aws:sts::${BROKER}:assumed-role/${roleName(duty)}/${roleName(duty)}`;
  const context = { 'dynamodb:LeadingKeys': keys };
  return evaluate({ action, resource, principal, context }, { identity: POLICIES.get(duty) ?? [] }).allowed;
}

const dutyOf = ({ accessKeyId }: Call): Duty | undefined => {
  const session = running.stack.aws.registry.session(accessKeyId);
  return DUTIES.find((duty) => session?.arn.includes(`:assumed-role/${roleName(duty)}/`));
};

const WANTED = ['--permission', 'reports-read', '--account', 'prod', '--parameter', 'prefix=q3'];
const TOLD = ['--agent', 'report-writer', '--task', 'T-1', '--purpose', 'In use'];
const WHY = ['--reason', 'In use'];

/** A day in which everything happens: people ask, are refused, look, end what is theirs and what is not, and mint dies once. */
async function aDay(): Promise<void> {
  const [alice, bob, carol] = await Promise.all(
    ['alice', 'bob', 'carol'].map((name) => running.signIn(name)),
  );
  if (alice === undefined || bob === undefined || carol === undefined) throw new Error('nobody signed in');
  const by =
    (who: Person) =>
    async (exit: number, ...args: readonly string[]): Promise<string> => {
      const ran = await who.writ(...args, '--profile', 'local');
      expect(ran.exit, `${args.join(' ')}: ${ran.stderr}`).toBe(exit);
      return ran.stdout;
    };
  const [hers, responder] = [by(alice), by(carol)];
  running.stack.setDown('mint', true);
  await hers(4, 'credentials', ...WANTED, ...TOLD, '--duration', '900');
  running.stack.setDown('mint', false);

  await by(bob)(
    ...([
      0,
      'credentials',
      '--permission',
      'tickets-write',
      '--account',
      'prod',
      '--agent',
      'ticket-triage',
    ] as const),
    ...(['--task', 'T-2', '--purpose', 'In use', '--duration', '5'] as const),
  );
  await hers(0, 'credentials', ...WANTED, ...TOLD, '--duration', '890');
  const { AccessKeyId } = JSON.parse(await hers(0, 'credentials', ...WANTED, ...TOLD, '--duration', '880'));
  await hers(2, 'credentials', '--permission', 'tickets-write', '--account', 'prod', ...TOLD);
  // Soonest deadline first: the last is another one than the key's.
  const last = JSON.parse(await hers(0, 'list', '--json')).writs.at(-1);
  await hers(3, 'status');
  await responder(0, 'status');
  await responder(0, 'list');

  await hers(0, 'revoke', last.writ, ...WHY);
  await hers(0, 'revoke', AccessKeyId, '--key', ...WHY);
  await hers(3, 'revoke', 'corp:bob', '--kind', 'user', ...WHY);
  await responder(0, 'revoke', last.device, '--kind', 'device', ...WHY);
  await responder(0, 'revoke', 'corp:alice', '--kind', 'user', '--block', ...WHY);
  await hers(2, 'credentials', ...WANTED, ...TOLD, '--duration', '870');
  await responder(0, 'revoke', 'corp:alice', '--kind', 'user', '--lift', ...WHY);
  await running.stack.invoke('reconcile', {});
  // What mint's death left open, and the end of five seconds, by their schedule.
  await vi.waitFor(
    async () => {
      await running.stack.invoke('sweep', {});
      const puts = new Set(
        judged()
          .filter(({ asked }) => asked.action.endsWith(':PutItem'))
          .map(({ duty }) => duty),
      );
      expect([...puts]).toEqual(expect.arrayContaining(['close', 'sweep']));
    },
    { timeout: 30_000, interval: 500 },
  );
  await running.stack.invoke('archive', {});
  await running.stack.invoke('archive', { gaps: true });
  await running.stack.invoke('receipts', receiptOf(last.writ));
}

/** As API Gateway asks for it, once IAM has let somebody through. */
const receiptOf = (id: string) => ({
  httpMethod: 'GET',
  resource: '/receipts/{id}',
  pathParameters: { id },
  multiValueHeaders: {},
  requestContext: { identity: { sourceIp: '127.0.0.1', userArn: 'arn:aws:iam::000000000000:role/auditor' } },
  body: null,
});

const judged = () =>
  calls.flatMap((call) => {
    const duty = dutyOf(call);
    return duty === undefined ? [] : askedOf(call).map((asked) => ({ duty, asked }));
  });

test('each request that a function makes to its tables is one that its role on AWS allows', async () => {
  await aDay();
  expect(judged().filter(({ duty, asked }) => !isAllowed(duty, asked))).toEqual([]);
  for (const duty of DUTIES.filter(
    (each) => !['metadata', 'permissions', 'schedule', 'probe', 'probe-keys'].includes(each),
  )) {
    expect(judged().map((each) => each.duty)).toContain(duty);
  }
  // A gap sweep that meets what the stream is just telling of waits for it.
}, 180_000);
