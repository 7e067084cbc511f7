import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock, Random } from '../../core/ports.ts';
import { ACCOUNT } from './account.ts';
import type { TrailEvent } from './trail-event.ts';

/** Real CloudTrail delivers after some five minutes; nobody waits for that on a laptop. Milliseconds. */
const DELIVERY_MILLIS = 250;

export interface Trail {
  record(event: TrailEvent): void;
  /** On return everything recorded before is in a file. @throws when a file could not be written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const compress = promisify(gzip);

/**
 * Writes events as CloudTrail delivers them: gzip files `{"Records":[…]}` below
 * `AWSLogs/<account>/CloudTrail/<region>/YYYY/MM/DD/`. A file appears whole or not at all.
 */
export function createTrail(options: {
  readonly dir: string;
  readonly now: Clock;
  readonly random: Random;
}): Trail {
  let pending: TrailEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  async function deliver(): Promise<void> {
    for (const [region, records] of Map.groupBy(pending, ({ awsRegion }) => String(awsRegion))) {
      await write(records, region);
      // Only now: what could not be written stays, and so does what came meanwhile.
      const written = new Set(records);
      pending = pending.filter((event) => !written.has(event));
    }
  }

  async function write(records: readonly TrailEvent[], region: string): Promise<void> {
    const at = new Date(options.now()).toISOString();
    const folder = join(
      ...[options.dir, 'AWSLogs', ACCOUNT, 'CloudTrail', region],
      ...at.slice(0, 10).split('-'),
    );
    const minute = `${at.slice(0, 16).replace(/[-:]/g, '')}Z`;
    const name = `${ACCOUNT}_CloudTrail_${region}_${minute}_${unique(options.random(16))}.json.gz`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Under a name that no reader looks for, until it is whole.
    const partial = join(folder, `.${name}.partial`);
    await writeFile(partial, await compress(JSON.stringify({ Records: records })), { mode: 0o600 });
    await rename(partial, join(folder, name));
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    last = last.then(deliver, deliver);
    return last;
  }

  return {
    record(event) {
      pending.push(event);
      timer ??= setTimeout(() => {
        // What could not be written stays pending, and the next explicit flush reports it.
        flush().catch(() => undefined);
      }, DELIVERY_MILLIS).unref();
    },
    flush,
    close: flush,
  };
}

/** One character of A–Z a–z 0–9 (and `A` twice more) for each byte, as in CloudTrail's file names. */
const unique = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replace(/[+/=]/g, 'A').slice(0, 16);
