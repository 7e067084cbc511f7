import { GetPolicyCommand, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { expect } from 'vitest';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { Check } from '../check.ts';
import { deniedText, denyPrincipal, setDenied } from '../denials.ts';
import { type Laboratory, nameOf, pathOf } from '../laboratory.ts';
import { removePolicy, removeStack } from '../removals.ts';
import { documentsOf, LIST_TABLES, permission } from '../roles.ts';
import { openCaller } from '../sessions.ts';
import { deploy, redeploy } from '../stacks.ts';

export const aDeployLeavesTheDenyPolicy: Check = {
  id: 'a-deploy-leaves-the-deny-policy',
  sentence:
    'CloudFormation leaves a managed policy alone that has not changed in the template, whatever its default version is by now, and keeps it when its stack goes.',
  reliedOnBy: ['cdk/member/deny-policy.ts', 'cdk/member/brokered-role.ts'],
  otherwise:
    'A deploy lets back in whom it denied until the reconciler’s next minute: let the reconciler make the policy, and the stack make none.',
  withoutAccount: 'stand-in',
  minutes: 5,
  async run(lab) {
    const PolicyArn = `arn:aws:iam::${lab.account}:policy${pathOf(lab)}${nameOf(lab, 'deny')}`;
    // It outlives its stack, so it is not the stack that undoes it.
    await lab.cleanup.make(
      `policy ${PolicyArn}`,
      async () => undefined,
      () => removePolicy(lab.clients.iam, PolicyArn),
    );
    const mint = await openCaller(lab);
    const stack = await deploy(lab, 'member', await template(lab, mint.role.arn, ['one']));
    const now = Math.floor(lab.now() / 1000);
    const { text } = denyDocument([denyPrincipal('user', 'tested:alice', now)], now, lab.account);
    await setDenied(lab.clients, PolicyArn, text);
    const before = await version(lab, PolicyArn);

    await redeploy(lab, stack, await template(lab, mint.role.arn, ['one', 'two']));
    expect(await deniedText(lab.clients, PolicyArn)).toBe(text);
    expect(await version(lab, PolicyArn)).toBe(before);
    for (const what of ['one', 'two']) {
      const { AttachedPolicies = [] } = await lab.clients.iam.send(
        new ListAttachedRolePoliciesCommand({ RoleName: nameOf(lab, what) }),
      );
      expect(AttachedPolicies.map((attached) => attached.PolicyArn)).toEqual([PolicyArn]);
    }

    await removeStack(lab.clients, stack, lab.patience);
    expect(await deniedText(lab.clients, PolicyArn)).toBe(text);
  },
};

const version = async (lab: Laboratory, PolicyArn: string): Promise<string | undefined> =>
  (await lab.clients.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId;

/** As a member's, with the constructs of a member's, in the tests' own names. The second has a changed first role too. */
async function template(lab: Laboratory, mint: string, roles: readonly string[]): Promise<object> {
  const { App, BootstraplessSynthesizer, Stack } = await import('aws-cdk-lib');
  const { BrokeredRole } = await import('../../../cdk/member/brokered-role.ts');
  const { denyPolicy } = await import('../../../cdk/member/deny-policy.ts');
  const app = new App({ treeMetadata: false, analyticsReporting: false });
  const stack = new Stack(app, 'Member', {
    synthesizer: new BootstraplessSynthesizer(),
    analyticsReporting: false,
  });
  const policy = denyPolicy(stack);
  policy.addPropertyOverride('ManagedPolicyName', nameOf(lab, 'deny'));
  policy.addPropertyOverride('Path', pathOf(lab));
  const Action = roles.length > 1 ? [...LIST_TABLES.Action, 'sqs:ListQueues'] : LIST_TABLES.Action;
  const documents = documentsOf(lab, permission({ statements: [{ ...LIST_TABLES, Action }] }), mint);
  for (const what of roles) {
    const name = nameOf(lab, what);
    new BrokeredRole(stack, what, {
      role: {
        ...documents,
        name,
        path: pathOf(lab),
        arn: `arn:aws:iam::${lab.account}:role${pathOf(lab)}${name}`,
      },
      denyPolicyArn: policy.ref,
    });
  }
  return app.synth().getStackArtifact(stack.artifactId).template as object;
}
