/**
 * A day's trail and evidence as Athena would find them, and what the audit says of each event: `node sample.ts FOLDER`.
 *
 * - `trail/*.json`: `{"Records": […]}`, with copies of some events;
 * - `segments/*.jsonl`: as the archiver writes them, with one segment twice, as a lost race leaves it;
 * - `verdicts.json`: of each event verdict, reason and writ; writs without a mint.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvent } from '../../adapters/trail/read-event.ts';
import { buildEvidence } from '../../core/audit/build-evidence.ts';
import type { Leaf } from '../../core/audit/evidence.ts';
import { groupOf } from '../../core/audit/group.ts';
import { judge } from '../../core/audit/judge.ts';
import { prefilterOf } from '../../core/audit/prefilter.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { encodeSegment, segmentPath } from '../../core/evidence/segment.ts';
import { chance } from '../audit/corpus/chance.ts';
import { makeCorpus } from '../audit/corpus/corpus.ts';
import { DAY, makeWrit } from '../audit/corpus/writs.ts';
import { REFUSED } from '../core/ledger/fixture.ts';

const TOLERANCE = 2;
const FILES = 4;
const COPIES = 50;

const [, , folder] = process.argv;
if (folder === undefined) throw new Error('usage: node test/athena/sample.ts FOLDER');

const corpus = makeCorpus(1);
// Issued, and not in the trail at all: neither its mint nor a use.
const idle = makeWrit(chance(2), DAY);
const bodies = [...corpus.records, ...idle.records, REFUSED].map(jcs);

for (const path of ['trail', 'segments']) mkdirSync(join(folder, path), { recursive: true });
const events = [...corpus.events, ...corpus.events.slice(0, COPIES)];
for (let file = 0; file < FILES; file++) {
  const Records = events.filter((_, at) => at % FILES === file);
  writeFileSync(join(folder, 'trail', `${file}.json`), JSON.stringify({ Records }));
}
const half = Math.floor(bodies.length / 2);
for (const [first, some] of [
  [0, bodies.slice(0, half)],
  [half, bodies.slice(half)],
  // Two archivers at once: the loser's segment stays where it is, and nothing refers to it.
  [half + 1, bodies.slice(half)],
] as const) {
  const bytes = encodeSegment(some);
  writeFileSync(join(folder, segmentPath(first, bytes)), bytes);
}

const leaves: readonly Leaf[] = corpus.records.map((record, index) => ({
  ...{ index, leaf: sha256Hex(jcs(record)), body: jcs(record), record },
  proven: !corpus.tampered.includes(record),
}));
const facts = {
  origin: 'o',
  size: leaves.length,
  root: '',
  key: 'k',
  from: DAY,
  to: DAY + 86_400,
  local: false,
};
const evidence = buildEvidence(leaves, { ...facts, flaws: [] }, new Map());
const prefilter = prefilterOf(evidence, TOLERANCE);
const read = corpus.events.map((raw, position) => {
  const one = readEvent(raw, 'trail', position);
  if (!('event' in one)) throw new Error('the corpus has an event that cannot be read');
  return one.event;
});
const judged = [...Map.groupBy(read, (event) => groupOf(event, prefilter)).values()].flatMap((group) =>
  judge(group, evidence, { tolerance: TOLERANCE, twice: new Set() }),
);
writeFileSync(
  join(folder, 'verdicts.json'),
  JSON.stringify({
    events: judged.map(({ event, finding: { verdict, reason, writ } }) => ({
      event: event.eventId,
      verdict,
      reason,
      writ,
    })),
    withoutMint: [...corpus.withoutMint, idle.session.writ].sort(),
  }),
);
process.stdout.write(`${judged.length} events, ${bodies.length} records\n`);
