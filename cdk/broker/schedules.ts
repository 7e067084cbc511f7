import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionArnOf, roleName, SCHEDULE_GROUP } from '../names.ts';

/** Where the schedules stand that close writs, and the role that EventBridge takes when one fires. */
export class Schedules extends Construct {
  readonly roleArn: string;

  constructor(scope: Construct, id: string, { deadLetters }: { readonly deadLetters: IQueue }) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    const group = new CfnScheduleGroup(this, 'Group', { name: SCHEDULE_GROUP });
    const role = new Role(this, 'Role', {
      roleName: roleName('scheduler'),
      description: 'Writ: closes writs when their schedules fire, and does nothing else.',
      // Without the group anybody who may make schedules here could have one take this role.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': group.attrArn } },
      }),
      inlinePolicies: {
        close: new PolicyDocument({
          statements: [
            allow('lambda:InvokeFunction', functionArnOf(account, region, 'close')),
            allow('sqs:SendMessage', deadLetters.queueArn),
          ],
        }),
      },
    });
    this.roleArn = role.roleArn;
  }
}

const allow = (action: string, resource: string): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [action], resources: [resource] });

/** Invokes a function every hour, saying what for. */
export function everyHour(scope: Construct, id: string, target: IFunction, event: object): Rule {
  return new Rule(scope, id, {
    schedule: Schedule.rate(Duration.hours(1)),
    targets: [
      new LambdaFunction(target, {
        event: RuleTargetInput.fromObject(event),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    ],
  });
}

/** Invokes a function every minute. What fails is not tried again: the next one is a minute away. */
export function everyMinute(scope: Construct, id: string, target: IFunction): Rule {
  return new Rule(scope, id, {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [
      new LambdaFunction(target, {
        event: RuleTargetInput.fromObject({}),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    ],
  });
}
