/** What somebody has to look at, before anything else. */
import { sentenceOf, UNKNOWNS } from '../../../core/audit/reasons.ts';
import type { AuditResult, AuditRow } from '../../../core/audit/result.ts';
import { counted, dateTime, left } from '../moment.ts';
import { anchorOf, callerOf, callOf, writLink } from './call.ts';
import { filter } from './filter.ts';
import { code, type Html, html, shown as text } from './html.ts';
import { badge } from './marks.ts';
import { andMore, first, type RowOf, section, sizeOf, table } from './parts.ts';

/** Of a page; the files have all. */
const MOST = 150;

export function alarms({ alarms: found, coverage, inputs }: AuditResult, writs: ReadonlySet<string>): Html {
  if (sizeOf(found) === 0) {
    const speaks =
      coverage.found === null
        ? 'Nothing was read, so this says nothing.'
        : 'That speaks of what was read, which the next sections describe: no entry is not no action.';
    return section(
      'alarms',
      'To be looked at',
      html`<p class="none">No event needs to be looked at. ${speaks}</p>`,
    );
  }
  const { shown, leftOut } = first(found, MOST);
  const ids = new Set<string>();
  return section(
    'alarms',
    'To be looked at',
    html`<p>${counted(sizeOf(found), 'event')}. The whole of one: <code>writ why EVENT-ID</code>.${inputs.damaged.shown.length > 0 && ' Some files could not be read to their end: there may be more.'}</p>`,
    filter(
      'alarms',
      '#alarms tbody tr',
      shown.map(({ finding }) => finding.verdict),
    ),
    table(
      'Events that need somebody, by time (UTC)',
      [
        { title: 'Time, verdict' },
        { title: 'Call and caller', wide: true },
        { title: 'Why', wide: true },
        { title: 'Writ, and the event itself', wide: 'very' },
      ],
      shown.map((row) => alarmRow(row, writs, ids)),
    ),
    andMore(leftOut, 'such events', 'in events.csv and events.jsonl'),
  );
}

function alarmRow(row: AuditRow, writs: ReadonlySet<string>, ids: Set<string>): RowOf {
  const { event, finding } = row;
  const { secondsLeft, matchedBy, records, unknown } = finding;
  const anchor = anchorOf(event.eventId);
  const isFirst = !ids.has(anchor);
  ids.add(anchor);
  return {
    // Two events may carry one id: that is one of the alarms.
    ...(isFirst ? { id: anchor } : {}),
    verdicts: finding.verdict,
    cells: [
      html`<span class="nw">${dateTime(event.eventTime)}</span><br>${badge(finding.verdict)}`,
      html`${callOf(event)}<small>${callerOf(row)}</small><small>${event.sourceAddress !== null && html`from ${code(event.sourceAddress, 60)}, `}${event.account} ${text(event.region, 30)}${event.errorCode !== null && html`, ${text(event.errorCode, 80)}`}</small>`,
      html`${sentenceOf(finding.reason)}${secondsLeft !== null && html`<small>${left(secondsLeft)}</small>`}${unknown.map((word) => html`<small>${unknownOf(word)}</small>`)}`,
      html`${writLink(finding.writ, writs)}${matchedBy.length > 0 && html`<small>by ${matchedBy.join(', ').replaceAll('_', ' ')}</small>`}${records.length > 0 && html`<small>${records.length === 1 ? 'leaf' : 'leaves'} ${records.join(', ')}</small>`}<small>event ${code(event.eventId, 64)}</small><small>record ${event.position} of ${text(event.file, 160)}</small>`,
    ],
  };
}

const unknownOf = (word: string): string =>
  Object.hasOwn(UNKNOWNS, word) ? UNKNOWNS[word as keyof typeof UNKNOWNS] : word;
