/** What ends sessions early: the deny policy, where it is attached, and how lately somebody looked. */
import { parsePolicy } from '../iam/parse.ts';
import { HEALTH_SECONDS, MAX_MANAGED_POLICY_CHARS } from '../limits.ts';
import {
  CANARY_ROLE,
  DENY_POLICY,
  DENY_POLICY_PATH,
  denyPolicyArn,
  PARTS_PATH,
} from '../revocation/names.ts';
import { ROLE_PATH } from '../session/role-arn.ts';
import { about, aboutPresent, type Check, must } from './check.ts';
import { type Facts, known } from './facts.ts';
import { eachAccount } from './roles.ts';
import { functionOf } from './settings.ts';

/** Above this part of its characters the document climbs the ladder soon (architecture, section 7). */
const FULL = 0.8;

export const DENYING_CHECKS: readonly Check[] = [
  {
    id: 'deny.present',
    what: 'Every account has its deny policy.',
    reliesOn: `IAM: policy \`${DENY_POLICY_PATH}${DENY_POLICY}\``,
    fault: 'An account has no deny policy.',
    judge: eachAccount(({ account, id }, { deny }, all) =>
      about(`account ${account}`, deny, (policy) =>
        must(policy !== null, {
          what: 'Whatever was ended early there is not.',
          proof: `no policy ${denyPolicyArn(id)}`,
          fix: reconcileFix(all),
          ...reconcile(all),
        }),
      ),
    ),
  },
  {
    id: 'deny.valid',
    what: 'The deny policy’s default version denies, and does nothing else.',
    reliesOn: 'IAM: default version of the deny policy',
    fault: 'The deny policy’s default version allows something, or cannot be read.',
    judge: eachAccount(({ account, id }, { deny }, all) =>
      aboutPresent(`account ${account}`, deny, ({ text, version }) => {
        const parsed = parsePolicy(text, 'identity');
        const allows = parsed.ok && parsed.document.Statement.some(({ Effect }) => Effect !== 'Deny');
        return must(parsed.ok && !allows, {
          what: 'Somebody wrote it who is not the reconciler: what was ended may not be.',
          proof: `${denyPolicyArn(id)} ${version}: ${parsed.ok ? 'a statement allows' : parsed.problem}`,
          fix: reconcileFix(all),
          ...reconcile(all),
        });
      }),
    ),
  },
  {
    id: 'deny.attached',
    what: 'The deny policy is attached to every target role and to the canary.',
    reliesOn: 'IAM: attachments of the deny policy',
    fault: 'A role does not carry the deny policy.',
    judge: eachAccount(({ account, id }, { deny, roles }) => {
      if (!deny.known || !roles.known)
        return about(`account ${account}`, deny.known ? roles : deny, () => null);
      const policy = deny.value;
      if (policy === null) return [];
      return roles.value
        .filter(({ path, name }) => path === ROLE_PATH || (path === PARTS_PATH && name === CANARY_ROLE))
        .flatMap(({ name }) =>
          about(`role ${name} in ${account}`, known(policy.attachedTo), (attachedTo) =>
            must(attachedTo.includes(name), {
              what: 'Sessions of that role cannot be ended early.',
              proof: `${denyPolicyArn(id)} is not attached to it`,
              fix: `aws iam attach-role-policy --role-name ${name} --policy-arn ${denyPolicyArn(id)} (account ${id})`,
              repair: { do: 'attach_deny', account: id, role: name },
            }),
          ),
        );
    }),
  },
  {
    id: 'deny.room',
    what: 'The deny policy has room.',
    reliesOn: `IAM: ${MAX_MANAGED_POLICY_CHARS} characters of a managed policy`,
    fault: 'The deny policy is more than 80 % full.',
    judge: eachAccount(({ account }, { deny }) =>
      aboutPresent(`account ${account}`, deny, ({ text }) => {
        const characters = text.replace(/[\t\n\r ]/g, '').length;
        return must(characters <= FULL * MAX_MANAGED_POLICY_CHARS, {
          what: 'It climbs the ladder soon: whole users, then whole roles must ask again.',
          proof: `${characters} of ${MAX_MANAGED_POLICY_CHARS} characters`,
          fix: 'writ status shows the entries: revoke the user or agent in place of many single writs',
        });
      }),
    ),
  },
  {
    id: 'deny.direct',
    what: 'No direct deny is left standing.',
    reliesOn: 'IAM: policies below `/writ-direct/`',
    fault: 'A deny that a responder attached past the broker still stands.',
    judge: eachAccount(({ account }, { directDenies }) =>
      about(`account ${account}`, directDenies, (names) =>
        must(names.length === 0, {
          what: 'It denies what no record of Writ’s explains, until somebody takes it back.',
          proof: names.join(', '),
          fix: `writ revoke --direct --undo ${names[0] ?? ''} (with credentials of the account)`,
        }),
      ),
    ),
  },
  {
    id: 'deny.verified',
    what: `Every account was verified in the last ${HEALTH_SECONDS / 60} minutes.`,
    reliesOn: 'control: `HEALTH#<account>`',
    fault: 'An account was not verified lately, and gets no new writs.',
    judge: eachAccount(({ account, id }, { health }, all) =>
      about(`account ${account}`, health, (last) => {
        const age = last === null ? null : Math.max(0, all.now - last.verifiedAt);
        return must(age !== null && age <= HEALTH_SECONDS, {
          what: 'Nothing is issued there: nobody knows whether what is ended is denied.',
          proof:
            age === null ? `account ${id} was never verified` : `account ${id} was verified ${age} s ago`,
          fix: reconcileFix(all),
          ...reconcile(all),
        });
      }),
    ),
  },
];

function reconcile(facts: Facts) {
  const found = functionOf(facts, 'reconcile');
  return found.known ? { repair: { do: 'reconcile', function: found.value.name } as const } : {};
}

function reconcileFix(facts: Facts): string {
  const found = functionOf(facts, 'reconcile');
  const name = found.known ? found.value.name : 'writ-reconcile';
  return `aws lambda invoke --function-name ${name} --payload '{}' /dev/stdout; its log says what kept it`;
}
