import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** The ledger's only index, and the attribute by which control forgets. As in `adapters/tables.ts`: a test compares. */
const DUE_INDEX = 'due';
const TTL_ATTRIBUTE = 'expires';

/** What happened, the openings of its personal fields, and what changes (architecture, section 6). */
export class Tables extends Construct {
  readonly ledger: Table;
  readonly people: Table;
  readonly control: Table;
  /** ARNs of the ledger's time index and stream. */
  readonly dueIndexArn: string;
  readonly streamArn: string;

  constructor(
    scope: Construct,
    id: string,
    { key, removal }: { readonly key: IKey; readonly removal: RemovalPolicy },
  ) {
    super(scope, id);
    const common: TableProps = {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removal !== RemovalPolicy.DESTROY,
      removalPolicy: removal,
    };
    // A change or removal of an item is itself evidence: the stream shows what stood there before.
    this.ledger = new Table(this, 'Ledger', { ...common, stream: StreamViewType.NEW_AND_OLD_IMAGES });
    this.ledger.addGlobalSecondaryIndex({
      indexName: DUE_INDEX,
      partitionKey: { name: 'due', type: AttributeType.STRING },
      sortKey: { name: 'dueAt', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.people = new Table(this, 'People', common);
    this.control = new Table(this, 'Control', { ...common, timeToLiveAttribute: TTL_ATTRIBUTE });
    this.dueIndexArn = `${this.ledger.tableArn}/index/${DUE_INDEX}`;
    this.streamArn = this.ledger.tableStreamArn ?? '';
  }
}
