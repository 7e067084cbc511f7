import { actionsAndResources } from './cases/actions-and-resources.ts';
import { assumeRole } from './cases/assume-role.ts';
import { combining } from './cases/combining.ts';
import { conditions } from './cases/conditions.ts';
import type { IamCase } from './cases/iam-case.ts';
import { revocation } from './cases/revocation.ts';
import { variables } from './cases/variables.ts';

export type { IamCase } from './cases/iam-case.ts';

/** What `core/iam` promises, case by case, in the order in which a reader would learn it. */
export const cases: readonly IamCase[] = [
  ...actionsAndResources,
  ...variables,
  ...conditions,
  ...combining,
  ...assumeRole,
  ...revocation,
];
