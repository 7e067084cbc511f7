/**
 * Actions whose effect outlives the deadline: what they hand out, or set going, works on after IAM denies the
 * session. A permission may allow them only if it says so by name (`outlives`), so that somebody has thought of it.
 *
 * Not here: reading data. What was read stays read whatever we do; a list of every read would be acknowledged
 * without a thought. Secrets are here, because a secret is access and not only data. `kms:Decrypt` is not: it needs
 * the ciphertext, and each call is authorised anew. Nor are presigned S3 URLs: S3 checks the session when they are
 * used. Signed `GetCallerIdentity` logins (EKS, Vault) need no action at all and stand in docs/threat-model.md.
 */
const OUTLIVES: readonly { readonly why: string; readonly actions: string }[] = [
  {
    why: 'hands out a token or credentials with an end of their own',
    actions: `ecr:GetAuthorizationToken ecr-public:GetAuthorizationToken codeartifact:GetAuthorizationToken
      eks-auth:AssumeRoleForPodIdentity s3:GetDataAccess lakeformation:GetDataAccess
      lakeformation:GetTemporaryGlueTableCredentials lakeformation:GetTemporaryGluePartitionCredentials
      cognito-identity:GetCredentialsForIdentity cognito-identity:GetOpenIdToken
      cognito-identity:GetOpenIdTokenForDeveloperIdentity cognito-idp:AdminInitiateAuth
      bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetWorkloadAccessTokenForJWT
      bedrock-agentcore:GetWorkloadAccessTokenForUserId bedrock-agentcore:GetResourceOauth2Token
      bedrock-agentcore:GetResourceApiKey bedrock:CallWithBearerToken
      elasticmapreduce:GetClusterSessionCredentials emr-containers:GetManagedEndpointSessionCredentials
      datazone:GetEnvironmentCredentials redshift:GetClusterCredentials redshift:GetClusterCredentialsWithIAM
      redshift-serverless:GetCredentials gamelift:GetInstanceAccess gamelift:GetComputeAccess
      lightsail:GetInstanceAccessDetails lightsail:DownloadDefaultKeyPair ec2:GetPasswordData
      airflow:CreateCliToken airflow:CreateWebLoginToken sagemaker:CreatePresignedDomainUrl
      sagemaker:CreatePresignedNotebookInstanceUrl quicksight:GetDashboardEmbedUrl
      quicksight:GenerateEmbedUrlForRegisteredUser quicksight:GenerateEmbedUrlForAnonymousUser`,
  },
  {
    why: 'can read a secret, which stays known',
    actions: `secretsmanager:GetSecretValue secretsmanager:BatchGetSecretValue ssm:GetParameter ssm:GetParameters
      ssm:GetParametersByPath ssm:GetParameterHistory acm:ExportCertificate apigateway:GET`,
  },
  {
    why: 'opens a connection that nobody closes at the deadline',
    actions: `rds-db:connect dsql:DbConnect dsql:DbConnectAdmin elasticache:Connect memorydb:Connect
      kafka-cluster:Connect iot:Connect ssm:StartSession ssm:ResumeSession ecs:ExecuteCommand
      ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey
      ec2-instance-connect:OpenTunnel iot:OpenTunnel cloudshell:CreateSession appstream:Stream`,
  },
  {
    why: 'makes a key, certificate, signature or grant that stays valid',
    actions: `ec2:CreateKeyPair ec2:ImportKeyPair transfer:ImportSshPublicKey iot:CreateKeysAndCertificate
      iot:CreateCertificateFromCsr acm-pca:IssueCertificate appsync:CreateApiKey apigateway:POST apigateway:PUT
      apigateway:PATCH grafana:CreateWorkspaceApiKey grafana:CreateWorkspaceServiceAccountToken kms:Sign
      kms:GenerateMac kms:CreateGrant kms:PutKeyPolicy kms:ReplicateKey`,
  },
  {
    why: 'changes who else has access',
    actions: `s3:PutBucketPolicy s3:PutBucketAcl s3:PutObjectAcl s3:PutAccessPointPolicy
      s3:PutReplicationConfiguration s3:CreateAccessGrant dynamodb:PutResourcePolicy sqs:AddPermission
      sqs:SetQueueAttributes sns:AddPermission sns:SetTopicAttributes sns:Subscribe lambda:AddPermission
      lambda:AddLayerVersionPermission lambda:CreateFunctionUrlConfig lambda:UpdateFunctionUrlConfig
      ecr:SetRepositoryPolicy secretsmanager:PutResourcePolicy glue:PutResourcePolicy
      kinesis:PutResourcePolicy events:PutPermission backup:PutBackupVaultAccessPolicy es:UpdateDomainConfig
      ram:CreateResourceShare ram:AssociateResourceShare ssm:ModifyDocumentPermission
      ec2:ModifySnapshotAttribute ec2:ModifyImageAttribute ec2:AuthorizeSecurityGroupIngress
      rds:ModifyDBSnapshotAttribute rds:ModifyDBClusterSnapshotAttribute eks:CreateAccessEntry
      eks:AssociateAccessPolicy eks:UpdateAccessEntry lakeformation:GrantPermissions
      lakeformation:BatchGrantPermissions`,
  },
  {
    why: 'sets something going that runs on, with rights of its own',
    actions: `lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration
      lambda:CreateEventSourceMapping events:PutRule events:PutTargets scheduler:CreateSchedule
      scheduler:UpdateSchedule states:StartExecution states:CreateStateMachine states:UpdateStateMachine
      ec2:RunInstances ec2:RequestSpotInstances ec2:RequestSpotFleet ec2:CreateFleet ec2:ModifyInstanceAttribute
      autoscaling:CreateAutoScalingGroup ecs:RunTask ecs:StartTask ecs:CreateService ecs:UpdateService
      ecs:RegisterTaskDefinition batch:SubmitJob batch:RegisterJobDefinition codebuild:StartBuild
      codebuild:UpdateProject codepipeline:StartPipelineExecution glue:StartJobRun glue:CreateJob glue:UpdateJob
      glue:CreateTrigger glue:CreateSession elasticmapreduce:RunJobFlow elasticmapreduce:AddJobFlowSteps
      emr-serverless:StartJobRun sagemaker:CreateTrainingJob sagemaker:CreateProcessingJob
      sagemaker:CreateTransformJob sagemaker:CreateNotebookInstance sagemaker:CreateEndpoint
      bedrock:CreateModelInvocationJob bedrock:CreateModelCustomizationJob bedrock-agentcore:CreateAgentRuntime
      cloudformation:CreateStack cloudformation:UpdateStack cloudformation:CreateStackSet
      cloudformation:UpdateStackSet cloudformation:ExecuteChangeSet ssm:SendCommand
      ssm:StartAutomationExecution ssm:CreateAssociation ssm:UpdateAssociation amplify:StartJob
      apprunner:CreateService pipes:CreatePipe`,
  },
];

/** IAM compares actions without regard to case, and so does this list. */
const WHY: ReadonlyMap<string, string> = new Map(
  OUTLIVES.flatMap(({ why, actions }) =>
    actions.split(/\s+/).map((action): [string, string] => [action.toLowerCase(), why]),
  ),
);

/** @returns why the action's effect outlives the deadline; `null` where it does not. */
export const whyOutlives = (action: string): string | null => WHY.get(action.toLowerCase()) ?? null;
