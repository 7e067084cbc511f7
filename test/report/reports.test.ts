import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LEAF_OF_BUNDLE } from '../../cli/report/page/check.ts';
import {
  FORMATS,
  type ReportFormat,
  type ReportOptions,
  RowsDiffer,
  writeReports,
} from '../../cli/report/write-reports.ts';
import { sentenceOf } from '../../core/audit/reasons.ts';
import type { AuditRow, AuditRun } from '../../core/audit/result.ts';
import { encodeBundle } from '../../core/evidence/tiles.ts';
import { ApiActivity, AuthorizeSession } from './ocsf-schema.ts';
import { readCsv } from './read-csv.ts';
import { sampleRun } from './sample-run.ts';

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'writ-report-test-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Text of each file, by name. */
async function reportsOf(
  run: AuditRun,
  {
    formats = FORMATS,
    folder = folderOfTest(),
    ...options
  }: ReportOptions & { formats?: readonly ReportFormat[]; folder?: string } = {},
): Promise<{ readonly [name: string]: string }> {
  await writeReports(run, folder, formats, options);
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

const linesOf = (text: string | undefined): readonly string[] => (text ?? '').split('\n').slice(0, -1);
async function rowsOf(run: AuditRun): Promise<readonly AuditRow[]> {
  const rows: AuditRow[] = [];
  for await (const row of run.rows()) rows.push(row);
  return rows;
}

const SMALL = sampleRun({ writs: 40 });

describe('a folder of reports', () => {
  test('holds what was asked for, a manifest, and sums that sha256sum takes', async () => {
    const folder = folderOfTest();
    const written = await writeReports(SMALL, folder, FORMATS);
    const names = [
      'report.html',
      'events.csv',
      'events.jsonl',
      'writs.jsonl',
      'events.ocsf.jsonl',
      'manifest.json',
      'SHA256SUMS',
    ];
    expect(written.map(({ name }) => name)).toEqual(names);
    expect(readdirSync(folder).sort()).toEqual(names.toSorted());
    const told = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(told.match(/: OK$/gm)).toHaveLength(names.length - 1);
  });

  test('the manifest says what was asked, read and counted, and has the hash of each report', async () => {
    const files = await reportsOf(SMALL);
    const manifest = JSON.parse(files['manifest.json'] ?? '');
    expect(manifest).toMatchObject({
      question: SMALL.result.question,
      counts: SMALL.result.counts,
      log: SMALL.result.log,
      inputs: { filesHash: SMALL.result.inputs.filesHash },
    });
    for (const { name, sha256, bytes } of manifest.reports) {
      expect(sha256).toBe(
        createHash('sha256')
          .update(files[name] ?? '')
          .digest('hex'),
      );
      expect(bytes).toBe(Buffer.byteLength(files[name] ?? ''));
    }
    expect(manifest.reports).toHaveLength(5);
  });

  test('the same run gives the same bytes', async () => {
    expect(await reportsOf(sampleRun({ writs: 40 }))).toEqual(await reportsOf(SMALL));
  });

  test('is of one run: what an earlier one left is gone', async () => {
    const folder = folderOfTest();
    await reportsOf(SMALL, { folder });
    const files = await reportsOf(SMALL, { folder, formats: ['csv'] });
    expect(Object.keys(files).sort()).toEqual(['SHA256SUMS', 'events.csv', 'manifest.json']);
  });

  test('is its owner’s alone, and never writes through a link', async () => {
    const folder = folderOfTest();
    const elsewhere = join(folderOfTest(), 'elsewhere');
    writeFileSync(elsewhere, 'as it was');
    for (const name of ['events.csv', 'events.csv.partial', 'manifest.json'])
      symlinkSync(elsewhere, join(folder, name));
    await writeReports(SMALL, folder, ['csv']);
    expect(readFileSync(elsewhere, 'utf8')).toBe('as it was');
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('rows that are not those that were counted: no report, no manifest', async () => {
    const folder = folderOfTest();
    const rows = async function* () {
      for (const row of (await rowsOf(SMALL)).slice(1)) yield row;
    };
    await expect(writeReports({ ...SMALL, rows }, folder, FORMATS)).rejects.toThrow(RowsDiffer);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('tells how far it is', async () => {
    const seen: number[] = [];
    await writeReports(SMALL, folderOfTest(), ['csv'], { onRow: (done, of) => seen.push(done / of) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toHaveLength(SMALL.result.counts.listed);
  });
});

describe('events.csv', () => {
  test('has one line for each row, each as long as the header, in the rows’ order', async () => {
    const [header = [], ...lines] = readCsv((await reportsOf(SMALL))['events.csv'] ?? '');
    const rows = await rowsOf(SMALL);
    expect(lines).toHaveLength(rows.length);
    expect(lines.every(({ length }) => length === header.length)).toBe(true);
    const column = (name: string) => lines.map((line) => line[header.indexOf(name)]);
    expect(column('eventID')).toEqual(rows.map(({ event }) => event.eventId));
    expect(column('verdict')).toEqual(rows.map(({ finding }) => finding.verdict));
    expect(column('secondsLeft')).toEqual(rows.map(({ finding }) => String(finding.secondsLeft ?? '')));
    expect(column('userLogin').filter((login) => login === 'alice').length).toBeGreaterThan(0);
  });
});

describe('events.jsonl and writs.jsonl', () => {
  test('a line has the whole event and finding, and what the log says of its writ', async () => {
    const lines = linesOf((await reportsOf(SMALL))['events.jsonl']).map((line) => JSON.parse(line));
    const rows = await rowsOf(SMALL);
    expect(lines).toHaveLength(rows.length);
    for (const [at, { event, finding, writ }] of rows.entries()) {
      expect(lines[at]).toMatchObject({ ...finding, event, says: sentenceOf(finding.reason) });
      expect(lines[at].evidence?.writ ?? null).toBe(writ?.writ ?? null);
    }
  });

  test('each writ is there once with its records word for word, so that their hash can be taken again', async () => {
    const lines = linesOf((await reportsOf(SMALL))['writs.jsonl']).map((line) => JSON.parse(line));
    expect(lines.map(({ writ }) => writ)).toEqual(SMALL.result.writs.shown.map(({ writ }) => writ).sort());
    for (const { leaves } of lines) {
      for (const { body, leaf } of leaves)
        expect(createHash('sha256').update(`\0${body}`).digest('hex')).toBe(leaf);
    }
  });
});

describe('events.ocsf.jsonl', () => {
  test('1.9: each row is API Activity, each issued writ an Authorize Session, by the schema', async () => {
    const lines = linesOf((await reportsOf(SMALL, { formats: ['ocsf'] }))['events.ocsf.jsonl']).map((line) =>
      JSON.parse(line),
    );
    const calls = lines.filter(({ class_uid }) => class_uid === 6003);
    const sessions = lines.filter(({ class_uid }) => class_uid === 3003);
    expect(calls).toHaveLength(SMALL.result.counts.listed);
    expect(sessions).toHaveLength(40);
    for (const call of calls) ApiActivity.parse(call);
    for (const session of sessions) AuthorizeSession.parse(session);
    expect(sessions[0].unmapped.delegation).toMatchObject({
      scopes: expect.any(String),
      audience: expect.any(String),
      expiration_time: expect.any(Number),
    });
  });

  test('the schema is one that can be broken', async () => {
    const [line = ''] = linesOf((await reportsOf(SMALL, { formats: ['ocsf'] }))['events.ocsf.jsonl']);
    const call = JSON.parse(line);
    expect(ApiActivity.safeParse({ ...call, invented: 1 }).success).toBe(false);
    expect(ApiActivity.safeParse({ ...call, type_uid: 600399 + 1 }).success).toBe(false);
    expect(ApiActivity.safeParse({ ...call, actor: undefined }).success).toBe(false);
  });

  test('1.5: what that version lacks is in `unmapped`', async () => {
    const lines = linesOf(
      (await reportsOf(SMALL, { formats: ['ocsf'], ocsf: '1.5' }))['events.ocsf.jsonl'],
    ).map((line) => JSON.parse(line));
    const session = lines.find(({ class_uid }) => class_uid === 3003);
    expect(session).toMatchObject({
      activity_id: 1,
      type_uid: 300301,
      metadata: { version: '1.5.0', profiles: ['cloud'] },
    });
    expect(session.unmapped).toMatchObject({
      ai_agent: { name: expect.any(String) },
      delegation: { uid: expect.any(String), scopes: expect.any(String) },
    });
    for (const line of lines)
      for (const field of ['ai_agent', 'delegation', 'iam_roles']) expect(line).not.toHaveProperty(field);
  });
});

describe('the record by hand, as the page tells it', () => {
  test('Python alone finds the leaf and its hash', () => {
    const folder = folderOfTest();
    const bodies = ['{"first":1}', '{"second":"ü"}', '{"third":3}'];
    writeFileSync(join(folder, '000.p'), encodeBundle(bodies.map((body) => Buffer.from(body))));
    const said = execFileSync('python3', ['-', join(folder, '000.p'), '257'], {
      input: LEAF_OF_BUNDLE,
      encoding: 'utf8',
    });
    expect(said).toBe(`${createHash('sha256').update(`\0${bodies[1]}`).digest('hex')}\n${bodies[1]}\n`);
  });
});
