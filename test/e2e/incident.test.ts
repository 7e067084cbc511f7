/** docs/guides/incident.md, typed as it stands: a guide that does not work is worse than none. */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandsOf, runCommands } from '../support/guide.ts';
import { ROOT } from '../support/source-tree.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

let running: RunningStack;
let folder: string;
beforeAll(async () => {
  running = await openStack();
  // The repository as a reader has it: `dist`, and `.writ` beside it.
  folder = await mkdtemp(join(tmpdir(), 'writ-guide-'));
  await symlink(join(ROOT, 'dist'), join(folder, 'dist'));
  await symlink(dirname(running.stack.file), join(folder, '.writ'));
}, 60_000);
afterAll(async () => {
  await running?.close();
  await rm(folder, { recursive: true, force: true });
});

test('every command of the guide ends as it says, in the order in which they stand', async () => {
  const commands = commandsOf(await readFile(join(ROOT, 'docs/guides/incident.md'), 'utf8'));
  expect(new Set(commands.map(({ section }) => section)).size).toBe(5);
  const env = {
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
    HOME: folder,
    NO_COLOR: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  expect(await runCommands(commands, { cwd: folder, env })).toEqual({ failed: null, count: commands.length });
}, 180_000);
