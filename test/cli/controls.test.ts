/** `writ controls` as it is typed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { reportControls } from '../../cli/controls/report-controls.ts';
import { commit } from '../../core/archive/commit.ts';
import { CATALOGUE } from '../../core/audit/controls/catalogue.ts';
import type { ControlFinding } from '../../core/audit/controls/finding.ts';
import { intentWith, issuedFor, OPENED, WRIT } from '../core/audit/fixture.ts';
import { commitPorts, leafOfRecord, testSigner, vkeyOf } from '../support/evidence-log.ts';
import { mint, use } from './audit/raw-events.ts';
import { newWorld, type World } from './world.ts';

const KEY = vkeyOf(testSigner());
const TRAIL = 'trail/AWSLogs/444455556666/CloudTrail/eu-central-1/2026/05/28/a.json.gz';
/** What an identity provider may call itself, and a spreadsheet would run. */
const HOSTILE = '=cmd|\u001b[2J\u202e';

let world: World;
beforeEach(async () => {
  world = await newWorld();
  const intent = intentWith();
  const hostile = { ...intent, permission: HOSTILE };
  await commit(
    [hostile, issuedFor(hostile)].map(leafOfRecord),
    commitPorts({ log: evidenceFolder(join(world.home, 'evidence')) }),
  );
});

function putTrail(...records: readonly unknown[]): void {
  const file = join(world.home, TRAIL);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(JSON.stringify({ Records: records })));
}
const controls = (...more: readonly string[]) =>
  world.writ(['controls', 'trail', '--evidence', 'evidence', '--key', KEY, ...more]);

test('each control of each framework, in words: toward it, missing, never', async () => {
  putTrail(mint(1), use(2));
  const { exit, stdout, stderr } = await controls();
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  for (const [framework, own] of Object.entries(CATALOGUE)) {
    expect(stdout).toContain(`\n${framework}\n`);
    for (const { id, title } of own) expect(stdout).toContain(`\n${id}  ${title}\n`);
  }
  expect(stdout).toContain('Evidence toward controls. Whether one is met, an auditor says.');
  expect(stdout).not.toMatch(
    /\bcompliant\b|compliance (?:achieved|with)|\b(?:certif|conform|satisf|fulfil|guarantee)/i,
  );
  expect(stdout).toContain(`  toward it  Sessions lived 899 s at most and 899 s on average`);
  expect(stdout).toContain('  missing    For how long evidence is locked');
  expect(stdout).toMatch(/L1 {2}Layer: foundation models\n {2}toward it {2}nothing\n {2}never {6}\w/);
});

test('one framework, by a part of its name; another period; the exit code is that of the audit', async () => {
  putTrail(mint(1), use(2, { eventTime: OPENED + 5000 }));
  const { exit, stdout } = await controls('--framework', 'soc2', '--json');
  const said = JSON.parse(stdout);
  expect(exit).toBe(2);
  expect(new Set(said.controls.map(({ framework }: ControlFinding) => framework))).toEqual(
    new Set(['SOC 2']),
  );
  const cc62 = said.controls.find(({ id }: ControlFinding) => id === 'CC6.2');
  expect(JSON.stringify(cc62.missing)).toContain('e0000000-0000-4000-8000-000000000002');
  expect(said.period).toEqual({ from: expect.stringMatching(/^2026-.*Z$/), to: expect.any(String) });

  const empty = await controls('--framework', 'soc2', '--from', '2025-01-01', '--to', '2025-02-01');
  expect(empty.exit).toBe(3);
  expect(empty.stdout).toContain('No session was issued in this period.');
  expect(empty.stdout).toContain('Period: 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z');
});

test('a line for each sentence, and none that a spreadsheet or a terminal would run', async () => {
  putTrail(mint(1), use(2));
  const csv = await controls('--csv');
  expect(csv.stdout).toMatch(/^"framework","control","title","kind","says","links","moreLinks"\r\n/);
  expect(csv.stdout).toContain(`"evidence","Permissions granted: =cmd|\\u{1b}[2J\\u{202e} ×1`);
  expect(csv.stdout).toContain(`"${WRIT}",0`);
  const words = await controls();
  for (const { stdout } of [csv, words]) {
    for (const char of ['\u001b', '\u202e']) expect(stdout).not.toContain(char);
  }
});

test.each([
  [['--framework', 'PCI'], 'there is no such framework'],
  [['--framework', '-'], 'there is no such framework'],
  [['--csv', '--json'], 'two forms of one answer'],
])('%j is usage', async (flags, says) => {
  putTrail(mint(1));
  const { exit, stderr } = await controls(...flags);
  expect(exit).toBe(1);
  expect(stderr).toContain(says);
});

test('a log that does not verify is a fault, and said', async () => {
  putTrail(mint(1), use(2));
  const other = vkeyOf(testSigner(2));
  const ran = await world.writ(['controls', 'trail', '--evidence', 'evidence', '--key', other]);
  expect(ran.exit).toBe(4);
});

test('the page gets what it prints: what Writ cannot show is missing as well, links are its own', () => {
  const none = { shown: [], leftOut: 0 };
  const finding: ControlFinding = {
    ...{ framework: 'SOC 2', id: 'CC6.2', title: 'T', never: ['N.'] },
    evidence: [{ says: 'E.', links: { shown: [{ writ: WRIT }, { writ: WRIT }, { leaf: 3 }], leftOut: 0 } }],
    missing: [
      { says: 'M.', links: { shown: [{ event: 'e1' }], leftOut: 0 } },
      { says: 'O.', links: none },
    ],
  };
  expect(reportControls([finding])).toEqual([
    {
      ...{ framework: 'SOC 2', id: 'CC6.2', title: 'T', evidence: ['E.'] },
      missing: ['M.', 'O.', 'Not Writ’s to show: N.'],
      links: [
        { to: 'writ', writ: WRIT },
        { to: 'section', section: 'refusals' },
        { to: 'event', eventId: 'e1' },
      ],
    },
  ]);
});
