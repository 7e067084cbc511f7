import { describe, expect, test } from 'vitest';
import { TTL_ATTRIBUTE, tableDefinitions } from '../../adapters/tables.ts';
import { functionNames } from '../../build.ts';
import { DUTY_SPECS } from '../../cdk/broker/duties.ts';
import { functionName } from '../../cdk/names.ts';
import { DUTIES } from '../../core/duties.ts';
import { STEPS } from '../../core/probe/result.ts';
import {
  brokerTemplate,
  find,
  ofType,
  POLICY,
  type Properties,
  resolved,
  WITHOUT_PROBER,
} from './synthesised.ts';

const template = brokerTemplate();
const propertiesOf = (type: string, some: Properties): Properties =>
  resolved(find(template, type, some)[1].Properties, template);

describe('functions', () => {
  test('are the handlers of lambda/, each once', () => {
    expect([...DUTIES].sort()).toEqual(functionNames());
  });

  test.each(DUTIES)('%s: runtime, time, memory, concurrency and a log group of its own', (duty) => {
    const spec = DUTY_SPECS[duty];
    const made = propertiesOf('AWS::Lambda::Function', { FunctionName: functionName(duty) });
    expect(made).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: spec.timeoutSeconds,
      MemorySize: spec.memoryMegabytes,
      Role: expect.stringMatching(`:role/BrokerFunctions${duty.replace('-', '')}Role`),
      LoggingConfig: { LogGroup: expect.stringMatching(`^<BrokerFunctions${duty.replace('-', '')}Logs`) },
    });
    expect(made.ReservedConcurrentExecutions).toBe(spec.reserved);
    expect(find(template, 'AWS::Logs::LogGroup', { LogGroupName: `/writ/${duty}` })[1]).toMatchObject({
      Properties: { RetentionInDays: 400 },
      DeletionPolicy: 'Retain',
    });
  });

  test('mint has ended before exchange gives up on it, and exchange before API Gateway does', () => {
    expect(DUTY_SPECS.mint.timeoutSeconds).toBeLessThan(DUTY_SPECS.exchange.timeoutSeconds);
    expect(DUTY_SPECS.exchange.timeoutSeconds).toBeLessThan(29);
  });
});

describe('tables', () => {
  const [ledger, people, control] = tableDefinitions({
    ledger: 'Ledger',
    people: 'People',
    control: 'Control',
  });

  test.each([ledger, people, control])(
    '$TableName is as adapters/tables.ts defines it, and protected',
    (definition) => {
      const { TableName, AttributeDefinitions, StreamSpecification, ...rest } = definition ?? {};
      const [[, made] = []] = ofType(template, 'AWS::DynamoDB::Table').filter(([id]) =>
        id.startsWith(`BrokerTables${TableName}`),
      );
      expect(made).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          ...rest,
          AttributeDefinitions: expect.arrayContaining([...(AttributeDefinitions ?? [])]),
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        },
      });
      expect(made?.Properties.StreamSpecification).toEqual(
        StreamSpecification && { StreamViewType: StreamSpecification.StreamViewType },
      );
      expect(made?.Properties.TimeToLiveSpecification).toEqual(
        TableName === 'Control' ? { AttributeName: TTL_ATTRIBUTE, Enabled: true } : undefined,
      );
    },
  );
});

describe('what runs by itself', () => {
  test('the stream: what fails is told apart, halved, given up and kept', () => {
    expect(
      propertiesOf('AWS::Lambda::EventSourceMapping', { BisectBatchOnFunctionError: true }),
    ).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      FunctionName: expect.stringMatching('^<BrokerFunctionsschedule'),
      EventSourceArn: expect.stringMatching(/BrokerTablesLedger\w+\/stream/),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3600,
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/StreamFailures/) } },
    });
  });

  test('the archiver reads it too, and tries until the stream forgets', () => {
    expect(propertiesOf('AWS::Lambda::EventSourceMapping', { MaximumRetryAttempts: -1 })).toMatchObject({
      FunctionName: expect.stringMatching('^<BrokerFunctionsarchive'),
      EventSourceArn: expect.stringMatching(/BrokerTablesLedger\w+\/stream/),
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 23 * 3600,
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/StreamFailures/) } },
    });
  });

  test('table and leaves are compared every hour', () => {
    const [[, rule] = []] = ofType(template, 'AWS::Events::Rule').filter(([id]) =>
      id.startsWith('BrokerFeedsgapseveryhour'),
    );
    expect(rule?.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ Input: '{"gaps":true}' }],
    });
  });

  test('the queue: one account’s messages one after the other; hidden while its function may take', () => {
    const [[, queue] = []] = ofType(template, 'AWS::SQS::Queue').filter(([id]) =>
      /^BrokerQueuesReconcile[0-9A-F]{8}$/.test(id),
    );
    expect(resolved(queue?.Properties, template)).toMatchObject({
      FifoQueue: true,
      ContentBasedDeduplication: false,
      VisibilityTimeout: DUTY_SPECS.reconcile.timeoutSeconds,
      RedrivePolicy: {
        deadLetterTargetArn: expect.stringMatching(/ReconcileDeadLetters/),
        maxReceiveCount: 10,
      },
    });
    expect(propertiesOf('AWS::Lambda::EventSourceMapping', { BatchSize: 10 })).toMatchObject({
      FunctionName: expect.stringMatching('^<BrokerFunctionsreconcile'),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  test.each(['reconcile', 'sweep', 'archive', 'probe'])(
    '%s every minute, and never twice for one minute',
    (duty) => {
      const [[, rule] = []] = ofType(template, 'AWS::Events::Rule').filter(([id]) =>
        id.startsWith(`BrokerFeeds${duty}everyminute`),
      );
      expect(rule?.Properties).toMatchObject({
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        Targets: [{ Input: '{}', RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }],
      });
      const [[, once] = []] = ofType(template, 'AWS::Lambda::EventInvokeConfig').filter(([id]) =>
        id.startsWith(`BrokerFeeds${duty}once`),
      );
      expect(once?.Properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    },
  );

  test('the schedules’ role is taken by EventBridge for schedules of this group, and closes writs', () => {
    expect(propertiesOf('AWS::IAM::Role', { RoleName: 'writ-scheduler' })).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: {
              StringEquals: {
                'aws:SourceAccount': '444455556666',
                'aws:SourceArn': expect.stringMatching(/BrokerSchedulesGroup/),
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: 'lambda:InvokeFunction',
                Effect: 'Allow',
                Resource: 'arn:aws:lambda:eu-central-1:444455556666:function:writ-close',
              },
              {
                Action: 'sqs:SendMessage',
                Effect: 'Allow',
                Resource: expect.stringMatching(/CloseDeadLetters/),
              },
            ],
          },
        },
      ],
    });
  });
});

describe('keys', () => {
  test('of enrolling, of the prober and of the log: each signs in one way and nothing else', () => {
    const signing = ofType(template, 'AWS::KMS::Key').filter(
      ([, { Properties }]) => Properties.KeyUsage === 'SIGN_VERIFY',
    );
    const specs = signing.map(([id, { Properties }]) => [String(id), Properties.KeySpec]);
    expect(specs.sort()).toEqual([
      [expect.stringMatching(/^BrokerEvidenceKey/), 'ECC_NIST_EDWARDS25519'],
      [expect.stringMatching(/^BrokerKeysEnrolment/), 'ECC_NIST_P256'],
      [expect.stringMatching(/^BrokerKeysProbe/), 'ECC_NIST_P256'],
    ]);
  });

  test('the nonce’s secret is thirty-two bytes of base64, as its reader wants it', () => {
    const [[, secret] = []] = ofType(template, 'AWS::SecretsManager::Secret');
    expect(secret?.Properties.GenerateSecretString).toEqual({
      PasswordLength: 43,
      ExcludePunctuation: true,
      RequireEachIncludedType: false,
    });
    expect(Buffer.from('A0z'.repeat(15).slice(0, 43), 'base64')).toHaveLength(32);
  });
});

describe('the API', () => {
  const routes = ofType(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) =>
    resolved(Properties, template),
  );

  test.each([
    ['POST', 'token', 'exchange', 'NONE'],
    ['POST', 'permissions', 'permissions', 'NONE'],
    ['POST', 'enroll', 'enroll', 'NONE'],
    ['POST', 'revoke', 'revoke', 'NONE'],
    ['POST', 'writs', 'writs', 'NONE'],
    ['POST', 'status', 'status', 'NONE'],
    ['GET', 'oauth-authorization-server', 'metadata', 'NONE'],
    ['GET', 'probe jwks', 'probekeys', 'NONE'],
    ['POST', 'responder revoke', 'revoke', 'AWS_IAM'],
    ['POST', 'responder writs', 'writs', 'AWS_IAM'],
    ['POST', 'responder status', 'status', 'AWS_IAM'],
    ['GET', 'receipts id', 'receipts', 'AWS_IAM'],
  ])('%s %s → %s, authorised by %s', (method, path, duty, authorization) => {
    const name = path.split(' ').join('').replaceAll('-', '');
    const [route, ...others] = routes.filter(
      ({ HttpMethod, ResourceId }) =>
        new RegExp(`^<BrokerApiRest(?:wellknown)?${name}[0-9A-F]{8}>$`).test(String(ResourceId)) &&
        HttpMethod === method,
    );
    expect(others).toEqual([]);
    expect(route).toMatchObject({
      AuthorizationType: authorization,
      Integration: {
        Type: 'AWS_PROXY',
        Uri: expect.stringContaining(`:function:BrokerFunctions${duty}`),
      },
    });
  });

  test('there is no other route', () => {
    const paths = routes.map(({ HttpMethod, ResourceId }) => `${HttpMethod} ${ResourceId}`);
    expect(new Set(paths).size).toBe(12);
  });

  test('never writes what a request holds into a log', () => {
    const stage = propertiesOf('AWS::ApiGateway::Stage', { StageName: 'writ' });
    expect(stage.MethodSettings).toEqual([
      {
        HttpMethod: '*',
        ResourcePath: '/*',
        LoggingLevel: 'OFF',
        DataTraceEnabled: false,
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
      },
    ]);
    const { AccessLogSetting } = stage as {
      readonly AccessLogSetting: { readonly Format: string };
    };
    expect(Object.values(JSON.parse(AccessLogSetting.Format))).toEqual([
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.httpMethod',
      '$context.resourcePath',
      '$context.status',
      '$context.responseLatency',
      '$context.error.responseType',
    ]);
  });

  test('hands bodies on as bytes', () => {
    expect(ofType(template, 'AWS::ApiGateway::RestApi')[0]?.[1].Properties).toMatchObject({
      BinaryMediaTypes: ['*/*'],
    });
  });

  test('a flood stops before it', () => {
    const [[id, acl] = []] = ofType(template, 'AWS::WAFv2::WebACL');
    expect(acl?.Properties).toMatchObject({
      Scope: 'REGIONAL',
      Rules: expect.arrayContaining([
        expect.objectContaining({
          Name: 'rate',
          Statement: { RateBasedStatement: { Limit: 2000, AggregateKeyType: 'IP' } },
        }),
      ]),
    });
    expect(ofType(template, 'AWS::WAFv2::WebACLAssociation')[0]?.[1].Properties).toMatchObject({
      WebACLArn: { 'Fn::GetAtt': [id, 'Arn'] },
    });
  });

  test('responders get a policy for the routes that IAM guards, and for no other', () => {
    const { PolicyDocument } = propertiesOf('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: 'writ-responder',
    });
    const routes = 'arn:aws:execute-api:eu-central-1:444455556666:a1b2c3d4e5/writ';
    const api = `${routes}/POST/responder`;
    expect(PolicyDocument).toMatchObject({
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: [`${routes}/GET/receipts/*`, `${api}/revoke`, `${api}/status`, `${api}/writs`],
        },
      ],
    });
  });
});

test('each alarm rings somewhere and leads to a page of the runbook', () => {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
    resolved(Properties, template),
  );
  expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual([
    'writ-archive-behind',
    'writ-background-errors',
    'writ-close-dead-letters',
    'writ-deny-document-full',
    'writ-drift',
    'writ-error-rate',
    'writ-evidence-gaps',
    'writ-impossible-entries',
    'writ-latency-p99',
    'writ-ledger-changed',
    'writ-orphans',
    'writ-probe-allowed',
    'writ-probe-exchange',
    'writ-probe-forbidden',
    'writ-probe-identity',
    'writ-probe-revocation',
    'writ-reconcile-dead-letters',
    'writ-schedules-lost',
    'writ-stream-behind',
    'writ-stream-failures',
    'writ-tampered',
    'writ-throttled',
    'writ-unreadable',
    'writ-unverified',
    'writ-watch-dead-letters',
  ]);
  for (const { AlarmName, AlarmDescription, AlarmActions } of alarms) {
    expect(AlarmDescription).toContain(`docs/runbook/${String(AlarmName).replace('writ-', '')}.md`);
    expect(AlarmActions).toEqual([expect.stringMatching(/^arn:aws:sns:.*:BrokerWatchTopic/)]);
  }
});

test('accounts are unverified when nobody says otherwise', () => {
  expect(
    find(template, 'AWS::CloudWatch::Alarm', { AlarmName: 'writ-unverified' })[1].Properties,
  ).toMatchObject({
    TreatMissingData: 'breaching',
    EvaluationPeriods: 5,
    DatapointsToAlarm: 5,
  });
});

describe('the prober', () => {
  const probing = ofType(template, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
    String(Properties.AlarmName).startsWith('writ-probe-'),
  );

  test('rings for each step by itself, and by its silence', () => {
    expect(probing.map(([, { Properties }]) => Properties.Dimensions)).toEqual(
      STEPS.map((step) => [
        { Name: 'service', Value: 'writ' },
        { Name: 'step', Value: step },
      ]),
    );
    for (const [, { Properties }] of probing) expect(Properties.TreatMissingData).toBe('breaching');
  });

  test('without its issuer there is none, and nothing rings for it', () => {
    const without = brokerTemplate({}, WITHOUT_PROBER);
    const named = Object.keys(without.Resources).filter((id) => /probe/i.test(id));
    // What it would need stands there, and nobody invokes it.
    expect(named.filter((id) => !/^Broker(?:Functions|KeysProbe|ApiRest)/.test(id))).toEqual([]);
    expect(Object.keys(template.Resources)).toContainEqual(
      expect.stringMatching(/^BrokerFeedsprobeeveryminute/),
    );
  });

  test.each([
    ['vpcEndpoints', { vpcEndpoints: ['vpce-0123456789abcdef0'] }],
    [
      'domain.truststore',
      {
        domain: {
          name: 'writ.example.com',
          certificate:
            'arn:aws:acm:eu-central-1:444455556666:certificate/11112222-3333-4444-5555-666677778888',
          truststore: 's3://example-truststore/clients.pem',
        },
      },
    ],
  ])('is not deployed where %s would keep it out', (setting, settings) => {
    expect(() => brokerTemplate(settings)).toThrow(`The prober asks from outside, and ${setting}`);
  });

  test('nor where half of it is configured', () => {
    const { bundle } = POLICY;
    const permissions = bundle.permissions.filter(({ permission }) => permission !== 'probe');
    const half = { ...POLICY, bundle: { ...bundle, permissions } };
    expect(() => brokerTemplate({}, half)).toThrow('misconfigured');
  });
});

describe('what must never be replaced', () => {
  const STATEFUL =
    /^AWS::(?:DynamoDB::Table|S3::Bucket|KMS::Key|SecretsManager::Secret|SQS::Queue|Scheduler::ScheduleGroup|ApiGateway::RestApi|Logs::LogGroup)$/;

  test('has the ids that it had', () => {
    const ids = Object.entries(template.Resources)
      .filter(([, { Type }]) => STATEFUL.test(Type) && Type !== 'AWS::Logs::LogGroup')
      .map(([id]) => id);
    expect(ids.sort()).toMatchInlineSnapshot(`
      [
        "BrokerApiRestE0D196C7",
        "BrokerEvidenceBucket61022B24",
        "BrokerEvidenceKeyAD371D48",
        "BrokerKeysDataCE797507",
        "BrokerKeysEnrolment6AA91B5A",
        "BrokerKeysNonce8EB21021",
        "BrokerKeysProbe94F496F6",
        "BrokerQueuesCloseDeadLettersA2ECE69A",
        "BrokerQueuesReconcileD35DCF37",
        "BrokerQueuesReconcileDeadLetters7CE28098",
        "BrokerQueuesStreamFailures4B60B30D",
        "BrokerQueuesWatchDeadLettersA7EDE055",
        "BrokerSchedulesGroup7F0627FA",
        "BrokerTablesControlEFE750B7",
        "BrokerTablesLedgerC5D821D5",
        "BrokerTablesPeople73D390E5",
      ]
    `);
  });

  test('mint’s role has name and id that it had: members trust it, and IAM remembers which one it was', () => {
    expect(find(template, 'AWS::IAM::Role', { RoleName: 'writ-mint' })[0]).toMatchInlineSnapshot(
      `"BrokerFunctionsmintRoleB54CFB23"`,
    );
    expect(find(template, 'AWS::IAM::Role', { RoleName: 'writ-reconcile' })[0]).toMatchInlineSnapshot(
      `"BrokerFunctionsreconcileRoleC4982BB3"`,
    );
  });

  test('is kept when the stack goes', () => {
    const kept = Object.entries(template.Resources).filter(
      ([, { Type }]) => STATEFUL.test(Type) && !/ScheduleGroup|RestApi/.test(Type),
    );
    for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of kept) {
      expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
    }
  });
});

describe('broker.yaml can ask for', () => {
  test('a lab: nothing kept, protected or reserved', () => {
    const lab = brokerTemplate({ lab: true });
    for (const [id, { DeletionPolicy = 'Delete' }] of ofType(lab, 'AWS::DynamoDB::Table'))
      expect([id, DeletionPolicy]).toEqual([id, 'Delete']);
    for (const [, { Properties }] of ofType(lab, 'AWS::DynamoDB::Table'))
      expect(Properties.DeletionProtectionEnabled).toBe(false);
    for (const [, { Properties }] of ofType(lab, 'AWS::Lambda::Function'))
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('a domain: the address that API Gateway gives is closed, and the URL is the domain’s', () => {
    const named = brokerTemplate(
      {
        domain: {
          name: 'writ.example.com',
          certificate:
            'arn:aws:acm:eu-central-1:444455556666:certificate/11112222-3333-4444-5555-666677778888',
          zone: { id: 'Z0123456789', name: 'example.com' },
          truststore: 's3://example-truststore/clients.pem',
        },
      },
      WITHOUT_PROBER,
    );
    expect(ofType(named, 'AWS::ApiGateway::RestApi')[0]?.[1].Properties).toMatchObject({
      DisableExecuteApiEndpoint: true,
    });
    expect(ofType(named, 'AWS::ApiGateway::DomainName')[0]?.[1].Properties).toMatchObject({
      DomainName: 'writ.example.com',
      SecurityPolicy: 'TLS_1_2',
      MutualTlsAuthentication: { TruststoreUri: 's3://example-truststore/clients.pem' },
    });
    const [, exchange] = find(named, 'AWS::Lambda::Function', { FunctionName: 'writ-exchange' });
    expect(exchange.Properties).toMatchObject({
      Environment: { Variables: { WRIT_PUBLIC_URL: 'https://writ.example.com' } },
    });
  });

  test('a private endpoint: reached through its VPC endpoints alone, and responders’ routes still by IAM', () => {
    const closed = brokerTemplate({ vpcEndpoints: ['vpce-0123456789abcdef0'] }, WITHOUT_PROBER);
    const [, api] = find(closed, 'AWS::ApiGateway::RestApi', { Name: 'writ' });
    const { Policy, ...rest } = resolved(
      api.Properties as { readonly Policy: { readonly Statement: readonly object[] } },
      closed,
    );
    expect(rest).toMatchObject({
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: ['vpce-0123456789abcdef0'] },
    });
    const [open, elsewhere] = Policy.Statement;
    expect(open).toMatchObject({ Effect: 'Allow', Principal: { AWS: '*' } });
    expect(JSON.stringify(open)).not.toContain('responder');
    expect(elsewhere).toMatchObject({
      Effect: 'Deny',
      Resource: 'execute-api:/*',
      Condition: { StringNotEquals: { 'aws:SourceVpce': ['vpce-0123456789abcdef0'] } },
    });
  });

  test('a permissions boundary on every role, and tags', () => {
    const boundary = 'arn:aws:iam::444455556666:policy/company-boundary';
    const bounded = brokerTemplate({ permissionsBoundary: boundary, tags: { team: 'platform' } });
    for (const [id, { Properties }] of ofType(bounded, 'AWS::IAM::Role')) {
      expect([id, Properties.PermissionsBoundary]).toEqual([id, boundary]);
      expect(Properties.Tags).toContainEqual({ Key: 'team', Value: 'platform' });
    }
  });

  test('no web ACL, or somebody else’s', () => {
    expect(ofType(brokerTemplate({ webAcl: 'none' }), 'AWS::WAFv2::WebACLAssociation')).toEqual([]);
    const arn = 'arn:aws:wafv2:eu-central-1:444455556666:regional/webacl/company/1';
    const others = brokerTemplate({ webAcl: arn });
    expect(ofType(others, 'AWS::WAFv2::WebACL')).toEqual([]);
    expect(ofType(others, 'AWS::WAFv2::WebACLAssociation')[0]?.[1].Properties).toMatchObject({
      WebACLArn: arn,
    });
  });

  test('other topics, beside its own', () => {
    const topic = 'arn:aws:sns:eu-central-1:444455556666:pager';
    const told = brokerTemplate({ alarmTopics: [topic] });
    for (const [, { Properties }] of ofType(told, 'AWS::CloudWatch::Alarm'))
      expect(Properties.AlarmActions).toContain(topic);
  });
});
