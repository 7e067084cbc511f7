/** The roles beside the target roles: the reconciler's foot in an account, and the canary (`core/revocation/roles.ts`). */
import { PARTS_PATH } from '../revocation/names.ts';
import { type PartRole, partRoles } from '../revocation/roles.ts';
import { about, type Check, cannotTell, must } from './check.ts';
import { known, type RoleFacts } from './facts.ts';
import { eachAccount, PERMISSIONS } from './roles.ts';
import { isSameDocument } from './same-document.ts';
import { functionOf } from './settings.ts';

const REDEPLOY = 'Deploy the account’s member template anew: it puts the role back as it was made';

export const PART_CHECKS: readonly Check[] = [
  {
    id: 'part.present',
    what: 'Reconciler and canary have their roles in every account.',
    reliesOn: `IAM: roles below \`${PARTS_PATH}\``,
    fault: 'The reconciler’s or the canary’s role is not in an account.',
    judge: eachAccount(({ account, id }, { roles }) =>
      partRoles(id, '').flatMap(({ name }) =>
        about(`role ${name} in ${account}`, roles, (all) =>
          must(find(all, name) !== undefined, {
            what: 'Nothing can be ended early there, so nothing is issued.',
            proof: `no role ${PARTS_PATH}${name} in account ${id}`,
            fix: `Deploy the member template of account ${id}`,
          }),
        ),
      ),
    ),
  },
  part('part.trust', 'trusts others than the reconcile function', (role, wanted) =>
    isSameDocument(role.trust, wanted.trust),
  ),
  part('part.permissions', 'may do more, or less, than it needs', (role, wanted) => {
    const [policy, ...others] = role.inline;
    return (
      policy?.name === PERMISSIONS && others.length === 0 && isSameDocument(policy.text, wanted.permissions)
    );
  }),
  part(
    'part.boundary',
    'lacks its boundary: the canary carries what the reconciler writes',
    (role, wanted) =>
      wanted.boundary === undefined ||
      (role.boundary !== null && isSameDocument(role.boundary.text, wanted.boundary)),
  ),
];

function part(id: string, differs: string, holds: (role: RoleFacts, wanted: PartRole) => boolean): Check {
  const what = id.slice('part.'.length);
  return {
    id,
    what: `Reconciler’s and canary’s roles have the ${what} that Writ gives them.`,
    reliesOn: `IAM: ${what} of roles below \`${PARTS_PATH}\``,
    fault: `A role of ours ${differs}.`,
    judge: eachAccount(({ account, id: number }, { roles }, all) => {
      if (!roles.known) return about(`account ${account}`, roles, () => null);
      const reconcile = functionOf(all, 'reconcile');
      if (!reconcile.known) {
        return [
          { about: `account ${account}`, ...cannotTell(`Not without reconcile’s role: ${reconcile.why}`) },
        ];
      }
      return partRoles(number, reconcile.value.role).flatMap((wanted) => {
        const role = find(roles.value, wanted.name);
        return role === undefined
          ? []
          : about(`role ${wanted.name} in ${account}`, known(role), (found) =>
              must(holds(found, wanted), {
                what: 'Who can change what is denied, or who can take the canary, is no longer only the reconciler.',
                proof: `its ${what} is not what Writ gives it`,
                fix: REDEPLOY,
              }),
            );
      });
    }),
  };
}

const find = (roles: readonly RoleFacts[], name: string): RoleFacts | undefined =>
  roles.find((role) => role.path === PARTS_PATH && role.name === name);
