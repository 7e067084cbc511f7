/**
 * What each function may do and why, as data: its role, its environment and the table of architecture, section 9, are made
 * from here, and a test compares them with the template both ways.
 */
import type { Duty } from '../../core/duties.ts';

/** What a statement can be about; the stack knows the ARNs. */
export type Place =
  | 'ledger'
  | 'ledger’s time index'
  | 'ledger’s stream'
  | 'people'
  | 'control'
  | 'data key, through DynamoDB'
  | 'data key, through Secrets Manager'
  | 'enrolment key'
  | 'probe key'
  | 'nonce keys'
  | 'evidence bucket'
  | 'evidence objects'
  | 'evidence key'
  | 'mint'
  | 'target roles'
  | 'part roles'
  | 'reconcile queue'
  | 'stream failures'
  | 'close dead letters'
  | 'schedules'
  | 'scheduler’s role'
  | 'own log group'
  | 'any';

export interface Access {
  readonly actions: readonly string[];
  readonly on: Place;
  /** First characters of the partition keys that it is for (`dynamodb:LeadingKeys`); absent: all of the table. */
  readonly partitions?: readonly string[];
  readonly why: string;
}

/** A value of a function's environment; `lambda/edge/config.ts` reads it. */
export type Setting =
  | 'publicUrl'
  | 'bundle'
  | 'tables'
  | 'mintFunction'
  | 'nonceKeys'
  | 'enrolmentKey'
  | 'probeKey'
  | 'schedules'
  | 'evidence'
  | 'evidenceBucket'
  | 'controlTable'
  | 'reconcileQueue';

export interface DutySpec {
  readonly description: string;
  readonly settings: readonly Setting[];
  readonly access: readonly Access[];
  /** Above what it may take, seconds; API Gateway waits 29. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /**
   * Environments kept for it, and the most that it gets. A flood at a public endpoint must take nothing from mint or from
   * those who end sessions: the one is capped, the others are reserved. Absent: of what is left.
   */
  readonly reserved?: number;
}

/** Holds Cedar: more memory is more processor, and a shorter cold start. */
const WITH_CEDAR = 1024;
const WITHOUT = 512;
const ANSWERS_WITHIN = 15;

const LOGS: Access = {
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  on: 'own log group',
  why: 'To say what it did.',
};

const DATA_KEY: Access = {
  actions: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  on: 'data key, through DynamoDB',
  why: 'The tables are encrypted with it; DynamoDB asks in the caller’s name.',
};

const NONCE: readonly Access[] = [
  {
    actions: ['secretsmanager:GetSecretValue'],
    on: 'nonce keys',
    why: 'To make and check server nonces (rule 6).',
  },
  {
    actions: ['kms:Decrypt'],
    on: 'data key, through Secrets Manager',
    why: 'The secret is encrypted with it; Secrets Manager asks in the caller’s name.',
  },
];

const DEVICE: Access = {
  actions: ['kms:GetPublicKey'],
  on: 'enrolment key',
  why: 'To verify attestations that Writ signed.',
};

const put = (on: Place, partitions: readonly string[], why: string): Access => ({
  actions: ['dynamodb:PutItem'],
  on,
  partitions,
  why,
});
const update = (partitions: readonly string[], why: string): Access => ({
  actions: ['dynamodb:UpdateItem'],
  on: 'control',
  partitions,
  why,
});
const read = (
  action: 'GetItem' | 'BatchGetItem' | 'Query',
  on: Place,
  partitions: readonly string[],
  why: string,
): Access => ({
  actions: [`dynamodb:${action}`],
  on,
  partitions,
  why,
});

const OPENINGS: Access = {
  actions: ['dynamodb:PutItem'],
  on: 'people',
  why: 'Openings of a record’s personal fields, in its transaction.',
};
const BY_DUE: Access = {
  actions: ['dynamodb:Query'],
  on: 'ledger’s time index',
  why: 'Which writs are due or live.',
};
const COUNTED = update(['REFUSED#'], 'Refusals are counted, not all recorded (rule 2).');
const HEADS = read('BatchGetItem', 'control', ['REVOKED#'], 'Whether who asks is revoked.');
const DENIES = read('Query', 'control', ['DENY#'], 'What is denied, and seen to be.');

/** What a public endpoint needs that records refusals, and shows an actor or not. */
const endpoint = (records: readonly string[], spends: readonly string[]): readonly Access[] => [
  LOGS,
  DATA_KEY,
  ...NONCE,
  put('ledger', records, 'Its records; an item is never changed.'),
  OPENINGS,
  put('control', spends, 'What is spent (rule 6).'),
  COUNTED,
];

const PROOF = ['PROOF#'];
const PROOF_AND_ACTOR = ['PROOF#', 'ACTOR#'];

/** Reading the ledger's stream. */
const STREAM: readonly Access[] = [
  {
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    on: 'ledger’s stream',
    why: 'Lambda reads the stream in its name.',
  },
  {
    actions: ['dynamodb:ListStreams'],
    on: 'any',
    why: 'Lambda finds the stream by listing; the action knows no resource.',
  },
];

/** Writing the end of a writ. */
const CLOSING: readonly Access[] = [
  LOGS,
  DATA_KEY,
  read('Query', 'ledger', ['WRIT#'], 'A writ’s story.'),
  read('BatchGetItem', 'ledger', ['WRIT#', 'REVOCATION#'], 'What was enforced against it.'),
  put('ledger', ['WRIT#'], 'How it ended.'),
  HEADS,
  DENIES,
];

const PUBLIC = ['publicUrl', 'bundle', 'tables', 'nonceKeys', 'enrolmentKey'] as const;

export const DUTY_SPECS: { readonly [D in Duty]: DutySpec } = {
  exchange: {
    description: 'POST /token: decides, records the intent, and hands over to mint.',
    settings: [...PUBLIC, 'mintFunction'],
    access: [
      ...endpoint(['WRIT#'], PROOF_AND_ACTOR),
      DEVICE,
      { actions: ['lambda:InvokeFunction'], on: 'mint', why: 'The only road to a credential.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
    reserved: 100,
  },
  mint: {
    description: 'Assumes the role of a recorded intent. Only exchange may invoke it.',
    settings: ['publicUrl', 'bundle', 'tables'],
    access: [
      LOGS,
      DATA_KEY,
      read('BatchGetItem', 'ledger', ['WRIT#'], 'The intent, as it is stored.'),
      read(
        'BatchGetItem',
        'control',
        ['REVOKED#', 'HEALTH#', 'ARCHIVE#'],
        'Heads, health, and how far evidence has come (rule 8).',
      ),
      put('ledger', ['WRIT#', 'KEY#'], 'The outcome, and where its key points.'),
      {
        actions: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        on: 'target roles',
        why: 'What it is for; each role’s trust says under which names.',
      },
    ],
    timeoutSeconds: 12,
    memoryMegabytes: WITHOUT,
    reserved: 100,
  },
  permissions: {
    description: 'POST /permissions: what can be asked for.',
    settings: PUBLIC,
    access: [...endpoint(['WRIT#'], PROOF_AND_ACTOR), DEVICE],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
  },
  enroll: {
    description: 'POST /enroll: vouches for the key of a device.',
    settings: PUBLIC,
    access: [
      ...endpoint(['ENROLMENT#', 'WRIT#'], PROOF),
      HEADS,
      { actions: ['kms:Sign'], on: 'enrolment key', why: 'Its signature under the attestation.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
  },
  metadata: {
    description: 'GET /.well-known/oauth-authorization-server (RFC 8414).',
    settings: ['publicUrl', 'bundle'],
    access: [LOGS],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITHOUT,
  },
  revoke: {
    description: 'POST /revoke and POST /responder/revoke: ends and blocks.',
    settings: [...PUBLIC, 'reconcileQueue'],
    access: [
      ...endpoint(['REVOCATION#', 'WRIT#'], ['DENY#', ...PROOF]),
      DEVICE,
      HEADS,
      update(['DENY#', 'REVOKED#'], 'Heads, and the cut-off of its entries.'),
      DENIES,
      read('GetItem', 'ledger', ['KEY#', 'REVOCATION#'], 'Whom a key or an id names.'),
      read('BatchGetItem', 'ledger', ['WRIT#'], 'Whose a writ is, and whether it lives.'),
      BY_DUE,
      { actions: ['sqs:SendMessage'], on: 'reconcile queue', why: 'Wakes the reconcilers.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
    reserved: 20,
  },
  reconcile: {
    description: 'Holds the deny policy of every account to what is revoked: when woken, and every minute.',
    settings: ['bundle', 'tables'],
    access: [
      LOGS,
      DATA_KEY,
      DENIES,
      update(['DENY#', 'REVOKED#'], 'Cut-offs that were left pending; where an entry is enforced.'),
      {
        actions: ['dynamodb:BatchWriteItem'],
        on: 'control',
        partitions: ['DENY#'],
        why: 'Forgets entries that deny nothing alive.',
      },
      read('GetItem', 'control', ['HEALTH#', 'MEASURED#', 'WRITTEN#'], 'What it last wrote and measured.'),
      put('control', ['HEALTH#', 'MEASURED#', 'WRITTEN#'], 'What it wrote, saw and measured.'),
      read('BatchGetItem', 'ledger', ['REVOCATION#', 'WRIT#'], 'What is recorded already.'),
      put('ledger', ['REVOCATION#', 'WRIT#'], 'That it was seen refused, and what ended.'),
      {
        actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
        on: 'part roles',
        why: 'Its foot in each account, which alone may touch IAM, and the canaries.',
      },
      {
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        on: 'reconcile queue',
        why: 'Lambda reads the queue in its name.',
      },
    ],
    // Sixteen accounts at once, half a minute each at most: a hundred are through in time.
    timeoutSeconds: 240,
    memoryMegabytes: WITHOUT,
    reserved: 20,
  },
  writs: {
    description: 'POST /writs and POST /responder/writs: which sessions are live.',
    settings: PUBLIC,
    access: [
      ...endpoint(['WRIT#'], PROOF),
      DEVICE,
      BY_DUE,
      read('BatchGetItem', 'ledger', ['WRIT#'], 'What the index names.'),
      DENIES,
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
  },
  status: {
    description: 'POST /status and POST /responder/status: how well ending is enforced.',
    settings: PUBLIC,
    access: [
      ...endpoint(['WRIT#'], PROOF),
      DEVICE,
      read('GetItem', 'control', ['HEALTH#', 'MEASURED#'], 'What each reconciler last saw.'),
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITH_CEDAR,
  },
  sweep: {
    description: 'Every minute: settles what a crash left open, closes what a schedule missed.',
    settings: ['tables'],
    access: [
      ...CLOSING,
      BY_DUE,
      read('GetItem', 'ledger', ['WRIT#'], 'An intent without outcome.'),
      read('GetItem', 'control', ['CURSOR#'], 'How far the last one came.'),
      update(['CURSOR#'], 'How far this one came.'),
    ],
    timeoutSeconds: 60,
    memoryMegabytes: WITHOUT,
    reserved: 2,
  },
  schedule: {
    description: 'Reads the stream of the ledger: a schedule for each issued writ.',
    settings: ['tables', 'schedules'],
    access: [
      ...CLOSING,
      ...STREAM,
      { actions: ['scheduler:CreateSchedule'], on: 'schedules', why: 'One for each issued writ.' },
      {
        actions: ['iam:PassRole'],
        on: 'scheduler’s role',
        why: 'Which its schedules take, to EventBridge alone.',
      },
      { actions: ['sqs:SendMessage'], on: 'stream failures', why: 'Records that could not be worked off.' },
    ],
    timeoutSeconds: 60,
    memoryMegabytes: WITHOUT,
    reserved: 20,
  },
  close: {
    description: 'The schedule of a writ has fired: writes its end.',
    settings: ['tables'],
    access: [
      ...CLOSING,
      { actions: ['sqs:SendMessage'], on: 'close dead letters', why: 'Ends that failed at every try.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITHOUT,
    reserved: 20,
  },
  archive: {
    description: 'Reads the stream of the ledger into the evidence log; every hour, what the stream missed.',
    settings: ['tables', 'evidence', 'evidenceBucket'],
    access: [
      LOGS,
      DATA_KEY,
      ...STREAM,
      { actions: ['sqs:SendMessage'], on: 'stream failures', why: 'Records that could not be worked off.' },
      {
        actions: ['s3:PutObject', 's3:PutObjectRetention'],
        on: 'evidence objects',
        why: 'To write evidence, under a lock; the bucket’s policy lets it write each path once.',
      },
      {
        actions: ['s3:GetObject'],
        on: 'evidence objects',
        why: 'What stands there: to go on, and to compare.',
      },
      { actions: ['s3:ListBucket'], on: 'evidence bucket', why: 'To be told what is not there.' },
      {
        actions: ['kms:GetPublicKey', 'kms:Sign'],
        on: 'evidence key',
        why: 'Its signature under each checkpoint.',
      },
      read('GetItem', 'control', ['ARCHIVE#'], 'The log’s head, and how far it has come.'),
      put('control', ['ARCHIVE#'], 'The log’s head, in a compare-and-set.'),
      update(['ARCHIVE#'], 'How far it has come.'),
      read('BatchGetItem', 'control', ['LEAF#'], 'Which leaves are in the log already.'),
      read('Query', 'control', ['LEAF#'], 'Which leaves a writ has.'),
      {
        actions: ['dynamodb:BatchWriteItem'],
        on: 'control',
        partitions: ['LEAF#'],
        why: 'Where each leaf stands.',
      },
      BY_DUE,
      { actions: ['dynamodb:Scan'], on: 'ledger', why: 'Every hour: whether each item has a leaf.' },
      { actions: ['dynamodb:BatchGetItem'], on: 'ledger', why: 'And each leaf its item.' },
    ],
    // A gap sweep waits for what the stream may be telling just now.
    timeoutSeconds: 240,
    memoryMegabytes: WITHOUT,
    reserved: 20,
  },
  receipts: {
    description: 'GET /receipts/{id}: proofs that records are in the evidence log.',
    settings: ['publicUrl', 'controlTable', 'evidenceBucket'],
    access: [
      LOGS,
      DATA_KEY,
      read('Query', 'control', ['LEAF#'], 'Which leaves it has.'),
      { actions: ['s3:GetObject'], on: 'evidence objects', why: 'Checkpoint and tiles.' },
      { actions: ['s3:ListBucket'], on: 'evidence bucket', why: 'To be told what is not there.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: WITHOUT,
  },
  probe: {
    description: 'Every minute, from outside: asks for a session, uses it, ends it.',
    settings: ['publicUrl', 'bundle', 'probeKey'],
    // No table, no STS, no function: it comes in by the front door, as everybody does.
    access: [
      LOGS,
      { actions: ['kms:Sign'], on: 'probe key', why: 'Its tokens: it is nobody who could sign in.' },
    ],
    // Its answers, and until AWS refuses: one that takes so long overlaps the next.
    timeoutSeconds: 120,
    memoryMegabytes: 256,
    reserved: 3,
  },
  'probe-keys': {
    description: 'GET /probe/jwks: the public half of the key that the prober signs with.',
    settings: ['publicUrl', 'probeKey'],
    access: [
      LOGS,
      { actions: ['kms:GetPublicKey'], on: 'probe key', why: 'To publish it, as any issuer does.' },
    ],
    timeoutSeconds: ANSWERS_WITHIN,
    memoryMegabytes: 256,
  },
};
