import type { JsonObject } from '../../core/encoding/i-json.ts';
import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError } from './errors.ts';
import {
  checkBatchLength,
  invalid,
  missing,
  noSuchQueue,
  onlyServed,
  parseBody,
  parseEntries,
  parseOutgoing,
  queueName,
  sqsError,
  text,
  texts,
  whole,
} from './sqs-input.ts';
import type { Handled, Queue } from './sqs-queue.ts';
import { type Queues, queueArn, queueUrl } from './sqs-queues.ts';
import { attributesOf, md5, picked, QUEUE_ATTRIBUTES, shown } from './sqs-shown.ts';

const TARGET = /^AmazonSQS\.([A-Za-z]{1,64})$/;

/** Twelve hours. */
const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_WAIT_SECONDS = 20;
const MAX_MESSAGES = 10;
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** SQS by its JSON protocol, standard and FIFO queues, those of `queues` and no others. */
export function createSqs(queues: Queues): Service<'sqs'> {
  /** Parses, notes and authorises: what every operation on a queue begins with. A batch needs the same permission. */
  function begin(call: Call, permission: string): { readonly body: JsonObject; readonly queue: Queue } {
    const body = parseBody(call.wire.body);
    const name = queueName(body);
    const arn = queueArn(call.region, name);
    call.trail.requestParameters = { queueUrl: text(body, 'QueueUrl') };
    call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::SQS::Queue', ARN: arn }];
    call.authorize(permission, arn);
    const queue = queues.queue(name);
    if (queue === null) throw noSuchQueue();
    return { body, queue };
  }

  function send(call: Call, body: JsonObject, queue: Queue): JsonObject {
    const outgoing = parseOutgoing(body, queue.fifo, call.session.assumedRoleId);
    const { messageId, sequenceNumber } = queues.send(queue, outgoing);
    return {
      MessageId: messageId,
      MD5OfMessageBody: md5(outgoing.body),
      ...(sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber }),
    };
  }

  function remove(body: JsonObject, queue: Queue): JsonObject {
    const handled = queue.delete(text(body, 'ReceiptHandle'));
    // A standard queue says that it did it, also where a later receive made the handle worthless.
    if (handled === 'malformed' || (handled === 'stale' && queue.fifo)) throw ofHandle(handled, queue);
    queues.changed();
    return {};
  }

  return {
    protocol: 'json',
    route: ({ headers }) => TARGET.exec(headers['x-amz-target'] ?? '')?.[1] ?? null,
    operations: {
      SendMessage(call) {
        const { body, queue } = begin(call, 'sqs:SendMessage');
        note(call, { messageBody: HIDDEN, ...fifoNames(body) });
        onlyServed(body, queue.fifo);
        const sent = send(call, body, queue);
        call.trail.responseElements = { messageId: String(sent.MessageId) };
        return json(sent);
      },
      SendMessageBatch(call) {
        const { body, queue } = begin(call, 'sqs:SendMessage');
        const entries = parseEntries(body);
        note(call, { entries: entries.map(({ id, body: one }) => ({ id, ...fifoNames(one) })) });
        checkBatchLength(entries);
        for (const one of entries) onlyServed(one.body, queue.fifo);
        return json(each(entries, (one) => send(call, one, queue)));
      },
      async ReceiveMessage(call) {
        const { body, queue } = begin(call, 'sqs:ReceiveMessage');
        const max = whole(body, 'MaxNumberOfMessages', [1, MAX_MESSAGES], 1);
        note(call, { maxNumberOfMessages: max });
        const wanted = [...texts(body, 'AttributeNames'), ...texts(body, 'MessageSystemAttributeNames')];
        const messages = await queues.receive(queue, {
          max,
          visibilitySeconds: whole(
            body,
            'VisibilityTimeout',
            [0, MAX_VISIBILITY_SECONDS],
            queue.visibilitySeconds,
          ),
          waitSeconds: whole(body, 'WaitTimeSeconds', [0, MAX_WAIT_SECONDS], 0),
        });
        return json(
          messages.length === 0 ? {} : { Messages: messages.map((message) => shown(message, wanted)) },
        );
      },
      DeleteMessage(call) {
        const { body, queue } = begin(call, 'sqs:DeleteMessage');
        return json(remove(body, queue));
      },
      DeleteMessageBatch(call) {
        const { body, queue } = begin(call, 'sqs:DeleteMessage');
        const entries = parseEntries(body);
        note(call, { entries: entries.map(({ id }) => ({ id })) });
        return json(each(entries, (one) => remove(one, queue)));
      },
      ChangeMessageVisibility(call) {
        const { body, queue } = begin(call, 'sqs:ChangeMessageVisibility');
        const handle = text(body, 'ReceiptHandle');
        if (body.VisibilityTimeout === undefined) throw missing('VisibilityTimeout');
        const seconds = whole(body, 'VisibilityTimeout', [0, MAX_VISIBILITY_SECONDS], 0);
        note(call, { visibilityTimeout: seconds });
        const handled = queue.changeVisibility(handle, seconds);
        if (handled !== 'done') throw ofHandle(handled, queue);
        queues.changed();
        return json({});
      },
      GetQueueAttributes(call) {
        const { body, queue } = begin(call, 'sqs:GetQueueAttributes');
        const names = texts(body, 'AttributeNames');
        const all = attributesOf(queue);
        if (names.some((name) => name !== 'All' && !QUEUE_ATTRIBUTES.has(name)))
          throw sqsError(400, 'InvalidAttributeName', 'Unknown Attribute.');
        return json({ Attributes: picked(all, names) });
      },
      GetQueueUrl(call) {
        const body = parseBody(call.wire.body);
        const name = text(body, 'QueueName');
        if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name)) throw noSuchQueue();
        const arn = queueArn(call.region, name);
        call.trail.requestParameters = { queueName: name };
        call.authorize('sqs:GetQueueUrl', arn);
        const owner = body.QueueOwnerAWSAccountId ?? ACCOUNT;
        if (owner !== ACCOUNT || queues.queue(name) === null) throw noSuchQueue();
        return json({ QueueUrl: queueUrl(`http://${call.wire.headers.host ?? ''}`, name) });
      },
    },
  };
}

function note(call: Call, more: { readonly [name: string]: Noted }): void {
  call.trail.requestParameters = { ...(call.trail.requestParameters as object), ...more };
}

type Noted = string | number | readonly { readonly [name: string]: string }[];

const fifoNames = ({ MessageGroupId, MessageDeduplicationId }: JsonObject) => ({
  ...(typeof MessageGroupId === 'string' ? { messageGroupId: MessageGroupId } : {}),
  ...(typeof MessageDeduplicationId === 'string' ? { messageDeduplicationId: MessageDeduplicationId } : {}),
});

/** A batch: what one entry is refused for is told of that entry, and the others go on. */
function each(
  entries: readonly { readonly id: string; readonly body: JsonObject }[],
  handle: (body: JsonObject) => JsonObject,
): JsonObject {
  const Successful: JsonObject[] = [];
  const Failed: JsonObject[] = [];
  for (const { id, body } of entries) {
    try {
      Successful.push({ Id: id, ...handle(body) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: id,
        SenderFault: true,
        Code: error.queryCode ?? error.code,
        Message: error.message,
      });
    }
  }
  return { Successful, ...(Failed.length === 0 ? {} : { Failed }) };
}

/** The two kinds of queue word the same refusals differently. */
function ofHandle(handled: Exclude<Handled, 'done'>, queue: Queue): AwsError {
  switch (handled) {
    case 'malformed':
      return sqsError(404, 'ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    case 'gone':
      return invalid(
        'ReceiptHandle',
        'Message does not exist or is not available for visibility timeout change.',
      );
    case 'stale':
      return queue.fifo
        ? invalid('ReceiptHandle', 'The receipt handle has expired.')
        : sqsError(
            400,
            'MessageNotInflight',
            'The message referred to is not in flight.',
            'AWS.SimpleQueueService.MessageNotInflight',
          );
  }
}

const json = (value: JsonObject): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(value),
});
