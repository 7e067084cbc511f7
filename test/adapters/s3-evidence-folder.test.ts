import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { s3EvidenceFolder } from '../../adapters/s3-evidence-folder.ts';

const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());
const folder = s3EvidenceFolder(new S3Client({ region: 'eu-central-1' }), 'bucket', 'logs/a/');

test('an object is read below the prefix', async () => {
  s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: '', $metadata: {} }));
  expect(await folder.read('checkpoint')).toBeNull();
  expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({
    Bucket: 'bucket',
    Key: 'logs/a/checkpoint',
  });
});

test('all pages of a list, without the prefix', async () => {
  s3.on(ListObjectsV2Command)
    .resolvesOnce({
      Contents: [{ Key: 'logs/a/segments/2' }],
      IsTruncated: true,
      NextContinuationToken: 'more',
    })
    .resolvesOnce({ Contents: [{ Key: 'logs/a/segments/1' }] });
  expect(await folder.list('segments/')).toEqual(['segments/1', 'segments/2']);
  expect(s3.commandCalls(ListObjectsV2Command)[0]?.args[0].input).toMatchObject({
    Prefix: 'logs/a/segments/',
  });
});

test('what S3 refuses is a fault, not an empty log', async () => {
  s3.on(ListObjectsV2Command).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  s3.on(GetObjectCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
  await expect(folder.list('tile/')).rejects.toThrow('evidence_unavailable');
  await expect(folder.read('checkpoint')).rejects.toThrow('evidence_unavailable');
});
