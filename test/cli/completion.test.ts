import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ROOT } from '../support/source-tree.ts';
import { signedInAt } from './signed-in.ts';
import { newWorld, type World } from './world.ts';

vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_795_000_000_000; // fixed, milliseconds
const PERMISSIONS = [
  {
    permission: 'reports-read',
    description: 'Words.',
    accounts: ['prod', 'test'],
    longest: 3600,
    parameters: { prefix: { type: 'segment' } },
  },
  { permission: 'tickets-write', description: 'Words.', accounts: ['prod'], longest: 3600, parameters: {} },
];

/** Alice has looked at what she may ask for, with the profile `work`. */
async function looked(): Promise<World> {
  const world = await signedInAt(NOW, () => ({ status: 200, body: { permissions: PERMISSIONS } }));
  await world.writ(['permissions', '--profile', 'work', '--agent', 'analyst']);
  return world;
}
const candidates = async ({ writ }: World, ...words: string[]): Promise<readonly string[]> => {
  const { exit, stdout, stderr } = await writ(['complete', '--', ...words]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
};

test.each([
  [['cred'], ['credentials']],
  [
    ['profiles', ''],
    ['add', 'sync', 'help'],
  ],
  [['credentials', '--perm'], ['--permission']],
  [['credentials', '--js'], ['--json']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['revoke', 'x', '--kind', 'ag'], ['agent']],
  [
    ['exec', '--profile', 'work', '--permission', ''],
    ['reports-read', 'tickets-write'],
  ],
  [['exec', '--profile', 'work', '--permission', 'tickets-write', '--account', ''], ['prod']],
  [
    ['exec', '--profile', 'work', '--account', ''],
    ['prod', 'test'],
  ],
  [['exec', '--profile', 'work', '--parameter', ''], ['prefix']],
  [['exec', '--profile', ''], ['work']],
  [['exec', '--permission', ''], []],
  [['exec', '--profile', '../work', '--permission', ''], []],
  [['exec', '--', 'cred'], []],
  [['login', '--broker', ''], []],
  [['no-such', '--x', ''], expect.arrayContaining(['login', 'exec'])],
] as const)('%o: %o', async (words, expected) => {
  expect(await candidates(await looked(), ...words)).toEqual(expected);
});

test('every command that help shows is offered, and no hidden one', async () => {
  const world = await newWorld();
  const { stdout } = await world.writ(['--help']);
  const shown = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  const offered = await candidates(world, '');
  expect(offered.toSorted()).toEqual(shown.filter((name) => name !== 'complete').toSorted());
  expect(shown).not.toContain('complete');
});

test('looking makes nothing', async () => {
  const world = await newWorld();
  await candidates(world, 'exec', '--permission', '');
  expect(await readdir(world.home)).toEqual([]);
});

test('another shell is a usage error', async () => {
  const { writ } = await newWorld();
  expect((await writ(['completion', 'tcsh'])).exit).toBe(1);
});

/** What a shell offers behind `writ exec --profile work --permission re`, with the script that writ prints for it. */
const DRIVERS: { readonly [shell: string]: (file: string) => readonly string[] } = {
  bash: (file) => [
    '-c',
    `. ${file}; COMP_WORDS=(writ exec --profile work --permission re); COMP_CWORD=5; _writ; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (file) => [
    '-fc',
    `compdef() { :; }; compadd() { print -l -- \${(P)2}; }; . ${file}; words=(writ exec --profile work --permission re); CURRENT=6; _writ`,
  ],
  fish: (file) => ['-c', `source ${file}; complete -C 'writ exec --profile work --permission re'`],
};

describe.each(Object.entries(DRIVERS))('%s', (shell, driver) => {
  const isMissing = spawnSync(shell, ['--version']).error !== undefined;

  test.skipIf(isMissing)('offers what the command says', async () => {
    const { writ, home } = await looked();
    const file = path.join(home, `script.${shell}`);
    const here = { node: process.execPath, script: path.join(ROOT, 'cli', 'bin.ts') };
    await writeFile(file, (await writ(['completion', shell], here)).stdout);
    const { stdout, stderr } = spawnSync(shell, driver(file), {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home },
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'reports-read\n', stderr: '' });
  });
});
