/** Text that attacks whoever reads it, through every format. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvLine } from '../../cli/report/csv.ts';
import { FORMATS, writeReports } from '../../cli/report/write-reports.ts';
import { FORMULAS, hostileText, hostileTexts, STEERS } from './hostile.ts';
import { readCsv } from './read-csv.ts';
import { sampleRun } from './sample-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'writ-hostile-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(hostileTexts.map((text, at) => ({ formula: FORMULAS[at], text })))(
  'beginning with $formula',
  ({ text }) => {
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const run = sampleRun({ writs: 2, hostile: text });
    beforeAll(async () => {
      await writeReports(run, folder, FORMATS);
    });

    test.each([
      'report.html',
      'events.csv',
      'events.jsonl',
      'writs.jsonl',
      'events.ocsf.jsonl',
      'manifest.json',
    ])('%s: nothing steers a terminal or turns text around, and it is UTF-8', (name) => {
      const whole = read(name);
      expect(whole.replaceAll('\r\n', '\n').match(STEERS)?.[0]).toBeUndefined();
      expect(whole.isWellFormed()).toBe(true);
      expect(whole).not.toContain('\ufffd');
    });

    test('report.html: no tag, no attribute and no end of script of theirs', () => {
      const whole = read('report.html');
      expect(whole).not.toMatch(/<(?:img|iframe|svg onload|textarea)|<\/textarea/);
      expect(whole.match(/<\/?script>/g)).toHaveLength(2);
      expect(whole.match(/<\/?style>/g)).toHaveLength(2);
      expect(whole).toContain('&lt;script&gt;window.pwned=1');
      expect(whole).not.toContain('A'.repeat(10_000));
    });

    test('events.csv: no cell is a formula, one line is one event, what is long is cut', () => {
      const [, ...lines] = readCsv(read('events.csv'));
      expect(lines).toHaveLength(run.result.counts.listed);
      const cells = lines.flat().filter((cell) => !/^-\d+$/.test(cell));
      expect(cells.filter((cell) => /(?:^|[;,])[\s"]*[=+\-@\t\r\uff1d]/.test(cell))).toEqual([]);
      expect(cells.some((cell) => /(?:^|[;,])[\s"]*'/.test(cell))).toBe(true);
      expect(Math.max(...cells.map(({ length }) => length))).toBeLessThan(32_767);
      expect(cells.some((cell) => cell.endsWith('characters]'))).toBe(true);
    });

    test('events.jsonl: says all of it, to the last character', () => {
      const agents = read('events.jsonl')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).event.userAgent);
      expect(agents).toContain(text.userAgent);
    });
  },
);

test('what follows a separator within a text is no formula either: some programs split at semicolons', () => {
  expect(csvLine(['a;=1+1', 'b, -2', 'c;d', 'e;\uff1d1'])).toBe(`"a;'=1+1","b, '-2","c;d","e;'\uff1d1"\r\n`);
});

test('a number of ours may be negative, and text that looks like one is text', () => {
  expect(csvLine([-5, '-5', null, true, 'a"b'])).toBe(`-5,"'-5",,true,"a""b"\r\n`);
});

test('what is looked for is in what was planted', () => {
  expect(JSON.stringify(hostileText()).length).toBeGreaterThan(256 * 1024);
  expect(hostileText().userAgent).toMatch(STEERS);
  expect(hostileText().userAgent.isWellFormed()).toBe(false);
});
