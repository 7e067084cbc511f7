/** What the edge hands to core: one HTTP request, untrusted, nothing decided yet. */
export interface Received {
  /** Lower-case names; a header that came twice has two values. */
  readonly headers: { readonly [name: string]: readonly string[] };
  /** The body's text, as its bytes came. */
  readonly body: string;
  /** API Gateway's `sourceIp`: never taken from a header. */
  readonly sourceAddress: string;
  /** Which URL was called, as configured: `<public URL>/token`. Never built from `Host`. */
  readonly url: string;
  /** ARN of the AWS identity whose signature API Gateway verified: on the route that IAM guards, and on no other. */
  readonly caller?: string;
}

/** On whose authority something is asked for: all that the form of `POST /enroll` says. Nothing is verified yet. */
export interface SubjectRequest {
  readonly subject_token: string;
  /** RFC 8693 §3 identifier of an ID token or an access token. */
  readonly subject_token_type: string;
  readonly binding: BindingParameter | null;
}

/** The form of `POST /token`, its shape checked and nothing verified (RFC 8693 §2.1). */
export interface TokenRequest extends SubjectRequest {
  readonly actor_token: string;
  /** `null`: `POST /permissions`, which asks for none. */
  readonly details: Details | null;
}

/** `binding`: base64url(JSON `{rnd, first?}`), the opening of the ID token's nonce (rule 4a). */
export interface BindingParameter {
  readonly rnd: string;
  /** The original ID token, where the one shown was refreshed and lacks the nonce. */
  readonly first: string | null;
}

/** The one element of `authorization_details` (RFC 9396 §2), its shape checked. */
export interface Details {
  readonly permission: string;
  readonly account: string;
  readonly task: string;
  readonly purpose: string;
  readonly parameters: { readonly [name: string]: string };
  /** Whole seconds. */
  readonly duration: number;
}
