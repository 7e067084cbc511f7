/** What can be said of docs/guides/incident.md without a stack. `test/e2e/fences.test.ts` types all of it. */
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { directDenyPermissions } from '../../core/revocation/roles.ts';
import { newWorld } from '../cli/world.ts';
import { commandsOf, runCommands } from '../support/guide.ts';

const PAGE = join(import.meta.dirname, '../../docs/guides/incident.md');
const page = readFileSync(PAGE, 'utf8');
const commands = commandsOf(page);

test('four nights, and practice before them', () => {
  expect([...new Set(commands.map(({ section }) => section))]).toEqual([
    'Practise first',
    'A key was found in a paste',
    'A laptop was stolen',
    'An agent runs wild',
    'The broker itself is suspect',
  ]);
  for (const section of page.split(/^## /m).slice(2)) {
    expect(section).toContain('**You know**');
    expect(section).toContain('**What it cannot do.**');
  }
});

const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
test.each(
  [...page.matchAll(/\]\(([^)#\s]*)#?([^)\s]*)\)/g)].map(([, file = '', anchor = '']) => ({ file, anchor })),
)('$file#$anchor is there', ({ file, anchor }) => {
  const target = file === '' ? PAGE : join(dirname(PAGE), file);
  expect(existsSync(target)).toBe(true);
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) => heading,
  );
  if (anchor !== '') expect(headings.map(anchorOf)).toContain(anchor);
});

test('every flag is one that the command has', async () => {
  const { writ } = await newWorld();
  for (const name of ['login', 'enroll', 'credentials', 'revoke', 'list', 'status']) {
    const { stdout } = await writ([name, '--help']);
    const used = commands
      .map(({ text }) => text)
      .filter((text) => new RegExp(`(?:^|\\$\\()writ ${name} |writ\\.js ${name} `).test(text))
      .flatMap((text) => text.match(/(?<= )--[a-z-]+/g) ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const flag of new Set(used)) expect(stdout).toContain(flag);
  }
});

test('the role that is to be there before that night is the one that the templates make', () => {
  const actions = directDenyPermissions('444455556666').Statement.flatMap(({ Action = [] }) => Action);
  const told = [...page.matchAll(/`(iam:[A-Za-z]+)`/g)].map(([, action]) => action);
  expect([...new Set(told)].sort()).toEqual([...actions].sort());
});

describe('the runner', () => {
  const world = { cwd: tmpdir(), env: { PATH: process.env.PATH } };
  const run = (block: string) => runCommands(commandsOf(`## A\n\`\`\`sh\n${block}\n\`\`\``), world);

  test('keeps variables, joins lines, and reads the exit code that is told', async () => {
    const block = 'A=1\n[ "$A" = 1 ] \\\n  && B=2\n# a remark\nfalse # exit 1\n[ "$B" = 2 ]';
    expect(await run(block)).toEqual({ failed: null, count: 4 });
  });

  test.each([
    ['a failure', 'true\nfalse', 'false', 1],
    ['a success where a failure was told', 'true # exit 3', 'true # exit 3', 0],
    ['a variable that is not set', 'true\necho "$NOWHERE"', 'echo "$NOWHERE"', -1],
  ])('stops at %s', async (_, block, command, exit) => {
    expect((await run(block)).failed).toMatchObject({ command, exit });
  });
});
