import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { s3ObjectLock } from '../../adapters/s3-object-lock.ts';

const WRITTEN = new Date('2026-01-01T00:00:07Z');
const LOCKED = {
  LastModified: WRITTEN,
  ObjectLockMode: 'COMPLIANCE',
  ObjectLockRetainUntilDate: new Date('2026-07-04T00:00:00Z'),
} as const;

const answering = (answer: Partial<HeadObjectCommandOutput> | Error) => {
  const asked: unknown[] = [];
  const send = (command: { readonly input: unknown }) => {
    asked.push(command.input);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, client: { send } as unknown as Pick<S3Client, 'send'> };
};

test('whole days from its writing to the end of its lock', async () => {
  const { asked, client } = answering(LOCKED);
  expect(await s3ObjectLock(client, 'evidence', 'segments/a')).toEqual({
    object: 'segments/a',
    mode: 'COMPLIANCE',
    days: 184,
  });
  expect(asked).toEqual([{ Bucket: 'evidence', Key: 'segments/a' }]);
});

test.each([
  ['is not locked', { LastModified: WRITTEN }],
  ['tells a mode and no end', { ...LOCKED, ObjectLockRetainUntilDate: undefined }],
  ['may not be asked', Object.assign(new Error('denied'), { name: 'AccessDenied' })],
])('nothing is claimed of an object that %s', async (_, answer) => {
  expect(await s3ObjectLock(answering(answer).client, 'evidence', 'segments/a')).toBeNull();
});
