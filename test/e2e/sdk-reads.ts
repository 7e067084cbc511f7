/**
 * A program with nothing of Writ's in it: the JavaScript SDK reads an object, again and again, with credentials from
 * wherever it finds them. It says how often it could, with how many different keys, and what else it was told.
 *
 *     node sdk-reads.ts <milliseconds> <pause>
 */
import { setTimeout as wait } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

const [until = 0, pause = 100] = process.argv.slice(2).map(Number);

const s3 = new S3Client({ maxAttempts: 1 });
const keys = new Set<string>();
s3.middlewareStack.add(
  (next) => async (args) => {
    const { authorization = '' } = (args.request as { headers: { [name: string]: string } }).headers;
    keys.add(/Credential=(\w+)/.exec(authorization)?.[1] ?? '');
    return next(args);
  },
  { step: 'finalizeRequest', priority: 'low' },
);

let reads = 0;
const failures: string[] = [];
const begun = performance.now();
do {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'example-reports', Key: 'q3/figures.csv' }),
    );
    if ((await Body?.transformToString())?.startsWith('region,revenue')) reads += 1;
  } catch (error) {
    failures.push(error instanceof Error ? `${error.name}: ${error.message}` : 'failed');
  }
  await wait(pause);
} while (performance.now() - begun < until);
console.log(JSON.stringify({ reads, keys: keys.size, failures }));
