/** What IAM asks for, for each command that the tests send: the SDK's names are not always IAM's. */
export interface Needed {
  /** Of whoever runs the tests: `policy.json` has these and no other. */
  readonly tester: readonly string[];
  /** Of a session that a check made for itself. */
  readonly session: readonly string[];
}

const tester = (...actions: string[]): Needed => ({ tester: actions, session: [] });
const session = (...actions: string[]): Needed => ({ tester: [], session: actions });

export const COMMANDS: { readonly [command: string]: Needed } = {
  // No policy can deny it, so none has to allow it.
  GetCallerIdentityCommand: tester(),
  AssumeRoleCommand: { tester: ['sts:AssumeRole'], session: ['sts:SetSourceIdentity', 'sts:TagSession'] },

  AttachRolePolicyCommand: tester('iam:AttachRolePolicy'),
  CreatePolicyCommand: tester('iam:CreatePolicy', 'iam:TagPolicy'),
  CreatePolicyVersionCommand: tester('iam:CreatePolicyVersion'),
  CreateRoleCommand: tester('iam:CreateRole', 'iam:TagRole'),
  DeletePolicyCommand: tester('iam:DeletePolicy'),
  DeletePolicyVersionCommand: tester('iam:DeletePolicyVersion'),
  DeleteRoleCommand: tester('iam:DeleteRole'),
  DeleteRolePolicyCommand: tester('iam:DeleteRolePolicy'),
  DetachRolePolicyCommand: tester('iam:DetachRolePolicy'),
  GetPolicyCommand: tester('iam:GetPolicy'),
  GetPolicyVersionCommand: tester('iam:GetPolicyVersion'),
  ListAttachedRolePoliciesCommand: tester('iam:ListAttachedRolePolicies'),
  ListEntitiesForPolicyCommand: tester('iam:ListEntitiesForPolicy'),
  ListPoliciesCommand: tester('iam:ListPolicies'),
  ListPolicyVersionsCommand: tester('iam:ListPolicyVersions'),
  ListRolePoliciesCommand: tester('iam:ListRolePolicies'),
  ListRolesCommand: tester('iam:ListRoles'),
  PutRolePolicyCommand: tester('iam:PutRolePolicy'),

  BatchGetItemCommand: session('dynamodb:BatchGetItem'),
  CreateTableCommand: tester('dynamodb:CreateTable', 'dynamodb:DescribeTable', 'dynamodb:TagResource'),
  DeleteTableCommand: tester('dynamodb:DeleteTable'),
  ListTablesCommand: { tester: ['dynamodb:ListTables'], session: ['dynamodb:ListTables'] },
  TransactWriteItemsCommand: session('dynamodb:PutItem'),

  CreateBucketCommand: tester(
    's3:CreateBucket',
    's3:PutBucketObjectLockConfiguration',
    's3:PutBucketVersioning',
  ),
  DeleteBucketCommand: tester('s3:DeleteBucket'),
  DeleteObjectCommand: tester('s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'),
  GetObjectCommand: tester('s3:GetObject', 's3:GetObjectVersion'),
  ListBucketsCommand: { tester: ['s3:ListAllMyBuckets'], session: ['s3:ListAllMyBuckets'] },
  ListObjectVersionsCommand: tester('s3:ListBucketVersions'),
  PutBucketTaggingCommand: tester('s3:PutBucketTagging'),
  PutObjectCommand: tester('s3:PutObject', 's3:PutObjectRetention'),

  CreateQueueCommand: tester('sqs:CreateQueue', 'sqs:TagQueue'),
  DeleteMessageCommand: tester('sqs:DeleteMessage'),
  DeleteQueueCommand: tester('sqs:DeleteQueue'),
  GetQueueAttributesCommand: tester('sqs:GetQueueAttributes'),
  GetQueueUrlCommand: tester('sqs:GetQueueUrl'),
  ListQueuesCommand: { tester: ['sqs:ListQueues'], session: ['sqs:ListQueues'] },
  ReceiveMessageCommand: tester('sqs:ReceiveMessage'),

  CreateScheduleCommand: tester('scheduler:CreateSchedule', 'iam:PassRole'),
  CreateScheduleGroupCommand: tester('scheduler:CreateScheduleGroup', 'scheduler:TagResource'),
  // With the schedules that are left in it.
  DeleteScheduleGroupCommand: tester('scheduler:DeleteScheduleGroup', 'scheduler:DeleteSchedule'),
  GetScheduleCommand: tester('scheduler:GetSchedule'),
  ListScheduleGroupsCommand: tester('scheduler:ListScheduleGroups'),
  ListSchedulesCommand: session('scheduler:ListSchedules'),

  CreateAliasCommand: tester('kms:CreateAlias'),
  CreateKeyCommand: tester('kms:CreateKey', 'kms:TagResource'),
  DeleteAliasCommand: tester('kms:DeleteAlias'),
  DescribeKeyCommand: tester('kms:DescribeKey'),
  GetPublicKeyCommand: tester('kms:GetPublicKey'),
  ListAliasesCommand: tester('kms:ListAliases'),
  ListKeysCommand: session('kms:ListKeys'),
  ScheduleKeyDeletionCommand: tester('kms:ScheduleKeyDeletion'),
  SignCommand: tester('kms:Sign'),

  ListFunctionsCommand: session('lambda:ListFunctions'),

  CreateStackCommand: tester('cloudformation:CreateStack', 'cloudformation:TagResource'),
  DeleteStackCommand: tester('cloudformation:DeleteStack'),
  DescribeStacksCommand: tester('cloudformation:DescribeStacks'),
  ListStackInstancesCommand: tester('cloudformation:ListStackInstances'),
  ListStacksCommand: { tester: ['cloudformation:ListStacks'], session: ['cloudformation:ListStacks'] },
  UpdateStackCommand: tester('cloudformation:UpdateStack'),
};

/** What CloudFormation does in the tester's name, beyond the above: roles, managed policies and stack sets of the checks. */
export const BY_CLOUDFORMATION: readonly string[] = [
  'cloudformation:CreateStackInstances',
  'cloudformation:CreateStackSet',
  'cloudformation:DeleteStackInstances',
  'cloudformation:DeleteStackSet',
  'cloudformation:DescribeStackSet',
  'cloudformation:DescribeStackSetOperation',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:UntagPolicy',
  'iam:UntagRole',
  'iam:UpdateAssumeRolePolicy',
  'iam:UpdateRole',
  'iam:UpdateRoleDescription',
  'organizations:ListDelegatedAdministrators',
];
