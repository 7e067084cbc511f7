import { CfnRule, type EventPattern } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { darkMintInMember, foreignIamWrite } from '../guard-rails/watch-patterns.ts';
import { busArnOf, functionName } from '../names.ts';
import { watchRoleArn } from './part-roles.ts';

export interface WatchRulesProps {
  readonly account: string;
  /** Names of its target roles. */
  readonly roles: readonly string[];
  readonly broker: { readonly account: string; readonly region: string };
  /** ARNs with `*` of the roles that deploy. */
  readonly deployers: readonly string[];
}

/** Rules of one account in one Region over what CloudTrail tells. */
export class WatchRules extends Construct {
  constructor(scope: Construct, id: string, { account, roles, broker, deployers }: WatchRulesProps) {
    super(scope, id);
    const rule = (name: string, description: string, eventPattern: EventPattern) =>
      new CfnRule(this, name, {
        name: `writ-${name}`,
        description,
        eventPattern: {
          source: eventPattern.source,
          'detail-type': eventPattern.detailType,
          detail: eventPattern.detail,
        },
        targets: [
          { id: 'broker', arn: busArnOf(broker.account, broker.region), roleArn: watchRoleArn(account) },
        ],
      });
    rule(
      'dark-mint',
      'A brokered role assumed by another than mint.',
      darkMintInMember(broker.account, functionName('mint')),
    );
    rule(
      'foreign-write',
      'A change of what is brokered by another than a deploy.',
      foreignIamWrite(account, roles, deployers),
    );
  }
}
