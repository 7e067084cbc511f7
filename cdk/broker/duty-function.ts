import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Duty } from '../../core/duties.ts';
import { functionName, roleName } from '../names.ts';
import type { Access, DutySpec } from './duties.ts';

export interface DutyFunctionProps {
  readonly duty: Duty;
  readonly spec: DutySpec;
  readonly code: Code;
  readonly environment: { readonly [variable: string]: string };
  /** ARNs and conditions of what the function's accesses are about. `own log group` is known here. */
  readonly where: (access: Access) => Whereabouts;
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly removal: RemovalPolicy;
  /** Whether environments are kept for it: a young account has none to give away. */
  readonly reserve: boolean;
}

export interface Whereabouts {
  readonly resources: readonly string[];
  readonly conditions?: {
    readonly [operator: string]: { readonly [key: string]: string | readonly string[] };
  };
}

/** One duty's function, with a role of its own that holds what `duties.ts` says and nothing that anybody adds. */
export class DutyFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: DutyFunctionProps) {
    super(scope, id);
    const { duty, spec } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/writ/${duty}`,
      encryptionKey: props.key,
      retention: props.logRetention,
      removalPolicy: props.removal,
    });
    const where = (access: Access): Whereabouts =>
      access.on === 'own log group' ? { resources: [this.logGroup.logGroupArn] } : props.where(access);
    const role = new Role(this, 'Role', {
      roleName: roleName(duty),
      description: spec.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        duty: new PolicyDocument({
          minimize: false,
          statements: spec.access.map((access) => statement(access, where(access))),
        }),
      },
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName: functionName(duty),
      description: spec.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      // What a construct would add to it is not what architecture, section 9, says.
      role: role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      environment: { ...props.environment },
      timeout: Duration.seconds(spec.timeoutSeconds),
      memorySize: spec.memoryMegabytes,
      ...(props.reserve && spec.reserved !== undefined
        ? { reservedConcurrentExecutions: spec.reserved }
        : {}),
    });
  }
}

/** What one row of `duties.ts` is in IAM. */
export function statement(access: Access, { resources, conditions }: Whereabouts): PolicyStatement {
  const partitions = access.partitions?.map((first) => `${first}*`);
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...access.actions],
    resources: [...resources],
    conditions: {
      ...conditions,
      ...(partitions ? { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } } : {}),
    },
  });
}
