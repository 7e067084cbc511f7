import type { PolicyDocument } from '../session/policy-document.ts';
import { toContext, valuesOf } from './context.ts';
import { type Caller, parseCaller } from './principal.ts';
import type { AppliedPolicies, AwsRequest, Evaluation } from './request.ts';
import { allowances, denials, type Match, type Question } from './statement.ts';

type Kind = keyof AppliedPolicies;

/** What a resource policy must do besides not denying. */
interface Demands {
  /** A role's trust policy must allow, within the account too. */
  readonly resourceMustAllow: boolean;
  /** The caller's identity policies must allow, whatever the resource policy grants. */
  readonly identityMustAllow: boolean;
}

/**
 * Decides one request as IAM does: an explicit Deny anywhere wins; else identity policies, within boundary and
 * session policy, or a resource policy must allow. Organizations' policies are not part of it.
 *
 * The resource's account is `aws:ResourceAccount` if the request has it, else the ARN's, else (S3) the
 * caller's own. Across accounts, resource policy and identity policies must both allow.
 *
 * `sts:GetCallerIdentity` needs no permission and succeeds under any Deny: do not ask about it here.
 *
 * @returns Never throws for a policy that cannot be read: that Deny counts, that Allow does not.
 * @see IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic"
 */
export function evaluate(request: AwsRequest, policies: AppliedPolicies): Evaluation {
  return decide(request, policies, { resourceMustAllow: false, identityMustAllow: false });
}

/**
 * Decides one of AssumeRole's requests, with the role's trust policy as `resource` and the caller's own policies
 * beside it. The trust policy must allow. Within the account that is enough where it names the caller, its role
 * (within the caller's boundary and session policy) or everyone; where it names the account, the caller's
 * identity policy must allow as well, as it must across accounts.
 *
 * A role session that sets tags or a source identity (role chaining) needs both sides in any case.
 *
 * @see IAM User Guide, "Policy evaluation logic" ("IAM role trust policies … are exceptions"); "Monitor and control
 *   actions taken with assumed roles", permissions required to set source identity; "Pass session tags in AWS STS"
 */
export function evaluateTrust(request: AwsRequest, policies: AppliedPolicies): Evaluation {
  const chained = parseCaller(request.principal)?.kind === 'session';
  const setsSession = /^(?:sts:(?:TagSession|SetSourceIdentity))$/i.test(request.action);
  return decide(request, policies, { resourceMustAllow: true, identityMustAllow: chained && setsSession });
}

/**
 * Decides one AssumeRole call from all of its requests: the first that is not allowed decides.
 *
 * @param requests - What `assumeRoleRequests` returned.
 * @returns the verdict, and the request that it is about.
 */
export function evaluateAssumeRole(
  requests: readonly [AwsRequest, ...AwsRequest[]],
  policies: AppliedPolicies,
): Evaluation & { readonly request: AwsRequest } {
  const judge = (request: AwsRequest) => ({ ...evaluateTrust(request, policies), request });
  const [first, ...others] = requests;
  const verdict = judge(first);
  return [verdict, ...others.map(judge)].find(({ allowed }) => !allowed) ?? verdict;
}

function decide(request: AwsRequest, policies: AppliedPolicies, demands: Demands): Evaluation {
  const caller = parseCaller(request.principal);
  if (caller === null) return { allowed: false, decision: 'implicitDeny', by: null };
  const question: Question = { request, context: toContext(request.context), caller };

  const denial = firstDenial(policies, question);
  if (denial !== null) return denial;

  const grant = strongestGrant(policies.resource, question);
  const sameAccount = isSameAccount(question);
  const alone = sameAccount && !demands.identityMustAllow;
  if (caller.kind === 'service')
    return grant === null ? implicitDeny('resource') : allowed('resource', grant);
  if (grant === null && (demands.resourceMustAllow || !sameAccount)) return implicitDeny('resource');
  if (grant?.naming === 'direct' && alone) return allowed('resource', grant);

  const identity = firstAllowance(policies.identity, question);
  const byRole = grant?.naming === 'role' && alone ? grant : null;
  if (identity === null && byRole === null) return implicitDeny('identity');
  for (const limit of ['boundary', 'session'] as const) {
    const document = policies[limit];
    if (document !== undefined && allowances(document, question, false).length === 0)
      return implicitDeny(limit);
  }
  if (identity !== null) return allowed('identity', identity);
  return byRole === null ? implicitDeny('identity') : allowed('resource', byRole);
}

function firstDenial(policies: AppliedPolicies, question: Question): Evaluation | null {
  for (const [kind, documents] of documentsOf(policies)) {
    for (const document of documents) {
      const [match] = denials(document, question, kind === 'resource');
      if (match !== undefined) {
        return {
          allowed: false,
          decision: 'explicitDeny',
          by: { document: kind, statement: match.statement },
        };
      }
    }
  }
  return null;
}

/** In the order in which AWS looks for a Deny. */
function documentsOf(policies: AppliedPolicies): [Kind, readonly PolicyDocument[]][] {
  const { resource, identity, boundary, session } = policies;
  const one = (document: PolicyDocument | undefined): PolicyDocument[] =>
    document === undefined ? [] : [document];
  return [
    ['resource', one(resource)],
    ['identity', identity],
    ['boundary', one(boundary)],
    ['session', one(session)],
  ];
}

function strongestGrant(document: PolicyDocument | undefined, question: Question): Match | null {
  const grants = document === undefined ? [] : allowances(document, question, true);
  for (const naming of ['direct', 'role', 'account'] as const) {
    const grant = grants.find((each) => each.naming === naming);
    if (grant !== undefined) return grant;
  }
  return null;
}

function firstAllowance(documents: readonly PolicyDocument[], question: Question): Match | null {
  for (const document of documents) {
    const [match] = allowances(document, question, false);
    if (match !== undefined) return match;
  }
  return null;
}

function isSameAccount({ request, context, caller }: Question): boolean {
  const [owner = request.resource.split(':')[4] ?? ''] = valuesOf(context, 'aws:ResourceAccount');
  return owner === '' || owner === accountOf(caller);
}

const accountOf = (caller: Caller): string => caller.account ?? '';

const allowed = (document: Kind, match: Match): Evaluation => ({
  allowed: true,
  decision: 'allowed',
  by: { document, statement: match.statement },
});

/** Names the document that should have allowed and did not; no statement of it is to blame. */
const implicitDeny = (document: Kind): Evaluation => ({
  allowed: false,
  decision: 'implicitDeny',
  by: { document, statement: '' },
});
