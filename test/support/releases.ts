/**
 * What a release left in its tables, kept in `test/e2e/releases/<release>/`: every item as DynamoDB has it, one to a line,
 * and what that release itself said of them. Frozen by `test/e2e/releases/freeze.ts`, once, before it is tagged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import type { Tables } from '../../adapters/tables.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { foldWrit, type WritState } from '../../core/ledger/fold.ts';
import { RECORDS } from '../../core/ledger/records.ts';
import { liveFrom } from '../../core/live.ts';
import type { LedgerItem } from '../../core/ports.ts';
import { covers } from '../../core/revocation/covers.ts';
import { headsOf, type Standing, standing } from '../../core/revocation/heads.ts';
import { ROOT } from './source-tree.ts';

export type Item = Record<string, AttributeValue>;
export const TABLE_NAMES = ['ledger', 'people', 'control'] as const;
export type Items = { readonly [T in (typeof TABLE_NAMES)[number]]: readonly Item[] };

/** What a release answers about its data, at one instant. */
export interface Said {
  /** By writ. */
  readonly writs: {
    readonly [writ: string]: Pick<WritState, 'state' | 'live' | 'deadline'> & {
      /** Whether its user, device, agent, task, permission and role would be issued another one now. */
      readonly standing: Standing['state'];
      /** Revocations whose deny entry covers its session. */
      readonly deniedBy: readonly string[];
    };
  };
  /** Those that a list shows to whoever may see all. */
  readonly listed: readonly string[];
}

export interface Frozen {
  readonly release: string;
  /** NumericDate: the clock when the tables were read. */
  readonly at: number;
  readonly said: Said;
  /** Of each record type: its `v`, and the SHA-256 of its JSON Schema without words for people. */
  readonly records: ReturnType<typeof recordShapes>;
  readonly items: Items;
}

export const RELEASES = join(ROOT, 'test', 'e2e', 'releases');

export const frozenReleases = (): readonly string[] =>
  readdirSync(RELEASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

export function readFrozen(release: string): Frozen {
  const text = (file: string) => readFileSync(join(RELEASES, release, file), 'utf8');
  const lines = (table: string): readonly Item[] =>
    text(`${table}.jsonl`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    ...JSON.parse(text('release.json')),
    items: { ledger: lines('ledger'), people: lines('people'), control: lines('control') },
  };
}

/** Everything, sorted by key. */
export async function allItems(client: DynamoDBClient, tables: Tables): Promise<Items> {
  const scan = async (TableName: string): Promise<readonly Item[]> => {
    const found: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      found.push(...Items);
    return found.sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
  };
  return {
    ledger: await scan(tables.ledger),
    people: await scan(tables.people),
    control: await scan(tables.control),
  };
}

export async function putItems(items: Items, client: DynamoDBClient, tables: Tables): Promise<void> {
  for (const table of TABLE_NAMES) {
    for (const item of items[table])
      await client.send(new PutItemCommand({ TableName: tables[table], Item: item }));
  }
}

export const placeOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;

export const ledgerItem = ({ pk, sk, body, due, dueAt }: Item): LedgerItem => ({
  ...{ pk: pk?.S ?? '', sk: sk?.S ?? '', body: body?.S ?? '' },
  ...(due?.S === undefined || dueAt?.S === undefined ? {} : { due: due.S, dueAt: dueAt.S }),
});

/** Items of each writ, by its id. */
export function byWrit(ledger: readonly Item[]): ReadonlyMap<string, readonly LedgerItem[]> {
  const items = ledger.map(ledgerItem).filter(({ pk }) => pk.startsWith('WRIT#'));
  return Map.groupBy(items, ({ pk }) => pk.slice('WRIT#'.length));
}

/** What this release, the one whose code runs here, says of what stands in tables. @param now - NumericDate. */
export async function say(client: DynamoDBClient, tables: Tables, now: number): Promise<Said> {
  const ledger = dynamodbLedger(client, tables);
  const readHeads = dynamodbReadHeads(client, tables);
  const revocations = dynamodbRevocations(client, tables);
  const writs: Record<string, Said['writs'][string]> = {};
  for (const [writ, items] of byWrit((await allItems(client, tables)).ledger)) {
    const { state, live, deadline, intent, outcome } = foldWrit(items, now);
    const names = intent === null ? [] : headsOf(intent);
    const { heads } = names.length === 0 ? { heads: [] } : await readHeads(names, null, null);
    const entries = intent === null ? [] : await revocations.entries(intent.account);
    const issuedAt = outcome?.outcome === 'issued' ? outcome.issuedAt : null;
    const deniedBy = entries
      .filter((entry) => issuedAt !== null && covers(entry, names, issuedAt))
      .map(({ revocation }) => revocation)
      .sort();
    writs[writ] = { state, live, deadline, standing: standing(heads, now).state, deniedBy };
  }
  const listed: string[] = [];
  for await (const looked of liveFrom({ from: now, now }, () => true, ledger)) {
    listed.push(...looked.filter(({ issuedAt }) => issuedAt !== null).map(({ intent }) => intent.writ));
  }
  return { writs, listed: listed.sort() };
}

/** Words may be mended; a field, a type or a value is a new `v`. */
export function recordShapes(): { readonly [name: string]: { readonly v: number; readonly shape: string } } {
  return Object.fromEntries(
    Object.entries(RECORDS).map(([name, schema]) => {
      const shape = JSON.stringify(z.toJSONSchema(schema), (key, value: unknown) =>
        ['$schema', 'description', 'title'].includes(key) && typeof value === 'string' ? undefined : value,
      );
      return [name, { v: schema.shape.v.def.values[0] ?? 0, shape: sha256Hex(jcs(JSON.parse(shape))) }];
    }),
  );
}
