/** The trail as it was handed over: which files, what digests say of them, and afterwards what is known of each. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Checked, checkDigests } from '../../adapters/trail/check-digests.ts';
import { type Digest, fileName, readDigest } from '../../adapters/trail/digest.ts';
import type { DigestKeys } from '../../adapters/trail/digest-keys.ts';
import type { TrailFile } from '../../adapters/trail/find-files.ts';
import { type Inputs, SHOWN } from '../../core/audit/result.ts';
import type { Asked } from './asked.ts';
import { bounded } from './coverage.ts';
import type { EngineFile, EngineResult } from './engine.ts';

export interface Digests {
  readonly read: readonly Digest[];
  readonly unreadable: readonly string[];
}

/** One after the other: a year has thousands, and each is small. */
export async function readDigests(files: readonly TrailFile[]): Promise<Digests> {
  const read: Digest[] = [];
  const unreadable: string[] = [];
  for (const { name, path, remote } of files) {
    const reading = remote?.read() ?? readFile(path).then((bytes) => ({ bytes, signature: null }));
    const found = await reading.catch(() => null);
    const digest = found === null ? null : readDigest(name, found.bytes, found.signature);
    if (digest === null) unreadable.push(name);
    else read.push(digest);
  }
  return { read, unreadable };
}

/** Hashing what a file unpacks to takes time: only where a digest names it. */
export function toRead(logs: readonly TrailFile[], { read }: Digests): readonly EngineFile[] {
  const named = new Set(read.flatMap(({ logFiles }) => logFiles.map(({ object }) => fileName(object))));
  return logs.map((file) => ({ ...file, hashContent: named.has(fileName(file.name)) }));
}

export function checkedDigests(
  { read, unreadable }: Digests,
  files: readonly EngineFile[],
  { files: taken }: EngineResult,
  keys: DigestKeys | null,
  asked: Asked,
): Checked {
  const logs = files.map(({ name }, index) => ({ name, contentSha256: taken[index]?.contentSha256 ?? null }));
  return checkDigests(read, unreadable, logs, keys, asked);
}

export function inputsOf(files: readonly EngineFile[], engine: EngineResult): Inputs {
  const all = files.map(({ name }, index) => ({ name, ...engine.files[index] }));
  const whole = all.flatMap(({ name, sha256 = '', bytes = 0, records = 0, damage }) =>
    damage === 'unavailable' ? [] : [{ name, sha256, bytes, records }],
  );
  const lines = createHash('sha256');
  for (const { name, sha256 } of whole) lines.update(`${sha256}  ${name}\n`);
  const damaged = all.flatMap(({ name, damage, records = 0 }) =>
    damage === null || damage === undefined ? [] : [{ name, damage, records }],
  );
  const unreadable = engine.files.flatMap((file) => file.unreadable).slice(0, SHOWN.unreadable);
  return {
    files: bounded(whole, SHOWN.files),
    filesHash: lines.digest('hex'),
    bytes: whole.reduce((sum, { bytes }) => sum + bytes, 0),
    damaged: bounded(damaged, SHOWN.damaged),
    unreadable: { shown: unreadable, leftOut: engine.unreadable - unreadable.length },
  };
}
