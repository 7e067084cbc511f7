/** The target roles of each account, against what the permissions make of them (`core/session/roles.ts`). */

import type { Account } from '../policy/bundle.ts';
import { DIRECT_PATH, denyPolicyArn } from '../revocation/names.ts';
import type { PolicyDocument } from '../session/policy-document.ts';
import { ROLE_PATH } from '../session/role-arn.ts';
import { type TargetRole, targetRoles } from '../session/roles.ts';
import { about, type Check, cannotTell, type Judgement, must, OK, type Verdict } from './check.ts';
import { type Facts, known, type RoleFacts } from './facts.ts';
import { isSameDocument } from './same-document.ts';
import { functionOf } from './settings.ts';

/** The names of inline policies, as member templates have them. */
export const PERMISSIONS = 'permissions';
export const FENCE = 'fence';

const REDEPLOY = 'Deploy the account’s member template anew: it puts the role back as it was made';

export const ROLE_CHECKS: readonly Check[] = [
  {
    id: 'account.region',
    what: 'An account’s Region is one, and is enabled there.',
    reliesOn: '`region` of accounts.yaml',
    fault: 'STS does not answer for the account in its Region.',
    judge: eachAccount(({ account, id, region }, facts) =>
      about(`account ${account}`, facts.region, (answer) =>
        must(answer.ok, {
          what: 'Every writ for this account is answered 503: its session is asked for in its Region.',
          proof: `STS in ${region}, account ${id}: ${answer.ok ? '' : answer.problem}`,
          fix: `Correct region of ${account} in config/accounts.yaml, or enable ${region} in account ${id}`,
        }),
      ),
    ),
  },
  {
    id: 'role.present',
    what: 'Every role that a permission names is in the account.',
    reliesOn: '`role` and `accounts` of permissions/*.yaml; IAM: roles below `/writ/`',
    fault: 'A permission’s role is not in an account where it can be asked for.',
    judge: eachAccount(({ account, id }, facts, all) =>
      wanted(all, account).flatMap((name) =>
        about(`role ${name} in ${account}`, facts.roles, (roles) =>
          must(find(roles, name) !== undefined, {
            what: 'Every writ for it is answered 503.',
            proof: `no role ${ROLE_PATH}${name} in account ${id}`,
            fix: `Deploy the member template of account ${id}`,
          }),
        ),
      ),
    ),
  },
  {
    id: 'role.unknown',
    what: 'Below `/writ/` there are no other roles.',
    reliesOn: 'IAM: roles below `/writ/`',
    fault: 'There is a role below `/writ/` that no permission names.',
    judge: eachAccount(({ account, id }, facts, all) =>
      about(`account ${account}`, facts.roles, (roles) => {
        const names = wanted(all, account);
        const others = roles.filter(({ path, name }) => path === ROLE_PATH && !names.includes(name));
        return must(others.length === 0, {
          what: 'Mint’s role may assume it, and no revocation by role reaches it.',
          proof: others.map(({ name }) => `${ROLE_PATH}${name}`).join(', '),
          fix: `Delete it in account ${id}, or name it in a permission`,
        });
      }),
    ),
  },
  drift(
    'role.trust',
    'trust policy',
    'trusts others than mint, or without all conditions',
    (role, target) => ({
      same: isSameDocument(role.trust, target.trust),
      proof: 'AssumeRolePolicyDocument is not the one that the configuration gives',
    }),
  ),
  drift('role.permissions', 'permissions', 'has other permissions than its permission says', (role, target) =>
    inline(role, PERMISSIONS, target.permissions),
  ),
  drift('role.fence', 'fence', 'has no fence, or another one', (role, target) =>
    inline(role, FENCE, target.fence),
  ),
  drift('role.boundary', 'permissions boundary', 'has no boundary, or another one', (role, target) => ({
    same: role.boundary !== null && isSameDocument(role.boundary.text, target.boundary),
    proof:
      role.boundary === null
        ? 'PermissionsBoundary: none'
        : `${role.boundary.arn} says other things than the configuration gives`,
  })),
  {
    ...drift('role.max-session', 'longest session', 'allows other sessions than an hour', (role, target) => ({
      same: role.maxSessionSeconds === target.maxSessionSeconds,
      proof: `MaxSessionDuration: ${role.maxSessionSeconds} s, not ${target.maxSessionSeconds} s`,
    })),
    reliesOn: 'IAM: `MaxSessionDuration` of target roles',
  },
  {
    id: 'role.other-policies',
    what: 'A target role has no policy besides ours.',
    reliesOn: 'IAM: inline and managed policies of target roles',
    fault: 'Somebody has given a target role another policy.',
    judge: eachTarget((role, _, { id }) => {
      const allowed = [denyPolicyArn(id)];
      const others = [
        ...role.inline.map(({ name }) => name).filter((name) => name !== PERMISSIONS && name !== FENCE),
        ...role.attached.filter((arn) => !allowed.includes(arn) && !arn.includes(`:policy${DIRECT_PATH}`)),
      ];
      return must(others.length === 0, {
        what: 'Boundary and session policy still bound what sessions can do; what it was added for is not known.',
        proof: others.join(', '),
        fix: `Detach or delete it in account ${id}`,
      });
    }),
  },
];

/** A part of every target role that must be what the configuration makes of it. */
function drift(
  id: string,
  part: string,
  differs: string,
  compare: (role: RoleFacts, target: TargetRole) => { readonly same: boolean; readonly proof: string },
): Check {
  return {
    id,
    what: `A target role has the ${part} that the configuration gives.`,
    reliesOn: `IAM: ${part} of target roles; permissions/*.yaml`,
    fault: `A target role ${differs}.`,
    judge: eachTarget((role, target) => {
      const { same, proof } = compare(role, target);
      return same
        ? OK
        : must(false, {
            what: `Its ${part} was changed, or the permission was and its role was not.`,
            proof,
            fix: REDEPLOY,
          });
    }),
  };
}

function inline(role: RoleFacts, name: string, document: PolicyDocument) {
  const found = role.inline.find((policy) => policy.name === name);
  return {
    same: found !== undefined && isSameDocument(found.text, document),
    proof:
      found === undefined
        ? `no inline policy ${name}`
        : `inline policy ${name} says other things than the configuration gives`,
  };
}

/** Closed accounts too: what is live there must still end. */
export function eachAccount(
  judge: (account: Account, facts: Facts['accounts'][string], all: Facts) => readonly Judgement[],
): Check['judge'] {
  return (all) =>
    all.policy.bundle.accounts.flatMap((account) => {
      const facts = all.accounts[account.account];
      return facts === undefined ? [] : judge(account, facts, all);
    });
}

/** Roles that are there, with what they should be. */
function eachTarget(
  judge: (role: RoleFacts, target: TargetRole, account: Account) => Verdict,
): Check['judge'] {
  return eachAccount((account, facts, all) => {
    const mint = functionOf(all, 'mint');
    const where = `account ${account.account}`;
    if (!facts.roles.known) return about(where, facts.roles, () => null);
    if (!mint.known) return [{ about: where, ...cannotTell(`Not without mint’s role: ${mint.why}`) }];
    const { value: roles } = facts.roles;
    return targetRoles(all.policy.bundle, account, { mintRoleArn: mint.value.role }).flatMap((target) => {
      const role = find(roles, target.name);
      return role === undefined
        ? []
        : about(`role ${target.name} in ${account.account}`, known(role), (found) =>
            judge(found, target, account),
          );
    });
  });
}

const wanted = ({ policy }: Facts, account: string): readonly string[] =>
  [
    ...new Set(
      policy.bundle.permissions.filter(({ accounts }) => accounts.includes(account)).map(({ role }) => role),
    ),
  ].sort();

const find = (roles: readonly RoleFacts[], name: string): RoleFacts | undefined =>
  roles.find((role) => role.path === ROLE_PATH && role.name === name);
