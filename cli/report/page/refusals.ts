/** What Writ refused, and what the trail has beside it. */
import type { Leaf } from '../../../core/audit/evidence.ts';
import { sentenceOf } from '../../../core/audit/reasons.ts';
import type { AuditResult, OutOfScope } from '../../../core/audit/result.ts';
import { counted, dateTime, number } from '../moment.ts';
import { code, type Html, html, shown as text } from './html.ts';
import { andMore, first, type RowOf, section, sizeOf, table } from './parts.ts';

const MOST = { refusals: 150, outOfScope: 100 };

export function refusals({ refusals: all }: AuditResult): Html {
  const { shown, leftOut } = first(all, MOST.refusals);
  if (shown.length === 0)
    return section(
      'refusals',
      'Refusals',
      html`<p>Writ refused nothing in the period that it could put a name to.</p>`,
    );
  return section(
    'refusals',
    'Refusals',
    html`<p>${counted(sizeOf(all), 'request')} that Writ itself refused: no session came of them. Of many alike in one minute the log has the 1st, 10th, 100th.</p>`,
    table(
      'Refused requests, by their place in the log (UTC)',
      [
        { title: 'Leaf', number: true },
        { title: 'Time' },
        { title: 'Who' },
        { title: 'Asked for', wide: true },
        { title: 'Reason', wide: true },
        { title: 'Seen', number: true },
      ],
      shown.map(refusalRow),
    ),
    andMore(leftOut, 'refusals', 'in the evidence log'),
  );
}

function refusalRow({ index, record }: Leaf): RowOf {
  if (record?.type === 'refused') {
    const { subject, actor, permission, endpoint, task, reason, detail, count } = record;
    const asked =
      permission === null
        ? endpoint
        : html`${code(permission, 100)}${task !== null && html` <small>task ${text(task.value, 100)}</small>`}`;
    return {
      cells: [
        index,
        html`<span class="nw">${dateTime(record.at)}</span>`,
        html`${text(subject.id, 80)}${actor !== null && html`<small>${text(actor.agent, 80)}</small>`}`,
        asked,
        html`${text(reason.replaceAll('_', ' '), 80)}<small>${text(detailOf(detail), 240)}</small>`,
        number(count),
      ],
    };
  }
  if (record?.type === 'revocation_refused') {
    return {
      cells: [
        index,
        html`<span class="nw">${dateTime(record.at)}</span>`,
        text(record.by, 100),
        html`to ${record.mode} ${record.kind} ${code(record.value, 100)}`,
        text(record.why.replaceAll('_', ' '), 40),
        number(record.count),
      ],
    };
  }
  return { cells: [index, '', '', '', 'not readable', ''] };
}

const detailOf = (detail: { readonly [name: string]: unknown }): string =>
  Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join(', ');

export function outOfScope({ outOfScope: all, counts }: AuditResult): Html {
  const { shown, leftOut } = first(all, MOST.outOfScope);
  return section(
    'out-of-scope',
    'Not Writ’s',
    html`<p>${counted(counts.verdicts.OUT_OF_SCOPE, 'event')} of identities that Writ does not make. It says nothing of them but that they are there.</p>`,
    shown.length > 0 &&
      table(
        'Events out of scope, most first',
        [
          { title: 'Identity' },
          { title: 'Kind' },
          { title: 'Account' },
          { title: 'Events', number: true },
          { title: 'Why', wide: true },
        ],
        shown.map(({ account, type, name, reason, events }: OutOfScope) => ({
          cells: [
            name === '' ? 'unnamed' : code(name, 100),
            text(type, 40),
            code(account, 40),
            number(events),
            sentenceOf(reason),
          ],
        })),
      ),
    andMore(leftOut, 'identities', 'in manifest.json'),
  );
}
