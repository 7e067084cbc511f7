/** Every place where a stack or a person's `writ` leaves bytes, each under a name of its own. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Stack } from '../../local/stack.ts';
import type { Place } from './secrets.ts';

/** Items as `ledger <pk> <sk>`, `people …`, `control …`, whole. */
export async function tablesOf({ dynamodb, local }: Stack): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const [table, TableName] of Object.entries(local.tables)) {
    let from: Parameters<typeof startingAt>[0];
    do {
      const page = await dynamodb.send(
        new ScanCommand({ TableName, ...startingAt(from), ConsistentRead: true }),
      );
      for (const item of page.Items ?? []) {
        const name = `${table} ${item.pk?.S} ${item.sk?.S}`;
        places.push({ name, bytes: Buffer.from(JSON.stringify(item)) });
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }
  return places;
}

const startingAt = (key: ScanCommand['input']['ExclusiveStartKey']) =>
  key === undefined ? {} : { ExclusiveStartKey: key };

/** Files below a folder as `<label>/<path>`; CloudTrail's are unpacked, one place for each event. */
export async function filesIn(folder: string, label: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const file of await pathsIn(folder)) {
    if (!(await lstat(join(folder, file))).isFile()) continue;
    const bytes = await readFile(join(folder, file));
    const name = `${label}/${file}`;
    if (file.endsWith('.json.gz')) places.push(...eventsIn(bytes, name));
    else places.push({ name, bytes });
  }
  return places;
}

/** CloudTrail itself logs the session token that STS answered with; readers drop it at parse, and nothing else. */
export function eventsIn(gzipped: Buffer, name: string): readonly Place[] {
  const { Records }: { Records: TrailRecord[] } = JSON.parse(gunzipSync(gzipped).toString());
  return Records.map((record) => {
    delete record.responseElements?.credentials?.sessionToken;
    return { name: `${name} ${record.eventName}`, bytes: Buffer.from(JSON.stringify(record)) };
  });
}

interface TrailRecord {
  readonly eventName: string;
  readonly responseElements?: { readonly credentials?: { sessionToken?: string } } | null;
}

/** Files and folders below a folder, itself (`.`) among them, each with its permission bits in octal. */
export async function modesIn(
  folder: string,
): Promise<readonly { path: string; kind: string; mode: string }[]> {
  return Promise.all(
    ['.', ...(await pathsIn(folder))].map(async (path) => {
      const found = await lstat(join(folder, path));
      const kind = found.isDirectory() ? 'folder' : 'file';
      return { path, kind, mode: (found.mode & 0o777).toString(8) };
    }),
  );
}

const pathsIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, encoding: 'utf8' })).sort();
