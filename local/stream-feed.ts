/** Lambda's event source mapping on the laptop: reads a table's stream and hands over each batch. */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { Database } from './database.ts';
import type { Part } from './parts.ts';

const POLL_MILLIS = 250;
const BATCH = 100;

export async function startStreamFeed(
  database: Database,
  table: string,
  to: {
    readonly deliver: (batch: { readonly Records: readonly unknown[] }) => Promise<unknown>;
    /** Told when a batch could not be delivered; it is tried again. */
    readonly onTrouble: (error: unknown) => void;
  },
): Promise<Part> {
  let iterator = await firstIterator(database, table);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  const poll = async (): Promise<void> => {
    try {
      const { Records = [], NextShardIterator } = await database.streams.send(
        new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH }),
      );
      if (Records.length > 0) await to.deliver({ Records });
      iterator = NextShardIterator ?? iterator;
    } catch (error) {
      if (!stopped) to.onTrouble(error);
    }
    if (!stopped) timer = setTimeout(next, POLL_MILLIS);
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

async function firstIterator({ dynamodb, streams }: Database, table: string): Promise<string | undefined> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  return ShardIterator;
}
