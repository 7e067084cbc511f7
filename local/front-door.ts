/** What calls the functions: API Gateway, the stream's poller and EventBridge, with one role between them. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { LocalAws } from './aws/server.ts';
import type { Database } from './database.ts';
import { startGateway } from './gateway.ts';
import { type Invoke, invokeBy } from './invoke.ts';
import { functionName, REGION, roleArn, TABLES } from './names.ts';
import type { Parts } from './parts.ts';
import { everyMinute } from './schedule.ts';
import { startStreamFeed } from './stream-feed.ts';
import { takeRole } from './take-role.ts';

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
  const lambda = parts.keepClient(
    new LambdaClient({
      region: REGION,
      endpoint: aws.endpoint,
      credentials: async () => {
        const { expiration, ...keys } = takeRole(aws, functionName('front-door'), roleArn('front-door'));
        return { ...keys, expiration: new Date(expiration) };
      },
    }),
  );
  const invoke = invokeBy(lambda);
  parts.keep(await startGateway(port, invoke));
  parts.keep(
    await startStreamFeed(database, TABLES.ledger, {
      deliver: (batch) => invoke('stream', batch),
      onTrouble: () => onTrouble('The ledger’s stream could not be delivered; it is tried again.'),
    }),
  );
  parts.keep(
    everyMinute(
      () => invoke('sweep', {}),
      () => onTrouble('The sweep failed; it is tried again in a minute.'),
    ),
  );
  return invoke;
}
