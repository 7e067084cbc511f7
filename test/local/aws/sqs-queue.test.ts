import { beforeEach, describe, expect, test } from 'vitest';
import { Queue, type QueueInput } from '../../../local/aws/sqs-queue.ts';
import { NOW } from './world.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let clock: number;
let ids: number;
beforeEach(() => {
  clock = NOW;
  ids = 0;
});

function queue(input: QueueInput, deadLetters: Queue | null = null): Queue {
  const id = () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`;
  return new Queue(input, { arn: `arn:${input.name}`, deadLetters, id, now: () => clock });
}
const send = (to: Queue, body: string, groupId = 'a', deduplicationId = body) =>
  to.send({ body, senderId: 'me', ...(to.fifo ? { groupId, deduplicationId } : {}) });
const bodies = (of: Queue, max = 10, seconds = 30) => of.receive(max, seconds).map(({ body }) => body);

describe('a FIFO queue', () => {
  test('gives a group in order, several at a time', () => {
    const fifo = queue({ name: 'q.fifo' });
    for (const body of ['1', '2', '3']) send(fifo, body);
    expect(bodies(fifo, 2)).toEqual(['1', '2']);
  });

  test('a group is blocked while one of its messages is in flight; others are not', () => {
    const fifo = queue({ name: 'q.fifo' });
    send(fifo, '1', 'a');
    send(fifo, '2', 'a');
    send(fifo, '3', 'b');
    const [first] = fifo.receive(1, 30);
    expect(bodies(fifo)).toEqual(['3']);
    expect(bodies(fifo)).toEqual([]);
    expect(fifo.delete(first?.receiptHandle ?? '')).toBe('done');
    expect(bodies(fifo)).toEqual(['2']);
  });

  test('what comes back keeps its place', () => {
    const fifo = queue({ name: 'q.fifo' });
    send(fifo, '1');
    send(fifo, '2');
    expect(bodies(fifo, 1)).toEqual(['1']);
    clock += 30 * SECOND;
    expect(bodies(fifo)).toEqual(['1', '2']);
  });

  test('a deduplication id is known for five minutes from the first send, also after the message is gone', () => {
    const fifo = queue({ name: 'q.fifo' });
    const first = send(fifo, '1', 'a', 'same');
    fifo.delete(fifo.receive(1, 30)[0]?.receiptHandle ?? '');
    clock += 5 * MINUTE - 1;
    expect(send(fifo, 'other', 'b', 'same')).toEqual(first);
    expect(fifo.counts()).toEqual({ visible: 0, inFlight: 0 });
    clock += 1;
    expect(send(fifo, '2', 'a', 'same')).not.toEqual(first);
    expect(bodies(fifo)).toEqual(['2']);
  });

  test('sequence numbers rise', () => {
    const fifo = queue({ name: 'q.fifo' });
    const numbers = ['1', '2', '3'].map((body) => send(fifo, body).sequenceNumber ?? '');
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers[0]).toMatch(/^\d{20}$/);
  });

  test('a handle is worth nothing once its time is over', () => {
    const fifo = queue({ name: 'q.fifo' });
    send(fifo, '1');
    const [late] = fifo.receive(1, 30);
    clock += 30 * SECOND;
    expect(fifo.delete(late?.receiptHandle ?? '')).toBe('stale');
    const [again] = fifo.receive(1, 30);
    expect(fifo.delete(late?.receiptHandle ?? '')).toBe('stale');
    expect(fifo.delete(again?.receiptHandle ?? '')).toBe('done');
    expect(fifo.delete(again?.receiptHandle ?? '')).toBe('gone');
  });

  test('a poison message goes to the dead letters after its last receive, and its group goes on', () => {
    const dead = queue({ name: 'dead.fifo' });
    const fifo = queue({ name: 'q.fifo', redrive: { maxReceiveCount: 2, deadLetterQueue: dead.name } }, dead);
    const { messageId } = send(fifo, 'poison');
    send(fifo, 'next');
    for (const seen of [1, 2]) {
      expect(fifo.receive(1, 30)[0]).toMatchObject({ body: 'poison', receiveCount: seen });
      clock += 30 * SECOND;
    }
    expect(bodies(fifo)).toEqual(['next']);
    expect(dead.receive(10, 30)).toMatchObject([
      {
        ...{ messageId, body: 'poison', groupId: 'a', deduplicationId: 'poison', receiveCount: 1 },
        ...{ sentAt: NOW, deadLetterSourceArn: 'arn:q.fifo', sequenceNumber: '10000000000000000001' },
      },
    ]);
  });
});

describe('a standard queue', () => {
  test('gives the others while one is in flight, and deletes also with a late handle', () => {
    const plain = queue({ name: 'q' });
    send(plain, '1');
    send(plain, '2');
    const [first] = plain.receive(1, 30);
    expect(bodies(plain)).toEqual(['2']);
    clock += 30 * SECOND;
    expect(plain.delete(first?.receiptHandle ?? '')).toBe('done');
    expect(bodies(plain)).toEqual(['2']);
  });

  test('not with the handle of an earlier receive', () => {
    const plain = queue({ name: 'q' });
    send(plain, '1');
    const [first] = plain.receive(1, 30);
    clock += 30 * SECOND;
    plain.receive(1, 30);
    expect(plain.delete(first?.receiptHandle ?? '')).toBe('stale');
    expect(plain.counts()).toEqual({ visible: 0, inFlight: 1 });
  });
});

test('visibility can be made longer, and ended', () => {
  const fifo = queue({ name: 'q.fifo' });
  send(fifo, '1');
  const [message] = fifo.receive(1, 10);
  expect(fifo.changeVisibility(message?.receiptHandle ?? '', 60)).toBe('done');
  clock += 59 * SECOND;
  expect(fifo.nextReturn()).toBe(clock + SECOND);
  expect(bodies(fifo)).toEqual([]);
  expect(fifo.changeVisibility(message?.receiptHandle ?? '', 0)).toBe('done');
  expect(fifo.changeVisibility(message?.receiptHandle ?? '', 60)).toBe('stale');
  expect(fifo.nextReturn()).toBeNull();
  expect(bodies(fifo)).toEqual(['1']);
});

test.each(['', 'x', Buffer.from('00000000-0000-4000-8000-000000000000').toString('base64')])(
  '%j is no receipt handle',
  (handle) => {
    expect(queue({ name: 'q' }).delete(handle)).toBe('malformed');
  },
);

test.each(['', 'a.b', 'x.fifo.fifo', `${'x'.repeat(76)}.fifo`])('%j is no name of a queue', (name) => {
  expect(() => queue({ name })).toThrow(TypeError);
});

test('dead letters of the other kind are refused', () => {
  const dead = queue({ name: 'dead' });
  const redrive = { maxReceiveCount: 1, deadLetterQueue: 'dead' };
  expect(() => queue({ name: 'q.fifo', redrive }, dead)).toThrow('same kind');
});
