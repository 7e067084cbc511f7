import { expect, test } from 'vitest';
import { sweepGaps } from '../../../core/archive/gaps.ts';
import { archive } from '../../../core/archive.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { Fault } from '../../../core/fault.ts';
import { placeOf } from '../../../core/ledger/keys.ts';
import { ARCHIVE_GRACE_SECONDS, GAP_SWEEP_MILLIS } from '../../../core/limits.ts';
import type { LedgerItem } from '../../../core/ports.ts';
import { NOW } from '../../support/clock.ts';
import { endedOf, intentOf, issuedOf } from './records.ts';
import { inserted, openWorld, type World } from './world.ts';

const ITEMS = [1, 2, 3].flatMap((n) => [intentOf(n), issuedOf(n), endedOf(n)]);
const [FIRST, SECOND] = [intentOf(1), issuedOf(1)];
/** When the first was made, and when all of them are old. */
const MADE: number = JSON.parse(FIRST.body).at;
const LATER = MADE + 86_400;

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

test('table and leaves agree: nothing is added', async () => {
  const good = await world();
  expect(await sweepGaps(good.ports)).toEqual({ filled: 0, tampered: 0, looked: 18 });
});

test('an item without a leaf gets one, byte for byte', async () => {
  const gap = await world(ITEMS.slice(1));
  gap.now = LATER;
  expect(await sweepGaps(gap.ports)).toMatchObject({ filled: 1, tampered: 0 });
  expect(gap.published().at(-1)).toBe(FIRST.body);
  expect(await sweepGaps(gap.ports)).toMatchObject({ filled: 0, tampered: 0 });
});

test('one that the stream may be bringing just now is no gap yet', async () => {
  const late = await world(ITEMS.slice(1));
  late.now = MADE + ARCHIVE_GRACE_SECONDS - 1;
  expect(await sweepGaps(late.ports)).toMatchObject({ filled: 0, tampered: 0 });
  late.now += 1;
  expect(await sweepGaps(late.ports)).toMatchObject({ filled: 1, tampered: 0 });
});

test('one that says a time far ahead does not hide by it', async () => {
  const ahead = await world(ITEMS.slice(1));
  ahead.now = MADE - 3600;
  expect(await sweepGaps(ahead.ports)).toMatchObject({ filled: 1 });
});

test('what one page lacks is appended before the next is read: whoever is stopped has lost a page', async () => {
  const cut = await world(ITEMS.slice(0, 1));
  cut.now = LATER;
  const walks = () => cut.calls.filter((name) => name === 'walk').length;
  cut.calls.length = 0;
  cut.turn = async (name) => {
    if (name === 'walk' && walks() === 1) throw new Fault('ledger_unavailable');
  };
  const found = { filled: 0, tampered: 0, looked: 0 };
  await expect(sweepGaps(cut.ports, found)).rejects.toBeInstanceOf(Fault);
  expect(found).toEqual({ filled: 2, tampered: 0, looked: 3 });
  cut.turn = async () => undefined;
  // Six items are left, of which none has a leaf; and all leaves are looked at.
  expect(await sweepGaps(cut.ports)).toMatchObject({ filled: 6, looked: 6 + 9 });
});

test('what was found is counted before it is appended: it rings, whatever comes then', async () => {
  const gone = await world();
  gone.ledger.delete(placeOf(SECOND));
  gone.turn = async (name) => {
    if (name === 'sign') throw new Fault('signing_unavailable');
  };
  const found = { filled: 0, tampered: 0, looked: 0 };
  await expect(sweepGaps(gone.ports, found)).rejects.toBeInstanceOf(Fault);
  expect(found.tampered).toBe(1);
});

test('it stops in time, half of it for the table and half for the leaves', async () => {
  const slow = await world();
  slow.now = LATER;
  slow.turn = async (name) => {
    if (name === 'walk') slow.now += GAP_SWEEP_MILLIS / 2000 + 1;
  };
  // One page of three items, and one bundle of nine leaves.
  expect(await sweepGaps(slow.ports)).toMatchObject({ looked: 3 + 9 });
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
