import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type Put,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';
import { sha256Base64url } from '../core/hash.ts';
import type { Spend, SpendProof } from '../core/ports.ts';
import { TTL_ATTRIBUTE } from './tables.ts';

/** A request that was verified in its last second may reach the table later; by then it must not be forgotten. */
const KEPT_SECONDS = 300;

/** First use wins. The `jti` is a stranger's text of any shape: its hash is the key. */
export const proofPut = (table: string, proof: Spend['proof']): Put => ({
  TableName: table,
  Item: {
    pk: { S: `PROOF#${proof.jkt}` },
    sk: { S: sha256Base64url(proof.jti) },
    [TTL_ATTRIBUTE]: { N: String(proof.until + KEPT_SECONDS) },
  },
  ConditionExpression: 'attribute_not_exists(pk)',
});

/** From its first use an actor token belongs to one key: stolen, it fits no other laptop (rule 6). */
export const actorTokenPut = (table: string, token: NonNullable<Spend['actorToken']>): Put => ({
  TableName: table,
  Item: {
    pk: { S: `ACTOR#${sha256Base64url(token.iss)}` },
    sk: { S: sha256Base64url(token.jti) },
    jkt: { S: token.jkt },
    [TTL_ATTRIBUTE]: { N: String(token.until + KEPT_SECONDS) },
  },
  ConditionExpression: 'attribute_not_exists(pk) OR jkt = :jkt',
  ExpressionAttributeValues: { ':jkt': { S: token.jkt } },
});

/** Spends a proof that causes no record. */
export const dynamodbSpendProof =
  (client: DynamoDBClient, table: string): SpendProof =>
  async (proof) => {
    try {
      await client.send(new PutItemCommand(proofPut(table, proof)));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw new Fault('ledger_unavailable', { cause: error });
    }
  };
