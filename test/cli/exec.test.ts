/** `writ exec` as a process of its own, with real children, real signals and a broker that answers as told. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { keptSessions } from '../../cli/credential-cache.ts';
import { openProfile } from '../../cli/session.ts';
import { type Answer, type FakeBroker, issued, type Seen, WRIT } from './fake-broker.ts';
import { type Running, startWrit } from './process.ts';
import { signedInAt } from './signed-in.ts';
import type { Ran } from './world.ts';

// Each starts processes, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 });

const FLAGS = [
  ...['--profile', 'work', '--permission', 'reports-read', '--account', 'prod', '--agent', 'analyst'],
  ...['--task', 'FIN-1', '--purpose', 'Sum up Q3'],
];
const ENDED: Answer = { status: 200, body: { ended: 1, revocation: '01jd3v9q2m8x7c4c' } };

let broker: FakeBroker;
let home: string;
let running: Running[] = [];
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  running = [];
});

/** Alice is signed in; sessions are issued and ended, unless a test says otherwise. */
async function signedIn(answer: (seen: Seen) => Answer = answered): Promise<void> {
  ({ broker, home } = await signedInAt(Date.now(), answer));
}
const answered = ({ path }: Seen): Answer => (path === '/revoke' ? ENDED : issued(900));

function start(command: readonly string[], env: { readonly [name: string]: string } = {}): Running {
  const one = startWrit(['exec', ...FLAGS, '--', ...command], home, env);
  running.push(one);
  return one;
}
const run = (command: readonly string[], env = {}): Promise<Ran> => start(command, env).ended;
const script = (code: string): readonly string[] => [process.execPath, '-e', code];
const asked = (path: string): readonly URLSearchParams[] =>
  broker.seen.filter((seen) => seen.path === path).map(({ body }) => new URLSearchParams(body));

test('the child has an endpoint of its own and nothing of what was inherited', async () => {
  await signedIn();
  const inherited = {
    ...{
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 's',
      AWS_SESSION_TOKEN: 't',
      AWS_PROFILE: 'admin',
    },
    ...{ AWS_ENDPOINT_URL: 'https://evil.example', AWS_ENDPOINT_URL_S3: 'https://evil.example' },
    ...{ AWS_WEB_IDENTITY_TOKEN_FILE: '/x', AWS_ROLE_ARN: 'r', AWS_CONFIG_FILE: '/home/config' },
    ...{ aws_login_cache_directory: '/x', AWS_REGION: 'eu-west-1', AWS_CA_BUNDLE: '/ca.pem', OTHER: 'kept' },
  };
  const { exit, stdout } = await run(script('console.log(JSON.stringify(process.env))'), inherited);
  expect(exit).toBe(0);
  const env: { readonly [name: string]: string } = JSON.parse(stdout);
  const aws = Object.fromEntries(Object.entries(env).filter(([name]) => /^aws_/i.test(name)));
  expect(aws).toEqual({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/),
    AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^[\w-]{43}$/),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_REGION: 'eu-west-1',
    AWS_CA_BUNDLE: '/ca.pem',
  });
  expect(env).toMatchObject({ WRIT_EXEC: WRIT, OTHER: 'kept' });
  expect(stdout).not.toContain('canary');
});

const READ = `
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url, AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization } = process.env;
  fetch(url, { headers: { authorization } }).then(async (answer) => console.log(url, (await answer.json()).AccessKeyId));
`;

test('the endpoint gives it the session; with the child both are over, and nothing secret was written down', async () => {
  await signedIn();
  const { stdout } = await run(script(READ));
  const [url = '', key] = stdout.trim().split(' ');
  expect(key).toBe('ASIALOCAL00000000001');
  await expect(fetch(url)).rejects.toThrow();
  expect(asked('/revoke').map((form) => Object.fromEntries(form))).toEqual([
    {
      token: WRIT,
      token_type_hint: 'writ',
      mode: 'end',
      reason: 'writ exec: its command exited with 0',
      request_id: expect.any(String),
    },
  ]);
  expect(await readdir(path.join(home, '.local/state/writ/work/cache'))).toEqual([]);
});

test('in it, whoami knows the session; outside too, while it runs', async () => {
  await signedIn();
  const whoami = [process.execPath, path.resolve('cli/bin.ts'), 'whoami', '--profile', 'work', '--json'];
  const inside = JSON.parse((await run(whoami)).stdout);
  expect(inside.writs).toMatchObject([{ writ: WRIT, held_by: 'exec', here: true, task: 'FIN-1' }]);
  const after = await startWrit(whoami.slice(2), home).ended;
  expect(JSON.parse(after.stdout).writs).toEqual([]);
});

test('while it runs its credentials lie nowhere, and nobody else is given them', async () => {
  let gave = 0;
  await signedIn(({ path }) => {
    if (path === '/revoke') return ENDED;
    gave += 1;
    return issued(900, `ASIALOCAL0000000000${gave}`);
  });
  const one = start(script("console.log('up'); setInterval(() => {}, 1000)"));
  await one.line;
  const kept = await keptSessions(await openProfile({ home, env: {} }, 'work'), Date.now());
  expect(kept).toMatchObject([{ writ: WRIT, credentials: null, run: WRIT }]);
  const beside = await startWrit(['credentials', ...FLAGS], home).ended;
  expect(JSON.parse(beside.stdout).AccessKeyId).toBe('ASIALOCAL00000000002');
  one.child.kill('SIGTERM');
  await one.ended;
});

test('two runs at once have a session each', async () => {
  await signedIn();
  await Promise.all([run(script('')), run(script(''))]);
  expect([asked('/token').length, asked('/revoke').length]).toEqual([2, 2]);
});

test('the exit code is the child’s, and its words are its own', async () => {
  await signedIn();
  const says = script('console.log(process.argv.slice(1).join(" ")); process.exit(7)');
  const { exit, stdout, stderr } = await run([...says, '--', '--json', '--profile', 'x']);
  expect({ exit, stdout, stderr }).toEqual({ exit: 7, stdout: '--json --profile x\n', stderr: '' });
});

test('a child that a signal ends is 128 and its number', async () => {
  await signedIn();
  expect((await run(script("process.kill(process.pid, 'SIGKILL')"))).exit).toBe(137);
});

test.each([
  ['SIGTERM', 15],
  ['SIGINT', 2],
  ['SIGHUP', 1],
  ['SIGUSR2', 12],
] as const)('%s is handed on to the child, whose answer counts', async (signal, number) => {
  await signedIn();
  const code = `process.on('${signal}', () => process.exit(40 + ${number})); console.log('up'); setInterval(() => {}, 1000)`;
  const one = start(script(code));
  await one.line;
  one.child.kill(signal);
  expect(await one.ended).toMatchObject({ exit: 40 + number, signal: null });
  expect(asked('/revoke').length).toBe(1);
});

test('a signal before the child has begun: it never does, and what was got is ended', async () => {
  let tell: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let release: (answer: Answer) => void = () => undefined;
  const held = new Promise<Answer>((resolve) => {
    release = resolve;
  });
  ({ broker, home } = await signedInAt(Date.now(), (seen) => {
    if (seen.path === '/revoke') return ENDED;
    tell();
    return held;
  }));
  const one = start(script('console.log("ran")'));
  await arrived;
  one.child.kill('SIGTERM');
  release(issued(900));
  expect(await one.ended).toMatchObject({ exit: 143, stdout: '' });
  expect(asked('/revoke').length).toBe(1);
});

test('within another one it is refused, names that one’s writ, and asks for nothing', async () => {
  await signedIn();
  const one = startWrit(['exec', ...FLAGS, '--json', '--', 'true'], home, { WRIT_EXEC: WRIT });
  const { exit, stdout, stderr } = await one.ended;
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({
    error: 'exec_nested',
    why: expect.any(String),
    next: expect.any(String),
    writ: WRIT,
  });
  expect(broker.seen).toEqual([]);
});

test('refused: nothing is run', async () => {
  const body = { error: 'invalid_request', reason_code: 'device_missing', remedy: 'enroll', writ: WRIT };
  await signedIn(() => ({ status: 400, body }));
  expect(await run(script('console.log("ran")'))).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: expect.stringContaining('next: writ enroll --profile work'),
  });
});

test('a command that is not there is 127, one that cannot be run 126, and the session is ended', async () => {
  await signedIn();
  // Words behind `--` are no wish for JSON.
  const { exit, stderr } = await run(['no-such-command-anywhere', '--json']);
  expect(exit).toBe(127);
  expect(stderr).toMatch(/^writ: The command was not started\.\n/);
  expect(stderr).toContain('There is no no-such-command-anywhere on this machine.');
  expect((await run([home])).exit).toBe(126);
  expect(asked('/revoke').length).toBe(2);
});

test('a session that could not be ended is told, with its writ and how to; the exit code stays', async () => {
  await signedIn(({ path }) => (path === '/revoke' ? { status: 503, body: {} } : issued(900)));
  const { exit, stderr } = await run(script('process.exit(3)'));
  expect(exit).toBe(3);
  expect(stderr).toMatch(/The session of this command was not ended early\.\n {2}why: .*503/);
  expect(stderr).toMatch(
    new RegExp(`It ends by itself in \\d+ s; or: writ revoke ${WRIT} --key --profile work`),
  );
  expect(stderr).toContain(`\n  writ: ${WRIT}\n`);
});

test('without -- or a command it is a usage error', async () => {
  await signedIn();
  const { exit, stderr } = await startWrit(['exec', ...FLAGS], home).ended;
  expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('writ exec --help') });
});
