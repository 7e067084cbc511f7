import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/source-tree.ts';
import { newWorld, type World } from './world.ts';

const NOW = 1_795_000_000_000; // November 2026, fixed

/** A folder with the example installation, and nobody's AWS credentials. */
async function withConfig(change: (config: string) => Promise<void> = async () => undefined): Promise<World> {
  const world = await newWorld();
  const config = join(world.home, 'config');
  await cp(join(ROOT, 'config'), config, { recursive: true });
  await change(config);
  return { ...world, writ: (argv, io) => world.writ(argv, { clock: () => NOW, ...io }) };
}

const edited =
  (file: string, from: string, to: string) =>
  async (config: string): Promise<void> => {
    const path = join(config, file);
    const text = await readFile(path, 'utf8');
    expect(text).toContain(from);
    await writeFile(path, text.replace(from, to));
  };

const OFFLINE = ['doctor', '--only', 'agent', '--only', 'permission', '--only', 'issuer.client'];

test('all is well: one line for each group, a count, and 0', async () => {
  const { writ } = await withConfig();
  expect(await writ(OFFLINE)).toEqual({
    exit: 0,
    stderr: '',
    stdout:
      'ok      Configuration: permission.cases, agent.review, agent.expiry, issuer.client\n' +
      '4 checks: 4 ok, 0 with a fault, 0 that cannot be told, 0 with nothing to look at\n',
  });
});

test('a fault: what, proof and fix, and 4', async () => {
  const soon = edited('agents/ticket-triage.yaml', 'reviewBy: 2031-06-30', 'reviewBy: 2026-11-25');
  const { writ } = await withConfig(soon);
  const { exit, stdout } = await writ(OFFLINE);
  expect(exit).toBe(4);
  expect(stdout).toContain(
    'FAULT   agent.review: agent ticket-triage\n' +
      '        The agent will be refused soon.\n' +
      '        proof: reviewBy is 2026-11-25, and today is 2026-11-18\n' +
      '        fix:   Ask corp:support to review it, then change reviewBy in config/agents/ticket-triage.yaml\n',
  );
  expect(stdout).toContain('4 checks: 3 ok, 1 with a fault');
});

test('as one line of JSON', async () => {
  const { writ } = await withConfig();
  const { stdout } = await writ([...OFFLINE, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    counts: { ok: 4, fault: 0, cannot_tell: 0, nothing: 0 },
    checks: expect.arrayContaining([
      {
        id: 'issuer.client',
        verdict: 'ok',
        judgements: [{ about: 'issuer corp', verdict: 'ok' }],
      },
    ]),
    mended: [],
  });
});

test('a configuration that does not compile: each mistake with its place, and the rest cannot be told', async () => {
  const { writ } = await withConfig(edited('accounts.yaml', 'eu-central-1', 'Frankfurt'));
  const { exit, stdout } = await writ(['doctor']);
  expect(exit).toBe(4);
  expect(stdout).toContain('FAULT   config.compiles: config/');
  expect(stdout).toMatch(/proof: config\/accounts\.yaml:4(?::\d+)?: prod\.region: must be a Region/);
  expect(stdout).toContain(
    '?       The configuration does not compile. Cannot tell: permission.cases, agent.review, agent.expiry, issuer.client, issuer.audience, all of Issuers',
  );
});

test('without AWS credentials what is deployed cannot be told, and says so: 3 where nothing else was looked at', async () => {
  const { writ } = await withConfig();
  const environment = {
    ...{ AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID, AWS_PROFILE: process.env.AWS_PROFILE },
    ...{ AWS_CONFIG_FILE: process.env.AWS_CONFIG_FILE, AWS_EC2_METADATA_DISABLED: undefined },
  };
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_PROFILE;
  Object.assign(process.env, { AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' });
  try {
    const { exit, stdout } = await writ(['doctor', '--only', 'table', '--region', 'eu-central-1']);
    expect(exit).toBe(3);
    expect(stdout).toContain(
      '?       ListFunctions: there are no AWS credentials, or AWS does not take them. Cannot tell: all of Tables',
    );
  } finally {
    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test.each([
  [
    'a check that there is not',
    ['doctor', '--only', 'nothing'],
    '--only names no check and no group of them.',
  ],
  ['a folder that there is not', ['doctor', '--config', 'elsewhere'], 'There is no folder elsewhere.'],
])('%s is a matter of usage', async (_, argv, what) => {
  const { writ } = await withConfig();
  const { exit, stderr } = await writ(argv);
  expect([exit, stderr]).toEqual([1, expect.stringContaining(what)]);
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${encode({ alg: 'ES256', kid: 'k' })}.${encode({ iss: 'https://x.example', sub: 'a\u001b[2J' })}.c2lnbmF0dXJl`;

test('a token that the broker would refuse: 2, its reason, nothing that could write to the terminal, no signature', async () => {
  const { writ } = await withConfig();
  const { exit, stdout, stderr } = await writ(['doctor', '--token', '-'], { readLine: async () => TOKEN });
  expect([exit, stderr]).toEqual([2, '']);
  expect(stdout).toContain('This is a token of an issuer that is not configured.');
  expect(stdout).toContain('The broker refuses it: token_issuer_unknown.');
  expect(stdout).not.toContain('\u001b');
  expect(stdout).not.toContain('c2lnbmF0dXJl');
});

test('a token in a file, as JSON', async () => {
  const { writ, home } = await withConfig();
  await mkdir(join(home, 'tokens'));
  await writeFile(join(home, 'tokens', 'id.jwt'), `${TOKEN}\n`);
  const { exit, stdout } = await writ(['doctor', '--token', 'tokens/id.jwt', '--json']);
  expect(exit).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ issuer: null, refusal: 'token_issuer_unknown' });
});

test('no token at all is a matter of usage', async () => {
  const { writ } = await withConfig();
  expect((await writ(['doctor', '--token', '-'])).exit).toBe(1);
});
