/**
 * A CloudTrail event, reduced to what the audit asks. Text in it is as hostile as in the file: whoever prints it escapes it.
 * Secrets are dropped where it is read: `responseElements.credentials.sessionToken` never gets here.
 */
export interface TrailEvent {
  readonly eventId: string;
  /** NumericDate: when the request completed, whole seconds, by the clock of the host that served it. */
  readonly eventTime: number;
  /** `s3.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  readonly region: string;
  /** `recipientAccountId`: in whose trail it is. */
  readonly account: string;
  /** An address, or the name of a service that called in the caller's name. */
  readonly sourceAddress: string | null;
  readonly vpcEndpointId: string | null;
  readonly userAgent: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly requestId: string | null;
  /** Joins the two records of one call across accounts. */
  readonly sharedEventId: string | null;
  readonly readOnly: boolean | null;
  readonly eventType: string;
  readonly eventCategory: string;
  readonly identity: TrailIdentity;
  /** Of `sts:AssumeRole`: what was asked for and what came of it. */
  readonly mint: TrailMint | null;
  /** ARNs, at most 20 (the reader counts those that it left out in `resourcesLeftOut`). */
  readonly resources: readonly string[];
  readonly resourcesLeftOut: number;
  /** File as it was named to the reader, and place in its array: where a person finds the whole event. */
  readonly file: string;
  readonly position: number;
}

/** `userIdentity`. */
export interface TrailIdentity {
  /** `AssumedRole`, `IAMUser`, `AWSService`, `AWSAccount`, `Root`… */
  readonly type: string;
  /** `AROA…:<session name>` of a session. */
  readonly principalId: string | null;
  readonly arn: string | null;
  readonly account: string | null;
  readonly accessKeyId: string | null;
  readonly userName: string | null;
  /** ARN of the role, with its path. */
  readonly role: string | null;
  /** `AROA…` of the role. */
  readonly roleId: string | null;
  /** NumericDate of `sessionContext.attributes.creationDate`. */
  readonly createdAt: number | null;
  readonly sourceIdentity: string | null;
  /** Of a console or OAuth session, which uses another key for each request. */
  readonly signInSession: string | null;
  /** A service that called in the identity's name. */
  readonly invokedBy: string | null;
}

/** `sts:AssumeRole`. AWS leaves `requestParameters` out of refused calls: all may be `null`. */
export interface TrailMint {
  readonly role: string | null;
  readonly sessionName: string | null;
  readonly sourceIdentity: string | null;
  readonly tags: { readonly [key: string]: string };
  readonly accessKeyId: string | null;
  /** `AROA…:<session name>` */
  readonly assumedRoleId: string | null;
  /** NumericDate, from CloudTrail's own words. */
  readonly expiration: number | null;
}
