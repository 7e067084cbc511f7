/** Fields that leave rows out. They do nothing without the script, so only the script shows them. */
import type { Verdict } from '../../../core/audit/verdict.ts';
import { type Html, html } from './html.ts';
import { BY_CONCERN, nameOf } from './marks.ts';

/** @param rows - Selector of what it filters, ours. @param verdicts - That occur, in any order. */
export function filter(id: string, rows: string, verdicts: readonly Verdict[]): Html {
  const occurring = new Set(verdicts);
  const options = BY_CONCERN.filter((verdict) => occurring.has(verdict)).map(
    (verdict) => html`<option value="${verdict}">${nameOf(verdict)}</option>`,
  );
  return html`<div class="filter" data-rows="${rows}" role="search" aria-label="Filter ${id}" hidden><label>Words, all of which must be in it<input type="search" autocomplete="off" spellcheck="false"></label><label>Verdict<select><option value="">any</option>${options}</select></label><output aria-live="polite"></output></div>`;
}
