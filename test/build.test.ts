import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { functionBundle, writeBundle } from '../build.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-build-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Bundles a handler's text as a function is bundled, away from the tree, and runs it. @returns what it prints. */
async function run(contents: string): Promise<string> {
  const { entryPoints: _, ...options } = functionBundle('planted');
  const outfile = join(directory, 'index.mjs');
  const stdin = { contents, resolveDir: options.absWorkingDir, loader: 'ts' as const };
  await writeBundle(await esbuild.build({ ...options, outfile, stdin }));
  return execFileSync(process.execPath, [outfile], { cwd: tmpdir(), encoding: 'utf8' }).trim();
}

test('a bundle with Cedar finds the engine beside itself, wherever it lies', async () => {
  const printed = await run(
    "import { getCedarVersion } from '@cedar-policy/cedar-wasm/nodejs'; console.log(getCedarVersion());",
  );
  expect(printed).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a bundle without Cedar does not carry its four megabytes', async () => {
  expect(await run("console.log('ready');")).toBe('ready');
  expect(existsSync(join(directory, 'cedar_wasm_bg.wasm'))).toBe(false);
});

test('a CommonJS package finds require and its own directory', async () => {
  expect(await run('console.log(typeof require, __dirname, __filename);')).toBe(
    `function ${directory} ${join(directory, 'index.mjs')}`,
  );
});
