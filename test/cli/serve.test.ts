/** `writ serve` as a process of its own. What it answers is in serve-endpoint.test.ts, when it renews in serve-session.test.ts. */
import { afterEach, expect, test, vi } from 'vitest';
import { openProfile, signedIn as whoIsSignedIn, writeSession } from '../../cli/session.ts';
import { type Answer, type FakeBroker, issued, type Seen, WRIT } from './fake-broker.ts';
import { type Running, startWrit } from './process.ts';
import { signedInAt } from './signed-in.ts';
import type { World } from './world.ts';

// Each starts processes, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 });

const FLAGS = [
  ...['--profile', 'work', '--permission', 'reports-read', '--account', 'prod', '--agent', 'analyst'],
  ...['--task', 'FIN-1', '--purpose', 'Sum up Q3'],
];

let world: World & { readonly broker: FakeBroker };
let running: Running[] = [];
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  running = [];
});

const signedIn = async (answer: (seen: Seen, earlier: number) => Answer): Promise<void> => {
  world = await signedInAt(Date.now(), answer);
};
function start(more: readonly string[] = [], env: { readonly [name: string]: string } = {}): Running {
  const one = startWrit(['serve', ...FLAGS, ...more], world.home, env);
  running.push(one);
  return one;
}
const keyOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { readonly AccessKeyId: string }).AccessKeyId;
const read = ({ AWS_CONTAINER_CREDENTIALS_FULL_URI = '', AWS_CONTAINER_AUTHORIZATION_TOKEN = '' }) =>
  fetch(AWS_CONTAINER_CREDENTIALS_FULL_URI, {
    headers: { authorization: AWS_CONTAINER_AUTHORIZATION_TOKEN },
  });

test('says what a program needs, answers, and ends clean; the session stays and is shared', async () => {
  await signedIn((_, earlier) => issued(900, `ASIALOCAL0000000000${earlier}`));
  const one = start(['--json', '--region', 'eu-west-1']);
  const settings = JSON.parse(await one.line);
  expect(settings).toEqual({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/),
    AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^[\w-]{43}$/),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });
  const answer = await read(settings);
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({
    status: 200,
    body: { AccessKeyId: 'ASIALOCAL00000000000' },
  });
  const beside = await world.writ(['credentials', ...FLAGS], { clock: Date.now });
  expect(JSON.parse(beside.stdout).AccessKeyId).toBe('ASIALOCAL00000000000');

  one.child.kill('SIGTERM');
  expect(await one.ended).toMatchObject({ exit: 0, stderr: '' });
  await expect(read(settings)).rejects.toThrow();
  expect(world.broker.seen.map(({ path }) => path)).toEqual(['/token']);
});

test('for a shell it is lines to read, which put away what would be taken first', async () => {
  await signedIn(() => issued(900));
  const one = start([], { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', 'AWS_ENDPOINT_URL_S3; echo': 'x' });
  await one.line;
  one.child.kill('SIGINT');
  const { exit, stdout } = await one.ended;
  expect(exit).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe(
    'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE ' +
      'AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE ' +
      'AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3',
  );
  for (const line of lines.slice(1)) expect(line).toMatch(/^export AWS_[A-Z0-9_]+='[^']+'$/);
});

test('two of them have a token each, and one session', async () => {
  await signedIn((_, earlier) => issued(900, `ASIALOCAL0000000000${earlier}`));
  const settings = await Promise.all(
    [start(['--json']), start(['--json'])].map(async ({ line }) => JSON.parse(await line)),
  );
  const [one, other] = settings;
  expect(one.AWS_CONTAINER_AUTHORIZATION_TOKEN).not.toBe(other.AWS_CONTAINER_AUTHORIZATION_TOKEN);
  const mixed = { ...one, AWS_CONTAINER_AUTHORIZATION_TOKEN: other.AWS_CONTAINER_AUTHORIZATION_TOKEN };
  expect((await read(mixed)).status).toBe(401);
  const keys = await Promise.all(settings.map(async (each) => keyOf(await read(each))));
  expect(new Set(keys).size).toBe(1);
  expect(world.broker.seen.length).toBe(1);
});

test('what others left that is due for renewal is renewed before it is served', async () => {
  await signedIn((_, earlier) => issued(900, `ASIALOCAL0000000000${earlier}`));
  // A hundred seconds are left of it: enough for a credential_process.
  const earlier = { clock: () => Date.now() - 800_000 };
  await world.writ(['credentials', ...FLAGS], earlier);
  const beside = await world.writ(['credentials', ...FLAGS], { clock: Date.now });
  expect(JSON.parse(beside.stdout).AccessKeyId).toBe('ASIALOCAL00000000000');
  expect(await keyOf(await read(JSON.parse(await start(['--json']).line)))).toBe('ASIALOCAL00000000001');
});

test('refused at the start it says so and serves nothing', async () => {
  const body = { error: 'invalid_request', reason_code: 'device_missing', remedy: 'enroll', writ: WRIT };
  await signedIn(() => ({ status: 400, body }));
  const { exit, stdout, stderr } = await start(['--json']).ended;
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject(body);
});

test('short sessions are renewed while it is asked; when that is refused, clients are told why', async () => {
  let isRefusing = false;
  await signedIn((_, earlier) =>
    isRefusing
      ? { status: 400, body: { error: 'invalid_target', reason_code: 'revoked', remedy: 'ask', writ: WRIT } }
      : issued(5, `ASIALOCAL0000000000${earlier}`),
  );
  const settings = JSON.parse(await start(['--json', '--duration', '5']).line);
  const seen = new Set<string>();
  await vi.waitFor(
    async () => {
      const answer = await read(settings);
      expect(answer.status).toBe(200);
      seen.add(await keyOf(answer));
      expect(seen.size).toBe(3);
    },
    { timeout: 30_000, interval: 200 },
  );
  isRefusing = true;
  await vi.waitFor(async () => expect((await read(settings)).status).toBe(403), {
    timeout: 30_000,
    interval: 200,
  });
  expect(await (await read(settings)).json()).toEqual({
    Code: 'revoked',
    Message: expect.stringMatching(new RegExp(`^The broker refused\\. .* Next: .*\\(writ ${WRIT}\\)$`)),
  });
});

test('who signs in later with the same profile does not become answerable for what it serves', async () => {
  await signedIn(() => issued(5));
  const settings = JSON.parse(await start(['--json', '--duration', '5']).line);
  expect((await read(settings)).status).toBe(200);
  await signInAs(world, 'mallory');
  await vi.waitFor(async () => expect((await read(settings)).status).toBe(403), {
    timeout: 30_000,
    interval: 200,
  });
  expect(await (await read(settings)).json()).toMatchObject({
    Code: 'not_signed_in',
    Message: expect.stringContaining('Somebody else has signed in'),
  });
});

test.each(['80', '65536', 'x', '0'])('--port %s is a usage error', async (port) => {
  await signedIn(() => issued(900));
  expect(await world.writ(['serve', ...FLAGS, '--port', port])).toMatchObject({ exit: 1, stdout: '' });
});

async function signInAs({ home }: World, sub: string): Promise<void> {
  const profile = await openProfile({ home, env: {} }, 'work');
  await writeSession(profile, { ...(await whoIsSignedIn(profile)), sub });
}
