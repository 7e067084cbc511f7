import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BrokerFile } from '../../core/policy/config/broker.ts';
import { proberFiles } from '../../core/policy/init/prober.ts';
import { PRESETS } from '../../core/policy/presets/presets.ts';
import { newWorld, type Ran } from './world.ts';

const ENTRA = [
  ...['--issuer', 'entra', '--tenant', '8a1c7d3e-0b52-4f6a-9c1d-2e3f4a5b6c7d'],
  ...['--client-id', '1d2c3b4a-5f6e-7d8c-9b0a-a1b2c3d4e5f6'],
];
const REST = [
  '--account',
  'prod=111122223333:eu-central-1',
  '--agent',
  'report-writer',
  '--group',
  'finance',
];

/** A clock for the registrations' dates: 15 June 2025. */
const clock = () => 1_750_000_000_000;

async function holds(writ: (argv: readonly string[]) => Promise<Ran>): Promise<void> {
  expect(await writ(['policy', 'build', '--out', 'out'])).toMatchObject({ exit: 0, stderr: '' });
  const tested = await writ(['policy', 'test']);
  expect(tested).toMatchObject({ exit: 0, stderr: '' });
  expect(tested.stdout).toMatch(/cases, 0 failed\n$/);
}

describe('from flags', () => {
  test('a folder that compiles and passes its cases without an edit, and the next command', async () => {
    const { home, writ } = await newWorld();
    const ran = await writ(['init', ...ENTRA, ...REST, '--responders', 'responders'], { clock });
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^wrote config\/issuers\/corp\.yaml$/m);
    expect(ran.stdout).toMatch(/^next: writ policy test && writ policy build$/m);
    await holds(writ);
    const agent = await readFile(path.join(home, 'config/agents/report-writer.yaml'), 'utf8');
    expect(agent).toMatch(/^reviewBy: 2025-12-12$/m);
    expect(agent).toMatch(/^expires: 2026-06-15$/m);
    expect(await readdir(path.join(home, 'config/schemas'))).toContain('issuer.schema.json');
  });

  const people = PRESETS.filter(({ class: of }) => of === 'subject');
  const platforms = PRESETS.filter(({ class: of }) => of === 'actor');
  test.each(people.flatMap((one) => platforms.map((other) => [one.name, other.name, one, other] as const)))(
    '%s and %s together',
    async (_, __, one, other) => {
      const { writ } = await newWorld();
      const answers = new Map(
        [...one.questions, ...other.questions].map(({ flag, example }) => [flag, example]),
      );
      const ran = await writ([
        ...['init', '--issuer', one.name, '--issuer', other.name],
        ...[...answers].flatMap(([flag, example]) => [`--${flag}`, example]),
        ...['--account', 'prod=111122223333:eu-central-1', '--account', 'dev=444455556666:us-east-1'],
        ...['--agent', `writer=${other.subjectExample}`, '--agent', 'helper'],
        ...(one.groups === undefined
          ? ['--user', '110169484474386276334']
          : ['--group', 'finance', '--group', 'Team One', '--user', 'année@example.com']),
      ]);
      expect(ran).toMatchObject({ exit: 0, stderr: '' });
      await holds(writ);
    },
  );

  test('--json is one line for programs', async () => {
    const { writ } = await newWorld();
    const ran = await writ(['init', ...ENTRA, ...REST, '--config', 'my config', '--json']);
    expect(ran.stdout.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      folder: 'my config',
      files: expect.arrayContaining(['my config/accounts.yaml']),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      next: ["writ policy test --config 'my config'", "writ policy build --config 'my config'"],
    });
  });

  test.each([
    [['--deploy', '444455556666:eu-central-1'], { account: '444455556666', region: 'eu-central-1' }],
    [
      ['--deploy', '444455556666:eu-central-1', '--organization', 'o-exampleorgid/r-ab12'],
      {
        account: '444455556666',
        region: 'eu-central-1',
        organization: { id: 'o-exampleorgid', root: 'r-ab12' },
      },
    ],
  ])('%j is what the stacks are made of', async (flags, settings) => {
    const { home, writ } = await newWorld();
    expect(await writ(['init', ...ENTRA, ...REST, ...flags])).toMatchObject({ exit: 0, stderr: '' });
    await holds(writ);
    const file = await readFile(path.join(home, 'config/broker.yaml'), 'utf8');
    expect(BrokerFile.parse(parse(file))).toEqual(settings);
  });

  test('--prober writes one that compiles and passes its cases too', async () => {
    const { home, writ } = await newWorld();
    const prober = ['--prober', 'prod', '--broker', 'https://writ.example.com'];
    const ran = await writ(['init', ...ENTRA, ...REST, '--responders', 'responders', ...prober], { clock });
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    await holds(writ);
    const agent = await readFile(path.join(home, 'config/agents/prober.yaml'), 'utf8');
    expect(agent).toMatch(/^owner: "corp:responders"$/m);
    expect(agent).toMatch(/^reviewBy: 2025-12-12$/m);
  });

  test('the example has the prober that --prober writes', async () => {
    const files = proberFiles({
      ...{ broker: 'https://writ.example.com', account: 'prod', owner: 'corp:responders' },
      ...{ somebody: 'corp:alice', reviewBy: '2031-06-30', expires: '2031-12-31' },
    });
    for (const { path: file, text } of files)
      expect([file, await readFile(path.join('config', file), 'utf8')]).toEqual([file, text]);
  });

  test('has a flag for each question of each preset', async () => {
    const { writ } = await newWorld();
    const { stdout } = await writ(['init', '--help']);
    for (const { flag } of PRESETS.flatMap(({ questions }) => questions)) {
      expect(stdout).toMatch(new RegExp(`^ +--${flag} <`, 'm'));
    }
  });
});

describe('nothing is written', () => {
  test('over what is there', async () => {
    const { home, writ } = await newWorld();
    await mkdir(path.join(home, 'config'));
    await writeFile(path.join(home, 'config/accounts.yaml'), 'mine\n');
    const ran = await writ(['init', ...ENTRA, ...REST]);
    expect(ran).toMatchObject({ exit: 3, stdout: '' });
    expect(ran.stderr).toContain('Nothing was written: config is already there.');
    expect(await readdir(path.join(home, 'config'))).toEqual(['accounts.yaml']);
  });

  test.each([
    [
      ['init'],
      'There is nobody to ask, so these are needed: --issuer, --account, --agent, --group or --user.',
    ],
    [['init', '--issuer', 'entra', ...REST], 'so these are needed: --tenant, --client-id.'],
    [
      ['init', '--issuer', 'github', '--owner-id', '1', '--broker', 'https://b.example', ...REST],
      'Somebody must sign in',
    ],
    [['init', '--issuer', 'azure', ...REST], '--issuer must be one of entra, okta'],
    [['init', ...ENTRA, '--issuer', 'okta', ...REST], 'One issuer of people to begin with'],
    [
      ['init', '--issuer', 'entra', '--tenant', 'common', '--client-id', 'x', ...REST],
      '--tenant must look like',
    ],
    [['init', ...ENTRA, ...REST, '--account', 'dev=1:eu-central-1'], '--account must look like'],
    [['init', ...ENTRA, ...REST, '--account', 'again=111122223333:eu-central-1'], "is already prod's"],
    [['init', ...ENTRA, ...REST, '--agent', 'x=repo:a/b'], 'No --issuer vouches for what stands behind x=.'],
    [['init', ...ENTRA, ...REST, '--group', 'a"b'], '--group must be letters'],
    [['init', ...ENTRA, ...REST, '--prober', 'prod'], 'so these are needed: --broker.'],
    [
      ['init', ...ENTRA, ...REST, '--prober', 'dev', '--broker', 'https://b.example'],
      '--prober must be the name of an --account.',
    ],
    [['init', ...ENTRA, ...REST, '--deploy', '444455556666'], '--deploy must look like'],
    [['init', ...ENTRA, ...REST, '--organization', 'o-exampleorgid/r-ab12'], '--organization needs --deploy'],
    [
      ['init', ...ENTRA, ...REST, '--deploy', '444455556666:eu-central-1', '--organization', 'r-ab12'],
      '--organization must look like',
    ],
  ])('%j', async (argv, says) => {
    const { home, writ } = await newWorld();
    const ran = await writ(argv);
    expect(ran).toMatchObject({ exit: 1, stdout: '' });
    expect(ran.stderr).toContain(says);
    expect(await readdir(home)).toEqual([]);
  });
});

test('on a terminal, what is missing is asked for', async () => {
  const { home, writ } = await newWorld();
  const lines = [
    'entra, github',
    'contoso.onmicrosoft.com',
    '8a1c7d3e-0b52-4f6a-9c1d-2e3f4a5b6c7d',
    '1d2c3b4a-5f6e-7d8c-9b0a-a1b2c3d4e5f6',
    '',
    '123456',
    'https://writ.example.com',
    'prod=111122223333:eu-central-1',
    'triage=repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
    'support, finance',
    '',
  ];
  const asked: string[] = [];
  const ran = await writ(['init'], {
    stderr: { write: (text) => void asked.push(text), isTerminal: true },
    readLine: async () => lines.shift() ?? null,
  });
  expect(ran.exit).toBe(0);
  expect(lines).toEqual([]);
  expect(asked.join('')).toMatch(
    /entra +Microsoft Entra ID.*Tenant ID.*That does not fit.*app roles.*Who may end any session/s,
  );
  await holds(writ);
  expect(await readFile(path.join(home, 'config/agents/triage.yaml'), 'utf8')).toContain(
    'subject: "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"',
  );
});
