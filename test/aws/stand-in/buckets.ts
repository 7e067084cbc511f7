/** Buckets with versions, conditions and locks, as far as one check goes. */
import { type Answers, refusedWith, text } from './answers.ts';

interface Version {
  readonly Key: string;
  readonly VersionId: string;
  /** `null`: a delete marker. */
  readonly body: string | null;
  /** Milliseconds since 1970. */
  readonly lockedUntil: number;
}

export function bucketAnswers(now: () => number): { readonly answers: Answers; names(): readonly string[] } {
  const buckets = new Map<string, Version[]>();
  let last = 0;
  const versions = (name: string): Version[] => {
    const found = buckets.get(name);
    if (found === undefined) throw refusedWith('NoSuchBucket', 404);
    return found;
  };
  const add = (bucket: string, version: Omit<Version, 'VersionId'>) => {
    last += 1;
    versions(bucket).push({ ...version, VersionId: String(last) });
    return { VersionId: String(last) };
  };
  const current = (bucket: string, key: string): Version | undefined =>
    versions(bucket).findLast(({ Key }) => Key === key);
  const answers: Answers = {
    CreateBucketCommand: (input) => {
      buckets.set(text(input, 'Bucket'), []);
      return {};
    },
    PutBucketTaggingCommand: (input) => {
      versions(text(input, 'Bucket'));
      return {};
    },
    DeleteBucketCommand: (input) => {
      if (versions(text(input, 'Bucket')).length > 0) throw refusedWith('BucketNotEmpty', 409);
      buckets.delete(text(input, 'Bucket'));
      return {};
    },
    ListBucketsCommand: () => ({ Buckets: [...buckets.keys()].map((Name) => ({ Name })) }),
    ListObjectVersionsCommand: (input) => ({ Versions: [...versions(text(input, 'Bucket'))] }),
    PutObjectCommand: (input) => {
      const [bucket, Key] = [text(input, 'Bucket'), text(input, 'Key')];
      if (input.IfNoneMatch === '*' && (current(bucket, Key)?.body ?? null) !== null)
        throw refusedWith('PreconditionFailed', 412);
      const until = input.ObjectLockRetainUntilDate;
      const lockedUntil = until instanceof Date ? until.getTime() : 0;
      return add(bucket, { Key, body: text(input, 'Body'), lockedUntil });
    },
    GetObjectCommand: (input) => {
      const [bucket, key] = [text(input, 'Bucket'), text(input, 'Key')];
      const found =
        input.VersionId === undefined
          ? current(bucket, key)
          : versions(bucket).find(({ VersionId }) => VersionId === input.VersionId);
      if (found === undefined || found.body === null) throw refusedWith('NoSuchKey', 404);
      const { body } = found;
      return { Body: { transformToString: async () => body } };
    },
    DeleteObjectCommand: (input) => {
      const bucket = text(input, 'Bucket');
      if (input.VersionId === undefined)
        return add(bucket, { Key: text(input, 'Key'), body: null, lockedUntil: 0 });
      const at = versions(bucket).findIndex(({ VersionId }) => VersionId === input.VersionId);
      const locked = (versions(bucket)[at]?.lockedUntil ?? 0) > now();
      if (locked && input.BypassGovernanceRetention !== true) throw refusedWith('AccessDenied', 403);
      versions(bucket).splice(at, 1);
      return {};
    },
  };
  return { answers, names: () => [...buckets.keys()] };
}
