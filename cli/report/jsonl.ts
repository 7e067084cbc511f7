/**
 * `events.jsonl`: all that was read and found of one event, uncut, with what the log says of its writ; `writs.jsonl`: the
 * records themselves, once each, word for word, so that anybody can take their hash again.
 */
import type { WritEvidence } from '../../core/audit/evidence.ts';
import { sentenceOf } from '../../core/audit/reasons.ts';
import type { AuditRow } from '../../core/audit/result.ts';
import { jsonLine } from './json-line.ts';
import type { WritFacts } from './writ-facts.ts';

const VERSION = 1;

/** The part of a line that is the same for each event of one writ: most of it. */
const written = new WeakMap<WritFacts, string>();

export function eventLine({ event, finding }: AuditRow, facts: WritFacts | null): string {
  const { verdict, reason, ...rest } = finding;
  const head = jsonLine({ v: VERSION, verdict, reason, says: sentenceOf(reason), ...rest, event });
  return `${head.slice(0, -1)},"evidence":${facts === null ? 'null' : factsLine(facts)}}\n`;
}

function factsLine(facts: WritFacts): string {
  const known = written.get(facts);
  if (known !== undefined) return known;
  const line = jsonLine(facts);
  written.set(facts, line);
  return line;
}

export function writLine({ leaves, endings }: WritEvidence, facts: WritFacts): string {
  const body = {
    v: VERSION,
    ...facts,
    leaves: Object.entries(leaves).map(([record, { index, leaf, proven, body }]) => ({
      ...{ record, index, leaf, proven, body },
    })),
    endings: endings.map(({ leaves: theirs, ...ending }) => ({
      ...ending,
      leaves: theirs.map(({ index, leaf, proven, body }) => ({ index, leaf, proven, body })),
    })),
  };
  return `${jsonLine(body)}\n`;
}
