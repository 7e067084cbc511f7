/**
 * The floor of equal work, second half: what `lambda/mint.ts` must do. The openings against their hashes, intent and
 * heads in one read, the subject token again, AssumeRole, then the outcome and its pointer beside a second read of the
 * heads. No record's shape is checked, no session is planned again, nothing is logged.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { text } from './body.ts';
import { CLIENT, readFloor } from './floor.ts';
import { serve } from './gauge.ts';

const floor = readFloor();
const dynamodb = new DynamoDBClient(CLIENT);
const sts = new STSClient(CLIENT);
const { iss: issuer, aud: audience, jwks } = floor.issuers.corp;
const corp = createRemoteJWKSet(new URL(jwks));
const PUTS = (floor.settle.TransactItems ?? []).flatMap(({ Put }) => (Put ? [Put] : []));
const ISSUED = JSON.parse(PUTS[0]?.Item?.body?.S ?? '{}');
const POINTER = JSON.parse(PUTS[1]?.Item?.body?.S ?? '{}');

interface Handover {
  readonly writ: string;
  readonly subject_token: string;
  readonly intent: string;
  readonly openings: { readonly [field: string]: { readonly salt: string; readonly value: string } };
}

const named = (text: string | undefined, writ: string) => text?.replace(floor.writ, writ);

/** The recorded keys, with this writ's id in them. */
function keysOf(read: typeof floor.heads, writ: string): typeof floor.heads {
  const RequestItems = Object.fromEntries(
    Object.entries(read.RequestItems ?? {}).map(([table, { Keys = [] }]) => {
      const own = Keys.map(({ pk, sk }) => ({ pk: { S: named(pk?.S, writ) }, sk })) as Record<
        string,
        AttributeValue
      >[];
      return [table, { Keys: own, ConsistentRead: true }];
    }),
  );
  return { RequestItems };
}

/** Each opening is the one behind a hash of the intent. */
function checkOpenings({ intent, openings }: Handover): void {
  const { subject, purpose, address, userAgent } = JSON.parse(intent);
  const hashes = [subject.login, subject.email, purpose.value, address, userAgent];
  for (const { salt, value } of Object.values(openings)) {
    const sealed = createHash('sha256').update(Buffer.from(salt, 'base64url')).update(value);
    if (!hashes.includes(sealed.digest('base64url'))) throw new Error('the floor was given a false opening');
  }
}

async function mint(handover: Handover): Promise<object> {
  const { writ, subject_token, intent } = handover;
  checkOpenings(handover);
  const before = await dynamodb.send(new BatchGetItemCommand(keysOf(floor.heads, writ)));
  const items = Object.values(before.Responses ?? {}).flat();
  if (items.length !== 1 || items[0]?.body?.S !== intent) throw new Error('the floor found no intent');
  const hash = createHash('sha256').update(intent).digest('hex');
  await jwtVerify(subject_token, corp, { issuer, audience, algorithms: ['ES256'] });

  const { Credentials, AssumedRoleUser, PackedPolicySize } = await sts.send(
    new AssumeRoleCommand({
      ...floor.assumeRole,
      RoleSessionName: named(floor.assumeRole.RoleSessionName, writ),
      SourceIdentity: named(floor.assumeRole.SourceIdentity, writ),
    }),
  );
  const accessKeyId = Credentials?.AccessKeyId ?? '';
  const issued = {
    ...ISSUED,
    writ,
    intent: hash,
    accessKeyId,
    assumedRoleId: AssumedRoleUser?.AssumedRoleId,
    packedPolicySize: PackedPolicySize,
  };
  const [outcome, pointer] = PUTS;
  const settled = [
    {
      Put: {
        ...outcome,
        Item: { ...outcome?.Item, pk: { S: `WRIT#${writ}` }, body: { S: JSON.stringify(issued) } },
      },
    },
    {
      Put: {
        ...pointer,
        Item: {
          ...pointer?.Item,
          pk: { S: `KEY#${accessKeyId}` },
          body: { S: JSON.stringify({ ...POINTER, accessKeyId, writ }) },
        },
      },
    },
  ] as typeof floor.settle.TransactItems;
  await Promise.all([
    dynamodb.send(new TransactWriteItemsCommand({ TransactItems: settled })),
    dynamodb.send(new BatchGetItemCommand(keysOf(floor.recheck, writ))),
  ]);
  return { ok: true, credential: Credentials ?? null };
}

const server = createServer((message, response) => {
  const answer = async (): Promise<void> => {
    const minted = await mint(JSON.parse(await text(message)));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(minted));
  };
  answer().catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

await serve([server]);
