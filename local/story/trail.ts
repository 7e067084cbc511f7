import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** As much of a CloudTrail event as the story looks at. */
export interface TrailEvent {
  readonly file: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly userIdentity: { readonly sessionContext?: { readonly sourceIdentity?: string } };
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
