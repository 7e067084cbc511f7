/** A trail in a bucket: which objects, and what is fetched of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { sortOut } from '../../../adapters/trail/find-files.ts';
import { s3TrailFiles } from '../../../adapters/trail/s3-files.ts';
import { temporary } from './records.ts';

const AT = 'AWSLogs/444455556666';
const LOG = `${AT}/CloudTrail/eu-central-1/2026/05/28/a.json.gz`;
const DIGEST = `${AT}/CloudTrail-Digest/eu-central-1/2026/05/28/d.json.gz`;
/** As much of the SDK's stream as is used. */
const body = (text: string) =>
  Object.assign(Readable.from([Buffer.from(text)]), {
    transformToByteArray: () => Promise.resolve(Buffer.from(text)),
  }) as never;

test('logs and digests of all pages, and no other service’s', async () => {
  const s3 = mockClient(S3Client);
  s3.on(ListObjectsV2Command, { Bucket: 'trail', Prefix: 'AWSLogs/' }).callsFake(({ ContinuationToken }) =>
    ContinuationToken === undefined
      ? {
          Contents: [{ Key: LOG, Size: 7 }, { Key: `${AT}/Config/eu-central-1/c.json.gz` }],
          NextContinuationToken: 'more',
        }
      : { Contents: [{ Key: DIGEST, Size: 9 }, { Key: `${AT}/CloudTrail/` }] },
  );
  const { logs, digests } = sortOut(await s3TrailFiles(new S3Client({}), 'trail', 'AWSLogs/'));
  expect(logs).toMatchObject([{ name: `s3://trail/${LOG}`, bytes: 7 }]);
  expect(digests).toMatchObject([{ name: `s3://trail/${DIGEST}`, bytes: 9 }]);
});

test('a log is saved, a digest read with the signature beside it', async () => {
  const s3 = mockClient(S3Client);
  s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: LOG }, { Key: DIGEST }] });
  s3.on(GetObjectCommand, { Bucket: 'trail', Key: LOG }).resolves({ Body: body('events') });
  s3.on(GetObjectCommand, { Key: DIGEST }).resolves({ Body: body('digest'), Metadata: { signature: 'ab' } });
  const [log, digest] = await s3TrailFiles(new S3Client({}), 'trail', '');
  const path = join(temporary(), 'object');
  await log?.remote?.save(path);
  expect(await readFile(path, 'utf8')).toBe('events');
  expect(await digest?.remote?.read()).toEqual({ bytes: Buffer.from('digest'), signature: 'ab' });
});
