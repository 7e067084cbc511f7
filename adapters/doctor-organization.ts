import {
  DescribeOrganizationCommand,
  DescribePolicyCommand,
  ListTargetsForPolicyCommand,
  type OrganizationsClient,
  type PolicyType,
  paginateListPolicies,
} from '@aws-sdk/client-organizations';
import type { GuardRail, OrganizationFacts } from '../core/doctor/facts.ts';
import { filled, orNull } from './doctor-answer.ts';

/** The organisation's own policies that are attached to something. @returns `null` where there is no organisation. */
export async function guardRails(client: OrganizationsClient): Promise<OrganizationFacts | null> {
  const organization = await orNull(
    () => client.send(new DescribeOrganizationCommand({})),
    ['AWSOrganizationsNotInUseException'],
  );
  if (organization === null) return null;
  const [serviceControl, resourceControl] = await Promise.all([
    attachedPolicies(client, 'SERVICE_CONTROL_POLICY'),
    attachedPolicies(client, 'RESOURCE_CONTROL_POLICY'),
  ]);
  return { serviceControl, resourceControl };
}

async function attachedPolicies(
  client: OrganizationsClient,
  Filter: PolicyType,
): Promise<readonly GuardRail[]> {
  const rails: GuardRail[] = [];
  for await (const { Policies = [] } of paginateListPolicies({ client }, { Filter })) {
    for (const { Id, Name, AwsManaged } of Policies) {
      // AWS's own allow everything.
      if (AwsManaged === true) continue;
      const PolicyId = filled(Id);
      const { Targets = [] } = await client.send(new ListTargetsForPolicyCommand({ PolicyId }));
      if (Targets.length === 0) continue;
      const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId }));
      rails.push({ name: filled(Name), text: filled(Policy?.Content) });
    }
  }
  return rails;
}
