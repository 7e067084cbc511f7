import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileNames, withProfileSet } from '../../cli/aws-config.ts';
import type { Answer, FakeBroker } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';
import type { World } from './world.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds

const permission = (name: string, change: object = {}) => ({
  permission: name,
  description: 'Words.',
  accounts: ['prod'],
  longest: 3600,
  parameters: {},
  ...change,
});
const REPORTS = permission('reports-read', { parameters: { prefix: { type: 'segment' } } });
const TICKETS = permission('tickets-write', { accounts: ['prod', 'test'] });

/** What may be asked for changes with `listed`. */
async function world(
  ...listed: object[]
): Promise<
  World & { readonly broker: FakeBroker; readonly file: string; readonly text: () => Promise<string> }
> {
  const answer = (): Answer => ({ status: 200, body: { permissions: listed } });
  const made = await signedInAt(NOW, answer);
  const file = path.join(made.home, '.aws', 'config');
  return { ...made, file, text: () => readFile(file, 'latin1') };
}
const SYNC = ['profiles', 'sync', '--profile', 'work', '--agent', 'analyst'];
const block = (name: string, permissionName: string, account: string, more = '') =>
  `[profile ${name}]\ncredential_process = /usr/bin/node /opt/writ/dist/writ.js credentials --permission ${permissionName}` +
  ` --account ${account} --agent analyst${more} --profile work\n`;

test('one profile per permission, and per account where there are several', async () => {
  const { writ, file, text } = await world(REPORTS, TICKETS);
  const ran = await writ([...SYNC, '--json']);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(JSON.parse(ran.stdout)).toEqual({
    file,
    profiles: [
      { profile: 'reports-read', permission: 'reports-read', account: 'prod', parameters: ['prefix'] },
      { profile: 'tickets-write-prod', permission: 'tickets-write', account: 'prod', parameters: [] },
      { profile: 'tickets-write-test', permission: 'tickets-write', account: 'test', parameters: [] },
    ],
    skipped: [],
    removed: [],
  });
  expect(await text()).toBe(
    '# writ: begin profiles of work\n' +
      block('reports-read', 'reports-read', 'prod', ' --parameter prefix') +
      block('tickets-write-prod', 'tickets-write', 'prod') +
      block('tickets-write-test', 'tickets-write', 'test') +
      '# writ: end profiles of work\n',
  );
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('flags stand in every profile that they fit', async () => {
  const { writ, text } = await world(REPORTS, permission('other'));
  const flags = [
    '--prefix',
    'w-',
    '--parameter',
    'prefix=q3',
    '--task',
    'T',
    '--purpose',
    'P',
    '--region',
    'eu-west-1',
  ];
  await writ([...SYNC, ...flags, '--duration', '60']);
  expect(await text()).toContain(
    block(
      'w-reports-read',
      'reports-read',
      'prod',
      ' --task T --purpose P --parameter prefix=q3 --duration 60',
    ) +
      'region = eu-west-1\n' +
      block('w-other', 'other', 'prod', ' --task T --purpose P --duration 60') +
      'region = eu-west-1\n',
  );
});

test('all else stays byte for byte; what may not be had any more goes, and twice is once', async () => {
  const listed: object[] = [REPORTS, TICKETS];
  const { writ, file, text } = await world();
  const made = await signedInAt(NOW, () => ({ status: 200, body: { permissions: listed } }));
  const [before, after] = [
    '# mine\r\n[profile a]\nregion = \xff\r\n',
    '\n\n[profile z]\n\tx=y ; \x00\nno end',
  ];
  const own = path.join(made.home, '.aws', 'config');
  await mkdir(path.dirname(own));
  await writeFile(own, Buffer.from(before, 'latin1'), { mode: 0o640 });
  await made.writ(SYNC);
  const first = await readFile(own, 'latin1');
  expect(first.startsWith(before)).toBe(true);
  await writeFile(own, Buffer.from(first + after, 'latin1'));
  listed.pop();
  const ran = await made.writ([...SYNC, '--json']);
  expect(JSON.parse(ran.stdout).removed).toEqual(['tickets-write-prod', 'tickets-write-test']);
  const second = await readFile(own, 'latin1');
  expect(second).toBe(
    `${before}# writ: begin profiles of work\n${block('reports-read', 'reports-read', 'prod', ' --parameter prefix')}` +
      `# writ: end profiles of work\n${after}`,
  );
  await made.writ(SYNC);
  expect(await readFile(own, 'latin1')).toBe(second);
  expect((await stat(own)).mode & 0o777).toBe(0o640);
  listed.pop();
  expect((await made.writ(SYNC)).exit).toBe(0);
  expect(await readFile(own, 'latin1')).toBe(before + after);

  // And where there was nothing there is no file.
  expect((await writ(SYNC)).exit).toBe(3);
  await expect(text()).rejects.toThrow('ENOENT');
  expect(file).not.toBe(own);
});

test('somebody else’s profile, and one with keys of its own, is left alone and told', async () => {
  const { writ, home, file, text } = await world(REPORTS, permission('mine'), permission('good'));
  await mkdir(path.dirname(file));
  await writeFile(file, '[profile mine]\nregion=x\n');
  await writeFile(path.join(home, '.aws', 'credentials'), '[reports-read]\naws_access_key_id=AKIA\n');
  const ran = await writ([...SYNC, '--json']);
  expect(ran.exit).toBe(0);
  const { profiles, skipped } = JSON.parse(ran.stdout);
  expect(profiles.map(({ profile }: { profile: string }) => profile)).toEqual(['good']);
  expect(skipped).toEqual([
    { profile: 'reports-read', why: 'keys_of_that_name' },
    { profile: 'mine', why: 'profile_not_ours' },
  ]);
  expect(await text()).toMatch(/^\[profile mine\]\nregion=x\n# writ: begin/);
  expect((await writ(SYNC)).stdout).toContain('left alone: mine, which somebody else wrote\n');
});

test('no permission becomes the default profile, nor two one', async () => {
  const { writ } = await world(
    permission('default'),
    permission('a', { accounts: ['b', 'c'] }),
    permission('a-b'),
  );
  const { profiles, skipped } = JSON.parse((await writ([...SYNC, '--json'])).stdout);
  expect(profiles.map(({ profile }: { profile: string }) => profile)).toEqual(['a-b', 'a-c']);
  expect(skipped).toEqual([
    { profile: 'default', why: 'name_unusable' },
    { profile: 'a-b', why: 'name_unusable' },
  ]);
});

test.each([
  [['--parameter', 'nope=1'], 'No permission has the parameter nope.'],
  [['--duration', '1'], '--duration is whole seconds'],
  [['--task', 'a\nb'], '--task has characters'],
] as const)('%o is a usage error, and nothing is written', async (flags, says) => {
  const { writ, text } = await world(REPORTS);
  const ran = await writ([...SYNC, ...flags]);
  expect(ran).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining(says) });
  await expect(text()).rejects.toThrow('ENOENT');
});

test('marks that do not pair: nothing done', async () => {
  const { writ, file, text } = await world(REPORTS);
  await mkdir(path.dirname(file));
  await writeFile(file, '# writ: begin profiles of work\n');
  expect(await writ(SYNC)).toMatchObject({ exit: 3, stderr: expect.stringContaining('do not pair') });
  expect(await text()).toBe('# writ: begin profiles of work\n');
});

test('profiles of two writ profiles, and single ones, do not touch each other', async () => {
  const { writ, text } = await world(REPORTS);
  await writ(['profiles', 'add', 'single', '--permission', 'p', '--account', 'a', '--profile', 'work']);
  const single = await text();
  await writ(SYNC);
  expect((await text()).startsWith(single)).toBe(true);
  await writ(['profiles', 'add', 'later', '--permission', 'p', '--account', 'a', '--profile', 'work']);
  expect((await writ(SYNC)).exit).toBe(0);
  expect(await text()).toMatch(
    /begin single[\s\S]*end single\n# writ: begin profiles of work[\s\S]*begin later[\s\S]*end later\n$/,
  );
  // A single one of a name that the set has would be two profiles of that name.
  const again = [
    'profiles',
    'add',
    'reports-read',
    '--permission',
    'p',
    '--account',
    'a',
    '--profile',
    'work',
  ];
  expect((await writ(again)).exit).toBe(3);
});

describe('withProfileSet', () => {
  test('whatever stood there stays, and taking all away gives it back', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (before) => {
        const set = [{ name: 'x', settings: [['a', 'b']] as const }];
        const once = withProfileSet(before, 'profiles of w', set);
        if (!once.ok || once.written.length === 0) return;
        expect(once.text.startsWith(before)).toBe(true);
        expect(withProfileSet(once.text, 'profiles of w', set)).toMatchObject({
          text: once.text,
          removed: [],
        });
        const none = withProfileSet(once.text, 'profiles of w', []);
        const whole = before === '' || before.endsWith('\n') ? before : `${before}\n`;
        expect(none).toMatchObject({ ok: true, text: whole, removed: ['x'] });
      }),
    );
  });

  test('names of the credentials file stand without the word', () => {
    const text = '[one]\n [ two ]\n[profile three]\n# [four]\n[default]\n';
    expect([...profileNames(text, 'credentials')]).toEqual(['one', 'two', 'three', 'default']);
    expect([...profileNames(text, 'config')]).toEqual(['three', 'default']);
  });
});
