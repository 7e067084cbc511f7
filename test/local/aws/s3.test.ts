import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createObjects, fileName } from '../../../local/aws/objects.ts';
import { decodeChunks } from '../../../local/aws/s3-body.ts';
import { allow, BUCKET, policy, startWorld, type World } from './world.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'local-s3-'));
let world: World;
let s3: S3Client;
beforeAll(async () => {
  world = await startWorld({ dataDir });
  s3 = new S3Client(world.client(await world.assume()));
});
afterAll(async () => {
  await world.close();
  rmSync(dataDir, { recursive: true });
});

const put = (Key: string, Body: string | Readable, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));
const read = async (Key: string, Range?: string) => {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: BUCKET, Key, ...(Range === undefined ? {} : { Range }) }),
  );
  return Body?.transformToString();
};

test('a plain body, with its metadata', async () => {
  await put('plain.txt', 'plain', { ContentType: 'text/plain', Metadata: { colour: 'green' } });
  expect(await read('plain.txt')).toBe('plain');
  expect(await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'plain.txt' }))).toMatchObject({
    ContentLength: 5,
    ContentType: 'text/plain',
    Metadata: { colour: 'green' },
    ETag: `"${createHash('md5').update('plain').digest('hex')}"`,
  });
});

test('a stream, which the SDK sends aws-chunked with a checksum behind it', async () => {
  const text = 'streamed '.repeat(20_000);
  await put('streamed.txt', Readable.from([text.slice(0, 70_000), text.slice(70_000)]), {
    ContentLength: text.length,
  });
  expect(await read('streamed.txt')).toBe(text);
});

test('a range', async () => {
  await put('range.txt', '0123456789');
  expect(await read('range.txt', 'bytes=2-4')).toBe('234');
  expect(await read('range.txt', 'bytes=-3')).toBe('789');
  await expect(read('range.txt', 'bytes=20-')).rejects.toMatchObject({ name: 'InvalidRange' });
});

test('a wrong checksum', async () => {
  await expect(
    put('bad.txt', 'bad', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }),
  ).rejects.toMatchObject({
    name: 'BadDigest',
  });
});

test.each([
  '../../escape',
  '..',
  '.',
  '/etc/passwd',
  'a/../../b',
  'ü/\u{1f600} +&"<%2e%2e>',
  '.meta/x',
  'k'.repeat(1024),
])('the key %j is an object like any other, in one flat folder', async (key) => {
  await put(key, 'content');
  expect(await read(key)).toBe('content');
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: key }));
  expect(Contents?.map(({ Key }) => Key)).toContain(key);
  expect(existsSync(join(dataDir, BUCKET, fileName(key)))).toBe(true);
  expect(fileName(key)).not.toMatch(/[/\\]|^\./);
});

test('nothing is outside the bucket, and all of it is found again', () => {
  expect(readdirSync(dataDir)).toEqual([BUCKET]);
  const again = createObjects(dataDir);
  again.createBucket(BUCKET);
  expect(again.list(BUCKET)).toEqual(world.aws.objects.list(BUCKET));
});

test('a listing in pages, with folders', async () => {
  for (const key of ['list/a', 'list/b/1', 'list/b/2', 'list/c']) await put(key, 'x');
  const page = (ContinuationToken?: string) =>
    s3.send(
      new ListObjectsV2Command({
        ...{ Bucket: BUCKET, Prefix: 'list/', Delimiter: '/', MaxKeys: 2 },
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      }),
    );
  const first = await page();
  expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, CommonPrefixes: [{ Prefix: 'list/b/' }] });
  const second = await page(first.NextContinuationToken);
  expect(second).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'list/c' }] });
});

describe('what is not there', () => {
  test('a missing key, to who may list', async () => {
    await expect(read('none')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
  test('a missing key, to who may not', async () => {
    const Policy = JSON.stringify(policy(allow('s3:GetObject')));
    const narrow = new S3Client(world.client(await world.assume({ Policy })));
    await expect(narrow.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'none' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    });
  });
  test('a missing bucket', async () => {
    await expect(s3.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });
});

test.each([
  { name: 'another operation', command: new DeleteObjectCommand({ Bucket: BUCKET, Key: 'plain.txt' }) },
  { name: 'a version', command: new GetObjectCommand({ Bucket: BUCKET, Key: 'plain.txt', VersionId: 'v1' }) },
  {
    name: 'a condition',
    command: new GetObjectCommand({ Bucket: BUCKET, Key: 'plain.txt', IfNoneMatch: '*' }),
  },
  {
    name: 'an ACL',
    command: new PutObjectCommand({ Bucket: BUCKET, Key: 'plain.txt', Body: 'x', ACL: 'public-read' }),
  },
  {
    name: 'an unknown checksum',
    command: new PutObjectCommand({
      Bucket: BUCKET,
      Key: 'plain.txt',
      Body: 'x',
      ChecksumCRC64NVME: 'AAAAAAAAAAA=',
    }),
  },
])('$name is NotImplemented, and nothing is done', async ({ command }) => {
  await expect((s3.send as (command: unknown) => Promise<unknown>).call(s3, command)).rejects.toMatchObject({
    name: 'NotImplemented',
  });
  expect(await read('plain.txt')).toBe('plain');
});

describe('aws-chunked', () => {
  test('chunks and trailer', () => {
    const body = Buffer.from('3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n');
    expect(decodeChunks(body)).toEqual({
      bytes: Buffer.from('abcde'),
      trailers: { 'x-amz-checksum-crc32': 'AAAA' },
    });
  });
  test.each([
    '',
    '3\r\nabc',
    '4\r\nabc\r\n0\r\n\r\n',
    '-1\r\n',
    'ffffffff\r\nabc\r\n',
    '3\r\nabcd\r\n0\r\n',
    '0\r\nno trailer\r\n',
  ])('%j is refused', (text) => {
    expect(() => decodeChunks(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'IncompleteBody' }),
    );
  });
});
