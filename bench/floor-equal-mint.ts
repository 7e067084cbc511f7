/**
 * The floor of equal work, second half: what `lambda/mint.ts` must do. The openings against their hashes, intent and
 * heads in one read, the subject token again, AssumeRole, then the outcome and its pointer beside a second read of the
 * heads. No record's shape is checked, no session is planned again, nothing is logged.
 */
import { hash } from 'node:crypto';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { HEALTH_SECONDS, MAX_ARCHIVE_LAG_SECONDS } from '../core/limits.ts';
import { CLIENT, readFloor } from './floor.ts';

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
    const sealed = hash(
      'sha256',
      Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(value)]),
      'base64url',
    );
    if (!hashes.includes(sealed)) throw new Error('the floor was given a false opening');
  }
}

const isFresh = (health: Record<string, AttributeValue> | undefined): boolean =>
  Math.floor(Date.now() / 1000) - Number(health?.verifiedAt?.N) <= HEALTH_SECONDS;

const isArchived = (mark: Record<string, AttributeValue> | undefined): boolean =>
  Math.floor(Date.now() / 1000) - Number(mark?.settledTo?.N) <= MAX_ARCHIVE_LAG_SECONDS;

export async function handler(handover: Handover): Promise<object> {
  const { writ, subject_token, intent } = handover;
  checkOpenings(handover);
  const before = await dynamodb.send(new BatchGetItemCommand(keysOf(floor.heads, writ)));
  const items = Object.values(before.Responses ?? {}).flat();
  const [stored, health, mark] = ['body', 'verifiedAt', 'settledTo'].map((name) =>
    items.find((item) => item[name] !== undefined),
  );
  if (items.length !== 3 || stored?.body?.S !== intent) throw new Error('the floor found no intent');
  if (!isFresh(health)) throw new Error('the floor found no health');
  if (!isArchived(mark)) throw new Error('the floor found an archiver that is behind');
  const intentHash = hash('sha256', intent, 'hex');
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
    intent: intentHash,
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
  const [, after] = await Promise.all([
    dynamodb.send(new TransactWriteItemsCommand({ TransactItems: settled })),
    dynamodb.send(new BatchGetItemCommand(keysOf(floor.recheck, writ))),
  ]);
  const [late] = Object.values(after.Responses ?? {}).flat();
  if (!isFresh(late)) throw new Error('the floor found no health');
  return { ok: true, credential: Credentials ?? null };
}
