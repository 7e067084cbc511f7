import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localFile, newWorld, type World } from './world.ts';

const ADD = ['profiles', 'add', 'reports', '--permission', 'reports-read', '--account', 'prod'];
const ADD_LOCAL = [...ADD, '--profile', 'local'];

const STACK = localFile({
  broker: 'http://127.0.0.1:8470',
  aws_endpoint: 'http://127.0.0.1:8472/',
  region: 'eu-central-1',
  users: [],
});

async function localWorld(): Promise<World> {
  const world = await newWorld();
  await mkdir(path.join(world.home, '.writ'));
  await mkdir(path.join(world.home, 'deep', 'down'), { recursive: true });
  await writeFile(path.join(world.home, '.writ', 'local.json'), JSON.stringify({ ...STACK, pid: 1 }), {
    mode: 0o600,
  });
  return world;
}

test('names node, script and every flag, and where the local AWS is', async () => {
  const { writ, home } = await localWorld();
  const flags = [
    '--agent',
    'analyst',
    '--task',
    'FIN-1',
    '--purpose',
    "Alice's #1",
    '--parameter',
    'prefix=q3',
  ];
  const ran = await writ([...ADD_LOCAL, ...flags, '--duration', '60', '--json'], {
    cwd: path.join(home, 'deep', 'down'),
  });

  const file = path.join(home, '.aws', 'config');
  expect(ran).toMatchObject({
    exit: 0,
    stdout: `${JSON.stringify({ profile: 'reports', file })}\n`,
    stderr: '',
  });
  expect(await readFile(file, 'utf8')).toBe(
    '# writ: begin reports\n' +
      '[profile reports]\n' +
      'credential_process = /usr/bin/node /opt/writ/dist/writ.js credentials --permission reports-read' +
      ` --account prod --agent analyst --task FIN-1 --purpose 'Alice'"'"'s '"#"'1' --parameter prefix=q3` +
      ' --duration 60 --profile local\n' +
      'region = eu-central-1\n' +
      'endpoint_url = http://127.0.0.1:8472\n' +
      '# writ: end reports\n',
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(path.dirname(file))).toEqual(['config']);
});

test('the local stack is used where it is named, and not because it is there', async () => {
  const { writ, home } = await localWorld();
  expect(await writ(ADD)).toMatchObject({ exit: 0 });
  const text = await readFile(path.join(home, '.aws', 'config'), 'utf8');
  expect(text).toContain('--account prod --profile default\n# writ: end');
  expect(text).not.toContain('endpoint_url');
});

test('a profile of a broker elsewhere has no endpoint, and leaves task and purpose to the moment of use', async () => {
  const { writ, home } = await newWorld();
  await writ([...ADD, '--profile', 'work', '--region', 'us-east-1']);
  const text = await readFile(path.join(home, '.aws', 'config'), 'utf8');
  expect(text).toContain('--account prod --profile work\nregion = us-east-1\n# writ: end');
});

test('AWS_CONFIG_FILE names the file; a link is followed, and mode and other bytes stay', async () => {
  const { writ, home } = await localWorld();
  const real = path.join(home, 'dotfiles');
  const foreign = Buffer.from('[default]\r\nregion = \xff\r\n', 'latin1');
  await writeFile(real, foreign, { mode: 0o644 });
  await symlink(real, path.join(home, 'link'));
  const ran = await writ([...ADD, '--purpose', 'é'], { env: { AWS_CONFIG_FILE: '~/link' } });
  expect(ran.exit).toBe(0);
  const bytes = await readFile(real);
  expect(bytes.subarray(0, foreign.length).equals(foreign)).toBe(true);
  expect(bytes.subarray(foreign.length).toString('utf8')).toContain("--purpose 'é' ");
  expect((await stat(real)).mode & 0o777).toBe(0o644);
});

test('somebody else’s profile of that name is left alone: nothing done', async () => {
  const { writ, home } = await localWorld();
  await mkdir(path.join(home, '.aws'));
  await writeFile(path.join(home, '.aws', 'config'), '[profile reports]\nregion = x\n');
  const ran = await writ([...ADD, '--json']);
  expect(ran.exit).toBe(3);
  expect(JSON.parse(ran.stderr)).toMatchObject({ error: 'profile_not_ours' });
  expect(await readFile(path.join(home, '.aws', 'config'), 'utf8')).toBe('[profile reports]\nregion = x\n');
});

test.each([
  ['a name with a bracket', ['profiles', 'add', 'x]\n[default', '--permission', 'p', '--account', 'a']],
  ['a purpose with a line break', [...ADD, '--purpose', 'x\ncredential_process = evil']],
  ['a task with a carriage return', [...ADD, '--task', 'x\ry']],
  ['a Region with a line break', [...ADD, '--region', 'x\ny']],
  ['no permission', ['profiles', 'add', 'x', '--account', 'a']],
])('%s is a usage error, and no file is written', async (_, argv) => {
  const { writ, home } = await localWorld();
  expect((await writ(argv)).exit).toBe(1);
  expect(await readdir(home)).not.toContain('.aws');
});

test('a local.json that names another machine is not believed', async () => {
  const { writ, home } = await localWorld();
  const file = path.join(home, '.writ', 'local.json');
  for (const change of [{ broker: 'https://evil.example' }, { aws_endpoint: 'https://evil.example' }]) {
    await writeFile(file, JSON.stringify({ ...STACK, ...change }));
    expect(await writ(ADD_LOCAL)).toMatchObject({ exit: 1, stdout: '' });
  }
  expect(await readdir(home)).not.toContain('.aws');
});

test('a local.json that others can read is not believed', async () => {
  const world = await newWorld();
  const file = path.join(world.home, 'open.json');
  await writeFile(file, '{}', { mode: 0o644 });
  const ran = await world.writ([...ADD_LOCAL, '--json'], { env: { WRIT_LOCAL_FILE: file } });
  expect(ran.exit).toBe(1);
  expect(JSON.parse(ran.stderr)).toMatchObject({ error: 'state_unsafe' });
});
