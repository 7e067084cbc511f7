/** A row and a time-line for each writ. */
import type { Evidence } from '../../../core/audit/evidence.ts';
import type { AuditResult, UsedAction, WritSummary } from '../../../core/audit/result.ts';
import { ALARMS } from '../../../core/audit/verdict.ts';
import { counted, dateTime, number, span } from '../moment.ts';
import { type WritFacts, writFacts } from '../writ-facts.ts';
import { callOf, writAnchor } from './call.ts';
import { filter } from './filter.ts';
import { code, type Html, html, joined, markup, shown as text } from './html.ts';
import { BY_CONCERN, badge } from './marks.ts';
import { andMore, section, sizeOf } from './parts.ts';
import { timeline } from './timeline.ts';

/** Of a card. */
const MOST = { actions: 6, parameters: 8 };
/** Of all cards: a page has to stay one that a browser opens. A usual writ takes 2,400. */
const MOST_BYTES = 2_500_000;

export interface Card {
  readonly summary: WritSummary;
  readonly card: Html;
}

/** As many as the page takes: those with something to look at first, then by id, which is by time. */
export function cardsOf({ writs }: AuditResult, openings: Evidence['openings']): readonly Card[] {
  const loud = (summary: WritSummary) => ALARMS.some((alarm) => (summary.verdicts[alarm] ?? 0) > 0);
  const cards: Card[] = [];
  let room = MOST_BYTES;
  for (const summary of [...writs.shown.filter(loud), ...writs.shown.filter((each) => !loud(each))]) {
    const made = card(summary, openings);
    room -= Buffer.byteLength(markup(made));
    if (room < 0) break;
    cards.push({ summary, card: made });
  }
  return cards;
}

export function writs({ writs: all }: AuditResult, cards: readonly Card[]): Html {
  const count = sizeOf(all);
  if (count === 0)
    return section('writs', 'Writs', html`<p>None was issued in the period, and no event names one.</p>`);
  const occurring = BY_CONCERN.filter((verdict) =>
    cards.some(({ summary }) => (summary.verdicts[verdict] ?? 0) > 0),
  );
  return section(
    'writs',
    'Writs',
    html`<p>${counted(count, 'writ')}, those with something to look at first. The bar is the time in which the session was valid; the shaded band is a revocation, from when it was asked for to when AWS was seen to refuse. Times are UTC.</p>`,
    filter('writs', '.writ', occurring),
    cards.map((each) => each.card),
    andMore(count - cards.length, 'writs', 'in writs.jsonl'),
  );
}

function card(summary: WritSummary, openings: Evidence['openings']): Html {
  const { writ, evidence, verdicts } = summary;
  const facts = evidence === null ? null : writFacts(evidence, openings);
  const kinds = BY_CONCERN.filter((verdict) => (verdicts[verdict] ?? 0) > 0);
  return html`<article class="writ" id="${writAnchor(writ)}" data-v="${kinds.join(' ')}"><header><h3><a href="#${writAnchor(writ)}">${code(writ)}</a></h3>${facts === null ? html`<p class="who">An event names this writ. The log does not know it.</p>` : who(facts)}</header><div>${timeline(summary) ?? html`<p class="note">${facts === null ? 'Nothing to draw.' : `No session: ${facts.state}.`}</p>`}<dl class="against">${facts !== null && granted(facts)}${used(summary, facts, kinds)}</dl>${facts !== null && records(facts)}</div></article>`;
}

function who({ who: person, agent, why, session, state, when }: WritFacts): Html {
  const name = person.login ?? person.user;
  return html`<p class="who"><b>${name === null ? 'nobody known' : text(name, 80)}</b> through ${agent.name === null ? 'no known agent' : text(agent.name, 80)}</p>${why.task !== null && html`<p class="small">task ${text(why.task, 100)}</p>`}<p class="small">${why.purpose === null ? 'purpose erased, or not handed over' : html`“${text(why.purpose, 200)}”`}</p><p class="small">${when.notBefore !== null && `${dateTime(when.notBefore)}, `}${session.account !== null && `account ${session.account}, `}${state}</p>`;
}

function granted({ why, session, when }: WritFacts): Html {
  const parameters = Object.entries(why.parameters);
  const given = parameters
    .slice(0, MOST.parameters)
    .map(([name, value]) => html`${text(name, 40)} ${code(value, 100)}`);
  const time =
    when.notBefore === null || when.deadline === null
      ? null
      : html` for ${span(when.deadline - when.notBefore)}`;
  return html`<dt>Granted</dt><dd>${why.permission === null ? 'nothing known' : code(why.permission, 80)}${time}${given.length > 0 && html`, ${joined(given, ', ')}`}${parameters.length > MOST.parameters && ', …'}${session.role !== null && html` <span class="small">as ${code(roleName(session.role), 100)}${why.place !== null && html` from ${text(why.place, 80)}`}</span>`}</dd>`;
}

const roleName = (arn: string): string => arn.slice(arn.indexOf(':role/') + ':role/'.length);

function used(
  { events, from, to, actions, mint, verdicts }: WritSummary,
  facts: WritFacts | null,
  kinds: typeof BY_CONCERN,
): Html {
  const shown = actions.shown.slice(0, MOST.actions);
  const more = sizeOf(actions) - shown.length;
  const calls =
    events === 0
      ? 'never'
      : html`${joined(shown.map(action), ', ')}${more > 0 && `, and ${counted(more, 'other call')}`}`;
  const last =
    to !== null && from !== null && to > from
      ? html` <span class="small">within ${span(to - from)}</span>`
      : null;
  const lost = mint === 'not_seen' && facts?.when.notBefore != null;
  return html`<dt>Used</dt><dd>${calls}${last}</dd>${kinds.length > 0 && html`<dt>Verdicts</dt><dd>${kinds.map((verdict) => html`<span class="k">${number(verdicts[verdict] ?? 0)} ${badge(verdict)}</span>`)}</dd>`}${lost && html`<dt>Mint</dt><dd><strong>The trail has no event of it.</strong></dd>`}`;
}

const action = ({ calls, refused, ...call }: UsedAction): Html =>
  html`${callOf(call)} × ${number(calls)}${refused > 0 && ` (${number(refused)} refused)`}`;

/** By which leaves all this is said: their hashes are what anybody can take again. */
const records = ({ leaves }: WritFacts): Html =>
  html`<details><summary>${counted(leaves.length, 'record')} in the log</summary><ul>${leaves.map(
    ({ record, index, leaf, proven }) =>
      html`<li>${index} ${record} <code>${leaf}</code>${!proven && html` <strong>not proven</strong>`}</li>`,
  )}</ul></details>`;
