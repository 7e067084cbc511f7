import type { Remedy } from '../refusals.ts';

/**
 * The compiled configuration: one file, named by the SHA-256 of its bytes, which stands in every decision.
 * `policy build` makes it from `config/`; functions load it whole and never read a YAML file.
 */
export interface Bundle {
  readonly v: 1;
  readonly issuers: readonly Issuer[];
  readonly agents: readonly Agent[];
  readonly permissions: readonly Permission[];
  readonly accounts: readonly Account[];
  readonly policies: CedarPolicies;
}

/** A bundle together with the hash of the bytes it was read from, hex. */
export interface LoadedBundle {
  readonly hash: string;
  readonly bundle: Bundle;
}

/** Cedar's own JSON formats: policies by `@id`, and the schema they were validated against. */
export interface CedarPolicies {
  readonly policies: { readonly [id: string]: unknown };
  readonly schema: unknown;
  /** What a caller can do when this policy refuses: the annotation `@remedy("step_up")`. */
  readonly remedies: { readonly [id: string]: Remedy };
}

export type IssuerClass = 'subject' | 'actor' | 'attestation' | 'event';

export interface Issuer {
  /** Short name in tags: `[a-z][a-z0-9-]{0,15}`. `writ` is ours. */
  readonly alias: string;
  /** The exact `iss` (RFC 8725 §3.8): compared as a string, never as a URL or pattern. */
  readonly iss: string;
  readonly class: IssuerClass;
  /** Audiences of which the token must name one. */
  readonly audiences: readonly string[];
  /** Accepted header `typ` values, lower case; `null` accepts a token without one. */
  readonly types: readonly (string | null)[];
  readonly algorithms: readonly string[];
  /** Where its keys are: a URL from configuration (never from a token), or a KMS key of ours. */
  readonly keys: { readonly jwks_uri: string } | { readonly kms: string };
  /** Claims without which a token does not count: tenant, organisation, owner. */
  readonly require: readonly ClaimRule[];
  readonly claims: {
    /** The claim that names the user, workload or device for ever: `sub`, Entra's `oid`. */
    readonly subject: string;
    /** Directory login name, only where it is verified and immutable. */
    readonly login?: string;
    readonly email?: string;
    readonly groups?: string;
    /** Subject class: a device claim. Attestation class: the device's id. */
    readonly device?: string;
    /** Attestation class: `{iss, sub}` of the device's user. */
    readonly user?: string;
    /** Attestation class: boolean. */
    readonly compliant?: string;
  };
  /** What the `writ` command needs to sign someone in (subject class). */
  readonly login?: { readonly client_id: string; readonly scope: string; readonly max_age: number };
}

/**
 * A claim, or a member of one by its path (`[kubernetes.io, namespace]`), and what it must be: exactly one of some
 * values; a list that includes one of them; or text below a prefix that ends with a delimiter.
 */
export type ClaimRule = { readonly claim: string | readonly string[] } & (
  | { readonly oneOf: readonly (string | number | boolean)[] }
  | { readonly includes: readonly string[] }
  | { readonly startsWith: string }
);

export interface Agent {
  /** `[a-z][a-z0-9-]*`: session names begin with it. */
  readonly agent: string;
  readonly description: string;
  /** Group that answers for it, `<issuer alias>:<group>`. */
  readonly owner: string;
  /** NumericDate; past either, the agent is refused. */
  readonly reviewBy: number;
  readonly expires: number;
  /** Tokens that are this agent: a platform's (issuer alias and exact subject). */
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
  /** Whether a device's own key may speak for it (kind `enrolled`). */
  readonly enrolled: boolean;
  /** For whom it may act (rule 4b); an empty list is nobody. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly permissions: readonly string[];
}

export type ParameterType =
  | { readonly type: 'segment' | 'path' | 'account' | 'region' | 'uuid' }
  | { readonly type: 'enum'; readonly values: readonly string[] };

/** An IAM statement, spelled as AWS spells it. `${name}` is a parameter; `${aws:…}` is IAM's own. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: readonly string[] } };
}

export type PlaceRule =
  | { readonly kind: 'exchange' }
  | { readonly kind: 'cidrs'; readonly cidrs: readonly string[] }
  | { readonly kind: 'vpcs'; readonly vpcs: readonly string[] }
  | { readonly kind: 'anywhere' };

export interface PermissionCase {
  readonly with: { readonly [parameter: string]: string };
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request, such as `s3:prefix`. */
  readonly context: { readonly [key: string]: string | readonly string[] };
}

export interface Permission {
  readonly permission: string;
  readonly description: string;
  /** Account names of `accounts.yaml` in which it can be asked for. */
  readonly accounts: readonly string[];
  /** Role name below `/writ/`. */
  readonly role: string;
  /** Longest duration, whole seconds. */
  readonly longest: number;
  readonly place: PlaceRule;
  readonly parameters: { readonly [name: string]: ParameterType };
  readonly statements: readonly Statement[];
  /** Containment may be lifted for reads of IAM, never more (architecture, section 4). */
  readonly lifts: readonly ('iam:Get*' | 'iam:List*')[];
  /** Actions whose effect outlives the deadline, acknowledged by name. */
  readonly outlives: readonly string[];
  /** Whether the DPoP proof must cover the body. */
  readonly demandsBodyHash: boolean;
  readonly allows: readonly PermissionCase[];
  readonly denies: readonly PermissionCase[];
}

export interface Account {
  readonly account: string;
  /** Twelve digits. */
  readonly id: string;
  readonly region: string;
  readonly state: 'active' | 'closed';
}
