/** Every command of README and guides that a laptop can run, typed as it stands: a page that does not work is worse than none. */
import { cpSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fencesOf, followedPages, readPage } from '../support/fences.ts';
import { commandsOf, runCommands } from '../support/guide.ts';
import { ROOT } from '../support/source-tree.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

const pages = followedPages()
  .map((page) => ({ page, commands: commandsOf(readPage(page)) }))
  .filter(({ commands }) => commands.length > 0);

let running: RunningStack;
beforeAll(async () => {
  running = await openStack();
}, 60_000);
afterAll(() => running?.close());

/** Nothing on a page is about these; of `dist` a reader has what `npm ci` builds. */
const LEFT_OUT = ['.git', '.writ', 'bench', 'coverage', 'node_modules', 'test'];
const BUILT = ['dist', 'dist/command', 'dist/functions', 'dist/writ.js'];
const isReaders = (path: string): boolean => {
  const [first = '', second] = path.split(sep);
  if (first === 'dist') return second === undefined || BUILT.includes(join(first, second));
  return !LEFT_OUT.includes(first);
};

/**
 * The repository as a reader has it, with the stack's folder beside it. Copied, and nothing linked that a command writes
 * to: a build in there must not build anew what other tests run from.
 */
async function readersFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-reader-'));
  cpSync(ROOT, folder, { recursive: true, filter: (path) => isReaders(relative(ROOT, path)) });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await symlink(dirname(running.stack.file), join(folder, '.writ'));
  return folder;
}

test('no block of commands is passed over', () => {
  const blocks = followedPages().flatMap((page) =>
    fencesOf(readPage(page)).filter(({ info }) => info === 'sh'),
  );
  const typed = pages.flatMap(({ commands }) => commands.map(({ text }) => text)).join('\n');
  for (const { text } of blocks) {
    for (const line of text.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
      expect(typed).toContain(line);
    }
  }
  expect(pages.map(({ page }) => page)).toEqual(
    expect.arrayContaining(['docs/guides/deploy.md', 'docs/guides/incident.md']),
  );
});

describe.each(pages)('$page', ({ page, commands }) => {
  test('every command ends as it says, in the order in which they stand', async () => {
    const folder = await readersFolder();
    try {
      const env = {
        PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
        HOME: folder,
        NO_COLOR: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      const { failed, count } = await runCommands(commands, { cwd: folder, env });
      // `page:line`, for whoever reads what failed.
      const where = failed && { ...failed, at: `${page}:${failed.line}` };
      expect({ failed: where, count }).toEqual({ failed: null, count: commands.length });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
