import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import { type Laboratory, nameOf, tagsOf } from '../laboratory.ts';
import { removeBucket } from '../removals.ts';

const LOCKED_MILLIS = 5 * 60_000;

export const aLockedObjectIsWrittenOnce: Check = {
  id: 'a-locked-object-is-written-once',
  sentence:
    '`If-None-Match: *` answers 412 for a key that is there, in a bucket with Object Lock too; and no version of it can be deleted while it is locked.',
  reliedOnBy: ['docs/architecture.md'],
  otherwise:
    'A second archiver could overwrite a segment: make the compare-and-set of the head carry the segment’s version id.',
  withoutAccount: 'stand-in',
  minutes: 1,
  async run(lab) {
    const { s3 } = lab.clients;
    const Bucket = nameOf(lab, 'objects');
    await lab.cleanup.make(
      `bucket ${Bucket}`,
      () => s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true, ...placeOf(lab) })),
      () => removeBucket(s3, Bucket),
    );
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagsOf(lab) } }));
    const put = (Body: string) =>
      s3.send(
        new PutObjectCommand({
          ...{ Bucket, Key: 'segment/1', Body, IfNoneMatch: '*' },
          // Never COMPLIANCE: nobody could clean up.
          ...{ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(lab.now() + LOCKED_MILLIS) },
        }),
      );
    const { VersionId } = await put('first');
    expect(await statusOf(() => put('second'))).toBe(412);
    expect(
      await statusOf(() => s3.send(new DeleteObjectCommand({ Bucket, Key: 'segment/1', VersionId }))),
    ).toBe(403);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'segment/1' }));
    expect(await Body?.transformToString()).toBe('first');

    // A marker hides the object from `If-None-Match`: that S3 takes a second one is measured, not hoped against.
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'segment/1' }));
    lab.say(`behind a delete marker: ${await statusOf(() => put('third'))}`);
    const first = await s3.send(new GetObjectCommand({ Bucket, Key: 'segment/1', VersionId }));
    expect(await first.Body?.transformToString()).toBe('first');
  },
};

const placeOf = ({ region }: Laboratory): object =>
  region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };

/** HTTP status: of the error where there was one. @throws what had none. */
async function statusOf(
  call: () => Promise<{ readonly $metadata: { readonly httpStatusCode?: number } }>,
): Promise<number | undefined> {
  try {
    return (await call()).$metadata.httpStatusCode;
  } catch (error) {
    if (error instanceof Error && '$metadata' in error) {
      const { httpStatusCode } = Object(error.$metadata);
      if (typeof httpStatusCode === 'number') return httpStatusCode;
    }
    throw error;
  }
}
