import type { PolicyDocument } from '../session/policy-document.ts';

/** One action on one resource, as AWS authorises it. One API call can be several (AssumeRole is up to three). */
export interface AwsRequest {
  /** `service:Action`. */
  readonly action: string;
  /** ARN, or `*` for actions without resource. */
  readonly resource: string;
  /** ARN of the caller: role session (`arn:aws:sts::…:assumed-role/…`), role, user, or a service's name. */
  readonly principal: string;
  /** Condition keys with their values. A key that is not here is *missing*, which IAM treats in its own way. */
  readonly context: { readonly [key: string]: string | readonly string[] };
}

/** The documents that apply to one principal. An absent list element denies nothing and allows nothing. */
export interface AppliedPolicies {
  /** Identity policies of role or user: inline and managed, deny policy among them. */
  readonly identity: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  /** Session policies passed to AssumeRole. */
  readonly session?: PolicyDocument;
  /** The resource's own policy: bucket policy, role trust. */
  readonly resource?: PolicyDocument;
}

export interface Evaluation {
  readonly allowed: boolean;
  /** `explicitDeny`: some statement denies; `implicitDeny`: none allows where one must; `allowed`. */
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /**
   * Which document decided, with the statement's Sid or index, for messages and tests. After an implicit deny: the
   * document that should have allowed, and ''. Null when the caller is no principal.
   */
  readonly by: { readonly document: keyof AppliedPolicies; readonly statement: string } | null;
}
