/**
 * The whole laptop stack, for tests from end to end: every part real, in a folder of its own, on ports of its own.
 *
 *     const running = await openStack();       // in beforeAll
 *     await running.close();                   // in afterAll
 *
 * A start takes less than a second where `dist` is fresh; the first file of tests that needs it builds it for all.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { functionNames } from '../../build.ts';
import { withLock } from '../../cli/lock.ts';
import type { Ports } from '../../local/ports.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type Person, person } from '../../local/story/writ.ts';
import { freePort } from './dynamodb.ts';
import { ROOT } from './source-tree.ts';

export interface RunningStack {
  readonly stack: Stack;
  /** Where the stack writes. */
  readonly dir: string;
  /** Where people have their homes: keys, tokens, AWS profiles. */
  readonly home: string;
  /** Somebody at a laptop, signed in as a test user, on a device that is enrolled. */
  signIn(username: string): Promise<Person>;
  /** Sentences about what went wrong in the background. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

export async function openStack(): Promise<RunningStack> {
  await ensureBuilt();
  const temporary = await mkdtemp(join(tmpdir(), 'writ-stack-'));
  const [dir, home] = [join(temporary, 'stack'), join(temporary, 'home')];
  const troubles: string[] = [];
  const stack = await startStack({
    root: ROOT,
    dir,
    ports: await freePorts(),
    env: process.env,
    onTrouble: (what) => troubles.push(what),
  });
  return {
    stack,
    dir,
    home,
    troubles,
    async signIn(username) {
      const someone = await person(join(home, username), { file: stack.file, command: stack.local.writ });
      for (const args of [
        ['login', '--profile', 'local', '--as', username],
        ['enroll', '--profile', 'local'],
      ]) {
        const { exit, stderr } = await someone.writ(...args);
        if (exit !== 0) throw new Error(`writ ${args[0]} failed: ${stderr}`);
      }
      return someone;
    },
    async close() {
      await stack.close();
      await rm(temporary, { recursive: true });
    },
  };
}

/** Builds `dist` if a source is newer, once, however many files of tests ask for it at the same time. */
export async function ensureBuilt(): Promise<void> {
  if (isFresh()) return;
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  await withLock(join(ROOT, 'dist', '.building'), async () => {
    if (!isFresh()) await promisify(execFile)(process.execPath, [join(ROOT, 'build.ts')]);
  });
}

function isFresh(): boolean {
  const bundles = functionNames().map((name) => `dist/functions/${name}/index.mjs`);
  const oldest = Math.min(...['dist/writ.js', ...bundles].map(changed));
  const sources = ['adapters', 'cli', 'core', 'lambda'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return ['build.ts', 'build-sdk.ts', 'package-lock.json', ...sources].every(
    (file) => changed(file) < oldest,
  );
}

/** Milliseconds since 1970; of a file that is not there, before all others. */
const changed = (file: string): number => statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

async function freePorts(): Promise<Ports> {
  const [broker = 0, idp = 0, aws = 0, dynamodb = 0, mdm = 0, ci = 0] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  return { broker, idp, aws, dynamodb, mdm, ci };
}
