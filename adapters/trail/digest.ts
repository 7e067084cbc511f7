/** CloudTrail's digest files: which log files it delivered in an hour, with their hashes, each linked to the one before. */
import { hash } from 'node:crypto';
import { type Flaws, list, needed, type Raw, word } from './fields.ts';
import { parse } from './take-records.ts';
import { unpackWhole } from './unpack.ts';

export interface Digest {
  /** As the file was named. */
  readonly name: string;
  /** SHA-256 of what it unpacks to, hex: what the next one names it by. */
  readonly sha256: string;
  readonly bucket: string;
  /** Its key in the bucket; wherever it lies now. */
  readonly object: string;
  /** As it stands there: it is part of what is signed. */
  readonly endTime: string;
  readonly fingerprint: string;
  readonly previous: { readonly object: string; readonly sha256: string } | null;
  /** Of the one before, hex; it is part of what is signed. */
  readonly previousSignature: string | null;
  readonly logFiles: readonly {
    readonly object: string;
    readonly sha256: string;
    readonly newestEventTime: string | null;
    readonly oldestEventTime: string | null;
  }[];
  /** Its own, hex, from the object's metadata; `null`: it lies in a folder, where there is none. */
  readonly signature: string | null;
}

/** An hour's log files of one account and Region. */
const MAX_DIGEST_BYTES = 64 * 1024 * 1024;
const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^(?:[0-9a-f]{2}){1,1024}$/;

/** @returns `null`: it is none, or says too little. */
export function readDigest(name: string, bytes: Buffer, signature: string | null): Digest | null {
  const content = unpackWhole(bytes, MAX_DIGEST_BYTES);
  const value = content === null ? undefined : parse(content);
  if (content === null || typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const flaws: Flaws = { first: null };
  const raw = value as Raw;
  const previousObject = word(flaws, raw.previousDigestS3Object, 'previousDigestS3Object');
  const previousSignature = word(flaws, raw.previousDigestSignature, 'previousDigestSignature');
  const previousHash = word(flaws, raw.previousDigestHashValue, 'previousDigestHashValue');
  const digest: Digest = {
    name,
    sha256: hash('sha256', content, 'hex'),
    bucket: needed(flaws, raw.digestS3Bucket, 'digestS3Bucket'),
    object: needed(flaws, raw.digestS3Object, 'digestS3Object'),
    endTime: needed(flaws, raw.digestEndTime, 'digestEndTime'),
    fingerprint: needed(flaws, raw.digestPublicKeyFingerprint, 'digestPublicKeyFingerprint'),
    previous: previousObject === null ? null : { object: previousObject, sha256: previousHash ?? '' },
    previousSignature,
    logFiles: list(flaws, raw.logFiles, 'logFiles').map((each) => logFile(flaws, each)),
    signature: signature !== null && SIGNATURE.test(signature) ? signature : null,
  };
  const wellFormed =
    (previousSignature === null || SIGNATURE.test(previousSignature)) &&
    raw.digestSignatureAlgorithm === 'SHA256withRSA' &&
    digest.logFiles.every(({ sha256 }) => HASH.test(sha256));
  return flaws.first === null && wellFormed ? digest : null;
}

function logFile(flaws: Flaws, value: unknown) {
  const raw = typeof value === 'object' && value !== null ? (value as Raw) : {};
  if (raw.hashAlgorithm !== 'SHA-256') flaws.first ??= 'hashAlgorithm';
  return {
    object: needed(flaws, raw.s3Object, 's3Object'),
    sha256: needed(flaws, raw.hashValue, 'hashValue'),
    newestEventTime: word(flaws, raw.newestEventTime, 'newestEventTime'),
    oldestEventTime: word(flaws, raw.oldestEventTime, 'oldestEventTime'),
  };
}

/** What CloudTrail signs for a digest (SHA256withRSA; its documentation, "custom implementations of log file validation"). */
export const signedText = ({ endTime, bucket, object, sha256, previousSignature }: Digest): string =>
  [endTime, `${bucket}/${object}`, sha256, previousSignature ?? 'null'].join('\n');

/** The name under which an object is found again, wherever it has been moved to: CloudTrail's are unique. */
export const fileName = (object: string): string => object.slice(object.lastIndexOf('/') + 1);
