import { CfnStackSet, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import type { MemberTemplates } from './member-stack.ts';

/** CloudFormation: a template that stands in another one, bytes. */
const MAX_TEMPLATE_BYTES = 51_200;

/** And all of them in the stack's own, which is read from a bucket: a megabyte, less what stands around them. */
const MAX_TEMPLATES_BYTES = 950_000;

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
    const bytes = props.templates.flatMap(({ member, watch }) => [member, watch]).reduce(sumOfBytes, 0);
    if (bytes > MAX_TEMPLATES_BYTES) {
      throw new Error(
        `the members’ templates are ${bytes} bytes together, and one stack takes ${MAX_TEMPLATES_BYTES}: ` +
          'take organization out of broker.yaml, and roll out dist/templates yourself',
      );
    }
    for (const { account: member, member: roles, watch, regions } of props.templates) {
      const set = (name: string, template: object, where: readonly string[]) =>
        stackSet(this, name, { template, root: props.root, account: member.id, regions: where });
      const first = set(`writ-${member.account}`, roles, [member.region]);
      set(`writ-watch-${member.account}`, watch, regions).addResourceDependency(first);
    }
  }
}

/** As a text in a text: each quotation mark is escaped. */
const sumOfBytes = (sum: number, template: object): number =>
  sum + Buffer.byteLength(JSON.stringify(JSON.stringify(template)));

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
