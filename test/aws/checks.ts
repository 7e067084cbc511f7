import type { Check } from './check.ts';
import { aDeployLeavesTheDenyPolicy } from './checks/a-deploy-leaves-the-deny-policy.ts';
import { aLockedObjectIsWrittenOnce } from './checks/a-locked-object-is-written-once.ts';
import { aScheduleFiresOnce } from './checks/a-schedule-fires-once.ts';
import { jsonEscapesInTheDenyPolicy } from './checks/json-escapes-in-the-deny-policy.ts';
import { kmsSignsEd25519 } from './checks/kms-signs-ed25519.ts';
import { leadingKeysInATransaction } from './checks/leading-keys-in-a-transaction.ts';
import { namesAgreeInTheTrust } from './checks/names-agree-in-the-trust.ts';
import { rolePatternsEndSessions } from './checks/role-patterns-end-sessions.ts';
import { sessionTokenFits } from './checks/session-token-fits.ts';
import { sourceIdentityEndsOneSession } from './checks/source-identity-ends-one-session.ts';
import { spacesOfATagStay } from './checks/spaces-of-a-tag-stay.ts';
import { stackSetsTakeTheRoot } from './checks/stack-sets-take-the-root.ts';
import { viaAwsServiceIsAlwaysThere } from './checks/via-aws-service-is-always-there.ts';

/** All that only a real account can bear out, in the order of docs/architecture.md. */
export const CHECKS: readonly Check[] = [
  sessionTokenFits,
  namesAgreeInTheTrust,
  spacesOfATagStay,
  viaAwsServiceIsAlwaysThere,
  aScheduleFiresOnce,
  sourceIdentityEndsOneSession,
  rolePatternsEndSessions,
  jsonEscapesInTheDenyPolicy,
  kmsSignsEd25519,
  aLockedObjectIsWrittenOnce,
  aDeployLeavesTheDenyPolicy,
  stackSetsTakeTheRoot,
  leadingKeysInATransaction,
];
