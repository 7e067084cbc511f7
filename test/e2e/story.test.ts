/** `npm start`, as a newcomer and as a script run it: a process of its own, which tells all by what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LocalFile } from '../../local/local-file.ts';
import type { Step } from '../../local/story/teller.ts';
import { ROOT } from '../support/source-tree.ts';
import { ensureBuilt } from '../support/stack.ts';

/** The real deadline in it takes five seconds, and nothing in it is skipped. */
const STORY_MILLIS = 60_000;

/** What a script that drives the stack from outside can rely on. */
const PROMISED = {
  issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  token_endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/token$/),
  aws_endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  dynamodb_endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  tables: { ledger: expect.any(String), people: expect.any(String), control: expect.any(String) },
  cloudtrail_dir: expect.stringMatching(/^\//),
  evidence_dir: expect.stringMatching(/^\//),
  users: expect.arrayContaining([
    expect.objectContaining({ username: 'alice', password: expect.any(String) }),
    expect.objectContaining({ username: 'bob', password: expect.any(String) }),
  ]),
  agent: expect.any(String),
  device: {
    device_id: expect.any(String),
    key_file: expect.stringMatching(/^\//),
    attestation_file: expect.stringMatching(/^\//),
  },
};

const STEPS = [
  'Alice signs in',
  'Her device becomes known',
  'The agent asks for one task',
  'CloudTrail names them all',
  'It reads what it may',
  'It steps outside its scope',
  'It is in the wrong place',
  'It waits for five seconds, and its time is over',
  'The ledger has it all',
  'Alice takes it back',
  'AWS refuses it now',
  'The ledger tells when',
  "Bob's agent sorts tickets",
  "Mallory shows Alice's token",
  'An auditor holds each event against the evidence',
  'And asks why of one of them',
];

let dir: string;
let running: ChildProcess | null = null;

beforeAll(async () => {
  await ensureBuilt();
  dir = await mkdtemp(join(tmpdir(), 'writ-start-'));
});
afterEach(() => {
  const group = running?.pid;
  running = null;
  if (group === undefined) return;
  try {
    // Only where a test failed is anything left: npm, its shell, the stack, its functions.
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing is.
  }
});
afterAll(() => rm(dir, { recursive: true }));

test(
  'npm start -- --once --json: the story holds, and the last line says where everything is',
  async () => {
    const first = await freeRange();
    const { exit, printed } = await ended(start('npm', ['start', '--', '--once', '--json'], first));
    expect({ exit, errors: printed.stderr }).toEqual({ exit: 0, errors: '' });
    const last = JSON.parse(printed.stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject(PROMISED);
    expect(portsOf(last)).toEqual([first, first + 1, first + 2, first + 3, first + 4, first + 5]);
    expect(last.story.map(({ title, held }: Step) => ({ title, held }))).toEqual(
      STEPS.map((title) => ({ title, held: true })),
    );
    expect(await listening(last)).toEqual([]);
  },
  STORY_MILLIS,
);

test(
  '--json alone prints its one line at once, stays up, and ends clean when it is told to',
  async () => {
    const child = start(process.execPath, ['local/start.ts', '--json'], await freeRange());
    const end = ended(child);
    const local: LocalFile = JSON.parse(await firstLine(child));
    expect(local).toMatchObject(PROMISED);
    expect(local).not.toHaveProperty('story');
    const metadata = await fetch(`${local.broker}/.well-known/oauth-authorization-server`);
    expect(await metadata.json()).toMatchObject({ token_endpoint: local.token_endpoint });
    expect(await listening(local)).toEqual(portsOf(local));
    await access(join(dir, 'local.json'));

    child.kill('SIGTERM');
    const { exit, printed } = await end;
    expect({ exit, errors: printed.stderr }).toEqual({ exit: 0, errors: '' });
    expect(printed.stdout).toBe(`${JSON.stringify(local)}\n`);
    expect(await listening(local)).toEqual([]);
  },
  STORY_MILLIS,
);

test('a port that is none is refused in a sentence', async () => {
  const { exit, printed } = await ended(start(process.execPath, ['local/start.ts', '--json'], 80));
  expect({ exit, printed }).toEqual({
    exit: 1,
    printed: { stdout: '', stderr: 'WRIT_LOCAL_PORT is the first of six ports, 1024 to 65500.\n' },
  });
});

function start(command: string, args: readonly string[], firstPort: number): ChildProcess {
  const ours = { WRIT_LOCAL_PORT: String(firstPort), WRIT_LOCAL_DIR: dir, NO_COLOR: '1' };
  const env = { ...process.env, ...ours, npm_config_update_notifier: 'false' };
  running = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  return running;
}

interface Ended {
  readonly exit: number | null;
  readonly printed: { readonly stdout: string; readonly stderr: string };
}

function ended(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, printed }));
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error('it ended before it printed a line')));
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}

const portsOf = (local: LocalFile): readonly number[] =>
  [local.broker, local.issuer, local.aws_endpoint, local.dynamodb_endpoint, local.mdm, local.ci].map((url) =>
    Number(new URL(url).port),
  );

/** Which of the stack's ports are taken. */
async function listening(local: LocalFile): Promise<readonly number[]> {
  const taken = await Promise.all(portsOf(local).map(async (port) => ((await isFree(port)) ? [] : [port])));
  return taken.flat();
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** The first of six free ports in a row, below those that the system hands out by itself. */
async function freeRange(): Promise<number> {
  for (let first = 20_000 + (process.pid % 1000) * 6; first < 32_000; first += 6) {
    const free = await Promise.all(Array.from({ length: 6 }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no six free ports in a row');
}
