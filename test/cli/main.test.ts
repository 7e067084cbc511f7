import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('help is what was asked for', async () => {
  const { writ } = await newWorld();
  const ran = await writ(['--help']);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/login.*enroll.*credentials.*profiles.*revoke.*list.*status.*policy/s);
});

test('--version is the package’s', async () => {
  const { writ } = await newWorld();
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(await writ(['--version'])).toEqual({ exit: 0, stdout: `${version}\n`, stderr: '' });
});

test('help says what is taken where nothing is named', async () => {
  const { writ } = await newWorld();
  const { stdout } = await writ(['credentials', '--help']);
  expect(stdout).toContain('5 to 3600 (default: 900)');
  expect(stdout).toContain('(default: "default")');
  expect(stdout + (await writ(['policy', 'test', '--help'])).stdout).not.toContain('[]');
});

test('no command is a usage error that shows the help', async () => {
  const { writ } = await newWorld();
  const ran = await writ([]);
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^Usage: writ/);
});

test.each([
  { argv: ['lgin'], says: /unknown command 'lgin'/, next: 'writ --help' },
  { argv: ['login', '--nope'], says: /unknown option '--nope'/, next: 'writ login --help' },
  { argv: ['credentials'], says: /required option '--permission/, next: 'writ credentials --help' },
  { argv: ['profiles', 'add'], says: /required option/, next: 'writ profiles add --help' },
  { argv: ['login', 'extra'], says: /too many arguments/, next: 'writ login --help' },
])('$argv is a usage error, said once, for people and programs', async ({ argv, says, next }) => {
  const { writ } = await newWorld();
  const ran = await writ(argv);
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr.match(/^writ: /gm)?.length).toBe(1);
  expect(ran.stderr).toMatch(says);
  const json = await writ([...argv, '--json']);
  expect(json.exit).toBe(1);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: 'usage', next });
});

test('policy build and test read the folders named', async () => {
  const { writ } = await newWorld();
  const built = await writ([
    'policy',
    'build',
    '--config',
    `${process.cwd()}/config`,
    '--out',
    'out',
    '--json',
  ]);
  expect(built).toMatchObject({ exit: 0, stderr: '' });
  expect(JSON.parse(built.stdout)).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    file: expect.any(String),
  });
  const tested = await writ(['policy', 'test', '--config', `${process.cwd()}/config`]);
  expect(tested).toMatchObject({ exit: 0, stderr: '' });
  expect(tested.stdout).toMatch(/, 0 failed\n$/);
  expect((await writ(['policy', 'test', '--config', 'nowhere'])).exit).not.toBe(0);
});
