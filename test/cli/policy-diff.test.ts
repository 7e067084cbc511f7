import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

const clock = () => 1_800_000_000_000;

/** The example as `old`, and as `config` with one piece of one file replaced. */
async function changed(file?: string, from = '', to = '') {
  const world = await newWorld();
  for (const folder of ['old', 'config'])
    await cp('config', path.join(world.home, folder), { recursive: true });
  if (file !== undefined) {
    const at = path.join(world.home, 'config', file);
    const text = await readFile(at, 'utf8');
    expect(text).toContain(from);
    await writeFile(
      at,
      text.replace(from, () => to),
    );
  }
  return {
    ...world,
    diff: (argv: readonly string[] = ['old'], change = {}) =>
      world.writ(['policy', 'diff', ...argv], { clock, ...change }),
  };
}

const LONGEST = ['permissions/tickets-write.yaml', 'longest: 1800', 'longest: 3600'] as const;

test('nothing changes: 0', async () => {
  const { diff } = await changed();
  expect(await diff()).toEqual({ exit: 0, stdout: 'Nothing changes.\n', stderr: '' });
});

test('something widens: 2, told in lines', async () => {
  const { diff } = await changed(...LONGEST);
  expect(await diff()).toEqual({
    exit: 2,
    stderr: '',
    stdout: expect.stringMatching(
      /^Permissions\n {2}~ tickets-write: longest 1800 s → 3600 s {2}\[widens\]\n\n1 widen, 0 narrow, 0 cannot be decided here; \d+ questions asked\.\n$/,
    ),
  });
});

test('the other way nothing widens: 0', async () => {
  const { diff } = await changed(...LONGEST);
  expect(await diff(['config', 'old'])).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('[narrows]'),
  });
});

test('what cannot be decided says so, and is no pass: 2', async () => {
  const { diff } = await changed('policies/everyone.cedar', '43200', '3600');
  const ran = await diff();
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('~ sign-in-is-fresh: forbid, changed  [UNDECIDED]');
  expect(ran.stdout).toContain('nothing proves that there is nothing');
});

test('--json is one line, with hashes and counts', async () => {
  const { diff } = await changed(...LONGEST);
  const ran = await diff(['old', 'config', '--json']);
  expect(JSON.parse(ran.stdout)).toMatchObject({
    old: expect.stringMatching(/^[0-9a-f]{64}$/),
    new: expect.stringMatching(/^[0-9a-f]{64}$/),
    widens: 1,
    narrows: 0,
    undecided: 0,
    changes: [
      {
        kind: 'permission',
        name: 'tickets-write',
        sign: '~',
        effect: 'widens',
        what: 'longest 1800 s → 3600 s',
      },
    ],
  });
});

test('bundles will do in place of folders', async () => {
  const { home, writ, diff } = await changed(...LONGEST);
  await mkdir(path.join(home, 'out'));
  const built = await writ(['policy', 'build', '--config', 'old', '--out', 'out']);
  const file = path.join('out', `${built.stdout.trim()}.json`);
  expect((await diff([file])).stdout).toBe((await diff()).stdout);
});

test('colours on a terminal only, and not where nobody wants them', async () => {
  const { diff } = await changed(...LONGEST);
  let out = '';
  const write = (text: string) => {
    out += text;
  };
  const stdout = { write, isTerminal: true };
  await diff(['old'], { stdout });
  expect(out).toContain('\u001b[33m~ tickets-write');
  out = '';
  await diff(['old'], { stdout, env: { NO_COLOR: '1' } });
  expect(out).not.toContain('\u001b');
});

test('a folder that does not compile is told as by policy build: 1', async () => {
  const { diff } = await changed('permissions/tickets-write.yaml', 'longest: 1800', 'longest: 18000');
  const ran = await diff();
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr).toMatch(
    /^config\/permissions\/tickets-write\.yaml:5:10: longest: must be at most 3600\n$/,
  );
  expect(await diff(['nowhere'])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('There is no folder nowhere.'),
  });
});
