import { Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { forgetStatements, openingsStatements } from '../../core/privacy.ts';
import { functionArnOf, STAGE } from '../names.ts';
import type { Keys } from './keys.ts';
import type { Tables } from './tables.ts';
import type { WhereEvidenceIs } from './where-evidence-is.ts';

/**
 * Policies that an admin gives to people: who reads evidence and trusts nobody, who sees to it that people are forgotten, and who
 * may say in clear what a record hides.
 */
export class Readers extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      api,
      evidence,
      tables,
      keys,
      trail,
    }: {
      readonly api: RestApi;
      readonly evidence: WhereEvidenceIs;
      readonly tables: Tables;
      readonly keys: Keys;
      /** Name of the bucket with CloudTrail's files. */
      readonly trail: string | undefined;
    },
  ) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    const buckets = [evidence.bucketArn, ...(trail === undefined ? [] : [`arn:aws:s3:::${trail}`])];
    new ManagedPolicy(this, 'Auditor', {
      managedPolicyName: 'writ-auditor',
      description: 'May read the evidence log and the trail, and ask for receipts: nothing else of Writ.',
      statements: [
        allow(['s3:ListBucket'], buckets),
        allow(
          ['s3:GetObject', 's3:GetObjectRetention', 's3:GetObjectVersion'],
          buckets.map((arn) => `${arn}/*`),
        ),
        allow(['kms:GetPublicKey'], [evidence.keyArn]),
        allow(['execute-api:Invoke'], [api.arnForExecuteApi('GET', '/receipts/*', STAGE)]),
        // What `aws cloudtrail validate-logs` asks, which knows no resource.
        allow(['cloudtrail:DescribeTrails', 'cloudtrail:ListPublicKeys'], ['*']),
      ],
    });
    new ManagedPolicy(this, 'Privacy', {
      managedPolicyName: 'writ-privacy',
      description: 'May delete the openings of people, and have the ledger say so (writ forget).',
      statements: [
        ...forgetStatements({
          people: tables.people.tableArn,
          ledger: tables.ledger.tableArn,
          settings: functionArnOf(account, region, 'exchange'),
        }).map((statement) => PolicyStatement.fromJson(statement)),
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
          resources: [keys.data.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
        }),
      ],
    });
    new ManagedPolicy(this, 'Openings', {
      managedPolicyName: 'writ-openings',
      description: 'May read the openings of people, to hand them to an auditor (writ openings).',
      statements: [
        ...openingsStatements({
          people: tables.people.tableArn,
          settings: functionArnOf(account, region, 'exchange'),
        }).map((statement) => PolicyStatement.fromJson(statement)),
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['kms:Decrypt', 'kms:DescribeKey'],
          resources: [keys.data.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
        }),
      ],
    });
  }
}

const allow = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions, resources });
