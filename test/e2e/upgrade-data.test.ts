/**
 * Every earlier release's data, read and worked on by this one: the items that a real stack of that release left, put into
 * a real engine as they are, and this release's code over them with the clock at the instant at which they were read. So
 * writs that were live then are live here; no time in a record is shifted, which would be another record.
 *
 * It shows that nothing which that release wrote is lost on this one: not a record, a head, a deny entry, an end. It does
 * not show a deploy (`upgrade.test.ts` does), nor that an older release reads what this one writes: that is what the two
 * steps of a new `v` are for (docs/upgrading.md). What a run of half a minute has no instance of, an outcome *withheld* for
 * one, is read by the tests of `test/core/ledger`.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import { dynamodbCursor, dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { foldWrit } from '../../core/ledger/fold.ts';
import { seal } from '../../core/ledger/openings.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import { denyDocument } from '../../core/revocation/deny-document.ts';
import { isStamped } from '../../core/revocation/entry.ts';
import { sweep } from '../../core/sweep.ts';
import { judge } from '../core/revocation/world.ts';
import { openTables, type TestTables } from '../support/dynamodb.ts';
import {
  allItems,
  byWrit,
  type Frozen,
  frozenReleases,
  ledgerItem,
  placeOf,
  putItems,
  readFrozen,
  recordShapes,
  say,
} from '../support/releases.ts';

test('there is the data of an earlier release', () => {
  expect(frozenReleases()).toContain('0.1.0');
});

describe.each(frozenReleases())('what release %s left', (release) => {
  const frozen: Frozen = readFrozen(release);
  const { at, items, said } = frozen;
  let db: TestTables;
  beforeAll(async () => {
    db = await openTables(`upgrade-${release.replaceAll('.', '-')}`);
    await putItems(items, db.client, db.tables);
  });
  afterAll(() => db.close());

  test('is one of each thing that can become of a writ', () => {
    const states = new Set(Object.values(said.writs).map(({ state }) => state));
    expect([...states].sort()).toEqual([...['ended', 'failed', 'issued', 'open', 'orphaned', 'refused']]);
    expect(Object.values(said.writs).filter(({ deniedBy }) => deniedBy.length > 0)).not.toEqual([]);
    expect(Object.values(said.writs).filter(({ standing }) => standing === 'revoked')).not.toEqual([]);
    const kinds = new Set(items.control.map(({ pk }) => pk?.S?.split('#')[0]));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        ...['ACTOR', 'CURSOR', 'DENY', 'HEALTH', 'MEASURED', 'PROOF', 'REFUSED', 'REVOKED', 'WRITTEN'],
      ]),
    );
  });

  test('each record is read', () => {
    const unread = items.ledger.map(ledgerItem).flatMap((item) => {
      const read = readItem(item);
      return 'flaw' in read ? [`${item.pk} ${item.sk}: ${read.flaw}`] : [];
    });
    expect(unread).toEqual([]);
  });

  test('its record types are today’s, or today’s have another `v`', () => {
    const today = recordShapes();
    const changed = Object.entries(frozen.records).filter(
      ([name, { v, shape }]) =>
        today[name] === undefined || (today[name].v === v && today[name].shape !== shape),
    );
    expect(changed.map(([name]) => name)).toEqual([]);
  });

  test('each opening of a personal field fits the record beside which it was put', () => {
    const bodies = new Map(items.ledger.map((item) => [placeOf(item), item.body?.S ?? '']));
    const openings = items.people.flatMap(({ sk, body }) => {
      const [, pk = '', place = ''] = /^(\w+#\w+)#(.+)$/.exec(sk?.S ?? '') ?? [];
      const values: Record<string, { salt: string; value: string }> = JSON.parse(body?.S ?? '');
      return Object.entries(values).map(([name, { salt, value }]) => ({
        what: `${pk} ${place} ${name}`,
        fits: bodies.get(`${pk} ${place}`)?.includes(seal(value, Buffer.from(salt, 'base64url')).hash),
      }));
    });
    expect(openings.length).toBeGreaterThan(20);
    expect(openings.filter(({ fits }) => fits !== true)).toEqual([]);
  });

  test('says the same to this release: states, who is live, who is blocked, what is denied', async () => {
    expect(await say(db.client, db.tables, at)).toEqual(said);
  });

  test('what a reconciler keeps is read', async () => {
    const accounts = items.control.flatMap(({ pk }) => /^HEALTH#(\d{12})$/.exec(pk?.S ?? '')?.[1] ?? []);
    expect(accounts.length).toBeGreaterThan(0);
    for (const account of accounts) {
      const state = dynamodbAccountState(db.client, db.tables.control, account);
      expect(await state.health()).toMatchObject({ verifiedAt: expect.any(Number) });
      expect(await state.written()).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect((await state.measured()).length).toBeGreaterThan(0);
    }
  });

  test('the deny document that this release writes denies all that was denied, and no other', async () => {
    const revocations = dynamodbRevocations(db.client, db.tables);
    const denied: string[] = [];
    for (const [writ, story] of byWrit(items.ledger)) {
      const { intent, outcome } = foldWrit(story, at);
      if (intent === null || outcome?.outcome !== 'issued') continue;
      const entries = (await revocations.entries(intent.account)).filter(isStamped);
      const { text, impossible } = denyDocument(entries, at, intent.account);
      expect(impossible).toEqual([]);
      const { tags, issuedAt } = outcome;
      if (judge(text).denies({ writ, role: intent.role, tags, issuedAt })) denied.push(writ);
    }
    const covered = Object.entries(said.writs).filter(([, { deniedBy }]) => deniedBy.length > 0);
    expect(denied.sort()).toEqual(covered.map(([writ]) => writ).sort());
  });

  // The last one: it writes.
  test('the sweep of two hours later settles what was open, ends what was live, and changes no item', async () => {
    const later = at + 2 * 3600;
    const ports = {
      clock: () => later * 1000,
      ledger: dynamodbLedger(db.client, db.tables),
      readHeads: dynamodbReadHeads(db.client, db.tables),
      revocations: dynamodbRevocations(db.client, db.tables),
      cursor: dynamodbCursor(db.client, db.tables.control),
    };
    const open = Object.values(said.writs).filter(({ state }) => state === 'open').length;
    const issued = Object.values(said.writs).filter(({ state }) => state === 'issued').length;
    expect(await sweep(ports)).toMatchObject({ orphaned: open, closed: issued, unreadable: 0 });
    expect(await sweep(ports)).toMatchObject({ orphaned: 0, closed: 0, unreadable: 0 });

    const { ledger, people } = await allItems(db.client, db.tables);
    const after = new Map(ledger.map((item) => [placeOf(item), item]));
    expect(
      items.ledger.filter((item) => !isDeepStrictEqual(after.get(placeOf(item)), item)).map(placeOf),
    ).toEqual([]);
    expect(people).toEqual(items.people);
    const ends = [...byWrit(ledger)].map(([writ, story]) => [writ, foldWrit(story, later)] as const);
    expect(Object.fromEntries(ends.map(([writ, { state, live }]) => [writ, [state, live]]))).toEqual(
      Object.fromEntries(
        Object.entries(said.writs).map(([writ, { state }]) => [writ, [LATER[state] ?? state, false]]),
      ),
    );
  });
});

const LATER: { readonly [state: string]: string } = { issued: 'ended', open: 'orphaned' };
