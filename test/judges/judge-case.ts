import type { AppliedPolicies, AwsRequest } from '../../core/iam/request.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import type { RoleInput } from '../../local/aws/registry.ts';
import type { ServiceCall } from './service-call.ts';

/** One question that two judges answer: may this caller get this session, and may the session make this call? */
export interface JudgeCase {
  readonly name: string;
  /** Put before the first case that names them, as they are; a role of the same name is put once. */
  readonly roles: readonly RoleInput[];
  readonly caller: Caller;
  readonly assume: Assumption;
  /** The bucket's own policy while the case runs. The local AWS has none: `core/iam` answers in its place. */
  readonly bucketPolicy?: BucketPolicy;
  /** A managed policy that is attached to the role once the session is out, and taken off again. */
  readonly deniedLater?: PolicyDocument;
  /** Changes what the session signs with. */
  readonly tampered?: 'secretKey' | 'sessionToken' | 'noSessionToken' | 'accessKey';
  /** Without a call, AssumeRole itself is the question. */
  readonly call?: ServiceCall;
  /** What must come of it, where that was worked out beforehand: our own answer has to agree. */
  readonly allowed?: boolean;
}

/** A session of a role, which asks STS. The judge hands it out itself, as a service would. */
export interface Caller {
  readonly role: string;
  readonly policy?: PolicyDocument;
  readonly tampered?: JudgeCase['tampered'];
}

/** STS AssumeRole, as Writ sends it; tags in a list, so that a key can stand twice. */
export interface Assumption {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly SourceIdentity?: string;
  readonly Tags?: readonly (readonly [key: string, value: string])[];
  readonly TransitiveTagKeys?: readonly string[];
  /** The document's text. */
  readonly Policy?: string;
  readonly DurationSeconds?: number;
}

export interface BucketPolicy {
  readonly bucket: string;
  readonly document: PolicyDocument;
  /** The same question for `core/iam`. */
  readonly request: AwsRequest;
  readonly policies: AppliedPolicies;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** `allowed`, or the operation that was refused and AWS's error code: `AssumeRole: AccessDenied`. */
export type Answer = string;

/** An AWS of whatever make. Everything goes over HTTP but what a deploy or an administrator does. */
export interface Judge {
  readonly endpoint: string;
  putRole(role: RoleInput): Promise<void>;
  attach(role: RoleInput, policy: string, document: PolicyDocument): Promise<void>;
  detach(role: RoleInput, policy: string): Promise<void>;
  callerSession(caller: Caller): Promise<Credentials>;
}
