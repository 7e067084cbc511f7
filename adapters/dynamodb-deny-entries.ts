/** Deny entries as items of control: `DENY#*` or `DENY#<account>` / `<revocation>#<value>`. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.ts';
import type { HeadKind } from '../core/ports.ts';
import type { DenyEntry } from '../core/revocation/entry.ts';
import { type Item, partition } from './dynamodb-call.ts';
import { numeric } from './dynamodb-control.ts';

const PRINCIPAL_KINDS = [
  'user',
  'device',
  'agent',
  'task',
  'permission',
  'role',
  'all',
] as const satisfies readonly HeadKind[];

const denyPartition = (account: string): string => `DENY#${account}`;

/** One revocation's entries stand side by side. The value tells the names of one machine apart. */
export const entryKey = ({
  account,
  revocation,
  value,
}: Pick<DenyEntry, 'account' | 'revocation' | 'value'>): Item => ({
  pk: { S: denyPartition(account) },
  sk: { S: `${revocation}#${value}` },
});

/** No cut-off: pending. No `recordedIn`: in no account yet; DynamoDB has no empty sets. */
export function toEntryItem(entry: DenyEntry): Item {
  const { kind, value, revocation, askedAt, recordedIn, cutoff } = entry;
  return {
    ...entryKey(entry),
    kind: { S: kind },
    value: { S: value },
    revocation: { S: revocation },
    askedAt: { N: String(askedAt) },
    ...(cutoff === null ? {} : { cutoff: { N: String(cutoff) } }),
    ...(recordedIn.length === 0 ? {} : { recordedIn: { SS: [...recordedIn] } }),
    ...(entry.kind === 'writ'
      ? { user: { S: entry.user }, until: { N: String(entry.until) }, intent: { S: entry.intent } }
      : {}),
  };
}

/** @throws Fault `ledger_unavailable`: an entry that cannot be read must not be left out of what is denied. */
function fromEntryItem(item: Item): DenyEntry {
  const [account = '', kind] = [text(item, 'pk').slice(denyPartition('').length), text(item, 'kind')];
  const common = {
    value: text(item, 'value'),
    revocation: text(item, 'revocation'),
    askedAt: numeric(item.askedAt),
    recordedIn: item.recordedIn === undefined ? [] : texts(item, 'recordedIn'),
  };
  const cutoff = item.cutoff === undefined ? null : numeric(item.cutoff);
  if (kind === 'writ' && cutoff !== null) {
    return {
      ...common,
      kind,
      account,
      cutoff,
      user: text(item, 'user'),
      until: numeric(item.until),
      intent: text(item, 'intent'),
    };
  }
  const principal = PRINCIPAL_KINDS.find((each) => each === kind);
  if (principal === undefined || account !== '*') throw new Fault('ledger_unavailable');
  return { ...common, kind: principal, account, cutoff };
}

/**
 * All entries of a partition, every page, strongly consistent.
 *
 * @param revocation - Of one revocation only.
 */
export async function queryEntries(
  client: DynamoDBClient,
  table: string,
  account: string,
  revocation?: string,
): Promise<readonly DenyEntry[]> {
  const found: DenyEntry[] = [];
  const asked = revocation === undefined ? {} : { beginning: `${revocation}#` };
  const pages = partition(client, table, denyPartition(account), asked);
  for await (const page of pages) found.push(...page.map(fromEntryItem));
  return found;
}

function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Fault('ledger_unavailable');
  return value;
}

function texts(item: Item, name: string): readonly string[] {
  const values = item[name]?.SS;
  if (values === undefined) throw new Fault('ledger_unavailable');
  return values;
}
