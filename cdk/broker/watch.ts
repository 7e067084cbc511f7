import { Aws, CfnResource, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventBus, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { darkMintByOthers, darkMintWithoutWrit } from '../guard-rails/watch-patterns.ts';
import { roleArnOf, WATCH_BUS } from '../names.ts';

/**
 * Where everything that somebody must look at arrives: the broker's alarms, and what the rules of every account send when a
 * brokered role is assumed by another than mint, or another than a deploy touches Writ's roles and policies.
 */
export class Watch extends Construct {
  readonly topic: Topic;
  /** What alarms are sent to. */
  readonly actions: readonly IAlarmAction[];
  readonly #deadLetters: IQueue;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly key: IKey;
      /** Twelve digits: whose rules may send. */
      readonly accounts: readonly string[];
      readonly deadLetters: IQueue;
      /** ARNs of topics beside its own. */
      readonly topics: readonly string[];
    },
  ) {
    super(scope, id);
    this.#deadLetters = props.deadLetters;
    this.topic = new Topic(this, 'Topic', {
      displayName: 'Writ: alarms',
      masterKey: props.key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(alarmsMayPublish(this.topic));
    const others = props.topics.map((arn, at) => Topic.fromTopicArn(this, `Other${at}`, arn));
    this.actions = [this.topic, ...others].map((topic) => new SnsAction(topic));
    this.#takeWhatMembersSend(props.accounts);
    this.#lookForDarkMints();
  }

  #takeWhatMembersSend(accounts: readonly string[]): void {
    const bus = new EventBus(this, 'Bus', {
      eventBusName: WATCH_BUS,
      description: 'Writ: what the rules of every account saw',
    });
    accounts.forEach((account) => {
      new CfnResource(this, `From${account}`, {
        type: 'AWS::Events::EventBusPolicy',
        properties: {
          EventBusName: bus.eventBusName,
          StatementId: `from-${account}`,
          Statement: {
            Sid: `from-${account}`,
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${account}:root` },
            Action: 'events:PutEvents',
            Resource: bus.eventBusArn,
          },
        },
      });
    });
    this.#tell(
      new Rule(this, 'FromMembers', {
        eventBus: bus,
        description: 'What the rules of members saw.',
        eventPattern: { detailType: ['AWS API Call via CloudTrail'] },
      }),
      'DARK mint or foreign change of a brokered role',
    );
  }

  /** A session of a target role starts in this account's trail too: with the caller's whole name. */
  #lookForDarkMints(): void {
    const mint = roleArnOf(Stack.of(this).account, 'mint');
    const patterns = { DarkMint: darkMintByOthers(mint), MintWithoutWrit: darkMintWithoutWrit() };
    for (const [name, eventPattern] of Object.entries(patterns)) {
      this.#tell(
        new Rule(this, name, { description: 'A brokered role assumed without a writ.', eventPattern }),
        'DARK: a brokered role was assumed without a writ',
      );
    }
  }

  /** What happened, where, by whom; never what was asked or answered: CloudTrail's answer holds a session token. */
  #tell(rule: Rule, what: string): void {
    rule.addTarget(
      new SnsTopic(this.topic, {
        deadLetterQueue: this.#deadLetters,
        message: RuleTargetInput.fromObject({
          what,
          account: EventField.fromPath('$.detail.recipientAccountId'),
          event: EventField.fromPath('$.detail.eventName'),
          eventId: EventField.fromPath('$.detail.eventID'),
          time: EventField.fromPath('$.detail.eventTime'),
          by: EventField.fromPath('$.detail.userIdentity.principalId'),
        }),
      }),
    );
  }
}

const alarmsMayPublish = (topic: ITopic): PolicyStatement =>
  new PolicyStatement({
    sid: 'Alarms',
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
