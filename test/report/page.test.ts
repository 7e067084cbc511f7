import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { html, markup, shown } from '../../cli/report/page/html.ts';
import { page } from '../../cli/report/page/page.ts';
import { timeline } from '../../cli/report/page/timeline.ts';
import type { ReportControl } from '../../cli/report/report-control.ts';
import type { AuditResult, AuditRun, WritSummary } from '../../core/audit/result.ts';
import { hostileText } from './hostile.ts';
import { sampleRun } from './sample-run.ts';

const SMALL = sampleRun({ writs: 40 });
const pageOf = (
  { result, evidence }: AuditRun,
  change: Partial<AuditResult> = {},
  controls: readonly ReportControl[] = [],
) => page({ ...result, ...change }, evidence, controls);

const MOST_BYTES = 3_000_000;

describe('the page', () => {
  test('of 1,000 writs is no larger than 3 MB, and has them all', () => {
    const text = pageOf(sampleRun({ writs: 1000 }));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
    expect(text.match(/<article class="writ"/g)).toHaveLength(1000);
  });

  test('stays within it whatever stands in the log, and says what it left out', () => {
    const text = pageOf(sampleRun({ writs: 1000, hostile: hostileText() }));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
    const there = text.match(/<article class="writ"/g)?.length ?? 0;
    expect(there).toBeGreaterThan(300);
    expect(text).toContain(`And ${1000 - there} more writs: in writs.jsonl.`);
  });

  test('lets nothing run and load but what it brings, by hash', () => {
    const text = pageOf(SMALL);
    const policy = text
      .match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)?.[1]
      ?.replaceAll('&#39;', "'");
    const hashOf = (tag: string) =>
      createHash('sha256')
        .update(text.match(new RegExp(`<${tag}>([^]*?)</${tag}>`))?.[1] ?? '')
        .digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf('style')}'; script-src 'sha256-${hashOf('script')}'; base-uri 'none'; form-action 'none'`,
    );
    expect(text).not.toMatch(
      /\s(?:src|srcset|action|formaction|style|on\w+)=|<(?:link|iframe|object|embed|base|form)\b|url\(|@import/,
    );
    expect(text.match(/href="[^#][^"]*"/g)).toBeNull();
  });

  test('prints the counts as the equation that they are', () => {
    const { counts } = SMALL.result;
    const judged = Object.values(counts.verdicts).reduce((sum, count) => sum + count, 0);
    const terms = [...pageOf(SMALL).matchAll(/<b>([\d,]+)<\/b><small>/g)].map(([, text = '']) =>
      Number(text.replaceAll(',', '')),
    );
    expect(terms).toEqual([counts.records, judged, counts.duplicates, counts.notAsked, counts.unreadable]);
  });

  test('says what needs somebody, or that nothing does', () => {
    const found = SMALL.result.alarms.shown.length;
    expect(pageOf(SMALL)).toContain(`>${found} need somebody to look</span>`);
    const calm = pageOf(sampleRun({ writs: 5, calm: true }));
    expect(calm).toContain('none needs to be looked at');
    expect(calm).toContain('no entry is not no action');
  });

  test('a flaw of the log comes before any count', () => {
    const log = { ...SMALL.result.log, flaws: [{ where: 'tile/0/000', flaw: 'differs' }] };
    expect(pageOf(SMALL, { log })).toContain('The evidence log does not verify.');
    expect(pageOf(SMALL, { log })).toContain('tile/0/000');
  });

  test('of a laptop says LOCAL, NOT EVIDENCE; any other does not', () => {
    expect(
      pageOf(sampleRun({ writs: 3, local: true })).match(/LOCAL, NOT EVIDENCE/g)?.length,
    ).toBeGreaterThan(1);
    expect(pageOf(SMALL)).not.toContain('LOCAL, NOT EVIDENCE');
  });

  test('controls lead to rows, and are left out where none were made', () => {
    const [writ] = SMALL.result.writs.shown;
    const control: ReportControl = {
      id: 'CC6.1',
      framework: 'SOC 2',
      title: 'Access',
      evidence: ['A.'],
      missing: [],
      links: [
        { to: 'writ', writ: writ?.writ ?? '' },
        { to: 'section', section: 'alarms' },
      ],
    };
    const text = pageOf(SMALL, {}, [control]);
    expect(text).toContain(
      `<a href="#w-${writ?.writ}"><code><bdi>${writ?.writ}</bdi></code></a>, <a href="#alarms">`,
    );
    expect(pageOf(SMALL)).not.toContain('id="controls"');
  });

  test('an empty run says so, and breaks nothing', () => {
    const text = pageOf(sampleRun({ writs: 0, calm: true }));
    expect(text).toContain('Nothing was judged');
    expect(text).toContain('No event was found.');
  });

  test('survives times that no calendar has', () => {
    const far = { from: -1e15, to: 1e15 };
    const coverage = { ...SMALL.result.coverage, found: far };
    expect(pageOf(SMALL, { coverage })).toContain('1000000000000000 s');
  });
});

describe('a time-line', () => {
  const summaryOf = (has: (summary: WritSummary) => boolean): WritSummary => {
    const found = SMALL.result.writs.shown.find(has);
    if (found === undefined) throw new Error('no such writ');
    return found;
  };
  const drawn = (summary: WritSummary) => {
    const drawing = timeline(summary);
    return drawing === null ? null : markup(drawing);
  };

  test('has the band of a revocation, the rest of the time after it, and its words', () => {
    const text = drawn(summaryOf(({ verdicts }) => verdicts.AFTER_REVOCATION !== undefined));
    expect(text).toContain('class="band"');
    expect(text).toContain('class="over"');
    expect(text).toMatch(
      /<desc>Issued [^<]+Revocation asked [^<]+, seen refused [^<]+1 after revocation[^<]+<\/desc>/,
    );
  });

  test('says which events lie outside of it', () => {
    const writ = summaryOf(({ timeline: { shown: events }, evidence }) =>
      events.some(({ eventTime }) => eventTime > (evidence?.deadline ?? 0) + 8000),
    );
    expect(drawn(writ)).toContain(
      '1 event outside of the time that is drawn: up to 2 h 30 min after the deadline.',
    );
  });

  test('has few marks, however much was done, and every alarm among them', () => {
    const writ = summaryOf(({ events }) => events > 80);
    const { shown: events } = writ.timeline;
    const [event] = events;
    if (event === undefined) throw new Error('no event');
    const many = Array.from({ length: 4000 }, (_, at) => ({
      ...event,
      eventTime: event.eventTime + (at % 280),
    }));
    const text =
      drawn({
        ...writ,
        timeline: { shown: [...many, { ...event, verdict: 'ELSEWHERE' as const }], leftOut: 0 },
      }) ?? '';
    expect(text.match(/<use /g)?.length).toBeLessThanOrEqual(50);
    expect(text.match(/<use href="#m6"/g)).toHaveLength(1);
  });

  test('without a session there is none', () => {
    expect(timeline({ ...summaryOf(() => true), evidence: null })).toBeNull();
  });
});

describe('the template', () => {
  test('escapes whatever it is given, in text and in attributes', () => {
    const bad = `<b a="1" b='2'>&\u202e\u0000\ud800`;
    expect(markup(html`<p title="${bad}">${bad}</p>`)).toBe(
      '<p title="&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\\u{202e}\\u{0}\\u{d800}">&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\\u{202e}\\u{0}\\u{d800}</p>',
    );
  });

  test('takes nothing for made by itself that is not', () => {
    const forged = JSON.parse('{"html":"<b>","Symbol(html)":"<b>"}');
    expect(() => markup(html`${forged}`)).toThrow();
  });

  test('marks what cannot be seen, and says where it cut', () => {
    expect(markup(shown('a\u202eb'))).toBe('<bdi>a<b class="u">\\u{202e}</b>b</bdi>');
    expect(markup(shown('\\u{202e}'))).toBe('<bdi>\\u{202e}</bdi>');
    expect(markup(shown('abcdef', 3))).toBe('<bdi>abc</bdi> <em class="cut">cut, 6 characters in all</em>');
    expect(markup(shown('ab\u{1f600}cd', 3))).toBe(
      '<bdi>ab</bdi> <em class="cut">cut, 6 characters in all</em>',
    );
  });
});
