/** What a writ costs after its caller has the answer: the function behind the ledger's stream. */
import { load } from './load.ts';
import type { Bench } from './systems.ts';

export interface Deferred {
  /** Writs in one batch of the stream, three records each: intent, outcome and the key's pointer. */
  readonly batch: number;
  /** User and system CPU, milliseconds per writ. */
  readonly cpu: number;
}

export async function measureDeferred(
  bench: Bench,
  batches: readonly number[],
  invocations: number,
): Promise<readonly Deferred[]> {
  const stream = await bench.startFunction('schedule');
  try {
    const found: Deferred[] = [];
    for (const batch of batches) {
      const request = { headers: {}, body: JSON.stringify(streamEvent(bench, batch)) };
      const ask = () => bench.client.send(stream.ports[0] ?? 0, request, '/invoke');
      await load(invocations, 1, ask);
      const before = await stream.usage();
      await load(invocations, 1, ask);
      const after = await stream.usage();
      found.push({ batch, cpu: (after.cpu - before.cpu) / 1000 / invocations / batch });
    }
    return found;
  } finally {
    await stream.stop();
  }
}

/** A DynamoDB stream's event, NEW_AND_OLD_IMAGES, of that many writs. */
export function streamEvent({ floor }: Pick<Bench, 'floor'>, writs: number): object {
  const [intent] = floor.open.TransactItems ?? [];
  const written = [...(intent ? [intent] : []), ...(floor.settle.TransactItems ?? [])];
  const items = written.flatMap(({ Put }) => (Put?.Item ? [Put.Item] : []));
  const Records = Array.from({ length: writs }, () => items)
    .flat()
    .map((NewImage, index) => ({
      eventID: String(index),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        Keys: { pk: NewImage.pk, sk: NewImage.sk },
        NewImage,
        SequenceNumber: String(index),
        SizeBytes: 3000,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    }));
  return { Records };
}
