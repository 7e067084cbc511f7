/** What a revocation does to a head, as one update: `REVOKED#<kind>#<value>` / `head`. */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { HeadKey } from '../core/ports.ts';
import type { HeadChange } from '../core/revocation/ports.ts';
import type { Item } from './dynamodb-call.ts';
import { headKey } from './dynamodb-control.ts';

/**
 * A writ's first cut-off stands: it is over whenever that was. A principal's revocation joins those that are pending. A
 * block or lift fails where one stands that was asked for later; of two at the same moment the block wins.
 *
 * @returns `null`: nothing is left to be changed.
 */
export function headUpdate(table: string, change: HeadChange): TransactWriteItem | null {
  const { ends, block } = change;
  const sets: string[] = [];
  const values: Item = {};
  if (ends !== null && 'cutoff' in ends) {
    sets.push('cutoff = if_not_exists(cutoff, :cutoff)');
    values[':cutoff'] = { N: String(ends.cutoff) };
  }
  if (block !== undefined) {
    sets.push('blockSeq = :seq');
    values[':seq'] = { N: String(block.seq) };
    if (block.until !== null) {
      sets.push('blockedUntil = :until', 'blockedBy = :by');
      values[':until'] = { N: String(block.until) };
      values[':by'] = { S: block.by };
    }
  }
  const isPending = ends !== null && 'pendingBy' in ends;
  if (isPending) values[':pending'] = { SS: [ends.pendingBy] };
  const expression = [
    sets.length === 0 ? '' : `SET ${sets.join(', ')}`,
    isPending ? 'ADD pending :pending' : '',
    block?.until === null ? 'REMOVE blockedUntil, blockedBy' : '',
  ].filter((part) => part !== '');
  if (expression.length === 0) return null;
  return {
    Update: {
      TableName: table,
      Key: headKey(change),
      UpdateExpression: expression.join(' '),
      ...(block === undefined ? {} : { ConditionExpression: blockCondition(block.until !== null) }),
      ExpressionAttributeValues: values,
    },
  };
}

const blockCondition = (blocks: boolean): string =>
  `attribute_not_exists(blockSeq) OR blockSeq ${blocks ? '<=' : '<'} :seq`;

/**
 * Takes a revocation off those that are pending, and moves the cut-off forward.
 *
 * @param cutoff - NumericDate; fails where a later one stands. `null`: leave it as it is.
 */
export const stampUpdate = (
  table: string,
  key: HeadKey,
  revocation: string,
  cutoff: number | null,
): TransactWriteItem => ({
  Update: {
    TableName: table,
    Key: headKey(key),
    UpdateExpression: `DELETE pending :pending${cutoff === null ? '' : ' SET cutoff = :cutoff'}`,
    ...(cutoff === null ? {} : { ConditionExpression: 'attribute_not_exists(cutoff) OR cutoff <= :cutoff' }),
    ExpressionAttributeValues: {
      ':pending': { SS: [revocation] },
      ...(cutoff === null ? {} : { ':cutoff': { N: String(cutoff) } }),
    },
  },
});
