/** How each kind of thing is removed, whatever state it is in: by who made it, or by a sweep. */
import { DeleteStackCommand, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { DeleteAliasCommand, DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { DeleteBucketCommand, DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { DeleteScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { DeleteQueueCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { unlessGone } from './cleanup.ts';
import type { Clients } from './clients.ts';
import { eventually, type Patience } from './eventually.ts';

export const removeRole = (iam: Clients['iam'], RoleName: string): Promise<void> =>
  unlessGone(async () => {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames)
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    for (const { PolicyArn } of AttachedPolicies)
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  });

export const removePolicy = (iam: Clients['iam'], PolicyArn: string): Promise<void> =>
  unlessGone(async () => {
    const { PolicyRoles = [] } = await iam.send(
      new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Role' }),
    );
    for (const { RoleName } of PolicyRoles)
      await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    for (const { VersionId, IsDefaultVersion } of Versions)
      if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
  });

export const removeTable = (dynamodb: Clients['dynamodb'], TableName: string): Promise<void> =>
  unlessGone(() => dynamodb.send(new DeleteTableCommand({ TableName })));

export const removeQueue = (sqs: Clients['sqs'], QueueName: string): Promise<void> =>
  unlessGone(async () => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  });

/** With every schedule in it. */
export const removeScheduleGroup = (scheduler: Clients['scheduler'], Name: string): Promise<void> =>
  unlessGone(() => scheduler.send(new DeleteScheduleGroupCommand({ Name })));

/** Every version, past a lock in governance mode: checks lock in no other. */
export const removeBucket = (s3: Clients['s3'], Bucket: string): Promise<void> =>
  unlessGone(async () => {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });

/** KMS deletes no key sooner than seven days after it was asked to; such a key costs nothing. */
export const removeKey = (kms: Clients['kms'], alias: string): Promise<void> =>
  unlessGone(async () => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: alias }));
    await kms.send(new DeleteAliasCommand({ AliasName: alias }));
    await scheduleDeletion(kms, KeyMetadata?.KeyId);
  });

export const scheduleDeletion = (kms: Clients['kms'], KeyId: string | undefined): Promise<unknown> =>
  kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));

/** And waits: what it holds must be gone before what it hangs on. */
export async function removeStack(
  { cloudformation }: Pick<Clients, 'cloudformation'>,
  StackName: string,
  patience: Patience,
): Promise<void> {
  const found = await stackOf(cloudformation, StackName);
  if (found?.StackId === undefined) return;
  // By its id: of the name nothing is known once it is deleted.
  const { StackId } = found;
  await cloudformation.send(new DeleteStackCommand({ StackName: StackId }));
  await eventually(
    { ...patience, withinMillis: patience.withinMillis * 5, times: 1 },
    `stack ${StackName} is deleted`,
    async () => (await stackOf(cloudformation, StackId))?.StackStatus ?? 'DELETE_COMPLETE',
    (status) => status === 'DELETE_COMPLETE',
  );
}

/** `null`: there is none. CloudFormation has no error of its own for it. */
export async function stackOf(
  cloudformation: Clients['cloudformation'],
  StackName: string,
): Promise<Stack | null> {
  try {
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0] ?? null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message))
      return null;
    throw error;
  }
}
