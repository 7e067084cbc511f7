import { copyFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { brokerFailure, forProfile } from '../../cli/broker-failure.ts';
import { Failure } from '../../cli/failure.ts';
import { REFUSALS, REMEDIES } from '../../core/refusals.ts';
import { type Answer, type FakeBroker, issued, type Seen, WRIT } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';
import type { World } from './world.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds

let broker: FakeBroker;

/** Alice is signed in for a day at a broker that answers so. */
async function signedInWorld(
  answer: (seen: Seen, earlier: number) => Answer | Promise<Answer>,
): Promise<World> {
  const signedIn = await signedInAt(NOW, answer);
  broker = signedIn.broker;
  return signedIn;
}

const FLAGS = {
  '--permission': 'reports-read',
  '--account': 'prod',
  '--agent': 'analyst',
  '--task': 'FIN-1',
  '--purpose': 'Sum up Q3',
  '--duration': '900',
  '--profile': 'work',
};
const ask = (change: { readonly [flag: string]: string } = {}): string[] => [
  'credentials',
  ...Object.entries({ ...FLAGS, ...change }).flat(),
];
const without = (...flags: string[]): string[] => [
  'credentials',
  ...Object.entries(FLAGS)
    .filter(([flag]) => !flags.includes(flag))
    .flat(),
];
const eachAnother = (_: Seen, earlier: number): Answer => issued(900, `ASIALOCAL0000000000${earlier}`);
const keyIn = (stdout: string): string => JSON.parse(stdout).AccessKeyId;

test('many at once make one exchange, and all print the same', async () => {
  const { writ } = await signedInWorld(eachAnother);
  const ran = await Promise.all([1, 2, 3, 4, 5].map(() => writ(ask())));
  expect(ran.map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0]);
  expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1);
  expect(broker.seen.length).toBe(1);
});

test('the same credentials until thirty seconds before their end', async () => {
  const { writ } = await signedInWorld(eachAnother);
  const at = async (seconds: number) =>
    keyIn((await writ(ask(), { clock: () => NOW + seconds * 1000 })).stdout);
  expect(await at(0)).toBe('ASIALOCAL00000000000');
  expect(await at(869)).toBe('ASIALOCAL00000000000');
  expect(await at(870)).toBe('ASIALOCAL00000000001');
});

test('a session of five seconds is kept for most of them', async () => {
  const { writ } = await signedInWorld((_, earlier) => issued(5, `ASIALOCAL0000000000${earlier}`));
  const at = async (seconds: number) =>
    keyIn((await writ(ask(), { clock: () => NOW + seconds * 1000 })).stdout);
  expect(await at(0)).toBe('ASIALOCAL00000000000');
  expect(await at(3)).toBe('ASIALOCAL00000000000');
  expect(await at(4)).toBe('ASIALOCAL00000000001');
});

test.each([
  { '--task': 'FIN-2' },
  { '--purpose': 'Something else' },
  { '--permission': 'other' },
  { '--account': 'other' },
  { '--agent': 'other' },
  { '--duration': '600' },
  { '--parameter': 'prefix=q3' },
] as readonly { readonly [flag: string]: string }[])('another %o is another session', async (change) => {
  const { writ } = await signedInWorld(eachAnother);
  const before = keyIn((await writ(ask())).stdout);
  expect(keyIn((await writ(ask(change))).stdout)).not.toBe(before);
});

test.each([
  {
    flag: '--task',
    variable: 'WRIT_TASK',
    sentence: 'Say which task this is for: --task, WRIT_TASK or .writ/task.json.',
    error: 'task_missing',
  },
  {
    flag: '--purpose',
    variable: 'WRIT_PURPOSE',
    sentence: 'Say why it is needed: --purpose, WRIT_PURPOSE or .writ/task.json.',
    error: 'purpose_missing',
  },
  {
    flag: '--agent',
    variable: 'WRIT_AGENT',
    sentence: 'Say which agent asks: --agent or WRIT_AGENT.',
    error: 'agent_missing',
  },
])('without $flag it comes from $variable, and without both it is refused in that sentence', async (row) => {
  const { writ } = await signedInWorld(eachAnother);
  const refused = await writ(without(row.flag));
  expect(refused).toMatchObject({ exit: 1, stdout: '' });
  expect(refused.stderr.split('\n')[0]).toBe(`writ: ${row.sentence}`);
  const told = JSON.parse((await writ([...without(row.flag), '--json'])).stderr);
  expect(told).toMatchObject({ error: row.error, next: expect.stringContaining(`with ${row.flag} `) });
  expect(broker.seen).toEqual([]);
  expect((await writ(without(row.flag), { env: { [row.variable]: 'from-env' } })).exit).toBe(0);
});

test('a parameter named alone has its value in the environment, and is another session there', async () => {
  const { writ } = await signedInWorld(eachAnother);
  const argv = ask({ '--parameter': 'prefix' });
  expect(await writ(argv)).toMatchObject({
    exit: 1,
    stderr:
      'writ: Say what prefix is: --parameter prefix=<value> or WRIT_PARAMETER_prefix.\n  next: writ credentials --help\n',
  });
  const q3 = await writ(argv, { env: { WRIT_PARAMETER_prefix: 'q3' } });
  expect(q3.exit).toBe(0);
  expect((await writ(ask({ '--parameter': 'prefix=q3' }))).stdout).toBe(q3.stdout);
  const q4 = await writ(argv, { env: { WRIT_PARAMETER_prefix: 'q4' } });
  expect(keyIn(q4.stdout)).not.toBe(keyIn(q3.stdout));
  expect((await writ(argv, { env: { WRIT_PARAMETER_prefix: 'a\nb' } })).exit).toBe(1);
});

test.each([
  ['--duration', '4'],
  ['--duration', '3601'],
  ['--duration', '1e3'],
  ['--parameter', 'novalue'],
  ['--parameter', 'a=line\nbreak'],
  ['--task', 'x'.repeat(257)],
  ['--permission', 'two words'],
  ['--profile', '../work'],
])('%s %j is a usage error, before anything is sent', async (flag, value) => {
  const { writ } = await signedInWorld(eachAnother);
  expect(await writ(ask({ [flag]: value }))).toMatchObject({ exit: 1, stdout: '' });
  expect(broker.seen).toEqual([]);
});

test('a refusal is told with the command that helps, is not cached, and prints nothing to standard output', async () => {
  const body = { error: 'invalid_request', reason_code: 'device_missing', remedy: 'enroll', writ: WRIT };
  const { writ } = await signedInWorld((_, earlier) => (earlier < 2 ? { status: 400, body } : issued(900)));
  expect(await writ(ask())).toEqual({
    exit: 2,
    stdout: '',
    stderr:
      'writ: The broker refused.\n  why:  The broker does not know this device, or no longer.\n' +
      `  next: writ enroll --profile work\n  writ: ${WRIT}\n`,
  });
  const json = await writ([...ask(), '--json']);
  expect(JSON.parse(json.stderr)).toMatchObject({ ...body, next: 'writ enroll --profile work' });
  expect((await writ(ask())).exit).toBe(0);
});

test('a refusal without a reason, as strangers get it, says that signing in may help', async () => {
  const { writ } = await signedInWorld(() => ({ status: 400, body: { error: 'invalid_request' } }));
  const ran = await writ([...ask(), '--json']);
  expect(ran.exit).toBe(2);
  expect(JSON.parse(ran.stderr)).toMatchObject({
    next: 'If this lasts, sign in again: writ login --profile work',
  });
});

test.each([
  {
    body: { error: 'invalid_authorization_details' },
    exit: 1,
    why: 'Permission, account, task, purpose, parameters or duration are missing or malformed.',
    next: 'Correct the flags that say what is wanted: writ credentials --help',
  },
  {
    body: { error: 'invalid_authorization_details', reason_code: 'parameter_invalid' },
    exit: 1,
    why: 'A parameter is missing or does not fit the permission.',
    next: 'Correct --parameter; an admin knows what fits.',
  },
  {
    body: { error: 'invalid_target', reason_code: 'actor_not_for_subject', remedy: 'ask' },
    exit: 2,
    why: 'This agent is not registered for you or this permission.',
    next: "Ask the agent's owner to register it for you.",
  },
  {
    body: { error: 'invalid_target', reason_code: 'of_a_newer_broker', remedy: 'ask' },
    exit: 2,
    why: 'Of a newer broker.',
    next: 'Ask an admin of the broker, and name the writ.',
  },
])('$body is told in words, with what to do', async ({ body, exit, why, next }) => {
  const { writ } = await signedInWorld(() => ({ status: 400, body }));
  const ran = await writ([...ask(), '--json']);
  expect(ran.exit).toBe(exit);
  expect(JSON.parse(ran.stderr)).toMatchObject({ why, next });
});

test('every reason and every remedy has a next step', async () => {
  const bodies = [
    ...Object.entries(REFUSALS).map(([reason_code, { error, remedy }]) => ({
      error,
      reason_code,
      ...(remedy === null ? {} : { remedy }),
    })),
    ...REMEDIES.map((remedy) => ({ error: 'invalid_target', reason_code: 'policy_denied', remedy })),
  ];
  for (const body of bodies) {
    const failing = forProfile('work', () => Promise.reject(brokerFailure(400, JSON.stringify(body))));
    const caught = await failing.catch((error: unknown) => error);
    expect(caught instanceof Failure && caught.fields.next).toMatch(/^(?:writ |[A-Z]).{10,}/);
  }
});

test('a task with a mark that turns the line round is told in a sentence', async () => {
  const { writ } = await signedInWorld(eachAnother);
  const { stderr } = await writ(ask({ '--task': 'FIN\u202e1' }));
  expect(stderr).toBe(
    'writ: --task has characters that cannot be printed.\n  next: writ credentials --help\n',
  );
});

test('a cache file moved to another task does not open', async () => {
  const { writ, home } = await signedInWorld(eachAnother);
  await writ(ask());
  await writ(ask({ '--task': 'FIN-2' }));
  const folder = path.join(home, '.local/state/writ/work/cache');
  const [one = '', two = ''] = await readdir(folder);
  await copyFile(path.join(folder, one), path.join(folder, two));
  const keys = [keyIn((await writ(ask())).stdout), keyIn((await writ(ask({ '--task': 'FIN-2' }))).stdout)];
  expect(new Set(keys).size).toBe(2);
  expect(keys).toContain('ASIALOCAL00000000002');
});

test('a defect is exit 4, and its message stays inside', async () => {
  const { writ, home } = await signedInWorld(eachAnother);
  await writeFile(path.join(home, '.local/state/writ/work/device-key.json'), '{"d":"canary"}');
  const ran = await writ(ask());
  expect(ran.exit).toBe(1);
  expect(ran.stderr).not.toContain('canary');
  const broken = await writ(ask(), {
    clock: () => {
      throw new SyntaxError('Unexpected token canary');
    },
  });
  expect(broken.stderr).not.toContain('canary');
});
