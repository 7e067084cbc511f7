import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from './support/source-tree.ts';

/** The guard, run as if by that Node. */
function guard(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, 'node-version.mjs'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  return { status, stderr };
}

test.each(['18.20.8', '20.20.2', '22.18.0', '24.1.0'])('Node %s is refused in a sentence', (version) => {
  expect(guard(version)).toEqual({
    status: 1,
    stderr: `Writ is built with Node 24.2 or newer, and this is ${version}; on Linux x64 npm brings it along.\n`,
  });
});

test.each(['24.2.0', '24.21.0', '25.0.0'])('Node %s will do', (version) => {
  expect(guard(version)).toEqual({ status: 0, stderr: '' });
});
