import { describe, expect, test } from 'vitest';
import { type ForgetPorts, forget, namesPerson } from '../../core/forget.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import { FORGET_ROUNDS } from '../../core/limits.ts';
import { KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import { NOW } from '../support/clock.ts';

const BY = 'arn:aws:sts::111122223333:assumed-role/privacy/carol';

function world(found: readonly string[], later: readonly string[] = []) {
  const left = new Set(found);
  const done: string[] = [];
  const coming = [...later];
  const ports: ForgetPorts = {
    clock: () => NOW * 1000,
    random: (bytes) => new Uint8Array(bytes),
    ledger: {
      append: async (item) => {
        const read = readItem(item);
        done.push('record' in read ? `records ${read.record.type}` : read.flaw);
        return 'written';
      },
    },
    people: {
      openings: async () => [...left],
      remove: async (subject, openings) => {
        done.push(`removes ${openings.length} of ${subject}`);
        for (const each of openings) left.delete(each);
        const next = coming.shift();
        if (next !== undefined) left.add(next);
      },
    },
  };
  return { ports, done, left };
}
const many = (count: number) => Array.from({ length: count }, (_, n) => `WRIT#${n}#00#intent`);

test('it is recorded first, with how many there were, and then done some at a time', async () => {
  const { ports, done, left } = world(many(60));
  const told: string[] = [];
  expect(await forget('corp:bob', BY, ports, (gone, of) => told.push(`${gone}/${of}`))).toMatchObject({
    record: { type: 'forgotten', at: NOW, subject: 'corp:bob', openings: 60, by: BY },
    left: 0,
  });
  expect(done).toEqual([
    'records forgotten',
    'removes 25 of corp:bob',
    'removes 25 of corp:bob',
    'removes 10 of corp:bob',
  ]);
  expect(told).toEqual(['25/60', '50/60', '60/60']);
  expect(left.size).toBe(0);
});

test('of whom there is nothing, nothing is written', async () => {
  const { ports, done } = world([]);
  expect(await forget('corp:bob', BY, ports)).toBeNull();
  expect(done).toEqual([]);
});

test('that cannot be recorded: nothing is deleted', async () => {
  const { ports, left } = world(many(3));
  const failing = { ...ports, ledger: { append: () => Promise.reject(new Error('no ledger')) } };
  await expect(forget('corp:bob', BY, failing)).rejects.toThrow('no ledger');
  expect(left.size).toBe(3);
});

test('what comes meanwhile is deleted as well, and nobody is followed for ever', async () => {
  const one = world(many(1), ['new']);
  expect(await forget('corp:bob', BY, one.ports)).toMatchObject({ left: 0 });
  expect(one.left.size).toBe(0);
  const busy = world(many(1), many(50));
  // It is told what is left: this is not done.
  expect(await forget('corp:bob', BY, busy.ports)).toMatchObject({ record: { openings: 1 }, left: 1 });
  expect(busy.done).toHaveLength(1 + FORGET_ROUNDS);
});

describe('a person’s name', () => {
  test.each([
    'corp:alice',
    'corp:a=40b',
    'arn:aws:sts::111122223333:assumed-role/responder/carol',
    KEY_THUMBPRINT_URI + 'a'.repeat(43),
  ])('%s', (name) => expect(namesPerson(name)).toBe(true));
  test.each(['', 'alice', 'corp:alice\n', 'WRIT#1', 'corp:a b*', `${KEY_THUMBPRINT_URI}${'a'.repeat(43)}\n`])(
    'not %j',
    (name) => expect(namesPerson(name)).toBe(false),
  );
});
