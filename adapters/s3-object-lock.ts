import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { EvidenceLock } from '../core/audit/controls/finding.ts';

const DAY_MILLIS = 24 * 3600 * 1000;

/**
 * For how long S3 holds one object against deletion (Object Lock). Needs `s3:GetObjectRetention` beside `s3:GetObject`.
 *
 * @returns `null`: it is not locked, or nothing is told: an audit can do without.
 */
export async function s3ObjectLock(
  client: Pick<S3Client, 'send'>,
  bucket: string,
  key: string,
): Promise<EvidenceLock | null> {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, LastModified: written } = head;
    if (mode === undefined || until === undefined || written === undefined) return null;
    // The writer's clock set the end and S3's the beginning: whole days, to the nearest.
    return { object: key, mode, days: Math.round((until.getTime() - written.getTime()) / DAY_MILLIS) };
  } catch {
    return null;
  }
}
