/**
 * What core needs from outside, as promises. An adapter can be written from these comments alone.
 * Every port throws `Fault` when the outside did not work; none retries beyond what the SDK does.
 */
import type { KeyObject } from 'node:crypto';
import type { CryptoKey, JWK } from 'jose';
import type { Issuer, LoadedBundle } from './policy/bundle.ts';
import type { Refusal } from './refusals.ts';

/** Milliseconds since 1970. Core never reads a clock. */
export type Clock = () => number;

/** Cryptographically strong bytes. */
export type Random = (bytes: number) => Uint8Array;

/**
 * The issuer's public keys, as JWKs, straight from their source: no cache. Redirects are not followed, a document
 * over MAX_JWKS_BYTES and an answer later than 3 s are faults (`keys_unavailable`).
 */
export type FetchKeys = (source: Issuer['keys']) => Promise<readonly JWK[]>;

/** Finds the key that a token's header names, through the cache of `tokens/keys.ts`. */
export type FindKey = (
  issuer: Issuer,
  kid: string | undefined,
  alg: string,
  now: number,
) => Promise<CryptoKey | null>;

/** Current and previous key of the server nonce, for HMAC; the first one signs. */
export type NonceKeys = () => Promise<readonly KeyObject[]>;

/** Cedar, with the bundle's policies and schema loaded. Deterministic, no I/O; throws `policy_engine_failed`. */
export type Authorize = (question: PolicyQuestion) => PolicyAnswer;

export interface PolicyQuestion {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: { readonly [key: string]: unknown };
  readonly entities: readonly {
    readonly uid: EntityUid;
    readonly attrs: { readonly [key: string]: unknown };
    readonly parents: readonly EntityUid[];
  }[];
}

export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

export interface PolicyAnswer {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that determined the decision, sorted. */
  readonly policies: readonly string[];
  /** Ids of policies that failed to evaluate, sorted. Any makes the answer a refusal (fail closed). */
  readonly errors: readonly string[];
}

/** A personal value with the salt that hides it in the record: base64url(SHA-256(salt ‖ value)). */
export interface Opening {
  /** base64url of 16 random bytes. */
  readonly salt: string;
  readonly value: string;
}
export type Openings = { readonly [field: string]: Opening };

/** One ledger item as it is written: `body` is JCS text and becomes the log's leaf byte for byte. */
export interface LedgerItem {
  readonly pk: string;
  readonly sk: string;
  readonly body: string;
  /** `<hour>` and `<time>#<id>` of the time index; absent: not indexed. */
  readonly due?: string;
  readonly dueAt?: string;
}

export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Where a page of the time index ended. */
export type DuePage = ItemKey & { readonly due: string; readonly dueAt: string };

/** What is spent together with the record it causes (rule 6). */
export interface Spend {
  /** The writ id of the request that spends: a retry whose first answer was lost finds its own id. */
  readonly by: string;
  readonly proof: { readonly jkt: string; readonly jti: string; readonly until: number };
  /** First use binds an actor token that has a `jti` to the key, until it expires. */
  readonly actorToken?: {
    readonly iss: string;
    readonly jti: string;
    readonly jkt: string;
    readonly until: number;
  };
}

/**
 * The append-only table, its people and what is spent with them.
 *
 * Every write is a put with `attribute_not_exists`; a condition that fails because the very same bytes are already
 * there is success, as after a retry whose first answer was lost. On return the item is durable.
 */
export interface Ledger {
  /**
   * Writes the record, its openings and what it spends in one transaction: all or nothing.
   *
   * @param subject - `alias:subject`: whose openings these are, so that the person can be forgotten.
   * @returns `written`; or which condition failed, and then nothing was written.
   */
  record(
    item: LedgerItem,
    openings: { readonly subject: string; readonly values: Openings },
    spend: Spend | null,
  ): Promise<'written' | 'exists' | 'proof_spent' | 'actor_token_of_another_key'>;

  /**
   * Takes the outcome slot of a writ, with the key pointer where there is one.
   *
   * @returns `written`, or `exists` where another outcome has it.
   */
  settle(outcome: LedgerItem, key: LedgerItem | null): Promise<'written' | 'exists'>;

  /** Spends by itself, where a request leaves no record: a list, or a refusal that was only counted. */
  spend(spend: Spend): Promise<'spent' | 'proof_spent' | 'actor_token_of_another_key'>;

  /** Puts one further item (`30#ended`…). */
  append(item: LedgerItem): Promise<'written' | 'exists'>;

  /**
   * What is due in an hour (`2026-11-24T11`) within a span, oldest first, from the index: eventually consistent, so
   * no decision ever rests on it alone.
   *
   * @param span - NumericDates: `from` inclusive, `to` exclusive.
   */
  due(
    hour: string,
    span: { readonly from: number; readonly to: number },
    page: DuePage | null,
  ): Promise<{ readonly keys: readonly ItemKey[]; readonly next: DuePage | null }>;

  /** Strongly consistent. */
  read(pk: string, sk: string): Promise<LedgerItem | null>;

  /** All that stands under one partition key, oldest sort key first; every page. Strongly consistent. */
  story(pk: string): Promise<readonly LedgerItem[]>;

  /** `read` for many: those that there are, in any order. No key twice. */
  readMany(keys: readonly ItemKey[]): Promise<readonly LedgerItem[]>;
}

/**
 * Counts refusals per principal, reason and minute (rule 2). The first one's id is named only when its record is
 * durable: nobody is ever told an id with nothing behind it.
 */
export interface RefusalCounter {
  /** @returns the count after this one, and the writ id of the minute's first record, `null` while there is none. */
  count(
    principal: string,
    reason: string,
    minute: number,
  ): Promise<{ readonly count: number; readonly first: string | null }>;

  /** Names a recorded refusal as the minute's first, unless there is one. @returns the first. */
  name(principal: string, reason: string, minute: number, writ: string): Promise<string>;
}

/**
 * How far somebody has come: of the sweep the hour, as NumericDate of its beginning, before which every intent is settled; of
 * the archiver the NumericDate before which the evidence log has all that was due.
 */
export interface Cursor {
  /** Strongly consistent. `null`: nobody has come anywhere yet. */
  read(): Promise<number | null>;

  /** Durable on return. Never goes back: a smaller number than the one that stands changes nothing. */
  advance(to: number): Promise<void>;
}

/** A revocation head, as it stands in control: `REVOKED#<kind>#<value>`. An absent head was never revoked. */
export interface Head {
  readonly kind: HeadKind;
  readonly value: string;
  /** Written, and its cut-off not yet stamped. */
  readonly pending: boolean;
  /** NumericDate: sessions issued before it are over. */
  readonly cutoff: number | null;
  /** NumericDate: no new session until then. */
  readonly blockedUntil: number | null;
  /** The revocation that blocks, where one does. */
  readonly blockedBy?: string;
}
export type HeadKind = 'writ' | 'user' | 'device' | 'agent' | 'task' | 'permission' | 'role' | 'all';
export interface HeadKey {
  readonly kind: HeadKind;
  readonly value: string;
}

/**
 * Reads heads, the intent where a writ is named, and where an account is its health and how far the evidence log has come, in
 * one strongly consistent BatchGetItem. A key that the table left unprocessed is a fault (rule 8: it refuses, never "not revoked").
 *
 * @param account - Twelve digits.
 */
export type ReadHeads = (
  heads: readonly HeadKey[],
  writ: string | null,
  account: string | null,
) => Promise<{
  readonly heads: readonly Head[];
  readonly intent: string | null;
  /** NumericDate of the last verified reconcile of the account; `null`: there was none, or none was asked for. */
  readonly verifiedAt: number | null;
  /** NumericDate before which the evidence log has all that was due; `null`: nobody has looked, or no account was named. */
  readonly archivedTo: number | null;
}>;

/** What exchange hands to mint, which mint holds against ledger, configuration and token (architecture, section 3). */
export interface Handover {
  readonly writ: string;
  readonly subject_token: string;
  /** The intent's body, byte for byte. */
  readonly intent: string;
  readonly openings: Openings;
}

/** The secret, on its way to the caller and nowhere else. */
export interface Credential {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
}

export type MintAnswer =
  | { readonly ok: true; readonly credential: Credential }
  | { readonly ok: false; readonly refusal: Refusal };

/** Invokes mint. A refusal is an answer; anything else that is not a credential is a fault. */
export type Mint = (handover: Handover) => Promise<MintAnswer>;

/** One AssumeRole, exactly as planned. */
export interface SessionPlan {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly SourceIdentity: string;
  readonly Tags: { readonly [key: string]: string };
  readonly Policy: string;
  readonly DurationSeconds: number;
}

export interface Assumed {
  readonly credential: Credential;
  /** NumericDate. */
  readonly expiration: number;
  readonly assumedRoleId: string;
  readonly requestId: string;
  readonly packedPolicySize: number | null;
}

/**
 * Asks STS. `refused`: STS answered that it will not, and no session exists. `unknown`: no answer, or a 5xx:
 * a session may exist until `now + DurationSeconds`.
 */
export type AssumeRole = (
  plan: SessionPlan,
) => Promise<
  | { readonly ok: true; readonly assumed: Assumed }
  | { readonly ok: false; readonly error: string; readonly mayExist: boolean }
>;

/** Signs the bytes with Writ's enrolment key (ES256, `R ‖ S`), and names the key. */
export interface EnrolmentSigner {
  readonly kid: string;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

export interface Settings {
  /** Public URL of the broker, without a trailing slash; the `iss` of its attestations. */
  readonly publicUrl: string;
  /** The KMS key (id or ARN) that signs the attestations of `POST /enroll`. */
  readonly enrolmentKey: string;
}

/** What exchange is given. */
export interface ExchangePorts {
  readonly settings: Settings;
  readonly policy: LoadedBundle;
  readonly clock: Clock;
  readonly random: Random;
  readonly findKey: FindKey;
  readonly nonceKeys: NonceKeys;
  readonly authorize: Authorize;
  readonly ledger: Ledger;
  readonly refusalCounter: RefusalCounter;
  readonly mint: Mint;
}

/** What mint is given: no policy engine, no forms. */
export interface MintPorts {
  readonly policy: LoadedBundle;
  readonly clock: Clock;
  readonly findKey: FindKey;
  readonly readHeads: ReadHeads;
  readonly assumeRole: AssumeRole;
  readonly ledger: Ledger;
}
