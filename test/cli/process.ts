import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../support/source-tree.ts';
import type { Ran } from './world.ts';

export interface Running {
  readonly child: ChildProcess;
  /** Resolves with the first line of standard output. */
  readonly line: Promise<string>;
  readonly ended: Promise<Ran & { readonly signal: NodeJS.Signals | null }>;
}

/** `writ` as a process of its own, from its source; for a home folder. */
export function startWrit(
  argv: readonly string[],
  home: string,
  env: { readonly [name: string]: string } = {},
): Running {
  const child = spawn(process.execPath, [path.join(ROOT, 'cli', 'bin.ts'), ...argv], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const line = new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const end = stdout.indexOf('\n');
      if (end !== -1) resolve(stdout.slice(0, end));
    });
  });
  const ended = new Promise<Ran & { readonly signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ exit: code ?? -1, signal, stdout, stderr }));
  });
  return { child, line, ended };
}
