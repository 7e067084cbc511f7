/** Evidence toward controls: never that one is met. */
import type { ControlLink, ReportControl, Section } from '../report-control.ts';
import { anchorOf, writAnchor } from './call.ts';
import { code, type Html, html, joined, shown as text } from './html.ts';
import { section, table } from './parts.ts';

const NAMES: { readonly [section in Section]: string } = {
  alarms: 'to be looked at',
  verdicts: 'verdicts',
  coverage: 'what was read',
  writs: 'writs',
  refusals: 'refusals',
  'out-of-scope': 'not Writ’s',
  controls: 'controls',
  check: 'check it',
  limits: 'limits',
  inputs: 'inputs',
};

export const controls = (all: readonly ReportControl[]): Html | null =>
  all.length === 0
    ? null
    : section(
        'controls',
        'Controls',
        html`<p>What this run is evidence toward, and what it lacks. Whether a control is met, an auditor says.</p>`,
        table(
          'Evidence toward controls',
          [
            { title: 'Control', wide: true },
            { title: 'Evidence', wide: true },
            { title: 'Missing', wide: true },
            { title: 'See' },
          ],
          all.map(({ id, framework, title, evidence, missing, links }) => ({
            cells: [
              html`${text(framework, 60)} ${text(id, 40)}<small>${text(title, 200)}</small>`,
              sentences(evidence, 'None in this run.'),
              sentences(missing, 'Nothing that this run could show.'),
              joined(links.map(linkTo), ', '),
            ],
          })),
        ),
      );

const sentences = (all: readonly string[], none: string): Html =>
  all.length === 0 ? html`${none}` : html`${all.map((sentence) => html`<div>${text(sentence, 400)}</div>`)}`;

function linkTo(link: ControlLink): Html {
  switch (link.to) {
    case 'writ':
      return html`<a href="#${writAnchor(link.writ)}">${code(link.writ)}</a>`;
    case 'event':
      return html`<a href="#${anchorOf(link.eventId)}">${code(link.eventId)}</a>`;
    case 'section':
      return html`<a href="#${link.section}">${NAMES[link.section]}</a>`;
  }
}
