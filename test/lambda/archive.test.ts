/** The archiver's function as Lambda calls it: a batch is done or comes again as a whole. */
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBRecord } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { issuedItem } from '../../core/ledger/keys.ts';
import { DEADLINE, ISSUED, OPENED } from '../core/ledger/fixture.ts';
import { CONTEXT } from './edge/events.ts';
import { catchOutput, linesOf } from './edge/output.ts';

/** RFC 8410 §10.1. */
const SPKI = Buffer.from('MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=', 'base64');
const dynamodb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
const kms = mockClient(KMSClient);

let output: () => string;
beforeEach(() => {
  vi.resetModules();
  for (const mock of [dynamodb, s3, kms]) mock.reset();
  kms.on(GetPublicKeyCommand).resolves({ PublicKey: SPKI });
  kms.on(SignCommand).resolves({ Signature: new Uint8Array(64) });
  s3.on(PutObjectCommand).resolves({});
  s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'none', $metadata: {} }));
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(BatchGetItemCommand).resolves({ Responses: {} });
  output = catchOutput();
  const environment = {
    AWS_REGION: 'eu-central-1',
    WRIT_LEDGER_TABLE: 'ledger',
    WRIT_PEOPLE_TABLE: 'people',
    WRIT_CONTROL_TABLE: 'control',
    WRIT_EVIDENCE_BUCKET: 'evidence',
    WRIT_EVIDENCE_KEY: 'arn:aws:kms:eu-central-1:111122223333:key/1',
    WRIT_EVIDENCE_ORIGIN: 'writ.example/evidence',
    WRIT_EVIDENCE_LOCK: 'GOVERNANCE:400',
  };
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
});
afterEach(() => vi.unstubAllEnvs());

const handlerOf = async () => (await import('../../lambda/archive.ts')).handler;

function record(sequence: string): DynamoDBRecord {
  const { pk, sk, body } = issuedItem(ISSUED, DEADLINE);
  return {
    eventName: 'INSERT',
    dynamodb: {
      ApproximateCreationDateTime: OPENED,
      Keys: { pk: { S: pk }, sk: { S: sk } },
      NewImage: { pk: { S: pk }, sk: { S: sk }, body: { S: body } },
      SequenceNumber: sequence,
    },
  };
}

test('the head is not to be had: the batch comes again from its first record, and a line says why', async () => {
  const handler = await handlerOf();
  dynamodb.on(GetItemCommand).rejects(new Error('no table'));
  expect(await handler({ Records: [record('100'), record('101')] }, CONTEXT)).toEqual({
    batchItemFailures: [{ itemIdentifier: '100' }],
  });
  expect(linesOf(output())).toContainEqual(
    expect.objectContaining({ message: 'fault', endpoint: 'archive', code: 'ledger_unavailable' }),
  );
  expect(dynamodb.commandCalls(PutItemCommand)).toEqual([]);
});

test('KMS is silent at the start: the same, and the next invocation starts again', async () => {
  const handler = await handlerOf();
  kms.on(GetPublicKeyCommand).rejectsOnce(new Error('away')).resolves({ PublicKey: SPKI });
  expect(await handler({ Records: [record('100')] }, CONTEXT)).toEqual({
    batchItemFailures: [{ itemIdentifier: '100' }],
  });
  await handler({ Records: [] }, CONTEXT);
  expect(kms.commandCalls(GetPublicKeyCommand)).toHaveLength(2);
});

test('the log’s key is written once, before anything else; another one stops it', async () => {
  const handler = await handlerOf();
  const taken = Object.assign(new Error('taken'), { $metadata: { httpStatusCode: 412 } });
  s3.on(PutObjectCommand, { Key: 'log.vkey' }).rejects(taken);
  s3.on(GetObjectCommand, { Key: 'log.vkey' }).resolves({
    ContentLength: 5,
    Body: { transformToByteArray: async () => Buffer.from('other') } as never,
  });
  expect(await handler({ Records: [record('100')] }, CONTEXT)).toMatchObject({
    batchItemFailures: [{ itemIdentifier: '100' }],
  });
  expect(linesOf(output())).toContainEqual(expect.objectContaining({ code: 'evidence_forked' }));
  expect(dynamodb.calls()).toEqual([]);
});

test('nobody can say how far it has come: the minute’s run fails, and counts nothing', async () => {
  const handler = await handlerOf();
  dynamodb.on(GetItemCommand).rejects(new Error('no table'));
  await expect(handler({}, CONTEXT)).rejects.toMatchObject({ code: 'ledger_unavailable' });
  expect(output()).not.toContain('ArchiveLag');
});
