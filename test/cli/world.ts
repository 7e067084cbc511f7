import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io } from '../../cli/io.ts';
import type { LocalStack } from '../../cli/local-file.ts';
import { run } from '../../cli/main.ts';
import type { LocalFile } from '../../local/local-file.ts';

export interface World {
  /** The person's home, of this test alone. */
  readonly home: string;
  /** Runs `writ` with these arguments. */
  readonly writ: (argv: readonly string[], change?: Partial<Io>) => Promise<Ran>;
}

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `.writ/local.json` as far as the command reads it. Does not compile where what writes it has another shape. */
export const localFile = (parts: Pick<LocalFile, keyof LocalStack>): LocalStack => parts;

/** A machine with an empty home folder, no desktop and no terminal. Removed with the test. */
export async function newWorld(env: { readonly [name: string]: string } = {}): Promise<World> {
  const home = await mkdtemp(path.join(tmpdir(), 'writ-cli-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return {
    home,
    writ: async (argv, change = {}) => {
      let stdout = '';
      let stderr = '';
      const exit = await run({
        argv,
        env,
        cwd: home,
        home,
        stdout: { write: (text) => (stdout += text), isTerminal: false },
        stderr: { write: (text) => (stderr += text), isTerminal: false },
        readLine: async () => null,
        fetch,
        clock: Date.now,
        openBrowser: null,
        node: '/usr/bin/node',
        script: '/opt/writ/dist/writ.js',
        ...change,
      });
      return { exit, stdout, stderr };
    },
  };
}
