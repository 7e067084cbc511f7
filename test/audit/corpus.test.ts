import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERDICTS } from '../../core/audit/verdict.ts';
import { newWorld } from '../cli/world.ts';
import { readSources } from '../support/source-tree.ts';
import { chance } from './corpus/chance.ts';
import { type Corpus, makeCorpus } from './corpus/corpus.ts';
import { FAULTS } from './corpus/faults.ts';
import { labelOf } from './corpus/labels.ts';
import { writeEvidence, writeTrail } from './corpus/on-disk.ts';
import { scores } from './corpus/score.ts';

const TWICE = 70;

describe.each([1, 20_261_124])('a labelled day, seed %i', (seed) => {
  const corpus = makeCorpus(seed);

  test('has every fault, every verdict and five thousand events', () => {
    expect(corpus.events.length).toBeGreaterThanOrEqual(5000);
    expect(new Set(corpus.faults.values())).toEqual(new Set(FAULTS));
    const labels = new Set(corpus.events.map((event) => labelOf(event, corpus.faults)));
    expect([...labels].sort()).toEqual([...VERDICTS].sort());
  });

  test('gets the verdicts of its labels, and all counts reconcile', async () => {
    const { verdicts, result } = await audited(corpus, seed);
    const pairs = corpus.events.map(
      (event) => [labelOf(event, corpus.faults), verdicts.get(event.eventID) ?? 'no verdict'] as const,
    );
    const found = scores(pairs);
    console.info(found.map((score) => JSON.stringify(score)).join('\n'));
    expect(found.filter(({ precision, recall }) => precision < 1 || recall < 1)).toEqual([]);

    const { records, unreadable, notAsked, duplicates } = result.counts;
    expect({ records, unreadable, notAsked, duplicates }).toEqual({
      records: corpus.events.length + TWICE,
      unreadable: 0,
      notAsked: 0,
      duplicates: TWICE,
    });
    for (const { verdict, labelled } of found) expect(result.counts.verdicts[verdict]).toBe(labelled);
    expect(result.completeness.withoutMint.shown).toEqual([...corpus.withoutMint].sort());
  });
});

test('the labeller shares nothing with what it judges', async () => {
  const sources = await readSources(['core', 'cli', 'adapters', 'test/audit']);
  const imports = new Map(sources.map((source) => [source.path, source.imports]));
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, ours, typeOnly } of imports.get(path) ?? []) if (ours && !typeOnly) follow(target);
  };
  follow('test/audit/corpus/labels.ts');
  expect(reached.size).toBeGreaterThan(0);
  expect([...reached].filter((path) => !path.startsWith('test/audit/corpus/'))).toEqual([]);
});

interface Told {
  readonly counts: {
    readonly records: number;
    readonly unreadable: number;
    readonly notAsked: number;
    readonly duplicates: number;
    readonly verdicts: { readonly [verdict: string]: number };
  };
  readonly completeness: { readonly withoutMint: { readonly shown: readonly string[] } };
}

/** What `writ audit` says of it, read from the report that it wrote. */
async function audited(
  corpus: Corpus,
  seed: number,
): Promise<{ verdicts: Map<string, string>; result: Told }> {
  const world = await newWorld();
  const by = chance(seed);
  const [trail, evidence, out] = ['trail', 'evidence', 'out'].map((name) => join(world.home, name));
  if (trail === undefined || evidence === undefined || out === undefined) throw new TypeError('no folder');
  const key = await writeEvidence(corpus, evidence, by);
  await writeTrail(corpus.events, TWICE, trail, by);
  const argv = ['audit', trail, '--evidence', evidence, '--key', key, '--all', '--out', out];
  const ran = await world.writ([...argv, '--format', 'jsonl', '--json']);
  if (ran.stdout === '') throw new Error(ran.stderr);
  const lines = (await readFile(join(out, 'events.jsonl'), 'utf8')).trim().split('\n');
  const rows = lines.map((line): { event: { eventId: string }; verdict: string } => JSON.parse(line));
  return {
    verdicts: new Map(rows.map(({ event, verdict }) => [event.eventId, verdict])),
    result: JSON.parse(ran.stdout),
  };
}
