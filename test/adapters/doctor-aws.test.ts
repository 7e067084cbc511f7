/** What AWS answers of services that a laptop does not have, as facts. */
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import { EKSClient, ListAccessEntriesCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import {
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListPoliciesCommand,
  ListTargetsForPolicyCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { fact, orNull } from '../../adapters/doctor-answer.ts';
import { clustersOf } from '../../adapters/doctor-clusters.ts';
import { describedSecret } from '../../adapters/doctor-keys.ts';
import { guardRails } from '../../adapters/doctor-organization.ts';
import { trailsOf } from '../../adapters/doctor-trails.ts';

const failing = (name: string) => Object.assign(new Error('quotes eyJhbGciOi'), { name });

describe('what cannot be looked at', () => {
  test.each([
    ['NotImplemented', 'IAM: not served here.'],
    ['AccessDeniedException', 'IAM: IAM does not let this identity look.'],
    ['CredentialsProviderError', 'IAM: there are no AWS credentials, or AWS does not take them.'],
    ['ThrottlingException', 'IAM: AWS answered ThrottlingException, or not at all.'],
    ['not a name', 'IAM: AWS answered Error, or not at all.'],
  ])('%s is told in our words alone', async (name, why) => {
    expect(await fact('IAM', () => Promise.reject(failing(name)))).toEqual({ known: false, why });
  });

  test('one error stands for none, and no other does', async () => {
    const none = ['ResourceNotFoundException'];
    expect(await orNull(() => Promise.reject(failing('ResourceNotFoundException')), none)).toBeNull();
    await expect(orNull(() => Promise.reject(failing('AccessDenied')), none)).rejects.toThrow();
  });
});

describe('trails', () => {
  const cloudtrail = mockClient(CloudTrailClient);
  const regions: string[] = [];
  const clientFor = (region: string) => {
    regions.push(region);
    return new CloudTrailClient({ region });
  };
  const TrailARN = 'arn:aws:cloudtrail:us-east-1:444455556666:trail/all';
  beforeEach(() => {
    cloudtrail.reset();
    regions.length = 0;
    cloudtrail.on(DescribeTrailsCommand).resolves({
      trailList: [
        {
          Name: 'all',
          TrailARN,
          HomeRegion: 'us-east-1',
          IsMultiRegionTrail: true,
          LogFileValidationEnabled: true,
        },
      ],
    });
    cloudtrail.on(GetTrailStatusCommand).resolves({ IsLogging: true });
  });
  const read = async () => (await trailsOf(clientFor, 'eu-central-1'))[0];

  test('a trail of another Region is asked about where it lives', async () => {
    cloudtrail.on(GetEventSelectorsCommand).resolves({
      EventSelectors: [
        {
          ReadWriteType: 'WriteOnly',
          IncludeManagementEvents: true,
          DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::reports/'] }],
        },
      ],
    });
    expect(await read()).toEqual({
      name: 'all',
      multiRegion: true,
      logFileValidation: true,
      logging: true,
      selectors: [
        { category: 'Management', only: 'WriteOnly', resourceType: '', startsWith: [], narrowed: false },
        {
          category: 'Data',
          only: 'WriteOnly',
          resourceType: 'AWS::S3::Object',
          startsWith: ['arn:aws:s3:::reports/'],
          narrowed: false,
        },
      ],
    });
    expect(regions).toEqual(['eu-central-1', 'us-east-1']);
    expect(cloudtrail.commandCalls(GetEventSelectorsCommand)[0]?.args[0].input).toEqual({
      TrailName: TrailARN,
    });
  });

  test('advanced selectors: what is not read here narrows', async () => {
    const field = (Field: string, value: object) => ({ Field, ...value });
    cloudtrail.on(GetEventSelectorsCommand).resolves({
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            field('eventCategory', { Equals: ['Management'] }),
            field('eventSource', { NotEquals: ['kms.amazonaws.com'] }),
          ],
        },
        {
          FieldSelectors: [
            field('eventCategory', { Equals: ['Management'] }),
            field('eventSource', { NotEquals: ['sts.amazonaws.com'] }),
          ],
        },
        {
          FieldSelectors: [
            field('eventCategory', { Equals: ['Data'] }),
            field('resources.type', { Equals: ['AWS::DynamoDB::Table'] }),
            field('readOnly', { Equals: ['true'] }),
          ],
        },
        {
          FieldSelectors: [
            field('eventCategory', { Equals: ['Data'] }),
            field('resources.type', { Equals: ['AWS::S3::Object'] }),
            field('eventName', { Equals: ['PutObject'] }),
          ],
        },
      ],
    });
    const selectors = (await read())?.selectors ?? [];
    expect(selectors.map(({ narrowed }) => narrowed)).toEqual([false, true, false, true]);
    expect(selectors[2]).toMatchObject({
      only: 'ReadOnly',
      resourceType: 'AWS::DynamoDB::Table',
      startsWith: [],
    });
  });
});

test('clusters, with every principal of every page', async () => {
  const eks = mockClient(EKSClient);
  eks.on(ListClustersCommand).resolves({ clusters: ['apps'] });
  eks
    .on(ListAccessEntriesCommand, { clusterName: 'apps' })
    .resolvesOnce({ accessEntries: ['arn:a'], nextToken: 'more' })
    .resolves({ accessEntries: ['arn:b'] });
  expect(await clustersOf(new EKSClient({ region: 'eu-central-1' }), 'eu-central-1')).toEqual([
    { name: 'apps', region: 'eu-central-1', principals: ['arn:a', 'arn:b'] },
  ]);
});

describe('guard rails', () => {
  const organizations = mockClient(OrganizationsClient);
  beforeEach(() => organizations.reset());
  const read = () => guardRails(new OrganizationsClient({ region: 'us-east-1' }));

  test('without an organisation there are none to look for', async () => {
    organizations.on(DescribeOrganizationCommand).rejects(failing('AWSOrganizationsNotInUseException'));
    expect(await read()).toBeNull();
  });

  test('only what is attached counts, and nothing of AWS’s own', async () => {
    organizations.on(DescribeOrganizationCommand).resolves({});
    organizations.on(ListPoliciesCommand).resolves({ Policies: [] });
    organizations.on(ListPoliciesCommand, { Filter: 'SERVICE_CONTROL_POLICY' }).resolves({
      Policies: [
        { Id: 'p-aws', Name: 'FullAWSAccess', AwsManaged: true },
        { Id: 'p-1', Name: 'writ', AwsManaged: false },
        { Id: 'p-2', Name: 'draft', AwsManaged: false },
      ],
    });
    organizations.on(ListTargetsForPolicyCommand).resolves({ Targets: [] });
    organizations
      .on(ListTargetsForPolicyCommand, { PolicyId: 'p-1' })
      .resolves({ Targets: [{ TargetId: 'r-1' }] });
    organizations.on(DescribePolicyCommand, { PolicyId: 'p-1' }).resolves({ Policy: { Content: '{}' } });
    expect(await read()).toEqual({ serviceControl: [{ name: 'writ', text: '{}' }], resourceControl: [] });
  });
});

describe('the nonce’s secret', () => {
  const secrets = mockClient(SecretsManagerClient);
  beforeEach(() => secrets.reset());
  const read = () => describedSecret(new SecretsManagerClient({ region: 'eu-central-1' }), 'nonce');

  test('has its stages, and is never read itself', async () => {
    secrets.on(DescribeSecretCommand).resolves({
      CreatedDate: new Date(1_790_000_000_000),
      VersionIdsToStages: { one: ['AWSPREVIOUS'], two: ['AWSCURRENT'] },
    });
    expect(await read()).toEqual({
      name: 'nonce',
      createdAt: 1_790_000_000,
      stages: ['AWSCURRENT', 'AWSPREVIOUS'],
    });
    expect(secrets.calls().map(({ args }) => args[0].constructor.name)).toEqual(['DescribeSecretCommand']);
  });

  test('one that waits to be deleted answers nobody', async () => {
    secrets.on(DescribeSecretCommand).resolves({
      CreatedDate: new Date(0),
      DeletedDate: new Date(1),
      VersionIdsToStages: { two: ['AWSCURRENT'] },
    });
    expect((await read())?.stages).toEqual([]);
  });
});
