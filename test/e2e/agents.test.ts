/**
 * The command as agents use it, on the running stack: what may be had, one cache for fifty processes, and programs that
 * work across deadlines by `exec` and `serve` with nothing of Writ's in their code.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Person, Ran } from '../../local/story/writ.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

// Real deadlines, and many processes on a machine that may have much else to do.
vi.setConfig({ testTimeout: 120_000 });

let running: RunningStack;
let alice: Person;
const children: ChildProcess[] = [];
beforeAll(async () => {
  running = await openStack();
  alice = await running.signIn('alice');
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await running.close();
});

const wanted = (task: string, duration = 900) => [
  ...['--profile', 'local', '--agent', 'report-writer', '--permission', 'reports-read', '--account', 'prod'],
  ...['--parameter', 'prefix=q3', '--task', task, '--purpose', 'Summarise the Q3 figures'],
  ...['--duration', String(duration)],
];
const READS = join(import.meta.dirname, 'sdk-reads.ts');

interface Told {
  readonly writ: string;
  readonly sk: string;
  readonly body: { readonly [field: string]: unknown };
}

/** What the ledger has of a task: everything of every writ that was asked for by that name. */
async function ledgerOf(task: string): Promise<readonly Told[]> {
  const { Items = [] } = await running.stack.dynamodb.send(
    new ScanCommand({ TableName: running.stack.local.tables.ledger, ConsistentRead: true }),
  );
  const told = Items.map(({ pk, sk, body }) => ({
    writ: pk?.S?.replace(/^WRIT#/, '') ?? '',
    sk: sk?.S ?? '',
    body: JSON.parse(body?.S ?? '{}'),
  }));
  const ours = new Set(told.filter(({ body }) => isOfTask(body, task)).map(({ writ }) => writ));
  return told.filter(({ writ }) => ours.has(writ));
}
const isOfTask = ({ type, task }: Told['body'], wantedTask: string): boolean =>
  type === 'intent' && JSON.stringify(task).includes(`"${wantedTask}"`);
const count = (told: readonly Told[], sk: RegExp): number => told.filter((each) => sk.test(each.sk)).length;

test('permissions: what Alice may ask for with this agent; whoami: who she is', async () => {
  const ran = await alice.writ('permissions', '--profile', 'local', '--agent', 'report-writer', '--json');
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  const { permissions } = JSON.parse(ran.stdout);
  expect(permissions).toContainEqual({
    permission: 'reports-read',
    description: 'Read the reports below one prefix.',
    accounts: ['prod'],
    longest: 3600,
    parameters: { prefix: { type: 'segment' } },
  });
  expect(JSON.stringify(permissions)).not.toContain('tickets-write');

  const { person, device } = JSON.parse((await alice.writ('whoami', '--profile', 'local', '--json')).stdout);
  expect(person).toMatchObject({ sub: 'alice', renewable: true });
  expect(device).toMatchObject({ enrolled: true, name: `writ:${device.jkt}` });
});

test('fifty processes at once make one exchange, and all have its session', async () => {
  const asked = Array.from({ length: 50 }, () => alice.writ('credentials', ...wanted('FIFTY')));
  const ran = await Promise.all(asked);
  expect(ran.filter(({ exit, stderr }) => exit !== 0 || stderr !== '')).toEqual([]);
  expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1);
  expect(count(await ledgerOf('FIFTY'), /^00#/)).toBe(1);
});

/** Twelve seconds, of which each session is used for eight: the fifth deadline passes after 44 seconds. */
const SECONDS = 12;
const LONG = '46000';

test.concurrent('exec: five deadlines pass while it works, no call fails, and all that it had is ended with it', async () => {
  const ran = await alice.writ(
    ...['exec', ...wanted('EXEC', SECONDS), '--', process.execPath, READS, LONG, '150'],
  );
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  const { reads, keys, failures } = JSON.parse(ran.stdout);
  expect(failures).toEqual([]);
  expect(reads).toBeGreaterThan(10);
  expect(keys).toBeGreaterThan(5);

  const told = await ledgerOf('EXEC');
  const writs = [...new Set(told.map(({ writ }) => writ))].toSorted();
  // One exchange per writ: as many as there were keys, or one more that was got ahead and not used any more.
  expect(writs.length - keys).toBeLessThanOrEqual(1);
  expect(count(told, /^10#outcome$/)).toBe(writs.length);
  // Ids begin with the time: the last one was live.
  expect(told.filter(({ sk }) => sk.startsWith('20#revoked#')).map(({ writ }) => writ)).toContain(
    writs.at(-1),
  );
});

test.concurrent('serve: two programs work across five deadlines, and share what one exchange at a time gets', async () => {
  const child = spawn(
    process.execPath,
    [running.stack.local.writ, 'serve', ...wanted('SERVE', SECONDS), '--json'],
    { env: alice.env as NodeJS.ProcessEnv, cwd: alice.home, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  const settings = JSON.parse(await new Promise<string>((resolve) => child.stdout.once('data', resolve)));
  const ran = await Promise.all([reading(settings, LONG), reading(settings, LONG)]);
  for (const { exit, stdout } of ran) {
    expect(exit).toBe(0);
    const { reads, failures, keys } = JSON.parse(stdout);
    expect(failures).toEqual([]);
    expect(reads).toBeGreaterThan(10);
    expect(keys).toBeGreaterThan(5);
  }
  child.kill('SIGTERM');
  const intents = count(await ledgerOf('SERVE'), /^00#intent$/);
  const most = Math.max(...ran.map(({ stdout }) => JSON.parse(stdout).keys));
  expect(intents - most).toBeLessThanOrEqual(1);
});

test('exec: with the command its session is over for AWS as well', async () => {
  const print =
    'fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })' +
    '.then(async (answer) => console.log(JSON.stringify(await answer.json())))';
  const ran = await alice.writ('exec', ...wanted('OVER'), '--', process.execPath, '-e', print);
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(ran.stdout);
  const stolen = {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: Token,
  };
  await vi.waitFor(
    async () => {
      const { failures } = JSON.parse((await reading(stolen, '0')).stdout);
      expect(failures).toEqual([expect.stringContaining('explicit deny in an identity-based policy')]);
    },
    { timeout: 40_000, interval: 500 },
  );
});

/** The program, as whoever has this in its environment. */
function reading(env: { readonly [name: string]: string }, millis: string): Promise<Ran> {
  const { aws_endpoint, region } = running.stack.local;
  const place = { AWS_ENDPOINT_URL: aws_endpoint, AWS_REGION: region, AWS_EC2_METADATA_DISABLED: 'true' };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [READS, millis, '150'], {
      env: { PATH: process.env.PATH, HOME: alice.home, ...place, ...env } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('close', (code) => resolve({ exit: code ?? -1, stdout, stderr }));
  });
}
