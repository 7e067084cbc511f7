/** Findings as the page prints them. */
import type { ControlFinding, Link } from '../../core/audit/controls/finding.ts';
import type { ControlLink, ReportControl } from '../report/report-control.ts';

export const reportControls = (findings: readonly ControlFinding[]): readonly ReportControl[] =>
  findings.map(({ framework, id, title, evidence, missing, never }) => ({
    ...{ framework, id, title },
    evidence: evidence.map(({ says }) => says),
    missing: [...missing.map(({ says }) => says), ...never.map((says) => `Not Writ’s to show: ${says}`)],
    links: once([...evidence, ...missing].flatMap(({ links }) => links.shown.map(linkOf))),
  }));

/** Leaves stand with their writs; those that have no row of their own are refusals. */
function linkOf(link: Link): ControlLink {
  if ('writ' in link) return { to: 'writ', writ: link.writ };
  if ('event' in link) return { to: 'event', eventId: link.event };
  return { to: 'section', section: 'refusals' };
}

const MOST_LINKS = 12;

const once = (links: readonly ControlLink[]): readonly ControlLink[] =>
  [...new Map(links.map((link) => [JSON.stringify(link), link])).values()].slice(0, MOST_LINKS);
