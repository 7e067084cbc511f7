/** What calls the functions: API Gateway, the stream's poller and EventBridge, with one role between them. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from './aws/server.ts';
import { queueUrl } from './aws/sqs-queues.ts';
import type { Database } from './database.ts';
import { type Admit, startGateway } from './gateway.ts';
import { type Invoke, invokeBy } from './invoke.ts';
import {
  functionName,
  queueArn,
  RECONCILE_QUEUE,
  REGION,
  roleArn,
  STREAM_FAILURES,
  TABLES,
} from './names.ts';
import type { Parts } from './parts.ts';
import { startQueueFeed } from './queue-feed.ts';
import { admit as admitCaller } from './responder-gate.ts';
import { everyMinute } from './schedule.ts';
import { startStreamFeed } from './stream-feed.ts';
import { takeRole } from './take-role.ts';

/** Until a record of the stream is given up: with its pauses about a minute. */
const STREAM_TRIES = 10;

export async function openFrontDoor(
  options: {
    readonly port: number;
    readonly aws: LocalAws;
    readonly database: Database;
    /** Told, in a sentence, of what goes wrong in the background. */
    readonly onTrouble: (what: string) => void;
  },
  parts: Parts,
): Promise<Invoke> {
  const { port, aws, database, onTrouble } = options;
  const as = (duty: string) => ({
    region: REGION,
    endpoint: aws.endpoint,
    credentials: async () => {
      const { expiration, ...keys } = takeRole(aws, functionName(duty), roleArn(duty));
      return { ...keys, expiration: new Date(expiration) };
    },
  });
  const lambda = parts.keepClient(new LambdaClient(as('front-door')));
  const sqs = parts.keepClient(new SQSClient(as('front-door')));
  const invoke = invokeBy(lambda);
  const admit: Admit = (request, path, body) => admitCaller(request, path, body, aws.registry, Date.now());
  parts.keep(await startGateway(port, invoke, admit));
  parts.keep(
    await startStreamFeed(database, TABLES.ledger, {
      deliver: (batch) => invoke('schedule', batch),
      onTrouble: () => onTrouble('The ledger’s stream could not be delivered; it is tried again.'),
      failures: {
        tries: STREAM_TRIES,
        send: (failed) =>
          sqs.send(
            new SendMessageCommand({
              QueueUrl: queueUrl(aws.endpoint, STREAM_FAILURES),
              MessageBody: JSON.stringify(failed),
            }),
          ),
      },
    }),
  );
  parts.keep(
    await startStreamFeed(database, TABLES.ledger, {
      deliver: (batch) => invoke('archive', batch),
      // No `failures`: nothing is poison to the archiver, and nothing is given up.
      onTrouble: () => onTrouble('The ledger’s stream could not be archived; it is tried again.'),
    }),
  );
  parts.keep(
    startQueueFeed(
      // Lambda's poller reads a queue with the function's own role.
      parts.keepClient(new SQSClient(as('reconcile'))),
      { url: queueUrl(aws.endpoint, RECONCILE_QUEUE), arn: queueArn(RECONCILE_QUEUE) },
      {
        deliver: (event) => invoke('reconcile', event),
        onTrouble: () => onTrouble('A reconciler was woken and did not finish; it is woken again.'),
      },
    ),
  );
  parts.keep(
    everyMinute(
      () => invoke('reconcile', {}),
      () => onTrouble('Accounts could not be verified; it is tried again in a minute.'),
    ),
  );
  parts.keep(
    everyMinute(
      () => invoke('sweep', {}),
      () => onTrouble('The sweep failed; it is tried again in a minute.'),
    ),
  );
  parts.keep(
    everyMinute(
      () => invoke('archive', {}),
      () => onTrouble('Nobody could tell how far the evidence log has come; it is tried again in a minute.'),
    ),
  );
  parts.keep(
    everyMinute(
      () => invoke('archive', { gaps: true }),
      () => onTrouble('Table and evidence log could not be compared; it is tried again in an hour.'),
      60,
    ),
  );
  return invoke;
}
