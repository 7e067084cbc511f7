/** Lambda's event source mapping on the laptop: reads a table's stream and hands over each batch. */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { failedItems } from './batch-failures.ts';
import type { Database } from './database.ts';
import type { Part } from './parts.ts';

const POLL_MILLIS = 250;
const LONGEST_PAUSE_MILLIS = 10_000;
const BATCH = 100;

/** What Lambda tells an on-failure destination of a record that it gives up: where to find it, not the record. */
export interface FailedRecord {
  readonly version: '1.0';
  readonly requestContext: {
    readonly condition: 'RetryAttemptsExhausted';
    readonly approximateInvokeCount: number;
  };
  readonly DDBStreamBatchInfo: {
    readonly streamArn: string;
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: 1;
  };
}

export interface StreamFeedTarget {
  /** Invokes the function and gives back its answer, which may name the records that failed. */
  readonly deliver: (batch: { readonly Records: readonly unknown[] }) => Promise<unknown>;
  /** Told when a batch, or the rest of one, could not be delivered; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
  /** What happens to a record that failed `tries` times. Absent: it is tried for ever, and the shard waits. */
  readonly failures?: {
    readonly tries: number;
    /** Puts it into the failure queue. Until that has worked the record is not given up. */
    readonly send: (failed: FailedRecord) => Promise<unknown>;
  };
}

/**
 * In the stream's order, from its beginning, and at least once. From the first record that the answer calls failed it
 * goes on, with growing pauses, and only that record is given up at the end; where the function failed as a whole, one
 * record at a time shows which of them it was. (On AWS that takes `BisectBatchOnFunctionError`: without, the whole
 * rest of the batch is given up.)
 */
export async function startStreamFeed(
  database: Database,
  table: string,
  to: StreamFeedTarget,
): Promise<Part> {
  const shard = await firstShard(database, table);
  let { iterator } = shard;
  let pending: readonly StreamRecord[] = [];
  let oneByOne = false;
  /** How often the first of `pending` has failed. */
  let failed = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    const { Records = [], NextShardIterator } = await database.streams.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH }),
    );
    iterator = NextShardIterator ?? iterator;
    pending = Records;
    oneByOne = false;
  }

  /** How many records of the batch were done before the first that was not. */
  async function deliver(batch: readonly StreamRecord[]): Promise<number> {
    const numbers = batch.map(sequenceNumber);
    try {
      const answer = await to.deliver({
        Records: batch.map((record) => asLambdaHas(record, shard.streamArn)),
      });
      const bad = failedItems(answer, numbers);
      const first = numbers.findIndex((number) => bad.has(number));
      if (first >= 0) to.onTrouble(new Error(`record ${first + 1} of ${numbers.length} was not done`));
      return first < 0 ? numbers.length : first;
    } catch (error) {
      oneByOne = true;
      to.onTrouble(error);
      return 0;
    }
  }

  async function handOver(): Promise<void> {
    const batch = oneByOne ? pending.slice(0, 1) : pending;
    const done = await deliver(batch);
    pending = pending.slice(done);
    if (done > 0) failed = 0;
    if (done === batch.length) return;
    failed += 1;
    const [poison] = pending;
    if (poison === undefined || to.failures === undefined || failed < to.failures.tries) return;
    await to.failures.send(givenUp(poison, shard, failed));
    pending = pending.slice(1);
    failed = 0;
  }

  const poll = async (): Promise<void> => {
    try {
      if (pending.length === 0) await read();
      if (pending.length > 0) await handOver();
    } catch (error) {
      if (!stopped) to.onTrouble(error);
    }
    if (!stopped) timer = setTimeout(next, pauseAfter(failed, pending.length > 0));
  };
  const next = (): void => {
    turn = poll();
  };
  next();

  return {
    async close() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

function pauseAfter(failed: number, more: boolean): number {
  if (failed > 0) return Math.min(POLL_MILLIS * 2 ** (failed - 1), LONGEST_PAUSE_MILLIS);
  return more ? 0 : POLL_MILLIS;
}

interface Shard {
  readonly streamArn: string;
  readonly shardId: string;
  readonly iterator: string | undefined;
}

async function firstShard({ dynamodb, streams }: Database, table: string): Promise<Shard> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  return { streamArn: StreamArn ?? '', shardId: ShardId ?? '', iterator: ShardIterator };
}

const sequenceNumber = ({ dynamodb }: StreamRecord): string => dynamodb?.SequenceNumber ?? '';

/** The stream's own client makes a Date of the time; Lambda hands over seconds since 1970. */
function asLambdaHas({ dynamodb, ...record }: StreamRecord, eventSourceARN: string) {
  const at = dynamodb?.ApproximateCreationDateTime;
  return {
    ...record,
    eventSourceARN,
    dynamodb: {
      ...dynamodb,
      ...(at === undefined ? {} : { ApproximateCreationDateTime: at.getTime() / 1000 }),
    },
  };
}

const givenUp = (record: StreamRecord, { streamArn, shardId }: Shard, tries: number): FailedRecord => ({
  version: '1.0',
  requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: tries },
  DDBStreamBatchInfo: {
    ...{ streamArn, shardId, batchSize: 1 },
    startSequenceNumber: sequenceNumber(record),
    endSequenceNumber: sequenceNumber(record),
  },
});
