import { expect, test } from 'vitest';
import { newWorld } from './world.ts';

test('help is what was asked for', async () => {
  const { writ } = await newWorld();
  const ran = await writ(['--help']);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/login.*enroll.*credentials.*profiles.*policy/s);
});

test('no command is a usage error that shows the help', async () => {
  const { writ } = await newWorld();
  const ran = await writ([]);
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^Usage: writ/);
});

test.each([
  { argv: ['lgin'], says: /unknown command 'lgin'/ },
  { argv: ['login', '--nope'], says: /unknown option '--nope'/ },
  { argv: ['credentials'], says: /required option '--permission/ },
  { argv: ['login', 'extra'], says: /too many arguments/ },
])('$argv is a usage error, said once, for people and programs', async ({ argv, says }) => {
  const { writ } = await newWorld();
  const ran = await writ(argv);
  expect(ran).toMatchObject({ exit: 1, stdout: '' });
  expect(ran.stderr.match(/^writ: /gm)?.length).toBe(1);
  expect(ran.stderr).toMatch(says);
  const json = await writ([...argv, '--json']);
  expect(json.exit).toBe(1);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: 'usage', next: 'writ --help' });
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
