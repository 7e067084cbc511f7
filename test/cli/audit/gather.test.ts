/** Nothing is reported where the counts contradict each other; what is kept of a writ is bounded. */
import { expect, test } from 'vitest';
import type { EngineResult } from '../../../cli/audit/engine.ts';
import { type Gathered, gather, Unreconciled } from '../../../cli/audit/gather.ts';
import type { Row } from '../../../cli/audit/runs.ts';
import { prefilterOf } from '../../../core/audit/prefilter.ts';
import { SHOWN } from '../../../core/audit/result.ts';
import { evidenceOf, findingOf, OPENED, storyOf, useWith, WRIT } from '../../core/audit/fixture.ts';
import { QUESTION } from './trail-world.ts';

const evidence = evidenceOf(storyOf());
const GIVEN: Gathered = {
  ...{ question: QUESTION, evidence, leaves: [], prefilter: prefilterOf(evidence) },
  inputs: {
    files: { shown: [], leftOut: 0 },
    ...{ filesHash: '', bytes: 0 },
    damaged: { shown: [], leftOut: 0 },
    unreadable: { shown: [], leftOut: 0 },
  },
  digests: { files: 0, signatures: 'none', verified: 0, filesCovered: 0, filesUncovered: 0, flaws: [] },
};

const engineOf = (rows: readonly Row[], change: Partial<EngineResult> = {}): EngineResult => ({
  ...{ files: [], records: rows.length, unreadable: 0, notAsked: 0, duplicates: 0, places: [], others: [] },
  *rows() {
    yield* rows;
  },
  ...change,
});
const rowOf = (event: ReturnType<typeof useWith>): Row => ({ event, finding: findingOf(event, evidence) });
const rows = [rowOf(useWith())];

test('counts that add up', () => {
  expect(gather(engineOf(rows), GIVEN).result.counts).toMatchObject({ records: 1, listed: 1 });
});

test.each<readonly [string, Partial<EngineResult>]>([
  ['a record that went nowhere', { records: 2 }],
  ['a record that came from nowhere', { records: 0 }],
  ['one that is counted twice', { duplicates: 1 }],
])('%s: no result', (_, change) => {
  expect(() => gather(engineOf(rows, change), GIVEN)).toThrow(Unreconciled);
});

test('of a writ that was used ten thousand times, alarms are kept first, and the rest is counted', () => {
  const many = Array.from({ length: 1000 }, (_, number) =>
    rowOf(
      useWith({
        ...{ eventId: `e${String(number).padStart(4, '0')}`, eventTime: OPENED + number * 2 },
        eventName: `Call${number % 60}`,
      }),
    ),
  );
  const [writ] = gather(engineOf(many), GIVEN).result.writs.shown;
  expect(writ).toMatchObject({ writ: WRIT, events: 1000, from: OPENED, to: OPENED + 1998 });
  expect(writ?.timeline.shown).toHaveLength(SHOWN.timeline);
  expect(writ?.timeline.leftOut).toBe(1000 - SHOWN.timeline);
  expect(writ?.timeline.shown.every(({ verdict }) => verdict === 'EXPIRED')).toBe(true);
  expect(writ?.actions.shown).toHaveLength(SHOWN.actions);
  expect(writ?.actions.leftOut).toBe(10);
});
