import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../local/database.ts';
import type { Part } from '../../local/parts.ts';
import { type StreamFeedTarget, startStreamFeed } from '../../local/stream-feed.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger/stream/1';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  await part?.close();
  part = undefined;
  vi.useRealTimers();
});

let part: Part | undefined;

/** A stream of one shard; an iterator is the index of the next record. */
function database(count: number): Database {
  const records = Array.from({ length: count }, (_, n) => ({
    eventName: 'INSERT' as const,
    dynamodb: { SequenceNumber: String(n + 1), ApproximateCreationDateTime: new Date(1_750_000_000_000) },
  }));
  const streams = {
    async send(command: unknown) {
      if (command instanceof DescribeStreamCommand)
        return { StreamDescription: { Shards: [{ ShardId: 's' }] } };
      if (command instanceof GetShardIteratorCommand) return { ShardIterator: '0' };
      if (!(command instanceof GetRecordsCommand)) throw new Error('not of this stream');
      const from = Number(command.input.ShardIterator);
      const Records = records.slice(from, from + (command.input.Limit ?? 1));
      return { Records, NextShardIterator: String(from + Records.length) };
    },
  };
  const dynamodb = { send: async () => ({ Table: { LatestStreamArn: STREAM } }) };
  return { endpoint: '', dynamodb, streams } as unknown as Database;
}

type Batch = readonly { readonly dynamodb: { readonly SequenceNumber: string } }[];

/** A feed of so many records to a function that answers this; `batches` has the sequence numbers it was given. */
async function feed(
  count: number,
  handle: (numbers: readonly string[]) => unknown,
  failures?: StreamFeedTarget['failures'],
) {
  const batches: string[] = [];
  const onTrouble = vi.fn();
  part = await startStreamFeed(database(count), 'ledger', {
    async deliver({ Records }) {
      const numbers = (Records as Batch).map(({ dynamodb }) => dynamodb.SequenceNumber);
      batches.push(numbers.join(' '));
      return handle(numbers);
    },
    onTrouble,
    ...(failures === undefined ? {} : { failures }),
  });
  return { batches, onTrouble };
}

const reports = (poison: string) => (numbers: readonly string[]) => ({
  batchItemFailures: numbers.includes(poison) ? [{ itemIdentifier: poison }] : [],
});

test('every record is handed over once, a hundred at a time, with the time as Lambda writes it', async () => {
  const deliver = vi.fn(async () => null);
  part = await startStreamFeed(database(101), 'ledger', { deliver, onTrouble: vi.fn() });
  await vi.advanceTimersByTimeAsync(1000);
  expect(deliver).toHaveBeenCalledTimes(2);
  expect(deliver).toHaveBeenLastCalledWith({
    Records: [
      {
        eventName: 'INSERT',
        eventSourceARN: STREAM,
        dynamodb: { SequenceNumber: '101', ApproximateCreationDateTime: 1_750_000_000 },
      },
    ],
  });
});

test('it goes on from the first record that failed', async () => {
  let failing = true;
  const { batches, onTrouble } = await feed(4, () => {
    const answer = { batchItemFailures: failing ? [{ itemIdentifier: '4' }, { itemIdentifier: '3' }] : [] };
    failing = false;
    return answer;
  });
  await vi.advanceTimersByTimeAsync(2000);
  expect(batches).toEqual(['1 2 3 4', '3 4']);
  expect(onTrouble).toHaveBeenCalledTimes(1);
});

test('a poison record goes to the failure queue after its tries, and only that one', async () => {
  const send = vi.fn(async () => undefined);
  const { batches } = await feed(4, reports('2'), { tries: 3, send });
  await vi.advanceTimersByTimeAsync(5000);
  expect(batches).toEqual(['1 2 3 4', '2 3 4', '2 3 4', '3 4']);
  expect(send.mock.calls).toEqual([
    [
      {
        version: '1.0',
        requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
        DDBStreamBatchInfo: {
          streamArn: STREAM,
          shardId: 's',
          startSequenceNumber: '2',
          endSequenceNumber: '2',
          batchSize: 1,
        },
      },
    ],
  ]);
});

test('a record that breaks the function is found one by one', async () => {
  const send = vi.fn(async () => undefined);
  const { batches } = await feed(
    3,
    (numbers) => {
      if (numbers.includes('2')) throw new Error('the function failed');
    },
    { tries: 2, send },
  );
  await vi.advanceTimersByTimeAsync(5000);
  expect(batches).toEqual(['1 2 3', '1', '2', '2', '3']);
  expect(send).toHaveBeenCalledTimes(1);
});

test('a function that is away for a while loses nothing', async () => {
  let away = true;
  const { batches } = await feed(
    2,
    () => {
      if (away) throw new Error('no such function');
    },
    { tries: 10, send: vi.fn() },
  );
  await vi.advanceTimersByTimeAsync(5000);
  away = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(batches.slice(-2)).toEqual(['1', '2']);
});

test('without a failure queue a record is tried for ever', async () => {
  const { batches } = await feed(2, reports('1'));
  await vi.advanceTimersByTimeAsync(600_000);
  expect(batches.length).toBeGreaterThan(50);
  expect(new Set(batches)).toEqual(new Set(['1 2']));
});

test('a record is not given up before the failure queue has it', async () => {
  let full = true;
  const send = vi.fn(async () => {
    if (full) throw new Error('no queue');
  });
  const { batches, onTrouble } = await feed(2, reports('1'), { tries: 1, send });
  await vi.advanceTimersByTimeAsync(1000);
  expect(batches).not.toContain('2');
  expect(onTrouble).toHaveBeenCalledWith(new Error('no queue'));
  full = false;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(batches.at(-1)).toBe('2');
});

test('the pause grows', async () => {
  const { batches } = await feed(1, reports('1'));
  await vi.advanceTimersByTimeAsync(0);
  const seen = [];
  for (const millis of [249, 1, 499, 1, 999, 1]) {
    await vi.advanceTimersByTimeAsync(millis);
    seen.push(batches.length);
  }
  expect(seen).toEqual([1, 2, 2, 3, 3, 4]);
});

test('closing waits for a batch that is with the function', async () => {
  let finish = (): void => undefined;
  await feed(
    1,
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  await vi.advanceTimersByTimeAsync(0);
  let closed = false;
  const closing = part?.close().then(() => {
    closed = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toBe(false);
  finish();
  await closing;
});
