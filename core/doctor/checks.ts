import type { Check } from './check.ts';
import { CLOCK_CHECKS } from './clocks.ts';
import { CLUSTER_CHECKS } from './clusters.ts';
import { CONFIGURATION_CHECKS } from './configuration.ts';
import { DENYING_CHECKS } from './denying.ts';
import { FUNCTION_CHECKS } from './functions.ts';
import { ISSUER_CHECKS } from './issuers.ts';
import { KEY_CHECKS } from './keys.ts';
import { ORGANIZATION_CHECKS } from './organization.ts';
import { PART_CHECKS } from './parts.ts';
import { QUEUE_CHECKS } from './queues.ts';
import { ROLE_CHECKS } from './roles.ts';
import { TABLE_CHECKS } from './tables.ts';
import { TRAIL_CHECKS } from './trails.ts';

/** By what they are about, in the order in which a stack comes to be. */
export const CHECK_GROUPS: readonly { readonly title: string; readonly checks: readonly Check[] }[] = [
  { title: 'Configuration', checks: CONFIGURATION_CHECKS },
  { title: 'Issuers', checks: ISSUER_CHECKS },
  { title: 'Clocks', checks: CLOCK_CHECKS },
  { title: 'Functions', checks: FUNCTION_CHECKS },
  { title: 'Tables', checks: TABLE_CHECKS },
  { title: 'Queues and schedules', checks: QUEUE_CHECKS },
  { title: 'Keys', checks: KEY_CHECKS },
  { title: 'Target roles', checks: ROLE_CHECKS },
  { title: 'Reconciler and canary', checks: PART_CHECKS },
  { title: 'Ending early', checks: DENYING_CHECKS },
  { title: 'CloudTrail', checks: TRAIL_CHECKS },
  { title: 'EKS', checks: CLUSTER_CHECKS },
  { title: 'Organisation', checks: ORGANIZATION_CHECKS },
];

export const CHECKS: readonly Check[] = CHECK_GROUPS.flatMap(({ checks }) => checks);
