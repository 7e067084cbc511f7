/** What callers of SQS send, checked as SQS checks it. Every function here throws `AwsError`. */
import { isJsonObject, type JsonObject, parseIJson } from '../../core/encoding/i-json.ts';
import { decodeUtf8 } from '../../core/encoding/utf8.ts';
import { ACCOUNT } from './account.ts';
import { AwsError, notImplemented } from './errors.ts';
import type { Outgoing } from './sqs-queue.ts';

/** A message, and all messages of a batch together: 1 MiB. */
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_ENTRIES = 10;

/** Any host: a queue's URL names the queue, and the request went where it went. */
const QUEUE_URL = /^https?:\/\/[^/?#\s]{1,255}\/(\d{12})\/([A-Za-z0-9_.-]{1,80})$/;
const GROUP_ID = /^[!-~]{1,128}$/;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** SQS's characters: those of XML 1.0 §2.2. */
const MESSAGE_BODY = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** Clients read the second code, which the Query protocol had, from a header of its own. */
export const sqsError = (status: number, code: string, message: string, queryCode = code): AwsError =>
  new AwsError(status, code, message, queryCode);

export const missing = (name: string): AwsError =>
  sqsError(400, 'MissingParameter', `The request must contain the parameter ${name}.`);
export const invalid = (name: string, reason: string): AwsError =>
  sqsError(400, 'InvalidParameterValue', `Value for parameter ${name} is invalid. Reason: ${reason}`);
const batchError = (code: string, message: string): AwsError =>
  sqsError(400, code, message, `AWS.SimpleQueueService.${code}`);
const serialization = (): AwsError =>
  sqsError(400, 'SerializationException', 'The request body is not what SQS reads.');

export function parseBody(bytes: Buffer): JsonObject {
  const text = decodeUtf8(bytes);
  const parsed = text === null ? null : parseIJson(text);
  if (!parsed?.ok || !isJsonObject(parsed.value)) throw serialization();
  return parsed.value;
}

/** The name of a queue of ours. One of another account does not exist here. */
export function queueName({ QueueUrl }: JsonObject): string {
  if (QueueUrl === undefined) throw missing('QueueUrl');
  const [, account, name] = (typeof QueueUrl === 'string' ? QUEUE_URL.exec(QueueUrl) : null) ?? [];
  if (name === undefined)
    throw sqsError(404, 'InvalidAddress', 'The address is not valid for this endpoint.');
  if (account !== ACCOUNT) throw noSuchQueue();
  return name;
}

export const noSuchQueue = (): AwsError =>
  sqsError(
    400,
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    'AWS.SimpleQueueService.NonExistentQueue',
  );

export function text(body: JsonObject, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

function optionalText(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== 'string') throw serialization();
  return value;
}

/** A whole number of the range, or what holds when there is none. */
export function whole(
  body: JsonObject,
  name: string,
  range: readonly [number, number],
  usual: number,
): number {
  const value = body[name];
  if (value === undefined) return usual;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw serialization();
  const [min, max] = range;
  if (value < min || value > max) throw invalid(name, `Must be between ${min} and ${max}, if provided.`);
  return value;
}

export function texts(body: JsonObject, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (!Array.isArray(value)) throw serialization();
  return value.map((one: unknown) => {
    if (typeof one !== 'string') throw serialization();
    return one;
  });
}

/** Before anything of a batch is sent: what SQS would do and this does not. @throws AwsError `NotImplemented` */
export function onlyServed(body: JsonObject, fifo: boolean): void {
  if (isGiven(body.MessageAttributes) || isGiven(body.MessageSystemAttributes))
    throw notImplemented('message attributes');
  if (body.DelaySeconds !== undefined && body.DelaySeconds !== 0) throw notImplemented('DelaySeconds');
  if (!fifo && body.MessageGroupId !== undefined) throw notImplemented('message groups of a standard queue');
}

/** One message of SendMessage, or one entry of SendMessageBatch. */
export function parseOutgoing(body: JsonObject, fifo: boolean, senderId: string): Outgoing {
  const message = text(body, 'MessageBody');
  if (!MESSAGE_BODY.test(message))
    throw sqsError(400, 'InvalidMessageContents', 'The message contains characters outside the allowed set.');
  if (Buffer.byteLength(message) > MAX_BODY_BYTES)
    throw invalid('MessageBody', `Message must be shorter than ${MAX_BODY_BYTES} bytes.`);
  const groupId = optionalText(body, 'MessageGroupId');
  const deduplicationId = optionalText(body, 'MessageDeduplicationId');
  if (!fifo) {
    if (deduplicationId !== undefined)
      throw invalid(
        'MessageDeduplicationId',
        'The request includes a parameter that is not valid for this queue type.',
      );
    return { body: message, senderId };
  }
  if (groupId === undefined) throw missing('MessageGroupId');
  if (deduplicationId === undefined)
    throw sqsError(
      400,
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  const characters = 'It can only include alphanumeric and punctuation characters. 1 to 128 in length';
  if (!GROUP_ID.test(groupId)) throw invalid('MessageGroupId', characters);
  if (!GROUP_ID.test(deduplicationId)) throw invalid('MessageDeduplicationId', characters);
  return { body: message, senderId, groupId, deduplicationId };
}

export interface Entry {
  readonly id: string;
  readonly body: JsonObject;
}

/** The entries of a batch, each with an id of its own. */
export function parseEntries({ Entries }: JsonObject): readonly Entry[] {
  if (Entries === undefined || (Array.isArray(Entries) && Entries.length === 0))
    throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (!Array.isArray(Entries) || !Entries.every(isJsonObject)) throw serialization();
  if (Entries.length > MAX_ENTRIES)
    throw batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_ENTRIES}.`,
    );
  const entries = Entries.map((body): Entry => ({ id: text(body, 'Id'), body }));
  if (!entries.every(({ id }) => ENTRY_ID.test(id)))
    throw batchError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  if (new Set(entries.map(({ id }) => id)).size < entries.length)
    throw batchError('BatchEntryIdsNotDistinct', 'Two entries of the batch have the same id.');
  return entries;
}

/** @throws AwsError when the messages are together too long for one request. */
export function checkBatchLength(entries: readonly Entry[]): void {
  const bytes = entries.map(({ body }) => Buffer.byteLength(optionalText(body, 'MessageBody') ?? ''));
  if (bytes.reduce((sum, one) => sum + one, 0) > MAX_BODY_BYTES)
    throw batchError('BatchRequestTooLong', `Batch requests cannot be longer than ${MAX_BODY_BYTES} bytes.`);
}

const isGiven = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length > 0;
