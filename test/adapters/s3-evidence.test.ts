/** The log's objects, on the local S3: written once, locked, and read back where somebody was faster. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { s3EvidenceReader, s3EvidenceStore } from '../../adapters/s3-evidence.ts';
import { signCheckpoint, sizeUnder } from '../../core/evidence/checkpoint.ts';
import { PARTIAL_LOCK_DAYS } from '../../core/limits.ts';
import { allow, NOW, policy, startWorld, type World } from '../local/aws/world.ts';
import { keyFor, ORIGIN, testSigner } from '../support/evidence-log.ts';
import { expectFault } from './fault.ts';

const BUCKET = 'evidence';
const DAYS = 400;
const DAY = 24 * 3600 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'writ-evidence-'));
let world: World;
let client: S3Client;

beforeAll(async () => {
  world = await startWorld();
  world.aws.objects.createBucket(BUCKET, { folder, locks: true });
  const s3 = policy(allow(['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention', 's3:ListBucket']));
  world.aws.registry.putRole({
    name: 'archive',
    trust: policy({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    inline: { s3 },
  });
  const session = world.aws.serviceSession({
    roleArn: 'arn:aws:iam::000000000000:role/archive',
    roleSessionName: 'archive',
    durationSeconds: 3600,
    service: 'lambda.amazonaws.com',
  });
  client = new S3Client(world.client(session));
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

let made = 0;
let path: string;
beforeEach(() => {
  made += 1;
  path = `segments/${String(made).padStart(12, '0')}.jsonl`;
});

const store = (mode: 'GOVERNANCE' | 'COMPLIANCE' = 'GOVERNANCE', days = DAYS) =>
  s3EvidenceStore(client, BUCKET, { mode, days }, () => NOW);
const bytes = Buffer.from('{"a":1}\n');

test('what was written is read, byte for byte, and lies there as a file of that path', async () => {
  await store().create(path, bytes, 'evidence');
  expect(await s3EvidenceReader(client, BUCKET).read(path)).toEqual(new Uint8Array(bytes));
  expect(readFileSync(join(folder, path))).toEqual(bytes);
});

test('what is not there is null', async () => {
  expect(await s3EvidenceReader(client, BUCKET).read('segments/none')).toBeNull();
});

test.each([
  { retention: 'evidence', mode: 'GOVERNANCE', days: DAYS, held: DAYS },
  { retention: 'evidence', mode: 'COMPLIANCE', days: DAYS, held: DAYS },
  { retention: 'partial', mode: 'GOVERNANCE', days: DAYS, held: PARTIAL_LOCK_DAYS },
  { retention: 'partial', mode: 'GOVERNANCE', days: 1, held: 1 },
] as const)('$retention, $mode for $days days: held for $held', async ({ retention, mode, days, held }) => {
  await store(mode, days).create(path, bytes, retention);
  expect(world.aws.objects.get(BUCKET, path)?.lock).toEqual({ mode, retainUntil: NOW + held * DAY });
});

test('without retention it is not locked', async () => {
  await store().create(path, bytes, 'none');
  expect(world.aws.objects.get(BUCKET, path)?.lock).toBeUndefined();
});

describe('a path that is taken', () => {
  test('by the same bytes is success: a first answer may have been lost', async () => {
    await store().create(path, bytes, 'evidence');
    await store().create(path, bytes, 'evidence');
  });

  test('by others is a fork, and they stay', async () => {
    await store().create(path, bytes, 'evidence');
    const ended = store()
      .create(path, Buffer.from('{"a":2}\n'), 'evidence')
      .then(
        () => 'written',
        ({ code }) => code,
      );
    expect(await ended).toBe('evidence_forked');
    expect(readFileSync(join(folder, path))).toEqual(bytes);
  });
});

describe('the newest checkpoint', () => {
  const sizeIn = sizeUnder(keyFor(testSigner()));
  const checkpoint = (size: number, root = 'A', seed = 1) =>
    signCheckpoint({ origin: ORIGIN, size, root: Buffer.alloc(32, root) }, testSigner(seed)).then(
      Buffer.from,
    );
  const read = async () => Buffer.from((await store().read('checkpoint')) ?? []).toString();

  test('is made, replaced by one of more leaves or as many, and never by one of fewer', async () => {
    for (const [next, stands] of [
      [checkpoint(2), checkpoint(2)],
      [checkpoint(5), checkpoint(5)],
      [checkpoint(4), checkpoint(5)],
      [checkpoint(5, 'B'), checkpoint(5, 'B')],
      [checkpoint(6), checkpoint(6)],
    ] as const) {
      await store().replace('checkpoint', await next, sizeIn);
      expect(await read()).toBe((await stands).toString());
    }
  });

  test('one that another key signed holds nobody up, whatever size it says', async () => {
    await store().replace('checkpoint', await checkpoint(900, 'A', 2), () => 0);
    await store().replace('checkpoint', await checkpoint(7), sizeIn);
    expect(await read()).toBe((await checkpoint(7)).toString());
  });

  test('of two who replace it at once the one of more leaves stays', async () => {
    for (let n = 10; n < 20; n += 2) {
      await Promise.all([
        store().replace('checkpoint', await checkpoint(n), sizeIn),
        store().replace('checkpoint', await checkpoint(n + 1), sizeIn),
      ]);
      expect(await read()).toBe((await checkpoint(n + 1)).toString());
    }
  });
});

test.each(['../escape', '/etc/x', 'a//b', '.hidden', 'a/../b', 'tile/%2e%2e/x'])(
  'a path like %j is no evidence, and leaves the folder alone',
  async (odd) => {
    await expectFault(store().create(odd, bytes, 'none'), 'evidence_unavailable');
  },
);

test('who may not sign in gets no word of what is there', async () => {
  const nobody = new S3Client({
    ...world.client({ accessKeyId: 'ASIALOCALNONE', secretAccessKey: 'x', sessionToken: 'x' }),
  });
  await expectFault(s3EvidenceReader(nobody, BUCKET).read(path), 'evidence_unavailable');
});
