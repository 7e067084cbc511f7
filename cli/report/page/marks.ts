/** How a verdict looks: a shape of its own, so that colour is never needed, and a place in the order of concern. */
import { ALARMS, VERDICTS, type Verdict } from '../../../core/audit/verdict.ts';
import { type Html, html } from './html.ts';

/** `calm`: in order. `soft`: to be seen. `loud`: somebody has to look. `mute`: Writ says nothing of it. */
export type Tone = 'calm' | 'soft' | 'loud' | 'mute';

interface Look {
  /** In a box from -6 to 6 both ways, about its own middle. */
  readonly shape: Html;
  readonly says: string;
}

const LOOKS: { readonly [verdict in Verdict]: Look } = {
  ATTRIBUTED: {
    shape: html`<path d="M0-6V6"/>`,
    says: 'Led to a writ that was in force; all that the trail says agrees with the log.',
  },
  DENIED: {
    shape: html`<circle r="4" class="o"/>`,
    says: 'AWS refused the call; the writ says who tried.',
  },
  IN_DOUBT: {
    shape: html`<path class="o" d="M0-5 5 0 0 5-5 0Z"/>`,
    says: 'At the deadline, or while a revocation was being enforced: nobody can say on which side.',
  },
  NOT_YET: {
    shape: html`<path class="f" d="M-5.5-4H5.5L0 5.5Z"/>`,
    says: 'Let through before the session had been issued.',
  },
  EXPIRED: { shape: html`<path class="f" d="M-5.5 4H5.5L0-5.5Z"/>`, says: 'Let through after the deadline.' },
  AFTER_REVOCATION: {
    shape: html`<path class="f" d="M0-6 6 0 0 6-6 0Z"/>`,
    says: 'Let through after the revocation had been seen to work.',
  },
  ELSEWHERE: {
    shape: html`<path class="f" d="M-4.5-4.5h9v9h-9Z"/>`,
    says: 'The right identity, from outside its place.',
  },
  SHARED: {
    shape: html`<path class="f" d="M-6-5h3.5V5H-6ZM2.5-5H6V5H2.5Z"/>`,
    says: 'One credential from two addresses at once.',
  },
  CONFLICT: {
    shape: html`<path d="M-5-5 5 5M5-5-5 5"/>`,
    says: 'What the trail says and what the log says contradict each other.',
  },
  UNBROKERED: {
    shape: html`<path d="M-5.5 0h11M-2.8-5 2.8 5M2.8-5-2.8 5"/>`,
    says: 'A brokered role was used without any writ.',
  },
  DARK: {
    shape: html`<circle r="5" class="f"/>`,
    says: 'A session of a brokered role was made without any intent.',
  },
  STANDING: {
    shape: html`<path d="M-5.5-5h11M-5.5 5h11M0-5V5"/>`,
    says: 'An AI service or a known agent, through credentials that do not end.',
  },
  UNVERIFIED: {
    shape: html`<path class="o" d="M-4.5-4.5h9v9h-9Z"/>`,
    says: 'The record behind it does not lead to the log’s signed root.',
  },
  OUT_OF_SCOPE: { shape: html`<circle r="1.5" class="f"/>`, says: 'Nothing that Writ speaks of.' },
};

/** What needs somebody first, then what is to be seen, then the rest. */
export const BY_CONCERN: readonly Verdict[] = [...ALARMS, 'IN_DOUBT', 'DENIED', 'ATTRIBUTED', 'OUT_OF_SCOPE'];

export const meaningOf = (verdict: Verdict): string => LOOKS[verdict].says;

export function toneOf(verdict: Verdict): Tone {
  if (ALARMS.includes(verdict)) return 'loud';
  if (verdict === 'IN_DOUBT' || verdict === 'DENIED') return 'soft';
  return verdict === 'OUT_OF_SCOPE' ? 'mute' : 'calm';
}

/** `AFTER_REVOCATION` reads *after revocation*. */
export const nameOf = (verdict: Verdict): string => verdict.toLowerCase().replaceAll('_', ' ');

const idOf = (verdict: Verdict): string => `m${VERDICTS.indexOf(verdict)}`;

/** All shapes, once for the page. */
export const shapes = (): Html =>
  html`<svg width="0" height="0" aria-hidden="true" class="defs"><defs>${VERDICTS.map(
    (verdict) => html`<g id="${idOf(verdict)}" class="m ${toneOf(verdict)}">${LOOKS[verdict].shape}</g>`,
  )}</defs></svg>`;

/** In a drawing. @param x - Of its middle, ours. */
export const markAt = (verdict: Verdict, x: string): Html => html`<use href="#${idOf(verdict)}" x="${x}"/>`;

/** In text, before the verdict's name, which says the same. */
export const mark = (verdict: Verdict): Html =>
  html`<svg class="i" viewBox="-7 -7 14 14" aria-hidden="true"><use href="#${idOf(verdict)}"/></svg>`;

export const badge = (verdict: Verdict): Html =>
  html`<span class="v ${toneOf(verdict)}">${mark(verdict)}${nameOf(verdict)}</span>`;
