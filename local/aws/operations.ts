/**
 * Every operation that the local AWS serves. Anything else is answered `NotImplemented`: a stand-in that
 * guessed would teach its users something false. `readOnly` and category are CloudTrail's.
 */
interface Listed {
  readonly readOnly: boolean;
  readonly category: 'Management' | 'Data';
}

const management = (readOnly: boolean): Listed => ({ readOnly, category: 'Management' });
const data = (readOnly: boolean): Listed => ({ readOnly, category: 'Data' });

export const OPERATIONS = {
  sts: {
    // Real AWS logs AssumeRole as read-only: a trail of write events alone would lose it.
    AssumeRole: management(true),
    GetCallerIdentity: management(true),
  },
  s3: {
    GetObject: data(true),
    HeadObject: data(true),
    PutObject: data(false),
    ListObjectsV2: data(true),
  },
  iam: {
    CreatePolicy: management(false),
    GetPolicy: management(true),
    ListPolicies: management(true),
    DeletePolicy: management(false),
    CreatePolicyVersion: management(false),
    GetPolicyVersion: management(true),
    ListPolicyVersions: management(true),
    SetDefaultPolicyVersion: management(false),
    DeletePolicyVersion: management(false),
    AttachRolePolicy: management(false),
    DetachRolePolicy: management(false),
    ListEntitiesForPolicy: management(true),
    ListAttachedRolePolicies: management(true),
    ListRoles: management(true),
    GetRole: management(true),
    ListRolePolicies: management(true),
    GetRolePolicy: management(true),
  },
  dynamodb: {
    ListTables: management(true),
    DescribeTable: management(true),
    DescribeTimeToLive: management(true),
    DescribeContinuousBackups: management(true),
    GetItem: data(true),
    PutItem: data(false),
    UpdateItem: data(false),
    DeleteItem: data(false),
    Query: data(true),
    Scan: data(true),
    BatchGetItem: data(true),
    BatchWriteItem: data(false),
    TransactGetItems: data(true),
    TransactWriteItems: data(false),
  },
  lambda: {
    Invoke: data(false),
    ListFunctions: management(true),
    GetFunctionConfiguration: management(true),
  },
  kms: { Sign: management(true), GetPublicKey: management(true), DescribeKey: management(true) },
  sqs: {
    SendMessage: data(false),
    SendMessageBatch: data(false),
    ReceiveMessage: data(true),
    DeleteMessage: data(false),
    DeleteMessageBatch: data(false),
    ChangeMessageVisibility: data(false),
    GetQueueAttributes: management(true),
    GetQueueUrl: management(true),
  },
  scheduler: {
    CreateSchedule: management(false),
    GetSchedule: management(true),
    DeleteSchedule: management(false),
    ListSchedules: management(true),
    GetScheduleGroup: management(true),
  },
  bedrock: { InvokeModel: management(true) },
} as const;

/** Services by their SigV4 signing name. */
export type ServiceName = keyof typeof OPERATIONS;
export type OperationName<S extends ServiceName> = keyof (typeof OPERATIONS)[S] & string;

/** CloudTrail's view of an operation; `null`: not served. */
export function listed(service: ServiceName, operation: string): Listed | null {
  const of: { readonly [name: string]: Listed } = OPERATIONS[service];
  return Object.hasOwn(of, operation) ? (of[operation] ?? null) : null;
}

/**
 * The Region that a service's requests are signed for and logged in: IAM has one endpoint for all Regions.
 *
 * @param region - The only Region that there is otherwise.
 */
export const regionOf = (service: ServiceName, region: string): string =>
  service === 'iam' ? 'us-east-1' : region;

export const isService = (name: string): name is ServiceName => Object.hasOwn(OPERATIONS, name);
