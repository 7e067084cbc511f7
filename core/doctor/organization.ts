/**
 * Guard rails of an organisation, judged by what they deny and not by what they are called: a request that must be stopped
 * is put to the attached policies.
 */
import { evaluate } from '../iam/evaluate.ts';
import { parsePolicy } from '../iam/parse.ts';
import type { AwsRequest } from '../iam/request.ts';
import { DENY_POLICY, DENY_POLICY_PATH, denyPolicyArn } from '../revocation/names.ts';
import type { PolicyDocument } from '../session/policy-document.ts';
import { ROLE_PATH } from '../session/role-arn.ts';
import { about, type Check, cannotTell, must } from './check.ts';
import type { Facts, GuardRail } from './facts.ts';

/** Nobody's account: what holds for it holds for every one. */
const ACCOUNT = '123456789012';
const ADMIN = `arn:aws:iam::${ACCOUNT}:role/Admin`;
const ADMIN_SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/somebody`;
const TARGET = `arn:aws:iam::${ACCOUNT}:role${ROLE_PATH}reports`;
const BY_ADMIN = { 'aws:PrincipalArn': ADMIN, 'aws:PrincipalAccount': ACCOUNT };

export const ORGANIZATION_CHECKS: readonly Check[] = [
  guard({
    id: 'guard.tags',
    what: 'No session but mint’s carries a tag that begins with `writ:`.',
    fault: 'No service control policy keeps an administrator from tagging a session `writ:user`.',
    because: 'Every policy that reads writ: tags believes a session that anybody tagged.',
    kind: 'serviceControl',
    request: {
      action: 'sts:TagSession',
      resource: `arn:aws:iam::${ACCOUNT}:role/Another`,
      principal: ADMIN_SESSION,
      context: { ...BY_ADMIN, 'aws:TagKeys': ['writ:user'], 'aws:RequestTag/writ:user': 'corp:alice' },
    },
  }),
  guard({
    id: 'guard.roles',
    what: 'Nobody but a deploy changes a target role.',
    fault: 'No service control policy keeps an administrator from changing a role below `/writ/`.',
    because: 'An account’s administrator can let himself in, past every record.',
    kind: 'serviceControl',
    request: {
      action: 'iam:UpdateAssumeRolePolicy',
      resource: TARGET,
      principal: ADMIN_SESSION,
      context: BY_ADMIN,
    },
  }),
  guard({
    id: 'guard.deny-policy',
    what: 'Nobody but the reconciler writes the deny policy.',
    fault: `No service control policy keeps an administrator from writing \`${DENY_POLICY_PATH}${DENY_POLICY}\`.`,
    because: 'Whoever is denied and may write IAM lets himself in again, for up to a minute each time.',
    kind: 'serviceControl',
    request: {
      action: 'iam:CreatePolicyVersion',
      resource: denyPolicyArn(ACCOUNT),
      principal: ADMIN_SESSION,
      context: BY_ADMIN,
    },
  }),
  guard({
    id: 'guard.assume',
    what: 'Nobody but mint assumes a target role, whatever its trust policy says.',
    fault: 'No resource control policy keeps others from assuming a role below `/writ/`.',
    because: 'A trust policy that was changed is all that stands between a stranger and the role.',
    kind: 'resourceControl',
    request: {
      action: 'sts:AssumeRole',
      resource: TARGET,
      principal: ADMIN_SESSION,
      context: BY_ADMIN,
    },
  }),
];

function guard(of: {
  readonly id: string;
  readonly what: string;
  readonly fault: string;
  readonly because: string;
  readonly kind: 'serviceControl' | 'resourceControl';
  readonly request: AwsRequest;
}): Check {
  const { id, what, fault, because, kind, request } = of;
  const policies = kind === 'serviceControl' ? 'service control policies' : 'resource control policies';
  return {
    id,
    what,
    reliesOn: `Organizations: ${policies}`,
    fault,
    judge: ({ organization }: Facts) =>
      about('organization', organization, (found) => {
        if (found === null) return null;
        const read = found[kind].map((rail) => ({ rail, parsed: parse(rail, kind) }));
        if (read.some(({ parsed }) => parsed !== null && denies(parsed, request, kind)))
          return { verdict: 'ok' };
        const unread = read.find(({ parsed }) => parsed === null);
        if (unread !== undefined) {
          return cannotTell(`The policy ${unread.rail.name} says things that writ does not judge.`);
        }
        return must(false, {
          what: because,
          proof: `${request.action} on ${request.resource} by ${ADMIN} is denied by none of: ${
            found[kind].map(({ name }) => name).join(', ') || 'nothing attached'
          }`,
          fix: `Attach ${kind === 'serviceControl' ? 'scp-members.json' : 'rcp-members.json'}, which node cdk/member.ts writes into dist/templates`,
        });
      }),
  };
}

const parse = ({ text }: GuardRail, kind: 'serviceControl' | 'resourceControl'): PolicyDocument | null => {
  const parsed = parsePolicy(text, kind === 'serviceControl' ? 'identity' : 'resource');
  return parsed.ok ? parsed.document : null;
};

/** A guard rail allows nothing by itself: only what it denies counts. */
function denies(
  document: PolicyDocument,
  request: AwsRequest,
  kind: 'serviceControl' | 'resourceControl',
): boolean {
  const applied = kind === 'serviceControl' ? { identity: [document] } : { identity: [], resource: document };
  return evaluate(request, applied).decision === 'explicitDeny';
}
