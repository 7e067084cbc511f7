/** Digest files: what they prove of the log files beside them, and what breaks that. */
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkDigests, type LogFile } from '../../../adapters/trail/check-digests.ts';
import { type Digest, readDigest, signedText } from '../../../adapters/trail/digest.ts';
import { readDigestKeys } from '../../../adapters/trail/digest-keys.ts';
import type { Json } from './records.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs1 = publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');
const KEYS = readDigestKeys(
  JSON.stringify({ PublicKeyList: [{ Value: pkcs1, Fingerprint: 'f1', ValidityStartTime: 1780000000 }] }),
);

const BUCKET = 'amzn-s3-demo-bucket';
const below = (kind: string) => `AWSLogs/444455556666/${kind}/eu-central-1/2026/05/28/`;
const logOf = (hour: number) => ({
  name: `moved/444455556666_CloudTrail_eu-central-1_20260528T${hour}05Z_AbCd.json.gz`,
  content: `{"Records":[${hour}]}`,
});
const digestName = (hour: number, suffix = '') =>
  `444455556666_CloudTrail-Digest_eu-central-1_trail_eu-central-1_20260528T${hour}0000Z${suffix}.json.gz`;

/** The digest that ends an hour after the one before. */
function made(
  hour: number,
  before: Digest | null,
  change: Json = {},
  suffix = '',
): { digest: Digest; signature: string } {
  const log = logOf(hour - 1);
  const content = {
    awsAccountId: '444455556666',
    digestStartTime: `2026-05-28T${hour - 1}:00:00Z`,
    digestEndTime: `2026-05-28T${hour}:00:00Z`,
    digestS3Bucket: BUCKET,
    digestS3Object: below('CloudTrail-Digest') + digestName(hour, suffix),
    digestPublicKeyFingerprint: 'f1',
    digestSignatureAlgorithm: 'SHA256withRSA',
    previousDigestS3Bucket: before && BUCKET,
    previousDigestS3Object: before?.object ?? null,
    previousDigestHashValue: before?.sha256 ?? null,
    previousDigestHashAlgorithm: before && 'SHA-256',
    previousDigestSignature: before && signatureOf(before),
    logFiles: [
      {
        s3Bucket: BUCKET,
        s3Object: below('CloudTrail') + log.name.split('/').at(-1),
        hashValue: hash('sha256', log.content, 'hex'),
        hashAlgorithm: 'SHA-256',
        newestEventTime: `2026-05-28T${hour - 1}:50:00Z`,
        oldestEventTime: `2026-05-28T${hour - 1}:02:00Z`,
      },
    ],
    ...change,
  };
  const digest = readDigest(`moved/${digestName(hour, suffix)}`, gzipSync(JSON.stringify(content)), null);
  if (digest === null) throw new Error('no digest');
  return { digest, signature: signatureOf(digest) };
}

const signatureOf = (digest: Digest): string =>
  sign('RSA-SHA256', Buffer.from(signedText(digest)), privateKey).toString('hex');

const first = made(20, null).digest;
const second = made(21, first).digest;
const third = made(22, second);
/** From a bucket, so that the newest one has its signature too. */
const newest = { ...third.digest, signature: third.signature };
const CHAIN = [newest, first, second];
const LOGS: readonly LogFile[] = [19, 20, 21]
  .map(logOf)
  .map(({ name, content }) => ({ name, contentSha256: hash('sha256', content, 'hex') }));
const EVER = { from: null, to: null };
const check = (
  digests: readonly Digest[],
  logs = LOGS,
  keys = KEYS,
  asked: { from: number | null; to: number | null } = EVER,
) => checkDigests(digests, [], logs, keys, asked);

test('a chain, in any order, moved to wherever', () => {
  expect(check(CHAIN)).toEqual({
    ...{ files: 3, signatures: 'verified', verified: 3 },
    ...{ filesCovered: 3, filesUncovered: 0, flaws: [] },
  });
});

test('in a folder the newest has no signature, and covers nothing', () => {
  expect(check([first, second, third.digest])).toEqual({
    ...{ files: 3, signatures: 'partly', verified: 2, filesCovered: 2, filesUncovered: 1 },
    flaws: [{ name: third.digest.name, flaw: 'signature_missing' }],
  });
});

test('without keys hashes are compared, and no signature is claimed', () => {
  expect(check(CHAIN, LOGS, null)).toEqual({
    ...{ files: 3, signatures: 'no_keys', verified: 0, filesCovered: 3, filesUncovered: 0, flaws: [] },
  });
});

test('no digest: nothing is covered', () => {
  expect(check([])).toMatchObject({ signatures: 'none', filesCovered: 0, filesUncovered: 3, flaws: [] });
});

describe('what does not hold', () => {
  const flawsOf = (...of: Parameters<typeof check>) => check(...of).flaws;

  test('a log file that was altered, or could not be read to its end', () => {
    for (const contentSha256 of ['0'.repeat(64), null]) {
      const logs = LOGS.map((log, at) => (at === 1 ? { ...log, contentSha256 } : log));
      expect(flawsOf(CHAIN, logs)).toEqual([{ name: logs[1]?.name, flaw: 'log_file_altered' }]);
      expect(check(CHAIN, logs).filesUncovered).toBe(1);
    }
  });

  test('a log file that is gone; not where nobody asked for its time', () => {
    const [, ...rest] = LOGS;
    const missing = {
      name: below('CloudTrail') + logOf(19).name.split('/').at(-1),
      flaw: 'log_file_missing',
    };
    expect(flawsOf(CHAIN, rest)).toEqual([missing]);
    const from = Date.UTC(2026, 4, 28, 19, 51) / 1000;
    expect(flawsOf(CHAIN, rest, KEYS, { from, to: null })).toEqual([]);
    expect(flawsOf(CHAIN, rest, KEYS, { from: from - 120, to: null })).toEqual([missing]);
    expect(flawsOf(CHAIN, rest, KEYS, { from: null, to: from - 3600 })).toEqual([]);
  });

  test('a digest that is gone: the one after it says so, and the oldest one proves nothing of before', () => {
    expect(flawsOf([newest, first])).toEqual([
      { name: newest.name, flaw: 'previous_digest_missing' },
      { name: first.name, flaw: 'signature_missing' },
    ]);
    expect(flawsOf([newest, second], LOGS.slice(1))).toEqual([]);
  });

  test('a digest made up again: with another hash, and without its key', () => {
    const forged = { ...made(21, first, { logFiles: [] }).digest };
    const flaws = check([newest, first, forged]).flaws;
    expect(flaws).toEqual([
      { name: newest.name, flaw: 'previous_digest_altered' },
      { name: forged.name, flaw: 'signature_invalid' },
    ]);
  });

  test('a signature of another digest', () => {
    const wrong = { ...newest, signature: signatureOf(first) };
    expect(flawsOf([first, second, wrong])).toEqual([{ name: newest.name, flaw: 'signature_invalid' }]);
    expect(check([first, second, wrong]).filesCovered).toBe(2);
  });

  test('a key that was not handed over', () => {
    const other = made(20, null, { digestPublicKeyFingerprint: 'f2' });
    expect(flawsOf([{ ...other.digest, signature: other.signature }], LOGS.slice(0, 1))).toEqual([
      { name: other.digest.name, flaw: 'key_unknown' },
    ]);
  });

  test.each<readonly [string, Json]>([
    ['another algorithm', { digestSignatureAlgorithm: 'none' }],
    ['another hash', { logFiles: [{ s3Object: 'a', hashValue: 'b', hashAlgorithm: 'MD5' }] }],
    ['no name', { digestS3Object: null }],
    ['a signature that is none', { previousDigestSignature: 'zz' }],
    ['no list', { logFiles: 'none' }],
  ])('%s: no digest', (_, change) => {
    expect(() => made(20, null, change)).toThrow('no digest');
  });

  test('a backfill is a chain of its own', () => {
    const backfill = made(21, null, { logFiles: [] }, '_backfill');
    const with_ = { ...backfill.digest, signature: backfill.signature };
    expect(check([...CHAIN, with_])).toMatchObject({ files: 4, signatures: 'verified', flaws: [] });
  });
});

test.each(['', '[]', '{"PublicKeyList":[{"Value":"AAAA","Fingerprint":"f"}]}', '{"PublicKeyList":[1]}'])(
  '%j holds no keys',
  (text) => {
    expect(readDigestKeys(text)).toBeNull();
  },
);
