import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ENGINE_CREDENTIALS } from '../../local/aws/dynamodb-engine.ts';
import type { Part } from '../../local/parts.ts';
import { freePort } from '../support/dynamodb.ts';

export interface Ministack extends Part {
  readonly endpoint: string;
}

/** What it evaluates with: other versions have other gaps, and `differences.json` speaks of this one's. */
export const MINISTACK_VERSION = '1.5.33';

const START_MILLIS = 30_000;

/**
 * Starts ministack on a free port of 127.0.0.1, with nothing kept, nothing else listening, and every policy evaluated.
 *
 * Its root user has the key pair that tests of the tables sign with, so that they run against it unchanged.
 *
 * @param env - `MINISTACK`: path of its command, in a Python environment that has `cryptography` too.
 * @throws Error in words for people when it is not there or does not start.
 */
export async function startMinistack(env: NodeJS.ProcessEnv): Promise<Ministack> {
  const command = env.MINISTACK;
  if (command === undefined || command === '') throw new Error(HOW_TO_GET_IT);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const dir = mkdtempSync(join(tmpdir(), 'writ-ministack-'));
  const child = spawn(resolve(command), [], {
    cwd: dir,
    stdio: 'ignore',
    env: {
      PATH: env.PATH,
      HOME: dir,
      TMPDIR: dir,
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      // With `cryptography` it would open 0.0.0.0:8883 even so.
      IOT_MTLS_ENABLED: '0',
      PERSIST_STATE: '0',
      AWS_ACCESS_KEY_ID: ENGINE_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ENGINE_CREDENTIALS.secretAccessKey,
    },
  });
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  const close = async (): Promise<void> => {
    child.kill();
    await Promise.race([ended, wait(5000, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await healthy(endpoint, child);
  } catch (error) {
    await close();
    throw error;
  }
  return { endpoint, close };
}

const HOW_TO_GET_IT = `MINISTACK must be the path of ministack's command. To get it:
  python3 -m venv /tmp/ministack
  /tmp/ministack/bin/pip install ministack==${MINISTACK_VERSION} cryptography
  MINISTACK=/tmp/ministack/bin/ministack npm run judges`;

async function healthy(endpoint: string, child: ChildProcess): Promise<void> {
  let failed = false;
  child.once('error', () => {
    failed = true;
  });
  const end = Date.now() + START_MILLIS;
  while (Date.now() < end) {
    if (failed || child.exitCode !== null) throw new Error(`ministack does not start.\n${HOW_TO_GET_IT}`);
    const up = await fetch(`${endpoint}/_ministack/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await wait(50);
  }
  throw new Error('ministack did not answer in time.');
}
