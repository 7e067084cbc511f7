/** What was put aside is gone, however the run ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from './trail-world.ts';

const SCRATCH = join(import.meta.dirname, '../../../cli/audit/scratch.ts');
const PROGRAM = `
  const { openScratch } = await import(${JSON.stringify(SCRATCH)});
  const { folder } = await openScratch();
  (await import('node:fs')).writeFileSync(folder + '/events', 'x');
  console.log(folder);
  setInterval(() => {}, 1000);`;

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the program, and nothing is left',
  async (signal) => {
    const tmp = folderOfTest();
    const child = spawn(process.execPath, ['-e', PROGRAM], {
      env: { ...process.env, TMPDIR: tmp, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [folder] = await once(child.stdout, 'data');
    expect(statSync(String(folder).trim()).mode & 0o777).toBe(0o700);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(readdirSync(tmp)).toEqual([]);
  },
);
