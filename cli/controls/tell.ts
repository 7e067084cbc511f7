/** Findings in words, as a table, and as JSON. Sentences hold names out of logs: they are made safe here. */

import type { ControlFinding, Link, Statement } from '../../core/audit/controls/finding.ts';
import { periodOf } from '../../core/audit/controls/period.ts';
import type { AuditResult } from '../../core/audit/result.ts';
import { isoTime } from '../../core/encoding/iso-time.ts';
import { groupedBy } from '../../core/grouped.ts';
import type { Output } from '../io.ts';
import { csvLine } from '../report/csv.ts';
import { jsonLine } from '../report/json-line.ts';
import { visible } from '../report/text.ts';

export const NOTE = 'Evidence toward controls. Whether one is met, an auditor says.';
const LOCAL = 'LOCAL, NOT EVIDENCE: made on a laptop.';

type Form = (findings: readonly ControlFinding[], result: AuditResult, to: Output) => string;

export const inWords: Form = (findings, result, to) => {
  const width = to.isTerminal ? (to.columns ?? 80) : Number.POSITIVE_INFINITY;
  const lines = [
    ...(result.log.local ? [LOCAL] : []),
    NOTE,
    `Period: ${spanOf(result).join(' to ')}`,
    `Log: ${visible(result.log.origin)}, ${result.log.size} leaves, root ${result.log.root}`,
  ];
  for (const [framework, own] of groupedBy(findings, (finding) => finding.framework)) {
    lines.push('', framework);
    for (const { id, title, evidence, missing, never } of own) {
      lines.push('', `${id}  ${title}`);
      if (evidence.length === 0) lines.push('  toward it  nothing');
      for (const one of evidence) lines.push(...wrapped('  toward it  ', sentence(one), width));
      for (const one of missing) lines.push(...wrapped('  missing    ', sentence(one), width));
      for (const one of never) lines.push(...wrapped('  never      ', one, width));
    }
  }
  return `${lines.join('\n')}\n`;
};

/** A line for each sentence. */
export const asCsv: Form = (findings) =>
  [
    csvLine(['framework', 'control', 'title', 'kind', 'says', 'links', 'moreLinks']),
    ...findings.flatMap(({ framework, id, title, evidence, missing, never }) => [
      ...evidence.map((one) => csvLine([framework, id, title, 'evidence', ...cellsOf(one)])),
      ...missing.map((one) => csvLine([framework, id, title, 'missing', ...cellsOf(one)])),
      ...never.map((one) => csvLine([framework, id, title, 'never', one, '', 0])),
    ]),
  ].join('');

const cellsOf = ({ says, links }: Statement) =>
  [says, links.shown.map(nameOf).join(' '), links.leftOut] as const;

export const asJson: Form = (findings, result) => {
  const [from, to] = spanOf(result);
  const { log, question } = result;
  return `${jsonLine({ note: NOTE, local: log.local, period: { from, to }, question, log, controls: findings })}\n`;
};

const spanOf = (result: AuditResult): readonly [from: string, to: string] => {
  const { from, to } = periodOf(result);
  return [isoTime(from), isoTime(to)];
};

/** As many as a person looks up: the table has more. */
const FEW = 3;

function sentence({ says, links }: Statement): string {
  const shown = links.shown.slice(0, FEW).map(nameOf);
  const more = links.shown.length - shown.length + links.leftOut;
  const all = [...shown, ...(more > 0 ? [`${more} more`] : [])];
  return visible(all.length === 0 ? says : `${says} (${all.join(', ')})`);
}

const nameOf = (link: Link): string =>
  'writ' in link ? link.writ : 'event' in link ? `event ${link.event}` : `leaf ${link.leaf}`;

/** Lines no longer than the terminal's; what has no blank is not broken. */
function wrapped(label: string, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = label;
  for (const word of text.split(' ')) {
    if (line.length + word.length > width && line.trim() !== '' && line !== label) {
      lines.push(line.trimEnd());
      line = ' '.repeat(label.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
