/** Where evidence lies, as people name it: a folder, or s3://bucket/prefix. For every command that reads a log. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { evidenceFolder } from '../adapters/evidence-folder.ts';
import type { EvidenceLock } from '../core/audit/controls/finding.ts';
import type { LogFolder } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';
import { failureOfCode } from './aws-failure.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';

const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * @param place - A folder, or an S3 URL.
 * @throws Failure of usage where it can be neither, or there is no such folder.
 */
export async function openEvidence(place: string, io: Io): Promise<LogFolder> {
  if (!place.startsWith('s3:')) {
    const folder = resolve(io.cwd, place);
    if (!(await isFolder(folder)))
      throw usage(
        `There is no folder ${printable(place)}.`,
        'writ verify <folder>, or s3://<bucket>/<prefix>',
      );
    return evidenceFolder(folder);
  }
  const { client, bucket, prefix } = await openBucket(place);
  const { s3EvidenceFolder } = await import('../adapters/s3-evidence-folder.ts');
  return s3EvidenceFolder(client, bucket, prefix);
}

/** @throws Failure of usage. */
export async function openBucket(place: string) {
  const [, bucket, below = ''] = S3_URL.exec(place) ?? [];
  if (bucket === undefined)
    throw usage(`${printable(place)} is no S3 URL.`, 'writ verify s3://<bucket>/<prefix>');
  // Loaded when asked for: AWS's SDK is no part of a credential_process.
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ followRegionRedirects: true });
  return { client, bucket, prefix: below === '' || below.endsWith('/') ? below : `${below}/` };
}

/**
 * For how long the newest segment is locked: it was written by the rules of today.
 *
 * @returns `null`: a folder, nothing in it, or the bucket does not tell.
 */
export async function lockOfEvidence(place: string, io: Io): Promise<EvidenceLock | null> {
  if (!place.startsWith('s3:')) return null;
  const newest = (await (await openEvidence(place, io)).list('segments/')).at(-1);
  if (newest === undefined) return null;
  const { client, bucket, prefix } = await openBucket(place);
  const { s3ObjectLock } = await import('../adapters/s3-object-lock.ts');
  return s3ObjectLock(client, bucket, `${prefix}${newest}`);
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** What a log could not be read for, told to people. What is no fault of reading is passed on as it is. */
export function evidenceFailure(caught: unknown, place: string): unknown {
  if (!(caught instanceof Fault) || caught.code !== 'evidence_unavailable') return caught;
  const what = `The evidence log at ${printable(place)} cannot be read.`;
  const { causeName } = caught;
  // Not the exit code of a refusal: 2 says that evidence was read, and does not hold.
  if (place.startsWith('s3:') && causeName !== undefined) {
    return new Failure({ ...failureOfCode(causeName, what).fields, exit: 4 });
  }
  return new Failure({
    exit: 4,
    error: 'evidence_unavailable',
    what,
    why:
      causeName === undefined
        ? 'It has no checkpoint, or an object of it is no plain file, or too long.'
        : `An object of it cannot be read (${causeName}).`,
    next: 'Name the folder or prefix that holds the file checkpoint.',
  });
}
