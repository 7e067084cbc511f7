/**
 * What the doctor has seen, gathered before anything is judged: plain data, so that a check is a function of it and a test
 * can change one thing of a good stack.
 */
import type { JsonObject } from '../encoding/i-json.ts';
import type { LoadedBundle } from '../policy/bundle.ts';
import type { Health } from '../revocation/ports.ts';

/** What was looked at, or why it could not be: then a check answers *cannot tell*, and never *all is well*. */
export type Fact<T> =
  | { readonly known: true; readonly value: T }
  /** A sentence of ours. */
  | { readonly known: false; readonly why: string };

/** What was asked over the network: no answer of use is itself something to judge. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

export interface Facts {
  /** NumericDate, by the clock of the machine that the doctor runs on. */
  readonly now: number;
  /** The doctor's own. */
  readonly release: string;
  /** The configuration that the stack is held against. */
  readonly policy: LoadedBundle;
  /** AWS's clock, seen from here. */
  readonly clock: Fact<ClockReading>;
  /** By alias. */
  readonly issuers: { readonly [alias: string]: IssuerFacts };
  readonly broker: BrokerFacts;
  /** By the account's name in the configuration. */
  readonly accounts: { readonly [account: string]: AccountFacts };
  /** `null`: there is no organisation. */
  readonly organization: Fact<OrganizationFacts | null>;
}

/** Another machine's clock, from the header `Date` (RFC 9110 §6.6.1), which has whole seconds. */
export interface ClockReading {
  /** Theirs minus ours, milliseconds. */
  readonly ahead: number;
  /** How far off that may be, milliseconds. */
  readonly within: number;
}

export interface IssuerFacts {
  readonly clock: Fact<ClockReading>;
  /** OpenID Connect Discovery §3, or RFC 8414 §2; `null`: it publishes none. */
  readonly discovery: Reading<JsonObject | null>;
  /** What stands at the configured `jwks_uri`. */
  readonly keys: Reading<readonly JsonObject[]>;
}

/** Of the broker's own account and Region. What is named in no function's settings is not looked for. */
export interface BrokerFacts {
  /** Those whose settings are Writ's. */
  readonly functions: Fact<readonly FunctionFacts[]>;
  /** RFC 8414 metadata at the public URL. */
  readonly metadata: Fact<Reading<JsonObject>>;
  readonly tables: { readonly [T in TableRole]: Fact<TableFacts | null> };
  readonly reconcileQueue: Fact<QueueFacts | null>;
  /** By what was to be delivered. */
  readonly deadLetters: { readonly [what: string]: Fact<QueueFacts | null> };
  readonly scheduleGroup: Fact<{ readonly name: string; readonly state: string } | null>;
  readonly enrolmentKey: Fact<KeyFacts | null>;
  readonly nonceSecret: Fact<SecretFacts | null>;
}

export const TABLE_ROLES = ['ledger', 'people', 'control'] as const;
export type TableRole = (typeof TABLE_ROLES)[number];

export interface FunctionFacts {
  readonly name: string;
  readonly runtime: string;
  /** `Active` where it can be invoked. */
  readonly state: string;
  readonly lastUpdate: string;
  readonly timeoutSeconds: number;
  /** ARN of its execution role. */
  readonly role: string;
  /** Settings that begin with `WRIT_`. */
  readonly settings: { readonly [name: string]: string };
}

export interface TableFacts {
  readonly name: string;
  /** Attribute names, partition key first. */
  readonly keys: readonly string[];
  /** `null`: no stream. */
  readonly stream: string | null;
  readonly indexes: readonly {
    readonly name: string;
    readonly keys: readonly string[];
    readonly state: string;
  }[];
  readonly deletionProtection: Fact<boolean>;
  readonly pointInTimeRecovery: Fact<boolean>;
  /** The attribute; `null`: nothing expires. */
  readonly timeToLive: Fact<string | null>;
}

export interface QueueFacts {
  readonly name: string;
  readonly fifo: boolean;
  readonly visibilitySeconds: number;
  /** Messages that wait or are being worked on. */
  readonly messages: number;
  /** ARN of its queue of dead letters. */
  readonly deadLetters: string | null;
}

export interface KeyFacts {
  readonly spec: string;
  readonly usage: string;
  readonly state: string;
}

export interface SecretFacts {
  readonly name: string;
  /** NumericDate. */
  readonly createdAt: number;
  /** Staging labels that some version has. */
  readonly stages: readonly string[];
}

export interface AccountFacts {
  /** What STS answers in the account's Region, with credentials of the account. */
  readonly region: Fact<Reading<null>>;
  /** Below `/writ/` and `/writ-parts/`. */
  readonly roles: Fact<readonly RoleFacts[]>;
  /** `null`: there is no deny policy. */
  readonly deny: Fact<DenyFacts | null>;
  /** Names of denies that responders attached themselves. */
  readonly directDenies: Fact<readonly string[]>;
  /** `null`: never verified. */
  readonly health: Fact<Health | null>;
  readonly trails: Fact<readonly TrailFacts[]>;
  readonly clusters: Fact<readonly ClusterFacts[]>;
}

export interface DenyFacts {
  readonly version: string;
  /** Of the default version, decoded. */
  readonly text: string;
  /** Names of the roles that it is attached to. */
  readonly attachedTo: readonly string[];
}

export interface RoleFacts {
  readonly name: string;
  readonly path: string;
  /** JSON text, decoded; here and below. */
  readonly trust: string;
  readonly inline: readonly { readonly name: string; readonly text: string }[];
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  readonly boundary: { readonly arn: string; readonly text: string } | null;
  readonly maxSessionSeconds: number;
}

export interface TrailFacts {
  readonly name: string;
  readonly multiRegion: boolean;
  readonly logFileValidation: boolean;
  readonly logging: boolean;
  readonly selectors: readonly TrailSelector[];
}

/** One event selector, basic or advanced, as conditions on fields (CloudTrail, `AdvancedFieldSelector`). */
export interface TrailSelector {
  readonly category: 'Management' | 'Data' | 'Other';
  /** `null`: both reads and writes. */
  readonly only: 'ReadOnly' | 'WriteOnly' | null;
  /** Of data events: `AWS::S3::Object`; else empty. */
  readonly resourceType: string;
  /** What an ARN must begin with, one of them; empty: any. */
  readonly startsWith: readonly string[];
  /** Whether it has conditions that are not read here, so that less may be logged than it seems. */
  readonly narrowed: boolean;
}

export interface ClusterFacts {
  readonly name: string;
  readonly region: string;
  /** ARNs of IAM principals that an access entry lets in. */
  readonly principals: readonly string[];
}

export interface OrganizationFacts {
  readonly serviceControl: readonly GuardRail[];
  readonly resourceControl: readonly GuardRail[];
}

/** A policy of the organisation that is attached to something. */
export interface GuardRail {
  readonly name: string;
  readonly text: string;
}

export const known = <T>(value: T): Fact<T> => ({ known: true, value });
export const unknown = (why: string): Fact<never> => ({ known: false, why });
