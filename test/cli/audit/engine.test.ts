/** Files to judged rows: nothing is counted twice or lost, and the order of files and threads is not to be seen. */
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge } from '../../../core/audit/judge.ts';
import type { AuditResult } from '../../../core/audit/result.ts';
import { evidenceOf, OPENED, storyOf, TOLERANCE, useWith } from '../../core/audit/fixture.ts';
import { byUser, foreign, mint, rawOf, use } from './raw-events.ts';
import { type Content, type Ran, runOver } from './trail-world.ts';

/** The identity that every run must satisfy, whatever came in. */
function reconciles({ result, listed }: Ran): void {
  const { counts, coverage, outOfScope } = result;
  const judged = Object.values(counts.verdicts).reduce((sum, count) => sum + count, 0);
  expect(counts.records).toBe(counts.unreadable + counts.notAsked + counts.duplicates + judged);
  expect(counts.listed).toBe(listed.length);
  const events = coverage.places.shown.reduce((sum, place) => sum + place.events, 0);
  expect(events).toBe(counts.duplicates + judged);
  const others = outOfScope.shown.reduce((sum, entry) => sum + entry.events, 0);
  expect(others).toBe(counts.verdicts.OUT_OF_SCOPE);
}

const counted = ({ counts }: AuditResult) =>
  Object.fromEntries(Object.entries(counts.verdicts).filter(([, count]) => count > 0));

test('a mint, its uses, and what others did', async () => {
  const ran = await runOver({
    'a.json.gz': [mint(1), use(2), foreign(3)],
    'b.json.gz': [
      use(4, { eventTime: OPENED + 61 }),
      byUser(5),
      use(6, { identity: { sourceIdentity: 'alice+01jd3v9q2m8x7c4z' } }),
    ],
  });
  reconciles(ran);
  expect(counted(ran.result)).toEqual({ ATTRIBUTED: 3, CONFLICT: 1, OUT_OF_SCOPE: 2 });
  expect(ran.listed.map(({ event }) => [event.file, event.position])).toEqual([
    ['a.json.gz', 0],
    ['a.json.gz', 1],
    ['b.json.gz', 2],
    ['b.json.gz', 0],
  ]);
  expect(ran.result.writs.shown).toMatchObject([
    { mint: 'seen', events: 4, verdicts: { ATTRIBUTED: 3, CONFLICT: 1 } },
  ]);
  expect(ran.result.completeness).toMatchObject({
    issued: 1,
    mints: 1,
    withoutRecord: 0,
    withoutMint: { shown: [] },
  });
  expect(ran.result.outOfScope.shown).toMatchObject([
    { type: 'AssumedRole', name: 'deploy', events: 1 },
    { type: 'IAMUser', name: 'bob', events: 1 },
  ]);
});

describe('one event id', () => {
  test('the same event again: once, wherever it is and however it is written', async () => {
    const again = { version: '0', 'detail-type': 'AWS API Call via CloudTrail', detail: use(1) };
    const ran = await runOver({
      'a.json.gz': [use(1), foreign(2)],
      'b.json.gz': [foreign(2), again, use(1), foreign(2)],
    });
    reconciles(ran);
    expect(ran.result.counts).toMatchObject({ records: 6, duplicates: 4 });
    expect(counted(ran.result)).toEqual({ ATTRIBUTED: 1, OUT_OF_SCOPE: 1 });
    expect(ran.listed.map(({ event }) => event.file)).toEqual(['a.json.gz']);
  });

  test('another event: a conflict, and each is listed, also where it was out of scope', async () => {
    const ran = await runOver({
      'a.json.gz': [use(1), foreign(2), foreign(2), foreign(3)],
      'b.json.gz': [use(1, { eventName: 'PutObject' }), foreign(2, { eventName: 'PutObject' }), byUser(1)],
    });
    reconciles(ran);
    expect(ran.result.counts).toMatchObject({ duplicates: 1 });
    expect(counted(ran.result)).toEqual({ CONFLICT: 5, OUT_OF_SCOPE: 1 });
    expect(ran.listed.map(({ finding }) => finding.reason)).toEqual(Array(5).fill('event_id_twice'));
  });

  test('ids that are no UUIDs', async () => {
    const ran = await runOver({ 'a.json.gz': ['x', 'y', 'x'].map((eventId) => use(1, { eventId })) });
    reconciles(ran);
    expect(ran.result.counts).toMatchObject({ duplicates: 1, listed: 2 });
  });
});

test('what nobody asked for is counted apart, and seen all the same', async () => {
  const files = {
    'a.json.gz': [mint(1), use(2), use(2), foreign(3), foreign(3, { eventName: 'PutObject' })],
    'b.json.gz': [use(4, { eventTime: OPENED + 600 }), foreign(5, { eventTime: OPENED + 600 })],
  };
  const late = await runOver(files, { question: { from: OPENED + 300 } });
  reconciles(late);
  expect(late.result.counts).toMatchObject({ records: 7, notAsked: 5, duplicates: 0 });
  expect(counted(late.result)).toEqual({ ATTRIBUTED: 1, OUT_OF_SCOPE: 1 });
  for (const question of [
    { regions: ['eu-central-1'] },
    { accounts: ['444455556666'] },
    { to: OPENED + 601 },
  ]) {
    expect((await runOver(files, { question })).result.counts.notAsked).toBe(0);
  }
  for (const question of [{ regions: ['us-east-1'] }, { accounts: ['111122223333'] }, { to: OPENED }]) {
    const none = await runOver(files, { question });
    reconciles(none);
    expect(none.result.counts).toMatchObject({ notAsked: 7, listed: 0 });
  }
});

test('filters choose what is listed, and change no count', async () => {
  const files = { 'a.json.gz': [mint(1), use(2), use(3, { errorCode: 'AccessDenied' }), foreign(4)] };
  const all = await runOver(files);
  const only = { ...all.result.question.only, verdicts: ['DENIED' as const] };
  const denied = await runOver(files, { question: { only } });
  expect(denied.listed).toHaveLength(1);
  expect({ ...denied.result.counts, listed: 3 }).toEqual(all.result.counts);
  for (const [user, rows] of [
    ['idp:alice', 3],
    ['idp:bob', 0],
  ] as const) {
    const ran = await runOver(files, { question: { only: { ...only, verdicts: [], users: [user] } } });
    expect(ran.listed).toHaveLength(rows);
  }
});

test('with --all, what is out of scope is listed, and the counts are the same', async () => {
  const files = { 'a.json.gz': [mint(1), foreign(2), foreign(3), foreign(3)], 'b.json.gz': [byUser(4)] };
  const [some, all] = [await runOver(files), await runOver(files, { question: { all: true } })];
  reconciles(all);
  expect(all.listed.map(({ finding }) => finding.verdict).sort()).toEqual([
    'ATTRIBUTED',
    'OUT_OF_SCOPE',
    'OUT_OF_SCOPE',
    'OUT_OF_SCOPE',
  ]);
  expect({ ...all.result.counts, listed: 1 }).toEqual(some.result.counts);
  expect(all.result.outOfScope).toEqual(some.result.outOfScope);
});

test('damage is named and counted, and the rest goes on', async () => {
  const ran = await runOver({
    'a.json.gz': [use(1), { ...use(2), eventTime: 'yesterday' }, 'text', use(3)],
    'b.json.gz': gzipSync(JSON.stringify({ Records: [use(4), use(5)] })).subarray(0, -9),
    'c.txt': Buffer.from('no trail'),
    'd.json.gz': [foreign(6)],
  });
  reconciles(ran);
  expect(ran.result.inputs.damaged.shown).toMatchObject([
    { name: 'b.json.gz', damage: 'truncated' },
    { name: 'c.txt', damage: 'json', records: 0 },
  ]);
  expect(ran.result.inputs.unreadable).toEqual({
    shown: [
      { file: 'a.json.gz', position: 1, damage: 'field', field: 'eventTime' },
      { file: 'a.json.gz', position: 2, damage: 'not_an_object', field: null },
    ],
    leftOut: 0,
  });
  expect(ran.result.inputs.files.shown).toHaveLength(4);
});

test('files that are elsewhere: each is fetched when its turn comes, and one that does not come is named', async () => {
  const files = {
    'a.json.gz': [mint(1), use(2), foreign(3)],
    'b.json.gz': [foreign(3, { eventName: 'PutObject' })],
  };
  const here = await runOver(files);
  const fetched: string[] = [];
  const there = await runOver(files, {
    remote: (from) => async (to) => {
      fetched.push(from);
      await copyFile(from, to, constants.COPYFILE_EXCL);
    },
  });
  expect(there.result).toEqual(here.result);
  // Again for the two events under one id, which had only been counted.
  expect(fetched).toHaveLength(4);
  const lost = await runOver(files, {
    remote: (from) => (to) =>
      from.endsWith('b.json.gz') ? Promise.reject(new Error('denied')) : copyFile(from, to),
  });
  reconciles(lost);
  expect(lost.result.inputs.damaged.shown).toEqual([
    { name: 'b.json.gz', damage: 'unavailable', records: 0 },
  ]);
  expect(lost.result.inputs.files.shown).toHaveLength(1);
});

test('no event: nothing is claimed', async () => {
  const ran = await runOver({ 'a.json.gz': [] });
  reconciles(ran);
  expect(ran.result).toMatchObject({ coverage: { found: null, dataEvents: false }, counts: { records: 0 } });
});

test('where the trail has events, and where it has none', async () => {
  const at = Math.ceil(OPENED / 3600) * 3600;
  const events = [0, 3600, 4 * 3600].map((after, number) =>
    foreign(number, { eventTime: at + after, eventCategory: 'Management' }),
  );
  const ran = await runOver(
    { 'a.json.gz': events },
    { question: { from: at - 3600, to: at + 6 * 3600, accounts: ['444455556666', '999988887777'] } },
  );
  expect(ran.result.coverage).toMatchObject({
    found: { from: at, to: at + 4 * 3600 },
    dataEvents: false,
    places: {
      shown: [
        {
          ...{
            account: '444455556666',
            region: 'eu-central-1',
            events: 3,
            managementEvents: 3,
            dataEvents: 0,
            emptyHours: 4,
          },
          gaps: {
            shown: [
              { from: at - 3600, to: at },
              { from: at + 2 * 3600, to: at + 4 * 3600 },
              { from: at + 5 * 3600, to: at + 6 * 3600 },
            ],
          },
        },
        { account: '999988887777', region: '', events: 0, from: null, emptyHours: 7 },
      ],
    },
  });
});

test('whatever the files, their order and the number of threads: the same result, and it adds up', async () => {
  const record = fc
    .tuple(
      fc.constantFrom(use, foreign, byUser, mint),
      fc.integer({ min: 1, max: 12 }),
      fc.record({
        eventTime: fc.integer({ min: OPENED - 5, max: OPENED + 1000 }),
        eventName: fc.constantFrom('GetObject', 'PutObject'),
        sourceAddress: fc.constantFrom('192.0.2.7', '198.51.100.9'),
        errorCode: fc.constantFrom(null, 'AccessDenied', 'NoSuchKey'),
      }),
    )
    .map(([make, number, change]) => (make === mint ? mint(number) : make(number, change)));
  const broken = fc.constantFrom<unknown>(null, 7, {}, { eventID: 'x' });
  const files = fc.array(fc.array(fc.oneof({ weight: 9, arbitrary: record }, broken), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(files, async (contents) => {
      const named = contents.map((content, at) => [`${at}.json.gz`, content] as const);
      const ran = await runOver(Object.fromEntries<Content>(named), { threads: 1 });
      reconciles(ran);
      const again = await runOver(Object.fromEntries<Content>(named.toReversed()), { threads: 3 });
      expect(JSON.stringify(again.result)).toBe(JSON.stringify(ran.result));
      expect(JSON.stringify(again.listed)).toBe(JSON.stringify(ran.listed));
    }),
    { numRuns: 8 },
  );
});

test('events that are judged apart are judged as if together', async () => {
  const events = Array.from({ length: 300 }, (_, number) =>
    useWith({
      ...{ eventId: `event ${number}`, eventTime: OPENED + number * 4, position: number },
      sourceAddress: number % 50 === 0 ? '198.51.100.9' : '192.0.2.7',
    }),
  );
  const ran = await runOver({ 'trail.json.gz': events.map(rawOf) });
  const together = judge(events, evidenceOf(storyOf()), { tolerance: TOLERANCE });
  expect(ran.listed.map(({ finding }) => finding)).toEqual(together.map(({ finding }) => finding));
});
