import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Clients {
  readonly sts: STSClient;
  readonly iam: IAMClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
  readonly cloudformation: CloudFormationClient;
}

/**
 * The SDK's own clients, all with the same credentials.
 *
 * @param where.credentials - Those of whoever runs the tests are asked for anew where they end.
 * @param where.endpoint - Only ever the stand-in's.
 */
export function clientsWith(where: {
  readonly region: string;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  readonly endpoint?: string;
}): Clients {
  const { endpoint } = where;
  const settings = { ...where, ...(endpoint === undefined ? {} : { maxAttempts: 1 }) };
  return {
    // Not tried again: a second AssumeRole would be another session.
    sts: new STSClient({ ...settings, maxAttempts: 1 }),
    iam: new IAMClient(endpoint === undefined ? settings : { ...settings, region: 'us-east-1' }),
    dynamodb: new DynamoDBClient(settings),
    s3: new S3Client(endpoint === undefined ? settings : { ...settings, forcePathStyle: true }),
    sqs: new SQSClient(settings),
    scheduler: new SchedulerClient(settings),
    kms: new KMSClient(settings),
    lambda: new LambdaClient(settings),
    cloudformation: new CloudFormationClient(settings),
  };
}

export function destroy(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}
