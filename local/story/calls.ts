/** An agent's calls: the SDK's own clients with the session's credentials, and nothing of ours in between. */
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BUCKET, TICKETS } from '../seed.ts';
import type { Stack } from '../stack.ts';
import type { Credentials } from './ask.ts';

export async function getObject(stack: Stack, credentials: Credentials, Key: string): Promise<string> {
  const s3 = new S3Client({ ...at(stack, credentials), forcePathStyle: true });
  return told(s3, async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    return JSON.stringify(await Body?.transformToString());
  });
}

/** Writes into the ticket, and reads it back. */
export async function sortTicket(stack: Stack, credentials: Credentials, id: string): Promise<string> {
  const dynamodb = new DynamoDBClient(at(stack, credentials));
  const ticket = { TableName: TICKETS, Key: { id: { S: id } } };
  return told(dynamodb, async () => {
    await dynamodb.send(
      new UpdateItemCommand({
        ...ticket,
        UpdateExpression: 'SET queue = :queue',
        ExpressionAttributeValues: { ':queue': { S: 'fire brigade' } },
      }),
    );
    const { Item } = await dynamodb.send(new GetItemCommand(ticket));
    return `"${Item?.text?.S}" is for the ${Item?.queue?.S}`;
  });
}

export async function deleteTicket(stack: Stack, credentials: Credentials, id: string): Promise<string> {
  const dynamodb = new DynamoDBClient(at(stack, credentials));
  return told(dynamodb, async () => {
    await dynamodb.send(new DeleteItemCommand({ TableName: TICKETS, Key: { id: { S: id } } }));
    return 'deleted';
  });
}

const at = ({ local }: Stack, credentials: Credentials) => ({
  region: local.region,
  endpoint: local.aws_endpoint,
  credentials: {
    accessKeyId: credentials.AccessKeyId,
    secretAccessKey: credentials.SecretAccessKey,
    sessionToken: credentials.SessionToken,
  },
});

async function told(client: { destroy(): void }, call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    return error instanceof Error ? refusal(error) : 'failed';
  } finally {
    client.destroy();
  }
}

/** AWS's refusal: who and what, then on a line of its own why. Account, role and resource are left out. */
function refusal({ name, message }: Error): string {
  const [, who, what, why] =
    /^User: \S+:assumed-role\/[^/]+\/(\S+) is not authorized to perform: (\S+) on resource: \S+ ((?:because|with) .+)$/.exec(
      message,
    ) ?? [];
  return why === undefined
    ? `${name}: ${message}`
    : `${name}: ${who} is not authorized to perform: ${what}\n${why}`;
}
