import { expect, test } from 'vitest';
import { sweepGaps } from '../../../core/archive/gaps.ts';
import { archive } from '../../../core/archive.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { placeOf } from '../../../core/ledger/keys.ts';
import { GAP_AGAIN_MILLIS } from '../../../core/limits.ts';
import type { LedgerItem } from '../../../core/ports.ts';
import { NOW } from '../../support/clock.ts';
import { endedOf, intentOf, issuedOf } from './records.ts';
import { inserted, openWorld, type World } from './world.ts';

const ITEMS = [1, 2, 3].flatMap((n) => [intentOf(n), issuedOf(n), endedOf(n)]);
const [FIRST, SECOND] = [intentOf(1), issuedOf(1)];

/** A ledger and its log. */
async function world(archived: readonly LedgerItem[] = ITEMS): Promise<World> {
  const opened = openWorld();
  for (const item of ITEMS) opened.ledger.set(placeOf(item), item);
  await archive(
    archived.map((item) => inserted(item)),
    opened.ports,
  );
  return opened;
}
const told = ({ published }: World): readonly object[] =>
  published()
    .map((body) => JSON.parse(body))
    .filter(({ type }) => type === 'tamper');

test('table and leaves agree: nothing is added, and nobody waits', async () => {
  const good = await world();
  expect(await sweepGaps(good.ports)).toEqual({ filled: 0, tampered: 0, looked: 18 });
  expect(good.slept).toEqual([]);
});

test('an item without a leaf gets one, byte for byte', async () => {
  const gap = await world(ITEMS.slice(1));
  expect(await sweepGaps(gap.ports)).toMatchObject({ filled: 1, tampered: 0 });
  expect(gap.published().at(-1)).toBe(FIRST.body);
  expect(await sweepGaps(gap.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('one that the stream brings meanwhile is no gap', async () => {
  const late = await world(ITEMS.slice(1));
  const ports = {
    ...late.ports,
    sleep: async (millis: number) => {
      late.slept.push(millis);
      await archive([inserted(FIRST)], late.ports);
    },
  };
  expect(await sweepGaps(ports)).toMatchObject({ filled: 0, tampered: 0 });
  expect(late.slept).toEqual([GAP_AGAIN_MILLIS]);
});

test('a leaf whose item is gone: told once, with the hash of what stood there', async () => {
  const gone = await world();
  gone.ledger.delete(placeOf(SECOND));
  expect(await sweepGaps(gone.ports)).toMatchObject({ filled: 0, tampered: 1 });
  const { pk, sk } = SECOND;
  const expected = { v: 1, type: 'tamper', at: NOW, pk, sk, what: 'missing', after: null };
  expect(told(gone)).toEqual([{ ...expected, before: sha256Hex(SECOND.body) }]);
  gone.now += 3600;
  expect(await sweepGaps(gone.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('one that another sweep appends meanwhile is told by both: that one may not come to its end', async () => {
  const gone = await world();
  gone.ledger.delete(placeOf(SECOND));
  let once = true;
  gone.turn = async (name) => {
    if (name !== 'read checkpoint' || !once) return;
    once = false;
    await sweepGaps(gone.ports);
  };
  expect(await sweepGaps(gone.ports)).toMatchObject({ filled: 0, tampered: 1 });
  expect(told(gone)).toHaveLength(1);
});

test('a leaf whose item says something else: told once, and the other body is no leaf', async () => {
  const changed = await world();
  const body = SECOND.body.replace('"packedPolicySize":', '"packedPolicySize" :');
  changed.ledger.set(placeOf(SECOND), { ...SECOND, body });
  expect(await sweepGaps(changed.ports)).toMatchObject({ filled: 0, tampered: 1 });
  expect(told(changed)).toMatchObject([
    { what: 'modified', before: sha256Hex(SECOND.body), after: sha256Hex(body) },
  ]);
  changed.now += 3600;
  expect(await sweepGaps(changed.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('another record in its place: as well', async () => {
  const changed = await world();
  const body = SECOND.body.replace(/"packedPolicySize":\w+/, '"packedPolicySize":99');
  expect(body).not.toBe(SECOND.body);
  changed.ledger.set(placeOf(SECOND), { ...SECOND, body });
  expect(await sweepGaps(changed.ports)).toMatchObject({ filled: 0, tampered: 1 });
  expect(changed.published()).not.toContain(body);
});

test('an item that is no record: told once', async () => {
  const odd = await world();
  odd.ledger.set('odd', { pk: 'WRIT#odd', sk: '00#intent', body: '' });
  expect(await sweepGaps(odd.ports)).toMatchObject({ filled: 0, tampered: 1 });
  expect(told(odd)).toMatchObject([{ what: 'unreadable', pk: 'WRIT#odd', before: null, after: null }]);
  odd.now += 3600;
  expect(await sweepGaps(odd.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('what the stream has told of is not told again', async () => {
  const known = await world();
  known.ledger.delete(placeOf(SECOND));
  await archive([{ ...inserted(SECOND), kind: 'REMOVE', before: SECOND.body, after: null }], known.ports);
  expect(await sweepGaps(known.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('it goes on where it stopped, and begins anew at the end', async () => {
  const long = await world();
  await long.ports.cursor.write({ item: { pk: FIRST.pk, sk: FIRST.sk }, leaf: 7 });
  // Eight items behind the first, two leaves from the eighth on.
  expect(await sweepGaps(long.ports)).toMatchObject({ looked: 10 });
  expect(await sweepGaps(long.ports)).toMatchObject({ looked: 18 });
});

test('an index that lost its rows does not make leaves twice without anybody hearing of it', async () => {
  const lost = await world();
  lost.forget(FIRST);
  expect(await sweepGaps(lost.ports)).toMatchObject({ filled: 1 });
  expect(lost.published().filter((body) => body === FIRST.body)).toHaveLength(2);
});
