/** What can be said of docs/runbook without an account: each page is of an alarm, and says nothing that there is not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { DUTY_SPECS } from '../../cdk/broker/duties.ts';
import { FAULT_CODES, Fault } from '../../core/fault.ts';
import { NOTHING_TRIED, STEP_RESULTS } from '../../core/probe/result.ts';
import { REFUSALS } from '../../core/refusals.ts';
import {
  logArchived,
  logClosed,
  logDone,
  logFault,
  logGaps,
  logMark,
  logProbed,
  logReconciled,
  logRecord,
  logRefusal,
  logRevocation,
  logScheduled,
  logSwept,
} from '../../lambda/edge/log.ts';
import { brokerTemplate, ofType, type Properties } from '../cdk/synthesised.ts';
import { newWorld } from '../cli/world.ts';
import { catchOutput, linesOf } from '../lambda/edge/output.ts';
import { commandsOf } from '../support/guide.ts';
import { brokenLinks } from '../support/links.ts';

const FOLDER = join(import.meta.dirname, '../../docs/runbook');
const README = 'README';
const names = readdirSync(FOLDER).map((file) => file.replace(/\.md$/, ''));
const pages = names.map((name) => ({ name, text: readFileSync(join(FOLDER, `${name}.md`), 'utf8') }));
const ofAlarms = pages.filter(({ name }) => name !== README);
const readme = pages.find(({ name }) => name === README)?.text ?? '';

const template = brokerTemplate();
const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => ({
  name: String(Properties.AlarmName).replace(/^writ-/, ''),
  alarm: Properties,
}));

test('every alarm has its page, which its description names, and every page its alarm', () => {
  expect(alarms.length).toBeGreaterThan(10);
  expect(ofAlarms.map(({ name }) => name).sort()).toEqual(alarms.map(({ name }) => name).sort());
  for (const { name, alarm } of alarms) {
    expect(alarm.AlarmDescription).toMatch(new RegExp(` See docs/runbook/${name}\\.md\\.$`));
  }
});

test('the table has a row for each page, and no other', () => {
  const rows = [...readme.matchAll(/^\| \[([a-z0-9-]+)\]\(\1\.md\) \|/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(ofAlarms.map(({ name }) => name).sort());
});

describe.each(ofAlarms)('$name', ({ name, text }) => {
  test('is built as all are', () => {
    expect(text).toMatch(new RegExp(`^# ${name}\n\n\\*\\*Says\\.\\*\\* `));
    expect(text).toContain('\n\n**For users.** ');
    expect(text).toContain('\n\n**Credentials.** ');
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'First look',
      'Causes',
      'Over',
    ]);
    expect(text).toMatch(/\]\(\.\.\/(?:architecture|decisions|threat-model)/);
  });

  test('says what is measured, above what, and for how long', () => {
    const alarm: Properties = alarms.find((each) => each.name === name)?.alarm ?? {};
    const says = text.slice(0, text.indexOf('**For users.**')).replaceAll(/\s+/g, ' ');
    const metrics = metricsOf(alarm);
    expect(metrics.length).toBeGreaterThan(0);
    for (const { MetricName, Namespace } of metrics) {
      expect(says).toContain(`\`${String(MetricName)}\``);
      expect(says).toContain(`(\`${String(Namespace)}\``);
    }
    expect(says).toMatch(new RegExp(`above ${String(alarm.Threshold)}(?: milliseconds)?, `));
    expect(says).toContain(
      `, ${String(alarm.DatapointsToAlarm)} of ${String(alarm.EvaluationPeriods)} minutes`,
    );
    expect(says.includes('no data counts as above')).toBe(alarm.TreatMissingData === 'breaching');
  });
});

/** An expression's, or the alarm's own. */
function metricsOf(alarm: Properties): readonly Properties[] {
  if (alarm.Metrics === undefined) return [alarm];
  return (alarm.Metrics as readonly { readonly MetricStat?: { readonly Metric: Properties } }[]).flatMap(
    ({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]),
  );
}

describe('commands', () => {
  /** Against AWS: no test types them. */
  const NEEDS_AWS = '```sh needs-aws';
  const blocks = pages.flatMap(({ text }) => commandsOf(text.replaceAll(NEEDS_AWS, '```sh')));
  const inline = pages.flatMap(({ text }) => [...text.matchAll(/`((?:writ|aws) [^`]+)`/g)]);
  const lines = [...blocks.map(({ text }) => text), ...inline.map(([, text = '']) => text)];
  const ofWrit = lines.flatMap((line) => /^writ ([a-z]+)(?: |$)/.exec(line)?.[1] ?? []);

  test('are marked as needing AWS, all of them', () => {
    for (const { text } of pages) {
      const opened = [...text.matchAll(/^```(.*)$/gm)]
        .map(([, info]) => info)
        .filter((_, at) => at % 2 === 0);
      expect(opened.filter((info) => info !== 'sh needs-aws' && info !== 'text')).toEqual([]);
    }
    expect(blocks.length).toBeGreaterThan(20);
  });

  test('of writ are there, with every flag', async () => {
    const { writ } = await newWorld();
    expect(new Set(ofWrit)).toEqual(new Set(['status', 'doctor', 'revoke', 'list', 'verify']));
    for (const name of new Set(ofWrit)) {
      const { stdout } = await writ([name, '--help']);
      const used = lines.filter((line) => line.startsWith(`writ ${name}`));
      const flags = used.flatMap((line) => line.match(/(?<= )--[a-z-]+/g) ?? []);
      for (const flag of new Set(flags)) expect(stdout).toContain(`${flag} `);
    }
  });

  test('of the doctor name checks that it has', async () => {
    const { CHECKS } = await import('../../core/doctor/checks.ts');
    const only = lines
      .filter((line) => line.startsWith('writ doctor'))
      .flatMap((line) => [...line.matchAll(/--only ([a-z.-]+)/g)].map(([, name = '']) => name));
    expect(only.length).toBeGreaterThan(5);
    expect(only.filter((name) => !CHECKS.some(({ id }) => id === name || id.startsWith(`${name}.`)))).toEqual(
      [],
    );
  });

  test('name resources, outputs, functions and settings that the stack has', () => {
    const all = lines.join('\n');
    const found = (pattern: RegExp) => [...all.matchAll(pattern)].map(([, name = '']) => name);
    const ids = found(/--logical-resource-id (\w+)/g);
    expect(ids.length).toBeGreaterThan(3);
    expect(ids.filter((id) => template.Resources[id] === undefined)).toEqual([]);

    const functions = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
    const called = found(/--function-name ([\w-]+)/g);
    expect(called.filter((name) => !functions.some(({ FunctionName }) => FunctionName === name))).toEqual([]);
    for (const [, name = '', setting = ''] of all.matchAll(
      /--function-name ([\w-]+) \\\n\s+--query Environment\.Variables\.(\w+)/g,
    )) {
      const environment = functions.find(({ FunctionName }) => FunctionName === name)?.Environment;
      expect(environment).toHaveProperty(`Variables.${setting}`);
    }
    expect(template).toHaveProperty('Outputs.PublicUrl');
  });

  test('give exchange back what the stack gives it', () => {
    expect(readme).toContain(`--reserved-concurrent-executions ${String(DUTY_SPECS.exchange.reserved)}\n`);
  });
});

describe('queries', () => {
  const queries = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/^```text\n# (.+)\n([\s\S]+?)^```$/gm)].map(([, groups = '', query = '']) => ({
      name,
      groups: groups.split(', '),
      query,
    })),
  );
  const known = logged();

  test('are of log groups that the stack makes', () => {
    const made = ofType(template, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.LogGroupName);
    expect(queries.length).toBeGreaterThan(15);
    expect(queries.flatMap(({ groups }) => groups).filter((group) => !made.includes(group))).toEqual([]);
  });

  test.each(queries)('of $name: $query', ({ query, groups }) => {
    const fields = groups.includes('/writ/access') ? accessFields() : known.fields;
    const aliases = [...query.matchAll(/ as (\w+)/g)].map(([, alias = '']) => alias);
    const used = wordsOf(query).filter((word) => !WORDS_OF_THE_LANGUAGE.has(word) && !aliases.includes(word));
    expect(used.filter((word) => !fields.has(word))).toEqual([]);

    const messages = [...query.matchAll(/message (?:=|in) (\[[^\]]+\]|"\w+")/g)].flatMap(
      ([, list = '']) => list.match(/\w+/g) ?? [],
    );
    expect(messages.filter((message) => !known.messages.has(message))).toEqual([]);
  });

  test('and a field that nobody logs would be missed', () => {
    expect(wordsOf('filter message = "fault" and reasons > 0 | stats count(*) by bin(5m), @log')).toEqual([
      'filter',
      'message',
      'and',
      'reasons',
      'stats',
      'count',
      'by',
      'bin',
    ]);
    expect(known.fields).not.toContain('reasons');
  });
});

const WORDS_OF_THE_LANGUAGE = new Set(
  'fields filter stats sort limit parse as by and or in like desc asc count sum min max pct bin'.split(' '),
);

/** Names in a query: what stands in quotation marks or slashes, numbers and fields of CloudWatch's own are none. */
const wordsOf = (query: string): readonly string[] =>
  query.replaceAll(/"[^"]*"|(?<=like )\/.+?\/(?=\n|$)|@\w+|\b\d+\w*/g, '').match(/[a-z_]\w*/gi) ?? [];

/** Members of every line that functions write, from the functions that write them. */
function logged(): { readonly fields: ReadonlySet<string>; readonly messages: ReadonlySet<unknown> } {
  const output = catchOutput();
  const writ = '01jd3v9q2m8x7c4b';
  logDone('token', writ);
  logRefusal({ endpoint: 'token', reason: 'revoked', writ });
  logFault(new Fault('iam_unavailable', { cause: new TypeError('x') }), 'reconcile');
  logSwept({ settled: 0, orphaned: 0, closed: 0, unreadable: 0 });
  logScheduled({ scheduled: 1, closed: 0, failed: [{ sequence: '1', fault: 'poison' }] });
  logClosed(writ, 'unreadable');
  logRevocation({ ended: 1, revocation: writ, also: [], woken: true });
  logReconciled({
    ...{ account: '111122223333', drift: ['policy_missing'], verified: true, behind: false, written: 0 },
    ...{ enforced: 0, forgotten: 0, impossible: 0, characters: 0, fault: null },
  });
  logProbed({ ...NOTHING_TRIED, writ, reason: 'revoked', refusedAfterMillis: 1 }, Date.now());
  logArchived({ added: 1, tampered: 1, size: 1 });
  logMark({ lag: 60, filled: 0 });
  logGaps({ filled: 0, tampered: 0, looked: 1 });
  logRecord('INSERT', `WRIT#${writ}`, '00#intent');
  const lines = linesOf(output());
  vi.restoreAllMocks();
  return {
    fields: new Set(lines.flatMap(Object.keys)),
    messages: new Set(lines.map(({ message }) => message)),
  };
}

function accessFields(): ReadonlySet<string> {
  const formats = ofType(template, 'AWS::ApiGateway::Stage').map(
    ([, { Properties }]) => (Properties.AccessLogSetting as { readonly Format: string }).Format,
  );
  return new Set(formats.flatMap((format) => Object.keys(JSON.parse(format))));
}

test('fault codes are those that there are', () => {
  const cells = ofAlarms.flatMap(({ text }) => text.match(/`[a-z]+(?:_[a-z]+)+`/g) ?? []);
  const others = new Set(['not_scheduled', 'default_differs', 'policy_missing', 'reason_code']);
  const codes = new Set(cells.map((cell) => cell.slice(1, -1)).filter((code) => !others.has(code)));
  expect(codes.size).toBeGreaterThan(10);
  const known = new Set<string>([...FAULT_CODES, ...Object.keys(REFUSALS), ...STEP_RESULTS]);
  expect([...codes].filter((code) => !known.has(code))).toEqual([]);
});

test.each(names)('links of %s lead somewhere', (name) => {
  expect(brokenLinks(join(FOLDER, `${name}.md`))).toEqual([]);
});
