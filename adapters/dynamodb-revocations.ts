import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type TransactWriteItem,
  type Update,
  UpdateItemCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { batchesOf } from '../core/batches.ts';
import { Fault } from '../core/fault.ts';
import type { LedgerItem } from '../core/ports.ts';
import type { DenyEntry, PrincipalEntry } from '../core/revocation/entry.ts';
import type { Commit, HeadChange, Revocations } from '../core/revocation/ports.ts';
import { guarded, type Item } from './dynamodb-call.ts';
import { entryKey, queryEntries, toEntryItem } from './dynamodb-deny-entries.ts';
import { headUpdate, stampUpdate } from './dynamodb-head-updates.ts';
import { dynamodbLedger, peoplePut, putOnce } from './dynamodb-ledger.ts';
import { proofPut } from './dynamodb-spend.ts';
import { transactWrite } from './dynamodb-transaction.ts';
import type { Tables } from './tables.ts';

type Failed = readonly (Item | undefined)[];
type Enforced = Parameters<Revocations['recordEnforced']>[0][number];

/** Enforcements of one transaction, which takes 100 items: record, end and entry of each. */
const ENFORCED_AT_ONCE = 33;
/** Principals' enforcements that are recorded side by side, ours. */
const SHARED_AT_ONCE = 16;
/** BatchWriteItem: requests of one call. */
const DELETED_AT_ONCE = 25;

/**
 * Revocations on DynamoDB.
 *
 * @returns a port that throws Fault `ledger_unavailable` alone.
 */
export function dynamodbRevocations(client: DynamoDBClient, tables: Tables): Revocations {
  return {
    async commit(commit) {
      let { heads } = commit;
      // A head's `blockSeq` only grows: a block that came too late once comes too late for ever, and is left out. So
      // each turn leaves one out at least.
      for (;;) {
        const writes = commitWrites(tables, commit, heads);
        const failed = await transactWrite(client, writes.all);
        if (failed === null) return 'written';
        if (failed[0]) return 'exists';
        if (writes.isProofSpent(failed)) return 'proof_spent';
        const late = writes.lateIn(failed);
        if (late.length === 0) throw new Fault('ledger_unavailable');
        heads = heads.map((head) => (late.includes(head) ? withoutBlock(head) : head));
      }
    },

    async stamp(entries, cutoff, item) {
      const later = new Set<PrincipalEntry>();
      // As above: what is later than this cut-off stays later.
      for (;;) {
        const failed = await transactWrite(client, stampWrites(tables, entries, cutoff, item, later));
        if (failed === null) return 'stamped';
        if (failed[0]) return failed[0].body?.S === item.body ? 'stamped' : 'already';
        const found = entries.filter((entry, index) => !later.has(entry) && failed[1 + index]);
        if (found.length === 0) throw new Fault('ledger_unavailable');
        for (const entry of found) later.add(entry);
      }
    },

    async entries(account) {
      const [principals, writs] = await Promise.all([
        queryEntries(client, tables.control, '*'),
        queryEntries(client, tables.control, account),
      ]);
      return [...principals, ...writs];
    },

    async entriesOf(revocation) {
      const found = await queryEntries(client, tables.control, '*', revocation);
      return found.filter((entry): entry is PrincipalEntry => entry.account === '*');
    },

    async recordEnforced(enforced, account) {
      const own = enforced.filter(({ entry }) => entry.account !== '*');
      for (const some of batchesOf(own, ENFORCED_AT_ONCE)) {
        const failed = await transactWrite(
          client,
          some.flatMap((each) => enforcedWrites(tables, each, account)),
        );
        if (failed !== null) for (const each of some) await recordSingly(client, tables, each, account);
      }
      // A principal's entry is every account's, and all of them come at the same moment: transactions would stand in each
      // other's way, and single updates of one item never do.
      const shared = enforced.filter(({ entry }) => entry.account === '*');
      for (const some of batchesOf(shared, SHARED_AT_ONCE)) {
        await Promise.all(some.map((each) => recordSingly(client, tables, each, account)));
      }
    },

    async forget(entries) {
      for (const some of batchesOf(entries, DELETED_AT_ONCE)) await deleteBatch(client, tables.control, some);
    },
  };
}

/** The record first, then whose openings it has, the proof, heads, entries. */
function commitWrites(tables: Tables, commit: Commit, heads: readonly HeadChange[]) {
  const { item, openings, spend, entries } = commit;
  const proof: TransactWriteItem[] = spend === null ? [] : [{ Put: proofPut(tables.control, spend) }];
  const changes = heads.flatMap((head) => {
    const write = headUpdate(tables.control, head);
    return write === null ? [] : [{ head, write }];
  });
  return {
    all: [
      { Put: putOnce(tables.ledger, item) },
      { Put: peoplePut(tables.people, item, openings.subject, openings.values) },
      ...proof,
      ...changes.map(({ write }) => write),
      ...entries.map(
        (entry): TransactWriteItem => ({ Put: { TableName: tables.control, Item: toEntryItem(entry) } }),
      ),
    ],
    isProofSpent: (failed: Failed): boolean => spend !== null && failed[2] !== undefined,
    lateIn: (failed: Failed): readonly HeadChange[] =>
      changes.flatMap(({ head }, index) => (failed[2 + proof.length + index] === undefined ? [] : [head])),
  };
}

const withoutBlock = ({ kind, value, ends }: HeadChange): HeadChange => ({ kind, value, ends });

/** The record first, then heads in the order of the entries, then these. */
const stampWrites = (
  tables: Tables,
  entries: readonly PrincipalEntry[],
  cutoff: number,
  item: LedgerItem,
  later: ReadonlySet<PrincipalEntry>,
): readonly TransactWriteItem[] => [
  { Put: putOnce(tables.ledger, item) },
  ...entries.map((entry) =>
    stampUpdate(tables.control, entry, entry.revocation, later.has(entry) ? null : cutoff),
  ),
  ...entries.map(
    (entry): TransactWriteItem => ({
      Update: {
        TableName: tables.control,
        Key: entryKey(entry),
        UpdateExpression: 'SET cutoff = :cutoff',
        ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(cutoff)',
        ExpressionAttributeValues: { ':cutoff': { N: String(cutoff) } },
      },
    }),
  ),
];

const enforcedWrites = (
  tables: Tables,
  { entry, item, ended }: Enforced,
  account: string,
): readonly TransactWriteItem[] => [
  { Put: putOnce(tables.ledger, item) },
  ...(ended === null ? [] : [{ Put: putOnce(tables.ledger, ended) }]),
  { Update: recordedUpdate(tables.control, entry, account) },
];

/** An entry that was forgotten meanwhile does not come back. */
const recordedUpdate = (table: string, entry: DenyEntry, account: string): Update => ({
  TableName: table,
  Key: entryKey(entry),
  UpdateExpression: 'ADD recordedIn :account',
  ConditionExpression: 'attribute_exists(pk)',
  ExpressionAttributeValues: { ':account': { SS: [account] } },
});

/** Where a record stands already: the first one does. The entry comes last, so that a crash repeats all of it. */
async function recordSingly(
  client: DynamoDBClient,
  tables: Tables,
  { entry, item, ended }: Enforced,
  account: string,
): Promise<void> {
  const { append } = dynamodbLedger(client, tables);
  await append(item);
  if (ended !== null) await append(ended);
  try {
    await client.send(new UpdateItemCommand(recordedUpdate(tables.control, entry, account)));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException))
      throw new Fault('ledger_unavailable', { cause: error });
  }
}

/** Asks again for what the table left unprocessed; throttled to a standstill it is a fault. */
async function deleteBatch(
  client: DynamoDBClient,
  table: string,
  entries: readonly DenyEntry[],
): Promise<void> {
  let wanted: WriteRequest[] = entries.map((entry) => ({ DeleteRequest: { Key: entryKey(entry) } }));
  while (wanted.length > 0) {
    const { UnprocessedItems } = await guarded(
      client.send(new BatchWriteItemCommand({ RequestItems: { [table]: wanted } })),
    );
    const left = UnprocessedItems?.[table] ?? [];
    if (left.length >= wanted.length) throw new Fault('ledger_unavailable');
    wanted = left;
  }
}
