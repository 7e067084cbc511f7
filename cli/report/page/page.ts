/**
 * The report as one page: readable without a script, loading nothing from anywhere. Its policy lets only the style and the
 * script run whose hashes it names, so that a text which got through as markup would still do nothing.
 */
import { hash } from 'node:crypto';
import type { Evidence } from '../../../core/audit/evidence.ts';
import type { AuditResult } from '../../../core/audit/result.ts';
import type { ReportControl } from '../report-control.ts';
import { alarms } from './alarms.ts';
import { check } from './check.ts';
import { controls } from './controls.ts';
import { coverage } from './coverage.ts';
import { constant, type Html, html, markup } from './html.ts';
import { inputs } from './inputs.ts';
import { limits } from './limits.ts';
import { shapes } from './marks.ts';
import { localBanner, opening, verdicts } from './opening.ts';
import { outOfScope, refusals } from './refusals.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { cardsOf, writs } from './writs.ts';

const sourceOf = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

const POLICY = [
  "default-src 'none'",
  `style-src ${sourceOf(STYLE)}`,
  `script-src ${sourceOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** @returns the whole document. Pure: the same result gives the same bytes. */
export function page(result: AuditResult, evidence: Evidence, all: readonly ReportControl[]): string {
  const cards = cardsOf(result, evidence.openings);
  const linkable = new Set(cards.map(({ summary }) => summary.writ));
  const body = html`<a class="skip" href="#main">Skip to the findings</a>${localBanner(result)}${shapes()}${opening(result)}${contents(all.length > 0)}<main id="main">${[
    alarms(result, linkable),
    verdicts(result),
    coverage(result),
    writs(result, cards),
    refusals(result),
    outOfScope(result),
    controls(all),
    check(result, result.alarms.shown[0] ?? null),
    limits(result),
    inputs(result),
  ]}</main><footer><p>Made by Writ ${result.question.release} from a trail and an evidence log, and from nothing else. All times are UTC.</p></footer>`;
  return `<!doctype html>\n${markup(html`<html lang="en">${head(result)}<body>${body}${constant`<script>${SCRIPT}</script>`}</body></html>`)}\n`;
}

const head = ({ log }: AuditResult): Html =>
  html`<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>${log.local && 'LOCAL, NOT EVIDENCE: '}Writ audit</title>${constant`<style>${STYLE}</style>`}</head>`;

function contents(withControls: boolean): Html {
  const entries = [
    ['alarms', 'To be looked at'],
    ['verdicts', 'Verdicts'],
    ['coverage', 'What was read'],
    ['writs', 'Writs'],
    ['refusals', 'Refusals'],
    ['out-of-scope', 'Not Writ’s'],
    ...(withControls ? [['controls', 'Controls'] as const] : []),
    ['check', 'Check it'],
    ['limits', 'Limits'],
    ['inputs', 'Inputs'],
  ] as const;
  return html`<nav aria-label="Contents"><ul>${entries.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;
}
