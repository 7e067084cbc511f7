import type { AppliedPolicies, AwsRequest, Evaluation } from '../../../../core/iam/request.ts';
import type {
  Conditions,
  PolicyDocument,
  PolicyStatement,
} from '../../../../core/session/policy-document.ts';

/**
 * One request, the policies that apply to it, and what AWS decides, worked out by hand from the page named. Plain
 * data: another implementation can replay it.
 */
export interface IamCase {
  readonly name: string;
  /** Page of the AWS documentation, and the section where the page is long. */
  readonly reference: string;
  readonly request: AwsRequest;
  readonly policies: AppliedPolicies;
  /** `policies.resource` is a role's trust policy, which must allow. */
  readonly trust?: true;
  readonly expected: Evaluation['decision'];
  /** The document that decides, where it is worth saying. */
  readonly by?: keyof AppliedPolicies;
  /**
   * AWS refuses the document when it is saved, or documents nothing: the case fixes our own fail-closed reading, and
   * another implementation may answer otherwise.
   */
  readonly ours?: true;
}

const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';

export const PAGE = {
  action: `${GUIDE}/reference_policies_elements_action.html`,
  notAction: `${GUIDE}/reference_policies_elements_notaction.html`,
  resource: `${GUIDE}/reference_policies_elements_resource.html`,
  notResource: `${GUIDE}/reference_policies_elements_notresource.html`,
  principal: `${GUIDE}/reference_policies_elements_principal.html`,
  variables: `${GUIDE}/reference_policies_variables.html`,
  operators: `${GUIDE}/reference_policies_elements_condition_operators.html`,
  sets: `${GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html`,
  multiple: `${GUIDE}/reference_policies_condition-logic-multiple-context-keys-or-values.html`,
  keys: `${GUIDE}/reference_policies_condition-keys.html`,
  grammar: `${GUIDE}/reference_policies_grammar.html`,
  logic: `${GUIDE}/reference_policies_evaluation-logic_policy-eval-denyallow.html`,
  crossAccount: `${GUIDE}/reference_policies_evaluation-logic-cross-account.html`,
  boundaries: `${GUIDE}/access_policies_boundaries.html`,
  session: `${GUIDE}/access_policies.html#policies_session`,
  sourceIdentity: `${GUIDE}/id_credentials_temp_control-access_monitor.html`,
  tags: `${GUIDE}/id_session-tags.html`,
  sts: 'https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html',
} as const;

export const ACCOUNT = '111122223333';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/writ/reports-read`;
/** A session's ARN has the role's name without its path. */
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/reports-read/claude+01jd3v9q2m8x7c4b`;
export const OBJECT = 'arn:aws:s3:::reports/q3/sum.csv';

export const request = (change: Partial<AwsRequest> = {}): AwsRequest => ({
  action: 's3:GetObject',
  resource: OBJECT,
  principal: SESSION,
  context: {},
  ...change,
});

export const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

export const allow = (change: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Resource: '*',
  ...(change.NotAction === undefined && { Action: '*' }),
  ...change,
});

export const deny = (change: Partial<PolicyStatement> = {}): PolicyStatement => ({
  ...allow(change),
  Effect: 'Deny',
});

export const identity = (...statements: PolicyStatement[]): AppliedPolicies => ({
  identity: [policy(...statements)],
});

/** An Allow that is there only if its condition holds. */
export const allowIf = (Condition: Conditions): AppliedPolicies => identity(allow({ Condition }));

/** Everything is allowed, but for what the condition denies. */
export const denyIf = (Condition: Conditions): AppliedPolicies => identity(allow(), deny({ Condition }));
