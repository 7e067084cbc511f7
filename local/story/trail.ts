import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Stack } from '../stack.ts';
import { shown, typed } from './shell.ts';

/** As much of a CloudTrail event as the story looks at. */
export interface TrailEvent {
  readonly file: string;
  readonly eventID: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly userIdentity: {
    readonly accessKeyId?: string;
    readonly sessionContext?: { readonly sourceIdentity?: string };
  };
  readonly requestParameters: {
    readonly sourceIdentity?: string;
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
  } | null;
}

/** Every event of every file below a folder, in the order of their files' names. */
export async function readTrail(dir: string): Promise<readonly TrailEvent[]> {
  const names = await readdir(dir, { recursive: true });
  const files = names.filter((name) => name.endsWith('.json.gz')).sort();
  const events: TrailEvent[] = [];
  for (const name of files) {
    const file = join(dir, name);
    const { Records } = JSON.parse(gunzipSync(await readFile(file)).toString()) as {
      readonly Records: readonly TrailEvent[];
    };
    events.push(...Records.map((record) => ({ ...record, file })));
  }
  return events;
}

/** All that CloudTrail has of what happened until now. */
export async function readTrailOf(stack: Stack): Promise<readonly TrailEvent[]> {
  await stack.aws.flush();
  return readTrail(stack.local.cloudtrail_dir);
}

/** How to see what CloudTrail has of the last such call with a key: a line for the shell. */
export async function inTrail(stack: Stack, accessKeyId: string, eventName: string): Promise<string> {
  const events = await readTrailOf(stack);
  const event = events.findLast(
    (each) => each.eventName === eventName && each.userIdentity.accessKeyId === accessKeyId,
  );
  return unpacked(stack, event);
}

/** The file's name ends in something random, so that one pattern is enough to name it. */
export function unpacked({ local }: Stack, event: TrailEvent | undefined): string {
  const pattern = event?.file.slice(event.file.lastIndexOf('_'));
  return event === undefined
    ? '(CloudTrail has no such event)'
    : typed(['gzip', '-dc', `${shown(local.cloudtrail_dir)}/AWSLogs/*/*/*/*/*/*/*${pattern}`]);
}
