import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LedgerChange } from '../../core/archive/leaf.ts';
import { archive } from '../../core/archive.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { MAX_ENTRY_BYTES } from '../../core/evidence/tiles.ts';
import { Fault } from '../../core/fault.ts';
import { NOW } from '../support/clock.ts';
import { endedOf, intentOf, issuedOf } from './archive/records.ts';
import { Crash, inserted, openWorld, type World } from './archive/world.ts';

const BATCH = [1, 2, 3].flatMap((n) => [intentOf(n), issuedOf(n)]);
const CHANGES = BATCH.map((item) => inserted(item));
const BODIES = BATCH.map(({ body }) => body);
/** How something ends, as a word. */
const endOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error) => (error instanceof Fault ? error.code : String(error)),
  );
const sorted = (bodies: readonly string[]): readonly string[] => [...bodies].sort();

describe('each leaf once', () => {
  test('a batch is one segment, one checkpoint, and its bodies are the leaves', async () => {
    const world = openWorld();
    expect(await archive(CHANGES, world.ports)).toEqual({ added: 6, tampered: 0, size: 6 });
    expect(sorted(world.published())).toEqual(sorted(BODIES));
    expect([...world.objects.keys()].filter((path) => path.startsWith('segments/'))).toHaveLength(1);
  });

  test('replayed, in another order and with a new one between, it adds the new one', async () => {
    const world = openWorld();
    await archive(CHANGES, world.ports);
    const again = [...CHANGES].reverse().toSpliced(2, 0, inserted(endedOf(1)));
    expect(await archive(again, world.ports)).toEqual({ added: 1, tampered: 0, size: 7 });
    expect(world.published()).toEqual([...world.published().slice(0, 6), endedOf(1).body]);
  });

  test('twice in one batch it is there once', async () => {
    const world = openWorld();
    await archive([...CHANGES, ...CHANGES], world.ports);
    expect(sorted(world.published())).toEqual(sorted(BODIES));
  });

  test('the same batch in another order makes the same segment', async () => {
    const [one, other] = [openWorld(), openWorld()];
    await archive(CHANGES, one.ports);
    await archive([...CHANGES].reverse(), other.ports);
    expect([...one.objects.keys()]).toEqual([...other.objects.keys()]);
  });

  test('an empty batch does nothing', async () => {
    const world = openWorld();
    expect(await archive([], world.ports)).toEqual({ added: 0, tampered: 0, size: 0 });
    expect(world.objects.size).toBe(0);
  });
});

describe('whatever the archiver is in the middle of when it ends', () => {
  /** 254 leaves, so that the crash happens while tiles of two levels grow. */
  const FIRST = Array.from({ length: 254 }, (_, n) => intentOf(1000 + n));
  const first = openWorld();
  beforeAll(async () => {
    await archive(
      FIRST.map((item) => inserted(item)),
      first.ports,
    );
  });
  const begun = (): World => openWorld(first.kept());

  test('a replay ends in the same log, from a crash before and after each call', async () => {
    const whole = begun();
    await archive(CHANGES, whole.ports);
    const steps = whole.calls.length;
    expect(steps).toBeGreaterThan(10);
    for (let at = 0; at < steps; at++) {
      for (const when of ['before', 'after'] as const) {
        const world = begun();
        world.crash = { at, when };
        await expect(archive(CHANGES, world.ports)).rejects.toBeInstanceOf(Crash);
        world.crash = null;
        await archive([...CHANGES].reverse(), world.ports);
        expect(world.published(), `${when} ${whole.calls[at]}`).toEqual(whole.published());
      }
    }
  });

  test('another batch that comes first finishes what was begun', async () => {
    const whole = begun();
    await archive(CHANGES, whole.ports);
    for (let at = 0; at < whole.calls.length; at++) {
      const world = begun();
      world.crash = { at, when: 'after' };
      await expect(archive(CHANGES, world.ports)).rejects.toBeInstanceOf(Crash);
      world.crash = null;
      expect(await endOf(archive([inserted(endedOf(9))], world.ports))).toBe('done');
      expect(await endOf(archive(CHANGES, world.ports))).toBe('done');
      const all = [...FIRST.map(({ body }) => body), ...BODIES, endedOf(9).body];
      expect(sorted(world.published()), `after ${whole.calls[at]}`).toEqual(sorted(all));
    }
  });

  test('a crash in the replay of a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 6 }), fc.boolean(), async (ends, early) => {
        const world = openWorld();
        for (const at of ends) {
          world.calls.length = 0;
          world.crash = { at, when: early ? 'before' : 'after' };
          await archive(CHANGES, world.ports).catch(() => undefined);
        }
        world.crash = null;
        await archive(CHANGES, world.ports);
        expect(sorted(world.published())).toEqual(sorted(BODIES));
      }),
      { numRuns: 50 },
    );
  });
});

describe('two at once', () => {
  test('in whatever order their calls come, each leaf is there once, and none waits for ever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = openWorld();
        world.turn = scheduler.scheduleFunction(async () => undefined);
        const halves = [
          archive(CHANGES.slice(0, 4), world.ports),
          archive(CHANGES.slice(2), world.ports),
          archive([inserted(endedOf(1))], world.ports),
        ];
        expect(await endOf(scheduler.waitFor(Promise.all(halves)))).toBe('done');
        expect(sorted(world.published())).toEqual(sorted([...BODIES, endedOf(1).body]));
      }),
      { numRuns: 200 },
    );
  });

  test('both have read the same head: one appends, and the other goes on from there', async () => {
    const world = openWorld();
    const both = Promise.all([archive(CHANGES, world.ports), archive([inserted(endedOf(1))], world.ports)]);
    expect(await endOf(both)).toBe('done');
    expect(world.calls.slice(0, 2)).toEqual(['head', 'head']);
    expect(sorted(world.published())).toEqual(sorted([...BODIES, endedOf(1).body]));
  });

  test('one that was held up before the checkpoint does not undo a later one', async () => {
    const world = openWorld();
    let hold: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    const order: string[] = [];
    world.turn = async (name) => {
      order.push(name);
      // The first time only: the slow one is in the middle of publishing its six leaves.
      if (name === 'replace checkpoint' && order.filter((each) => each === name).length === 1) await held;
    };
    const slow = archive(CHANGES, world.ports);
    while (!order.includes('replace checkpoint')) await Promise.resolve();
    await archive([inserted(endedOf(1))], world.ports);
    hold?.();
    await slow;
    expect(world.published()).toHaveLength(7);
  });
});

describe('tampering is a leaf', () => {
  const item = intentOf(1);
  const other = issuedOf(2).body;
  const change = (kind: string, before: string | null, after: string | null): LedgerChange => ({
    ...inserted(item, NOW - 5),
    ...{ kind, before, after },
  });

  test.each([
    { name: 'another text', kind: 'MODIFY', before: item.body, after: other, what: 'modified' },
    { name: 'no body any more', kind: 'MODIFY', before: item.body, after: null, what: 'modified' },
    { name: 'nothing', kind: 'REMOVE', before: item.body, after: null, what: 'removed' },
    {
      name: 'a change of a kind nobody knows',
      kind: 'UNKNOWN',
      before: null,
      after: item.body,
      what: 'modified',
    },
    { name: 'no body', kind: 'INSERT', before: null, after: null, what: 'unreadable' },
    { name: 'no JSON', kind: 'INSERT', before: null, after: 'not JSON', what: 'unreadable' },
    {
      name: 'a text that is not the canonical one',
      kind: 'INSERT',
      before: null,
      after: `${item.body} `,
      what: 'unreadable',
    },
    {
      name: 'two lines',
      kind: 'INSERT',
      before: null,
      after: `${item.body}\n${item.body}`,
      what: 'unreadable',
    },
    { name: 'another writ’s record', kind: 'INSERT', before: null, after: other, what: 'unreadable' },
    {
      name: 'an unknown version',
      kind: 'INSERT',
      before: null,
      after: jcs({ v: 2, type: 'intent' }),
      what: 'unreadable',
    },
    {
      name: 'too much',
      kind: 'INSERT',
      before: null,
      after: 'x'.repeat(MAX_ENTRY_BYTES + 1),
      what: 'unreadable',
    },
  ])('$kind, $name: $what, with the hashes of what stood there', async ({ kind, before, after, what }) => {
    const world = openWorld();
    expect(await archive([change(kind, before, after)], world.ports)).toMatchObject({ tampered: 1 });
    const hashOf = (body: string | null) => (body === null ? null : sha256Hex(body));
    expect(world.published()).toEqual([
      jcs({
        ...{ v: 1, type: 'tamper', at: NOW - 5, pk: item.pk, sk: item.sk, what },
        ...{ before: hashOf(before), after: kind === 'REMOVE' ? null : hashOf(after) },
      }),
    ]);
  });

  test('told twice it is there once', async () => {
    const world = openWorld();
    const removed = change('REMOVE', item.body, null);
    await archive([removed], world.ports);
    expect(await archive([removed, removed], world.ports)).toMatchObject({ added: 0, size: 1 });
  });

  test('the alarm survives a call that appended it and did not come to its end', async () => {
    const removed = change('REMOVE', item.body, null);
    const whole = openWorld();
    await archive([removed], whole.ports);
    for (let at = 0; at < whole.calls.length; at++) {
      const world = openWorld();
      world.crash = { at, when: 'after' };
      await expect(archive([removed], world.ports)).rejects.toBeInstanceOf(Crash);
      world.crash = null;
      expect(await archive([removed], world.ports), `after ${whole.calls[at]}`).toMatchObject({
        tampered: 1,
      });
    }
  });

  test('one that says that it is one is none: nobody accuses by an item of the ledger', async () => {
    const world = openWorld();
    const tamper = { v: 1, type: 'tamper', at: NOW, what: 'removed', before: null, after: null };
    const body = jcs({ ...tamper, pk: item.pk, sk: item.sk });
    await archive([change('INSERT', null, body)], world.ports);
    expect(JSON.parse(world.published()[0] ?? '')).toMatchObject({
      what: 'unreadable',
      after: sha256Hex(body),
    });
  });

  test('a key of thousands of characters stops nobody', async () => {
    const world = openWorld();
    const long = { ...inserted(item), pk: `WRIT#${'é'.repeat(1000)}`, sk: 's'.repeat(1000) };
    expect(await archive([long, inserted(intentOf(2))], world.ports)).toMatchObject({
      added: 2,
      tampered: 1,
    });
    const [row] = await world.ports.index.of(long.pk.slice(0, 256));
    expect(row?.sk.length ?? Number.POSITIVE_INFINITY).toBeLessThan(300);
  });
});

describe('what is not as it was left stops everybody', () => {
  const cut = async (): Promise<World> => {
    const world = openWorld();
    world.crash = { at: 5, when: 'before' };
    await expect(archive(CHANGES, world.ports)).rejects.toBeInstanceOf(Crash);
    expect(world.calls.at(-2)).toMatch(/^advance to 6/);
    world.crash = null;
    return world;
  };
  const segment = (world: World) =>
    [...world.objects.keys()].find((path) => path.startsWith('segments/')) ?? '';

  test('a segment with another byte', async () => {
    const world = await cut();
    const bytes = Buffer.from(world.objects.get(segment(world)) ?? []);
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    world.objects.set(segment(world), bytes);
    await expect(archive(CHANGES, world.ports)).rejects.toEqual(new Fault('evidence_forked'));
  });

  test('a segment that is gone', async () => {
    const world = await cut();
    world.objects.delete(segment(world));
    await expect(archive(CHANGES, world.ports)).rejects.toEqual(new Fault('evidence_unavailable'));
  });

  test('a tile with other bytes', async () => {
    const world = await cut();
    world.objects.set('tile/0/000.p/6', Buffer.alloc(192));
    await expect(archive(CHANGES, world.ports)).rejects.toEqual(new Fault('evidence_forked'));
    expect(world.published()).toEqual([]);
  });
});
