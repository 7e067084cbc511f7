import { Fn, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  CfnAccount,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2';
import {
  AnyPrincipal,
  Effect,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Duty } from '../../core/duties.ts';
import { PROBE_KEYS_PATH } from '../../core/probe/plan.ts';
import { STAGE } from '../names.ts';
import type { Functions } from './functions.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly duty: Duty;
  /** `iam`: API Gateway verifies an AWS signature, and IAM says who may call. */
  readonly guard: 'none' | 'iam';
}

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/token', duty: 'exchange', guard: 'none' },
  { method: 'POST', path: '/permissions', duty: 'permissions', guard: 'none' },
  { method: 'POST', path: '/enroll', duty: 'enroll', guard: 'none' },
  { method: 'POST', path: '/revoke', duty: 'revoke', guard: 'none' },
  { method: 'POST', path: '/writs', duty: 'writs', guard: 'none' },
  { method: 'POST', path: '/status', duty: 'status', guard: 'none' },
  { method: 'GET', path: '/.well-known/oauth-authorization-server', duty: 'metadata', guard: 'none' },
  { method: 'GET', path: PROBE_KEYS_PATH, duty: 'probe-keys', guard: 'none' },
  { method: 'POST', path: '/responder/revoke', duty: 'revoke', guard: 'iam' },
  { method: 'POST', path: '/responder/writs', duty: 'writs', guard: 'iam' },
  { method: 'POST', path: '/responder/status', duty: 'status', guard: 'iam' },
  { method: 'GET', path: '/receipts/{id}', duty: 'receipts', guard: 'iam' },
];

/** Of one caller after another, for all: strangers cannot run up more than this. Requests a second, and at once. */
const RATE = 100;
const BURST = 200;

export interface ApiProps {
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly removal: RemovalPolicy;
  /** Ids; with these the endpoint is private. */
  readonly vpcEndpoints: readonly string[];
  /** Whether a domain stands before it, so that the address API Gateway gives is closed. */
  readonly hasDomain: boolean;
}

/**
 * The public endpoint: a REST API, whose proxy event shows a header that came twice as two values (decision 7).
 *
 * Execution logs stay off: they hold headers and bodies, and so tokens.
 */
export class Api extends Construct {
  readonly rest: RestApi;
  /** Where it is reached without a domain. Made of the API's id, as the stage depends on what needs the URL. */
  readonly defaultUrl: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const logs = new LogGroup(this, 'AccessLogs', {
      logGroupName: '/writ/access',
      encryptionKey: props.key,
      retention: props.logRetention,
      removalPolicy: props.removal,
    });
    const isPrivate = props.vpcEndpoints.length > 0;
    this.rest = new RestApi(this, 'Rest', {
      restApiName: 'writ',
      description: 'Writ: the exchange and what belongs to it',
      cloudWatchRole: false,
      disableExecuteApiEndpoint: props.hasDomain,
      // Bytes, not text: a body that is no UTF-8 must not be made into some before it is hashed.
      binaryMediaTypes: ['*/*'],
      endpointConfiguration: isPrivate
        ? { types: [EndpointType.PRIVATE], vpcEndpoints: endpointsOf(this, props.vpcEndpoints) }
        : { types: [EndpointType.REGIONAL] },
      ...(isPrivate ? { policy: onlyThrough(props.vpcEndpoints) } : {}),
      deployOptions: {
        stageName: STAGE,
        loggingLevel: MethodLoggingLevel.OFF,
        dataTraceEnabled: false,
        throttlingRateLimit: RATE,
        throttlingBurstLimit: BURST,
        accessLogDestination: new LogGroupLogDestination(logs),
        accessLogFormat: accessLine(),
      },
    });
    this.rest.deploymentStage.node.addDependency(accountLogging(this));
    const { region, urlSuffix } = Stack.of(this);
    this.defaultUrl = Fn.join('', [
      'https://',
      this.rest.restApiId,
      `.execute-api.${region}.${urlSuffix}/${STAGE}`,
    ]);
  }

  /** Routes to the functions, which are made after the API: they are told its URL. */
  route(functions: Functions): void {
    for (const { method, path, duty, guard } of ROUTES) {
      const resource = path
        .slice(1)
        .split('/')
        .reduce<IResource>((at, part) => at.getResource(part) ?? at.addResource(part), this.rest.root);
      resource.addMethod(method, new LambdaIntegration(functions.of(duty), { allowTestInvoke: false }), {
        authorizationType: guard === 'iam' ? AuthorizationType.IAM : AuthorizationType.NONE,
      });
    }
  }
}

/** No address and no caller: an access log knows no erasure. The request id leads to the function's own line. */
const accessLine = (): AccessLogFormat =>
  AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTimeEpoch(),
      method: AccessLogField.contextHttpMethod(),
      route: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      milliseconds: AccessLogField.contextResponseLatency(),
      error: AccessLogField.contextErrorResponseType(),
    }),
  );

/** API Gateway writes access logs with a role of the account's, one for all of its APIs. */
function accountLogging(scope: Construct): CfnAccount {
  const role = new Role(scope, 'LogsRole', {
    description: 'API Gateway writes the access logs of the account with it.',
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
    ],
  });
  return new CfnAccount(scope, 'Account', { cloudWatchRoleArn: role.roleArn });
}

const endpointsOf = (scope: Construct, ids: readonly string[]) =>
  ids.map((vpcEndpointId) =>
    InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(scope, vpcEndpointId, {
      vpcEndpointId,
      port: 443,
    }),
  );

/**
 * A private API answers nobody whom its policy does not let in. Responders' routes are let in by IAM alone: an Allow for
 * everyone would let everyone of this account pass them.
 */
function onlyThrough(vpcEndpoints: readonly string[]): PolicyDocument {
  const open = ROUTES.filter(({ guard }) => guard === 'none');
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'Open',
        effect: Effect.ALLOW,
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: open.map(({ method, path }) => `execute-api:/*/${method}${path}`),
      }),
      new PolicyStatement({
        sid: 'Elsewhere',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['execute-api:Invoke'],
        resources: ['execute-api:/*'],
        conditions: { StringNotEquals: { 'aws:SourceVpce': [...vpcEndpoints] } },
      }),
    ],
  });
}
