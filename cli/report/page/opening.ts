/** The first screen: one sentence, and figures that add up. */
import type { AuditResult } from '../../../core/audit/result.ts';
import { counted, dateTime, number } from '../moment.ts';
import { code, type Html, html, joined } from './html.ts';
import { BY_CONCERN, badge, meaningOf } from './marks.ts';
import { section, sizeOf, table } from './parts.ts';

export const localBanner = ({ log }: AuditResult): Html | null =>
  log.local
    ? html`<aside class="local" aria-label="What this log is"><strong>LOCAL, NOT EVIDENCE</strong> This log was made on a laptop, with a key that lies beside it. It shows how a report looks, and proves nothing.</aside>`
    : null;

export const opening = (result: AuditResult): Html =>
  html`<header><h1>Writ audit: who did what through which agent, and was it still allowed</h1><p class="lead">${sentence(result)}</p>${equation(result)}<dl class="facts">${facts(result)}</dl></header>`;

export const judgedIn = ({ counts }: AuditResult): number =>
  Object.values(counts.verdicts).reduce((sum, count) => sum + count, 0);

function sentence(result: AuditResult): Html {
  const { counts, alarms, log, writs } = result;
  const judged = judgedIn(result);
  const found = sizeOf(alarms);
  if (log.flaws.length > 0)
    return html`<span class="loud">The evidence log does not verify.</span> Nothing below can be relied on until that is explained.`;
  if (judged === 0) return html`Nothing was judged: the trail has no event of what was asked.`;
  const { ATTRIBUTED, DENIED, IN_DOUBT, OUT_OF_SCOPE } = counts.verdicts;
  const good = ATTRIBUTED + DENIED;
  const whose = sizeOf(writs) === 1 ? 'a writ' : html`one of ${number(sizeOf(writs))} writs`;
  // Every verdict is in one of these parts: they too add up.
  return html`Of ${n(counted(judged, 'event'))}, ${n(number(good))} ${good === 1 ? 'leads' : 'lead'} to a person, an agent and ${whose}${part(IN_DOUBT, 'is in doubt', 'are in doubt')}${part(OUT_OF_SCOPE, 'is not Writ’s', 'are not Writ’s')}; ${found === 0 ? 'none needs to be looked at' : html`<span class="n loud">${number(found)} ${found === 1 ? 'needs' : 'need'} somebody to look</span>`}.`;
}

const part = (count: number, one: string, many: string): Html | null =>
  count === 0 ? null : html`; ${n(number(count))} ${count === 1 ? one : many}`;

const n = (text: string): Html => html`<span class="n">${text}</span>`;

/** `records = unreadable + notAsked + duplicates + Σ verdicts`: printed as it is checked. */
function equation(result: AuditResult): Html {
  const { records, unreadable, notAsked, duplicates } = result.counts;
  const term = (sign: string, value: number, name: string) =>
    html`<li><span class="op" aria-hidden="${sign === '' ? 'true' : 'false'}">${sign}</span><span><b>${number(value)}</b><small>${name}</small></span></li>`;
  return html`<ul class="sum" aria-label="Events read, and what became of them">${[
    html`<li><span><b>${number(records)}</b><small>events read</small></span></li>`,
    term('=', judgedIn(result), 'judged, below'),
    term('+', duplicates, 'duplicates'),
    term('+', notAsked, 'not asked for'),
    term('+', unreadable, 'unreadable'),
  ]}</ul>`;
}

function facts({ question, coverage, log, inputs }: AuditResult): readonly Html[] {
  const { from, to } = question;
  const period = [from, to].map((time) => (time === null ? '…' : dateTime(time)));
  const { found } = coverage;
  return [
    fact('Asked for (UTC)', from === null && to === null ? 'All of the trail' : period.join(' to ')),
    fact(
      'Events found from, to (UTC)',
      found === null ? 'None' : `${dateTime(found.from)} to ${dateTime(found.to)}`,
    ),
    fact('Read', `${counted(sizeOf(inputs.files), 'file')}, ${number(inputs.bytes)} bytes`),
    fact('Evidence log', code(log.origin), html`<br>${counted(log.size, 'leaf', 'leaves')}`),
    fact('Its root hash', code(log.root)),
    fact('Signed by', code(log.key)),
  ];
}

const fact = (name: string, ...said: readonly (Html | string)[]): Html =>
  html`<div><dt>${name}</dt><dd>${said}</dd></div>`;

/** Every verdict, its shape and its count: the key to the drawings, and the sum of what was judged. */
export function verdicts(result: AuditResult): Html {
  const { counts } = result;
  const rows = BY_CONCERN.map((verdict) => ({
    quiet: counts.verdicts[verdict] === 0,
    cells: [badge(verdict), number(counts.verdicts[verdict]), meaningOf(verdict)],
  }));
  return section(
    'verdicts',
    'Verdicts',
    html`<p>Each event has exactly one. The shapes are those of the time-lines.</p>`,
    table(
      'Events by verdict, what needs somebody first',
      [{ title: 'Verdict' }, { title: 'Events', number: true }, { title: 'It says', wide: true }],
      [...rows, { total: true, cells: ['Judged', number(judgedIn(result)), 'The sum of the above.'] }],
    ),
    filterNote(result),
  );
}

/** Lists may be filtered; counts never are. */
function filterNote({ question, counts }: AuditResult): Html | null {
  const asked = Object.entries(question.only).filter(([, values]) => values.length > 0);
  if (asked.length === 0) return null;
  const said = asked.map(
    ([name, values]) =>
      html`${name} ${joined(
        values.map((value: string) => code(value)),
        ' or ',
      )}`,
  );
  return html`<p class="note">The files of events list only ${joined(said, ', ')}: ${counted(counts.listed, 'row')}. Counts and sections of this page speak of all.</p>`;
}
