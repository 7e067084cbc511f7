import { CfnStackSet, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import type { MemberTemplates } from './member-stack.ts';

/** CloudFormation: a template that stands in another one, bytes. */
const MAX_TEMPLATE_BYTES = 51_200;

/**
 * Rolls the members' templates out, by a stack set for each account: what fails in one account stays there. It runs in the
 * broker's account, as the organisation's delegated administrator for stack sets.
 */
export class MembersStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: BrokerFile;
      /** Id of the organisation's root. */
      readonly root: string;
      readonly templates: readonly MemberTemplates[];
    },
  ) {
    const { account, region } = props.settings;
    super(scope, id, {
      env: { account, region },
      description: 'Writ: roles of the members',
      terminationProtection: true,
    });
    for (const { account: member, member: roles, watch, regions } of props.templates) {
      const set = (name: string, template: object, where: readonly string[]) =>
        stackSet(this, name, { template, root: props.root, account: member.id, regions: where });
      const first = set(`writ-${member.account}`, roles, [member.region]);
      set(`writ-watch-${member.account}`, watch, regions).addResourceDependency(first);
    }
  }
}

function stackSet(
  scope: Construct,
  name: string,
  {
    template,
    root,
    account,
    regions,
  }: {
    readonly template: object;
    readonly root: string;
    readonly account: string;
    readonly regions: readonly string[];
  },
): CfnStackSet {
  const templateBody = JSON.stringify(template);
  if (Buffer.byteLength(templateBody) > MAX_TEMPLATE_BYTES) {
    throw new Error(
      `the template of ${name} is longer than ${MAX_TEMPLATE_BYTES} bytes: roll out dist/templates yourself`,
    );
  }
  return new CfnStackSet(scope, name, {
    stackSetName: name,
    permissionModel: 'SERVICE_MANAGED',
    callAs: 'DELEGATED_ADMIN',
    autoDeployment: { enabled: false },
    managedExecution: { Active: true },
    capabilities: ['CAPABILITY_NAMED_IAM'],
    templateBody,
    stackInstancesGroup: [
      {
        deploymentTargets: {
          organizationalUnitIds: [root],
          accounts: [account],
          accountFilterType: 'INTERSECTION',
        },
        regions: [...regions],
      },
    ],
  });
}
