import { Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import { isProbing } from '../core/probe/plan.ts';
import { RELEASE } from '../core/release.ts';
import { everyTargetRole } from '../core/revocation/names.ts';
import { acknowledge, acknowledged, evidenceNamed } from './acknowledged.ts';
import type { FunctionCode } from './broker/code.ts';
import { schedulesPattern } from './names.ts';
import { WritBroker } from './writ-broker.ts';

export interface BrokerStackProps {
  /** `broker.yaml`. */
  readonly settings: BrokerFile;
  readonly policy: LoadedBundle;
  readonly code: FunctionCode;
}

/** The broker, as `broker.yaml` says. */
export class BrokerStack extends Stack {
  constructor(scope: Construct, id: string, { settings, policy, code }: BrokerStackProps) {
    const { account, region, permissionsBoundary, tags = {}, organization: _, ...rest } = settings;
    super(scope, id, {
      env: { account, region },
      description: `Writ ${RELEASE}: a credential broker`,
      terminationProtection: settings.lab !== true,
    });
    new WritBroker(this, 'Broker', { ...rest, policy, code });

    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
    if (permissionsBoundary !== undefined) {
      const boundary = ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', permissionsBoundary);
      PermissionsBoundary.of(this).apply(boundary);
    }
    const active = policy.bundle.accounts.filter(({ state }) => state === 'active');
    const targets = active.map(({ id }) => everyTargetRole(id));
    const schedules = schedulesPattern(account, region);
    acknowledge(this, acknowledged(targets, schedules, isProbing(policy.bundle), evidenceNamed(settings)));
  }
}
