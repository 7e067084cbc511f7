import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { isOfTrail, type TrailFile } from './find-files.ts';

/**
 * A trail in its bucket: the same files as in a folder, each fetched when its turn comes. Needs `s3:ListBucket` and
 * `s3:GetObject`.
 *
 * @param prefix - Empty, or of keys.
 * @throws what the SDK says of a list.
 */
export async function s3TrailFiles(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<readonly TrailFile[]> {
  const files: TrailFile[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2(
    { client },
    { Bucket: bucket, Prefix: prefix },
  )) {
    for (const { Key = '', Size = 0 } of Contents) {
      if (!isOfTrail(Key)) continue;
      const name = `s3://${bucket}/${Key}`;
      files.push({ name, path: name, bytes: Size, remote: remoteFile(client, bucket, Key) });
    }
  }
  return files;
}

const remoteFile = (client: S3Client, Bucket: string, Key: string): NonNullable<TrailFile['remote']> => ({
  save: async (path) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    if (!(Body instanceof Readable)) throw new Error('no body');
    await pipeline(Body, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  },
  read: async () => {
    const { Body, Metadata = {} } = await client.send(new GetObjectCommand({ Bucket, Key }));
    if (Body === undefined) throw new Error('no body');
    // A digest's own signature stands beside it, in the object's metadata.
    return { bytes: Buffer.from(await Body.transformToByteArray()), signature: Metadata.signature ?? null };
  },
});
