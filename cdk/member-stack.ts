import { App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Account, Bundle } from '../core/policy/bundle.ts';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import { RELEASE } from '../core/release.ts';
import { type TargetRole, targetRoles } from '../core/session/roles.ts';
import { DEPLOYERS } from './guard-rails/principals.ts';
import { BrokeredRole } from './member/brokered-role.ts';
import { denyPolicy } from './member/deny-policy.ts';
import { PartRoles } from './member/part-roles.ts';
import { WatchRules } from './member/watch-rules.ts';
import { busArnOf, roleArnOf } from './names.ts';

export interface MemberProps {
  readonly account: Account;
  readonly bundle: Bundle;
  readonly settings: BrokerFile;
}

const rolesOf = ({ account, bundle, settings }: MemberProps): readonly TargetRole[] =>
  targetRoles(bundle, account, { mintRoleArn: roleArnOf(settings.account, 'mint') });

/** All that an account needs, once: IAM knows no Regions. No bootstrap, no assets, no parameters. */
export class MemberStack extends Stack {
  constructor(scope: Construct, id: string, props: MemberProps) {
    const { account, settings } = props;
    super(scope, id, {
      env: { account: account.id, region: account.region },
      description: `Writ ${RELEASE}: what is brokered in ${account.account}`,
      synthesizer: new BootstraplessSynthesizer(),
      analyticsReporting: false,
    });
    const { ref: denyPolicyArn } = denyPolicy(this);
    for (const role of rolesOf(props)) new BrokeredRole(this, role.name, { role, denyPolicyArn });
    new PartRoles(this, 'Parts', {
      account: account.id,
      reconcileRoleArn: roleArnOf(settings.account, 'reconcile'),
      denyPolicyArn,
      watchBusArn: busArnOf(settings.account, settings.region),
    });
  }
}

/** What watches an account, for each Region in which STS may be asked; us-east-1, where IAM's events are, among them. */
export class MemberWatchStack extends Stack {
  constructor(scope: Construct, id: string, props: MemberProps) {
    const { account, settings } = props;
    super(scope, id, {
      description: `Writ ${RELEASE}: what watches over ${account.account}`,
      synthesizer: new BootstraplessSynthesizer(),
      analyticsReporting: false,
    });
    new WatchRules(this, 'Rules', {
      account: account.id,
      roles: rolesOf(props).map(({ name }) => name),
      broker: settings,
      deployers: settings.organization?.deployers ?? DEPLOYERS,
    });
  }
}

export interface MemberTemplates {
  readonly account: Account;
  /** For the account's own Region. */
  readonly member: object;
  /** For every Region of `regions`, and better for all. */
  readonly watch: object;
  readonly regions: readonly string[];
}

/** Templates of all accounts that are active. @param flags - `cdk.json`'s context. */
export function memberTemplates(
  bundle: Bundle,
  settings: BrokerFile,
  flags: { readonly [flag: string]: unknown },
): readonly MemberTemplates[] {
  return bundle.accounts
    .filter(({ state }) => state === 'active')
    .map((account) => {
      const app = new App({ context: { ...flags }, treeMetadata: false, analyticsReporting: false });
      const props = { account, bundle, settings };
      const stacks = [new MemberStack(app, 'Member', props), new MemberWatchStack(app, 'Watch', props)];
      const assembly = app.synth();
      const [member, watch] = stacks.map(
        ({ artifactId }) => assembly.getStackArtifact(artifactId).template as object,
      );
      if (member === undefined || watch === undefined) throw new Error('a template is missing');
      return {
        account,
        member,
        watch,
        regions: [...new Set([account.region, settings.region, 'us-east-1'])],
      };
    });
}
