/** One writ's time, drawn: when it was valid, when it was taken back, and each call by its verdict's shape. */
import type { TimelineEvent, WritSummary } from '../../../core/audit/result.ts';
import { ALARMS, type Verdict } from '../../../core/audit/verdict.ts';
import { counted, dateTime, span, timeOfDay } from '../moment.ts';
import { type Html, html } from './html.ts';
import { BY_CONCERN, markAt, nameOf } from './marks.ts';

/** Heights in pixels; across, everything is in per cent, so that it fits any width. */
const HEIGHT = 66;
const BAR = { y: 26, height: 18 };
const MIDDLE = 35;
const ABOVE = 12;
const BELOW = 60;
/** Marks of one place and verdict are one mark: so many places across, fewer where there are many marks. */
const RESOLUTIONS = [400, 200, 100, 50, 25];
/** Of a writ: a page is not a log. */
const MOST_MARKS = 50;

interface Times {
  readonly issued: number;
  readonly deadline: number;
  readonly asked: number | null;
  readonly seen: number | null;
}

/** What is drawn of time: the writ's own, and what lies within its length on either side. */
interface Axis {
  readonly from: number;
  readonly to: number;
}

/** @returns `null` where no session was issued: then there is no time to draw. */
export function timeline(summary: WritSummary): Html | null {
  const times = timesOf(summary);
  if (times === null) return null;
  const axis = axisOf(times, summary.timeline.shown);
  const at = (time: number) => `${round(placeOn(axis, time))}%`;
  const inside = (event: TimelineEvent) => event.eventTime >= axis.from && event.eventTime <= axis.to;
  const beyond = summary.timeline.shown.filter((event) => !inside(event));
  const drawing = html`${bar(times, axis)}${band(times, axis)}<g transform="translate(0 ${MIDDLE})">${marks(summary.timeline.shown.filter(inside), axis)}</g>`;
  const ends = html`<text class="t" x="${at(times.issued)}" y="${BELOW}"><tspan>issued </tspan>${timeOfDay(times.issued)}</text><text class="t e" x="${at(times.deadline)}" y="${BELOW}"><tspan>deadline </tspan>${timeOfDay(times.deadline)}</text>`;
  const words = html`<title>Time-line of writ ${summary.writ}</title><desc>${describe(summary, times, beyond.length)}</desc>`;
  const note =
    beyond.length > 0 &&
    html`<p class="note">${counted(beyond.length, 'event')} outside of the time that is drawn: ${outliers(beyond, times)}.</p>`;
  return html`<svg class="time" height="${HEIGHT}" role="img">${words}<line class="axis" x2="100%" y1="${MIDDLE}" y2="${MIDDLE}"/>${drawing}${ends}</svg>${note}`;
}

function timesOf({ evidence }: WritSummary): Times | null {
  if (evidence === null || evidence.issuedAt === null || evidence.deadline === null) return null;
  const { issuedAt, deadline, endings } = evidence;
  const least = (all: readonly number[]) => (all.length === 0 ? null : Math.min(...all));
  return {
    issued: issuedAt,
    deadline,
    asked: least(endings.map(({ askedAt }) => askedAt)),
    seen: least(endings.flatMap(({ seenRefused }) => (seenRefused === null ? [] : [seenRefused]))),
  };
}

function axisOf(times: Times, events: readonly TimelineEvent[]): Axis {
  const whole = Math.max(60, times.deadline - times.issued);
  const near = events
    .map(({ eventTime }) => eventTime)
    .filter((time) => time >= times.issued - whole && time <= times.deadline + whole);
  const marked = [times.issued, times.deadline, ...near, ...(times.seen === null ? [] : [times.seen])];
  const from = Math.max(Math.min(...marked), times.issued - whole);
  const to = Math.min(Math.max(...marked), times.deadline + whole);
  const margin = (to - from) * 0.04;
  return { from: from - margin, to: to + margin };
}

const placeOn = ({ from, to }: Axis, time: number): number =>
  Math.min(100, Math.max(0, ((time - from) / (to - from || 1)) * 100));

const round = (percent: number): number => Math.round(percent * 100) / 100;

/** From issue to deadline, hatched where a revocation had been seen to work. */
function bar({ issued, deadline, seen }: Times, axis: Axis): Html {
  const end = seen === null ? deadline : Math.min(Math.max(seen, issued), deadline);
  const [first, over, last] = [issued, end, deadline].map((time) => placeOn(axis, time));
  const box = (from = 0, to = 0, name = '') =>
    to > from
      ? html`<rect class="${name}" x="${round(from)}%" y="${BAR.y}" width="${round(to - from)}%" height="${BAR.height}"/>`
      : null;
  return html`${box(first, over, 'valid')}${box(over, last, 'over')}`;
}

/** From *asked for* to *seen refused*: in between nobody can say. */
function band({ asked, seen, deadline }: Times, axis: Axis): Html | null {
  if (asked === null) return null;
  const [from, to] = [round(placeOn(axis, asked)), round(placeOn(axis, seen ?? Math.max(asked, deadline)))];
  const says = `revoked ${timeOfDay(asked)}, ${seen === null ? 'not seen refused' : `refused ${timeOfDay(seen)}`}`;
  const edge = (at: number) =>
    html`<line class="edge" x1="${at}%" x2="${at}%" y1="${ABOVE + 4}" y2="${BAR.y + BAR.height + 8}"/>`;
  return html`<rect class="band" x="${from}%" y="${BAR.y - 8}" width="${round(Math.max(0, to - from))}%" height="${BAR.height + 16}"/>${edge(from)}${seen !== null && edge(to)}${label(says, from, to)}`;
}

/** Beside the band, and inside of the drawing however narrow that is. */
function label(says: string, from: number, to: number): Html {
  const middle = (from + to) / 2;
  const [anchor, at] = middle < 30 ? ['', from] : middle > 70 ? [' e', to] : [' c', round(middle)];
  return html`<text class="t${anchor}" x="${at}%" y="${ABOVE}">${says}</text>`;
}

/** Calm ones first, so that what needs somebody lies above them. Where there are too many, near ones become one. */
function marks(events: readonly TimelineEvent[], axis: Axis): readonly Html[] {
  const drawn = RESOLUTIONS.map((places) => spread(events, axis, places));
  const fitting = drawn.find((each) => each.length <= MOST_MARKS) ?? drawn.at(-1) ?? [];
  return fitting
    .toSorted((one, other) => concern(other.verdict) - concern(one.verdict))
    .slice(-MOST_MARKS)
    .map(({ verdict, percent }) => markAt(verdict, `${percent}%`));
}

function spread(events: readonly TimelineEvent[], axis: Axis, places: number) {
  const drawn = events.map(({ verdict, eventTime }) => {
    const percent = round((Math.round((placeOn(axis, eventTime) * places) / 100) * 100) / places);
    return [`${verdict} ${percent}`, { verdict, percent }] as const;
  });
  return [...new Map(drawn).values()];
}

const concern = (verdict: Verdict): number => BY_CONCERN.indexOf(verdict);

function outliers(beyond: readonly TimelineEvent[], { issued, deadline }: Times): string {
  const early = beyond
    .filter(({ eventTime }) => eventTime < issued)
    .map(({ eventTime }) => issued - eventTime);
  const late = beyond
    .filter(({ eventTime }) => eventTime >= issued)
    .map(({ eventTime }) => eventTime - deadline);
  return [
    ...(early.length > 0 ? [`up to ${span(Math.max(...early))} before the issue`] : []),
    ...(late.length > 0 ? [`up to ${span(Math.max(...late))} after the deadline`] : []),
  ].join(', ');
}

/** The drawing in words, for whoever does not see it. */
function describe({ verdicts, events }: WritSummary, times: Times, beyond: number): string {
  const { issued, deadline, asked, seen } = times;
  const kinds = BY_CONCERN.flatMap((verdict) => {
    const count = verdicts[verdict] ?? 0;
    return count === 0 ? [] : [`${count} ${nameOf(verdict)}`];
  });
  return [
    `Issued ${dateTime(issued)}, deadline ${dateTime(deadline)} UTC.`,
    asked === null
      ? ''
      : `Revocation asked ${dateTime(asked)}${seen === null ? ', not seen to work.' : `, seen refused ${dateTime(seen)}.`}`,
    events === 0 ? 'Never used.' : `${counted(events, 'event')}: ${kinds.join(', ')}.`,
    beyond === 0 ? '' : `${beyond} of them outside of what is drawn.`,
    kinds.length > 0 && ALARMS.some((alarm) => verdicts[alarm]) ? 'Needs somebody to look.' : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
