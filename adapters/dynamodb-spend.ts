import type { Put } from '@aws-sdk/client-dynamodb';
import { sha256Base64url } from '../core/encoding/hash.ts';
import { SPENT_KEPT_SECONDS } from '../core/limits.ts';
import type { Spend } from '../core/ports.ts';
import { TTL_ATTRIBUTE } from './tables.ts';

/**
 * First use wins. The `jti` is a stranger's text of any shape: its hash is the key. Who spent it stands in the item, so
 * that a retry after an unseen success knows its own.
 */
export const proofPut = (table: string, { proof, by }: Spend): Put => ({
  TableName: table,
  Item: {
    pk: { S: `PROOF#${proof.jkt}` },
    sk: { S: sha256Base64url(proof.jti) },
    by: { S: by },
    [TTL_ATTRIBUTE]: { N: String(proof.until + SPENT_KEPT_SECONDS) },
  },
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});

/**
 * From its first use an actor token belongs to one key: stolen, it fits no other laptop (rule 6). The same key may show
 * it again.
 */
export const actorTokenPut = (table: string, token: NonNullable<Spend['actorToken']>): Put => ({
  TableName: table,
  Item: {
    pk: { S: `ACTOR#${sha256Base64url(token.iss)}` },
    sk: { S: sha256Base64url(token.jti) },
    jkt: { S: token.jkt },
    [TTL_ATTRIBUTE]: { N: String(token.until + SPENT_KEPT_SECONDS) },
  },
  ConditionExpression: 'attribute_not_exists(pk) OR jkt = :jkt',
  ExpressionAttributeValues: { ':jkt': { S: token.jkt } },
});
