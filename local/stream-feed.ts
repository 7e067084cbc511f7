/** Lambda's event source mapping on the laptop: reads the ledger's stream and hands each batch to a function. */
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

export interface StreamFeed {
  /** Records handed over so far. */
  readonly delivered: () => number;
  readonly close: () => Promise<void>;
}

const POLL_MILLIS = 250;
const BATCH = 100;

export async function startStreamFeed(options: {
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly lambda: LambdaClient;
  readonly table: string;
  readonly functionName: string;
  /** Told when a batch could not be delivered; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}): Promise<StreamFeed> {
  let iterator = await firstIterator(options);
  let delivered = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  const poll = async (): Promise<void> => {
    try {
      const { Records = [], NextShardIterator } = await options.streams.send(
        new GetRecordsCommand({ ShardIterator: iterator, Limit: BATCH }),
      );
      if (Records.length > 0) {
        await deliver(options, Records);
        delivered += Records.length;
      }
      iterator = NextShardIterator ?? iterator;
    } catch (error) {
      if (!stopped) options.onTrouble(error);
    }
    if (!stopped) timer = setTimeout(next, POLL_MILLIS);
  };
  const next = (): void => {
    turn = poll();
  };
  next();

  return {
    delivered: () => delivered,
    async close() {
      stopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

async function firstIterator({
  dynamodb,
  streams,
  table,
}: Parameters<typeof startStreamFeed>[0]): Promise<string | undefined> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const StreamArn = Table?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  return ShardIterator;
}

async function deliver(
  { lambda, functionName }: { lambda: LambdaClient; functionName: string },
  Records: readonly unknown[],
): Promise<void> {
  const { FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify({ Records })) }),
  );
  if (FunctionError !== undefined) throw new Error('the stream function failed');
}
