import { evaluate } from '../../iam/evaluate.ts';
import { parsePolicy } from '../../iam/parse.ts';
import type { AwsRequest, Evaluation } from '../../iam/request.ts';
import type { PolicyDocument } from '../../session/policy-document.ts';
import { type Place, sessionPolicy } from '../../session/session-policy.ts';
import { fillIn, valuesOf } from '../../session/substitute.ts';
import type { Account, Bundle, Permission, PermissionCase, PlaceRule } from '../bundle.ts';

export interface CaseOutcome {
  readonly name: string;
  readonly permission: string;
  /** What is wrong; `null`: the case holds. */
  readonly problem: string | null;
}

/** The instant of the request, and a deadline after it: a case speaks of a session that is alive. */
const NOW = '2027-01-15T08:00:00Z';
const DEADLINE = Date.parse(NOW) / 1000 + 900;
/** An address for the case to come from, where the place is the exchange's own. */
const SOMEWHERE = '192.0.2.1';

/**
 * Whether each permission's session policy lets through what it must (`allows`) and nothing of what it must not
 * (`denies`): judged on the very text that STS would get, under a role that allows everything.
 */
export const permissionCases = (bundle: Bundle): CaseOutcome[] =>
  bundle.permissions.flatMap((permission) =>
    bundle.accounts
      .filter(({ account }) => permission.accounts.includes(account))
      .flatMap((account) => [
        ...permission.allows.map((each) => judge(permission, account, each, true)),
        ...permission.denies.map((each) => judge(permission, account, each, false)),
      ]),
  );

function judge(
  permission: Permission,
  account: Account,
  each: PermissionCase,
  mustAllow: boolean,
): CaseOutcome {
  const resource = fillIn(each.resource, valuesOf({}, account));
  const name = `${permission.permission} in ${account.account} ${mustAllow ? 'allows' : 'denies'} ${each.action} on ${resource}`;
  const bounds = { place: placeOf(permission.place), deadline: DEADLINE };
  const text = sessionPolicy(permission, { parameters: each.with, account }, bounds);
  const parsed = parsePolicy(text, 'identity');
  if (!parsed.ok) return { name, permission: permission.permission, problem: parsed.problem };
  const request: AwsRequest = {
    action: each.action,
    resource,
    principal: `arn:aws:sts::${account.id}:assumed-role/${permission.role}/case`,
    context: { ...surroundings(permission.place), 'aws:RequestedRegion': account.region, ...each.context },
  };
  const verdict = evaluate(request, { identity: [EVERYTHING], session: parsed.document });
  const problem = verdict.allowed === mustAllow ? null : told(verdict);
  return { name, permission: permission.permission, problem };
}

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

const placeOf = (place: PlaceRule): Place =>
  place.kind === 'exchange' ? { kind: 'cidrs', cidrs: [`${SOMEWHERE}/32`] } : place;

/** Condition keys that every request of a session has, as they are inside the place and before the deadline. */
function surroundings(place: PlaceRule): AwsRequest['context'] {
  const network = place.kind === 'cidrs' ? place.cidrs[0]?.split('/')[0] : undefined;
  return {
    'aws:CurrentTime': NOW,
    'aws:SourceIp': network ?? SOMEWHERE,
    'aws:ViaAWSService': 'false',
    'aws:SecureTransport': 'true',
    ...(place.kind === 'vpcs' && { 'aws:SourceVpc': place.vpcs[0] ?? '' }),
  };
}

/** Only a Deny is one statement's doing: what is allowed, the case's own role allows as well. */
const told = ({ decision, by }: Evaluation): string =>
  by !== null && decision === 'explicitDeny'
    ? `it is explicitDeny, by statement ${by.statement}`
    : `it is ${decision}`;
