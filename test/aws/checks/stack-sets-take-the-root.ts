import { ListStackInstancesCommand } from '@aws-sdk/client-cloudformation';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import { NAME_PREFIX } from '../laboratory.ts';
import { deploy } from '../stacks.ts';

/** A template that makes nothing: what is proven is where it goes. */
const EMPTY = { Resources: { Nothing: { Type: 'AWS::CloudFormation::WaitConditionHandle' } } };

export const stackSetsTakeTheRoot: Check = {
  id: 'stack-sets-take-the-root',
  sentence:
    'A stack set of the organisation’s root, intersected with one account, deploys to that account alone, from the delegated administrator’s.',
  reliedOnBy: ['cdk/members-stack.ts'],
  otherwise:
    'Name the organisational unit of each account in accounts.yaml in the root’s place, or roll out dist/templates by other means (Terraform).',
  withoutAccount: 'stand-in',
  minutes: 8,
  needs: 'organization',
  async run(lab) {
    const { organization, account, region } = lab;
    if (organization === null) throw new Error('It needs WRIT_AWS_ROOT and WRIT_AWS_MEMBER.');
    const { App } = await import('aws-cdk-lib');
    const { MembersStack } = await import('../../../cdk/members-stack.ts');
    const app = new App({ treeMetadata: false, analyticsReporting: false });
    // The sets' names are made of the account's: `writ-` and this.
    const alias = `${NAME_PREFIX.slice('writ-'.length)}${lab.run}-set`;
    const stack = new MembersStack(app, 'Members', {
      settings: { account, region },
      root: organization.root,
      templates: [
        {
          account: { account: alias, id: organization.member, region, state: 'active' },
          ...{ member: EMPTY, watch: EMPTY, regions: [region] },
        },
      ],
    });
    await deploy(lab, 'members', app.synth().getStackArtifact(stack.artifactId).template as object);
    for (const StackSetName of [`writ-${alias}`, `writ-watch-${alias}`]) {
      const { Summaries = [] } = await lab.clients.cloudformation.send(
        new ListStackInstancesCommand({ StackSetName, CallAs: 'DELEGATED_ADMIN' }),
      );
      expect(Summaries.map((each) => [each.Account, each.Region])).toEqual([[organization.member, region]]);
    }
  },
};
