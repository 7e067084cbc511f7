/**
 * Findings of cdk-nag that stand, each with its reason: as data, so that decision 8 is written from here and a test sees
 * that none is acknowledged for nothing.
 */
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BrokerFile } from '../core/policy/config/broker.ts';

export interface Acknowledged {
  /** The finding, by its full id where a rule has several. */
  readonly id: string;
  /** Paths of constructs below the stack: it is acknowledged there and below, and nowhere else. */
  readonly at: readonly string[];
  readonly reason: string;
}

/** What findings about the evidence log are called by. */
export interface EvidenceNamed {
  /** ARNs with `*`, of the log's objects, and of the trail's where auditors read that. */
  readonly objects: readonly string[];
  /** Of those the log's own. */
  readonly log: string;
  /** ARN with `*` of the route to receipts. */
  readonly receipts: string;
  /** Whether the log is the broker's account's own. */
  readonly own: boolean;
}

export function evidenceNamed({
  account,
  region,
  evidence,
}: Pick<BrokerFile, 'account' | 'region' | 'evidence'>): EvidenceNamed {
  const elsewhere = evidence?.elsewhere;
  const log = elsewhere ? `arn:aws:s3:::${elsewhere.bucket}/*` : '<BrokerEvidenceBucket61022B24.Arn>/*';
  return {
    own: elsewhere === undefined,
    log,
    objects: [log, ...(evidence?.trail === undefined ? [] : [`arn:aws:s3:::${evidence.trail}/*`])],
    receipts: `arn:aws:execute-api:${region}:${account}:<BrokerApiRestE0D196C7>/writ/GET/receipts/*`,
  };
}

/**
 * @param targetRoles - ARNs with `*` of the accounts' target roles, which name the finding.
 * @param probing - Whether the configuration has a prober.
 * @param evidence - How findings name where evidence is.
 */
export function acknowledged(
  targetRoles: readonly string[],
  schedules: string,
  probing = true,
  evidence: EvidenceNamed = evidenceNamed({ account: '<account>', region: '<region>' }),
): readonly Acknowledged[] {
  const prober = (at: string): readonly string[] => (probing ? [at] : []);
  return [
    {
      id: 'AwsSolutions::AwsSolutions-SMG4',
      at: ['Broker/Keys/Nonce'],
      reason:
        'Rotating is one command, put-secret-value, and both versions count meanwhile. A function that could write the secret would be one more that could make nonces.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-SQS3',
      at: [
        'Broker/Queues/StreamFailures',
        'Broker/Queues/CloseDeadLetters',
        'Broker/Queues/WatchDeadLetters',
      ],
      reason: 'They are dead-letter queues themselves, of what is no queue: a stream, schedules, rules.',
    },
    {
      id: 'Serverless::Serverless-SQSRedrivePolicy',
      at: [
        'Broker/Queues/ReconcileDeadLetters',
        'Broker/Queues/StreamFailures',
        'Broker/Queues/CloseDeadLetters',
        'Broker/Queues/WatchDeadLetters',
      ],
      reason: 'They are dead-letter queues themselves. Each has an alarm.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-APIG2',
      at: ['Broker/Api/Rest'],
      reason:
        'The functions parse and refuse, as RFC 6749 says errors look. API Gateway would answer in a way of its own, and knows nothing of repeated parameters.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-APIG6',
      at: ['Broker/Api/Rest/DeploymentStage.writ'],
      reason:
        'Execution logs hold headers and bodies, and so tokens (rule 3). Access logs are on, without either.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-APIG4',
      at: ['Broker/Api/Rest'],
      reason:
        'The endpoint is where authority is proven: three tokens and a proof, which no authorizer of API Gateway knows. Where no token is needed, at the responders’ routes, IAM authorises.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-COG4',
      at: ['Broker/Api/Rest'],
      reason: 'People are the company’s identity provider’s, not a user pool’s.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      at: ['Broker/Api/LogsRole'],
      reason: 'One setting for all of an account’s APIs, for which API Gateway wants this policy.',
    },
    ...targetRoles.map((arn) => ({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${arn}]`,
      at: ['Broker/Functions/mint/Role'],
      reason:
        'All brokered roles of one account, on a path that guard rails protect. Each role’s trust says under which names, and an exact list would outgrow the policy.',
    })),
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${schedules}]`,
      at: ['Broker/Functions/schedule/Role'],
      reason: 'One schedule for each writ, named by its id, in a group of Writ’s own.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      at: ['Broker/Functions/schedule/Role', 'Broker/Functions/archive/Role'],
      reason: 'dynamodb:ListStreams knows no resource; Lambda calls it in the function’s name.',
    },
    {
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      at: ['Broker/Readers/Auditor'],
      reason: 'What aws cloudtrail validate-logs asks knows no resource.',
    },
    ...evidence.objects.map((arn) => ({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${arn}]`,
      at: [
        ...(arn === evidence.log ? ['Broker/Functions/archive/Role', 'Broker/Functions/receipts/Role'] : []),
        'Broker/Readers/Auditor',
      ],
      reason:
        'The log’s paths are made of sizes and hashes. The bucket holds nothing else, and its policy says what may be written.',
    })),
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${evidence.receipts}]`,
      at: ['Broker/Responders/Policy', 'Broker/Readers/Auditor'],
      reason: 'A receipt is asked for by its writ’s id.',
    },
    ...(evidence.own
      ? [
          {
            id: 'AwsSolutions::AwsSolutions-S1',
            at: ['Broker/Evidence/Bucket'],
            reason:
              'CloudTrail’s data events tell who read and wrote it, in the trail that is the other half of the evidence; server access logs are best effort.',
          },
        ]
      : []),
    {
      id: 'Serverless::Serverless-LambdaStarPermissions',
      at: ['Broker/Functions/schedule/Role', 'Broker/Functions/archive/Role'],
      reason: 'dynamodb:ListStreams knows no resource; Lambda calls it in the function’s name.',
    },
    {
      id: 'Serverless::Serverless-APIGWXrayEnabled',
      at: ['Broker/Api/Rest'],
      reason:
        'A request is followed by the writ’s id through log, ledger and CloudTrail. X-Ray would add nothing to that.',
    },
    {
      id: 'Serverless::Serverless-LambdaTracing',
      at: ['Broker/Functions'],
      reason:
        'The X-Ray SDK is in maintenance, active tracing lengthens cold starts, and each role would need a permission on every resource.',
    },
    {
      id: 'Serverless::Serverless-LambdaDLQ',
      at: ['Broker/Functions'],
      reason:
        'Most are invoked synchronously. close has a failure destination, stream and queue have theirs, and what runs every minute does again a minute later.',
    },
    {
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      at: ['Broker/Feeds/Queue'],
      reason: 'The queue’s own redrive policy takes what failed: Lambda takes no destination for SQS.',
    },
    {
      id: 'Serverless::Serverless-EventBusDLQ',
      at: [
        'Broker/Feeds/reconcile-every-minute',
        'Broker/Feeds/sweep-every-minute',
        'Broker/Feeds/archive-every-minute',
        'Broker/Feeds/gaps-every-hour',
        ...prober('Broker/Feeds/probe-every-minute'),
      ],
      reason:
        'What is lost comes again in a minute, or an hour; that it does not are the alarms “unverified” and “archive-behind”, and of the prober each of its own.',
    },
    {
      id: 'Serverless::Serverless-LambdaAsyncFailureDestination',
      at: [
        'Broker/Feeds/reconcile-once',
        'Broker/Feeds/sweep-once',
        'Broker/Feeds/archive-once',
        ...prober('Broker/Feeds/probe-once'),
      ],
      reason:
        'What failed comes again in a minute; that it does not is the alarm “background-errors”, and of the prober its silence.',
    },
  ];
}

/** @throws Error where a path names nothing: what it stood for has gone. */
export function acknowledge(stack: Construct, findings: readonly Acknowledged[]): void {
  for (const { id, at, reason } of findings) {
    for (const path of at) {
      const construct = path
        .split('/')
        .reduce<Construct | undefined>(
          (scope, part) => scope?.node.tryFindChild(part) as Construct | undefined,
          stack,
        );
      if (construct === undefined) throw new Error(`${path} is acknowledged and not there`);
      Validations.of(construct).acknowledge({ id, reason });
    }
  }
}

/** Findings of checkov that stand, in all templates: it knows no place. */
export const CHECKOV: readonly { readonly id: string; readonly reason: string }[] = [
  {
    id: 'CKV_AWS_115',
    reason:
      'Concurrency is kept for those whom a flood must not stop, and capped for exchange. The others take of what is left.',
  },
  { id: 'CKV_AWS_116', reason: 'As Serverless-LambdaDLQ.' },
  {
    id: 'CKV_AWS_117',
    reason:
      'A function in a VPC needs a way out for key sets and each service of AWS, and gains nothing: it is reached by nobody but AWS, and its role says what it reaches.',
  },
  {
    id: 'CKV_AWS_173',
    reason: 'Environments hold names and hashes, no secret, and are encrypted with a key of Lambda’s.',
  },
  { id: 'CKV_AWS_18', reason: 'As AwsSolutions-S1.' },
  { id: 'CKV_AWS_192', reason: 'There is no Java here.' },
  {
    id: 'CKV_AWS_27',
    reason:
      'Queues are encrypted by SQS (SqsManagedSseEnabled), which this check does not know. They hold names alone.',
  },
  { id: 'CKV_AWS_59', reason: 'As AwsSolutions-APIG4.' },
  { id: 'CKV_AWS_73', reason: 'As Serverless-APIGWXrayEnabled.' },
  {
    id: 'CKV_AWS_120',
    reason: 'No two answers are the same, and none may be kept (Cache-Control: no-store).',
  },
  ...['CKV_AWS_108', 'CKV_AWS_111'].map((id) => ({
    id,
    reason:
      'Of boundaries: they give nothing. Permissions and fence of the same role name the resources, and the fence denies the rest.',
  })),
];
