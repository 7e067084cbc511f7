/** `writ audit` as it is typed: summary, exit codes, files, and hostile text. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { commit } from '../../core/archive/commit.ts';
import { OPENED, storyOf } from '../core/audit/fixture.ts';
import { commitPorts, leafOfRecord, testSigner, vkeyOf } from '../support/evidence-log.ts';
import { foreign, mint, use } from './audit/raw-events.ts';
import { newWorld, type World } from './world.ts';

const KEY = vkeyOf(testSigner());
const TRAIL = 'trail/AWSLogs/444455556666/CloudTrail/eu-central-1/2026/05/28/a.json.gz';
const DIGEST = 'trail/AWSLogs/444455556666/CloudTrail-Digest/eu-central-1/2026/05/28/d.json.gz';

let world: World;
let at: (file: string) => string;
beforeEach(async () => {
  world = await newWorld();
  at = (file) => join(world.home, file);
  await commit(storyOf().map(leafOfRecord), commitPorts({ log: evidenceFolder(at('evidence')) }));
});

function put(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(at(file)), { recursive: true });
  writeFileSync(at(file), content);
}
const putTrail = (...records: readonly unknown[]) =>
  put(TRAIL, gzipSync(JSON.stringify({ Records: records })));
const audit = (...more: readonly string[]) =>
  world.writ(['audit', 'trail', '--evidence', 'evidence', '--key', KEY, ...more]);

test('nothing to look at: 0, counts that add up, and of what they speak', async () => {
  putTrail(mint(1), use(2), use(2), foreign(3));
  mkdirSync(at('tmp'));
  vi.stubEnv('TMPDIR', at('tmp'));
  const ran = await audit();
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toMatch(/^2 of 3 events attributed to a writ; none needs to be looked at\.\n/);
  expect(ran.stdout).toMatch(/2 +ATTRIBUTED\n1 +OUT_OF_SCOPE\n1 +duplicates\n4 +records in the trail\n/);
  expect(ran.stdout).toContain('no digest file: nothing shows that the trail is as CloudTrail delivered it');
  // What was put aside is gone, and could not have been anywhere else.
  expect(readdirSync(at('tmp'))).toEqual([]);
  vi.unstubAllEnvs();
});

test('an alarm: 2, and each with its reason; --json says the same', async () => {
  putTrail(mint(1), use(2, { eventTime: OPENED + 5000 }));
  const ran = await audit();
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain('1 of 2 events needs somebody to look.');
  expect(ran.stdout).toMatch(
    /EXPIRED +\S+Z +s3:GetObject +01jd3v9q2m8x7c4b +e0000000-0000-4000-8000-000000000002/,
  );
  const { exit, stdout } = await audit('--json');
  const said = JSON.parse(stdout);
  expect(exit).toBe(2);
  expect(said).toMatchObject({
    counts: { records: 2, verdicts: { ATTRIBUTED: 1, EXPIRED: 1 } },
    alarms: { shown: [{ finding: { verdict: 'EXPIRED', secondsLeft: expect.any(Number) } }], leftOut: 0 },
    written: [],
  });
});

test('the report: the rows that were asked for, for nobody else’s eyes', async () => {
  putTrail(mint(1), use(2, { eventTime: OPENED + 5000 }), foreign(3));
  const ran = await audit('--out', 'report', '--verdict', 'expired', '--format', 'jsonl');
  expect(ran.exit).toBe(2);
  expect(ran.stdout).toContain(`written: ${at('report/events.jsonl')}`);
  const lines = (await readFile(at('report/events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).verdict)).toEqual(['EXPIRED']);
  expect(statSync(at('report/events.jsonl')).mode & 0o777).toBe(0o600);
});

test('hostile text reaches no terminal', async () => {
  putTrail(
    use(1, {
      eventName: 'Get\u001b[2J\u202eObject\n',
      eventTime: OPENED + 5000,
      identity: { sourceIdentity: 'x\u0007' },
    }),
  );
  put('trail/\u001b[31mb.json', 'no trail');
  const { stdout, stderr } = await audit();
  for (const char of ['\u001b', '\u0007', '\u202e']) expect(stdout + stderr).not.toContain(char);
  expect(stdout).toContain('s3:Get [2J Object');
});

describe('what cannot be answered is no clean answer', () => {
  test('no event: 3', async () => {
    putTrail();
    expect(await audit()).toMatchObject({ exit: 3, stdout: expect.stringContaining('Nothing was judged') });
  });

  test('none in the period: 3', async () => {
    putTrail(mint(1));
    expect(await audit('--to', '2001-01-01')).toMatchObject({ exit: 3 });
  });

  test.each<readonly [string, () => void, string]>([
    ['a damaged file', () => put('trail/b.json.gz', 'no trail'), 'trail/b.json.gz: json, after 0 records'],
    ['an unreadable record', () => put('trail/b.json', '[7]'), '1 records are no events that can be read'],
    ['a digest that is none', () => put(DIGEST, '{}'), 'digest unreadable'],
  ])('%s: 4', async (_, spoil, said) => {
    putTrail(mint(1), use(2));
    spoil();
    const ran = await audit();
    expect(ran.exit).toBe(4);
    expect(ran.stdout).toContain(said);
  });

  test('a log that does not verify: 4, whatever was found', async () => {
    putTrail(mint(1), use(2, { eventTime: OPENED + 5000 }));
    const bundle = at('evidence/tile/entries/000.p/2');
    const bytes = await readFile(bundle);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(bundle, bytes);
    const ran = await audit();
    expect(ran.exit).toBe(4);
    expect(ran.stdout).toContain('log: leaf 0');
  });

  test('no log: 4', async () => {
    putTrail(mint(1));
    mkdirSync(at('nothing'));
    const ran = await world.writ(['audit', 'trail', '--evidence', 'nothing', '--key', KEY]);
    expect(ran).toMatchObject({ exit: 4, stdout: '', stderr: expect.stringContaining('checkpoint') });
  });
});

test('the key came with the evidence: said', async () => {
  putTrail(mint(1));
  put('evidence/log.vkey', KEY);
  const ran = await world.writ(['audit', 'trail', '--evidence', 'evidence']);
  expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining('the key came with the evidence') });
});

test.each<readonly [flag: readonly string[], said: RegExp]>([
  [['--from', 'yesterday'], /--from yesterday is no time in UTC/],
  [['--from', '2026-06-01', '--to', '2026-05-01'], /--from is not before --to/],
  [['--account', '4444'], /--account 4444 is no AWS account/],
  [['--verdict', 'GUILTY'], /there is no such verdict/],
  [['--tolerance', '301'], /not 0 to 300 seconds/],
  [['--tolerance', '-1'], /not 0 to 300 seconds/],
  [['--format', 'docx', '--out', 'x'], /there is no such format/],
  [['--format', 'jsonl'], /--format needs a folder/],
  [['--openings', 'evidence/checkpoint'], /holds no openings/],
  [['--trail-keys', 'evidence/checkpoint'], /holds no keys of CloudTrail/],
  [['nowhere'], /There is nothing called nowhere/],
])('usage: %j', async (more, said) => {
  putTrail(mint(1));
  expect(await audit(...more)).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringMatching(said) });
});
