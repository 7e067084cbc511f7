/** The three tables (architecture, section 6), as data: the laptop creates them from here, and so does the stack. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { DUE_INDEX, TTL_ATTRIBUTE } from '../core/ledger/table-names.ts';

export { DUE_INDEX, TTL_ATTRIBUTE };

export interface Tables {
  /** What happened: append-only, streamed. */
  readonly ledger: string;
  /** The openings of its personal fields: erasable. */
  readonly people: string;
  /** Revocation heads, spent proofs, counters: mutable. */
  readonly control: string;
}

const keyed = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
} as const satisfies Partial<CreateTableCommandInput>;

const keyAttributes = [
  { AttributeName: 'pk', AttributeType: 'S' },
  { AttributeName: 'sk', AttributeType: 'S' },
] as const;

/**
 * As CreateTable takes them. What it cannot say (point-in-time recovery, deletion protection, TTL on TTL_ATTRIBUTE) is
 * for whoever creates them to add.
 */
export function tableDefinitions(tables: Tables): readonly CreateTableCommandInput[] {
  return [
    {
      ...keyed,
      KeySchema: [...keyed.KeySchema],
      TableName: tables.ledger,
      AttributeDefinitions: [
        ...keyAttributes,
        { AttributeName: 'due', AttributeType: 'S' },
        { AttributeName: 'dueAt', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: DUE_INDEX,
          KeySchema: [
            { AttributeName: 'due', KeyType: 'HASH' },
            { AttributeName: 'dueAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
    {
      ...keyed,
      KeySchema: [...keyed.KeySchema],
      TableName: tables.people,
      AttributeDefinitions: [...keyAttributes],
    },
    {
      ...keyed,
      KeySchema: [...keyed.KeySchema],
      TableName: tables.control,
      AttributeDefinitions: [...keyAttributes],
    },
  ];
}
