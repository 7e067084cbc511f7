/** What ending sessions early needs from outside. As `core/ports.ts`: promises, and `Fault` when the outside failed. */
import type { HeadKey, HeadKind, LedgerItem, Openings, Spend } from '../ports.ts';
import type { DenyEntry, PrincipalEntry } from './entry.ts';

/** What a revocation does to one head. */
export interface HeadChange extends HeadKey {
  /**
   * A writ's is over at once. A principal's becomes pending in the name of this revocation, until it is stamped.
   * `null`: a lift, which ends nothing.
   */
  readonly ends: { readonly cutoff: number } | { readonly pendingBy: string } | null;
  /**
   * Blocks until a NumericDate, lifts with `null`, or leaves alone (absent). `seq`, milliseconds since 1970, is when it
   * was asked for: a change that comes late never undoes one that was asked for after it. `by`: this revocation's id.
   */
  readonly block?: { readonly until: number | null; readonly seq: number; readonly by: string };
}

/** A revocation as it is committed: all in one transaction or nothing. */
export interface Commit {
  /** The record `revoked`. */
  readonly item: LedgerItem;
  readonly openings: { readonly subject: string; readonly values: Openings };
  /** `null` where no proof was shown: the IAM-signed route. */
  readonly spend: Spend | null;
  readonly heads: readonly HeadChange[];
  /** One for each head that ends something. */
  readonly entries: readonly DenyEntry[];
}

/** Revocations in control and ledger: heads, and what is denied. */
export interface Revocations {
  /**
   * On return it is durable: every recheck from now on sees it (rule 8).
   *
   * @returns `exists`: a record of this id stands there already, other bytes or the same: nothing was written.
   */
  commit(commit: Commit): Promise<'written' | 'exists' | 'proof_spent'>;

  /**
   * Gives the pending entries of one revocation their cut-off, their heads too, and the ledger its `stamped` item, in
   * one transaction. A head's cut-off never goes back; it stays pending while another revocation's is.
   *
   * @param entries - All entries of the revocation.
   * @returns `already`: somebody else has stamped it; what they wrote stands.
   */
  stamp(entries: readonly PrincipalEntry[], cutoff: number, item: LedgerItem): Promise<'stamped' | 'already'>;

  /** Active entries of an account, its own and every principal's: two strongly consistent Queries, all pages. */
  entries(account: string): Promise<readonly DenyEntry[]>;

  /** Every entry of one principal's revocation. Strongly consistent. */
  entriesOf(revocation: string): Promise<readonly PrincipalEntry[]>;

  /**
   * Records enforcement: the ledger's items, and in each entry that this account has it. Repeating it is harmless: the
   * first record stands.
   */
  recordEnforced(
    enforced: readonly {
      readonly entry: DenyEntry;
      readonly item: LedgerItem;
      readonly ended: LedgerItem | null;
    }[],
    account: string,
  ): Promise<void>;

  /** Deletes entries that are over. */
  forget(entries: readonly DenyEntry[]): Promise<void>;
}

/** Tells the reconcilers that there is work, at once: one message for each account (SQS FIFO, group = account). */
export type Wake = (accounts: readonly string[], revocation: string) => Promise<void>;

/**
 * Sessions that are live now, from the time index: eventually consistent, so that no decision rests on it. A number for
 * people, and the names under which one machine has been seen.
 */
export interface LiveSessions {
  /** How many of them a revocation of any of these ends. @param now - NumericDate. */
  count(of: readonly HeadKey[], now: number): Promise<number>;
  /**
   * The device ids, as in the tag, under which sessions of one machine are live, or are being issued: its id by whoever
   * vouches for it, and `writ:<thumbprint>` of each key that it showed with it.
   *
   * @param device - One of them; it need not be among what comes back.
   */
  namesOf(device: string, now: number): Promise<readonly string[]>;
}

/** An account's deny policy as IAM has it. */
export interface ActualPolicy {
  /** Id of the default version, such as `v7`. */
  readonly version: string;
  /** Its document's text, decoded, byte for byte. */
  readonly text: string;
  /** Names of the roles that it is attached to. */
  readonly attachedTo: readonly string[];
}

/** IAM of one account, as far as the reconciler goes: its one managed policy, and nothing else. */
export interface DenyPolicy {
  /** `null`: there is no such policy. */
  read(): Promise<ActualPolicy | null>;
  /**
   * Makes the text the default version, creating the policy where there is none; the oldest version that is not the
   * default makes room. @returns the new version's id.
   */
  write(text: string): Promise<string>;
  /** @param role - A role's name. Attached already is success. */
  attach(role: string): Promise<void>;
  /** Names of denies that responders attached themselves (`writ revoke --direct`): shown, and never touched. */
  directDenies(): Promise<readonly string[]>;
}

/**
 * A real read with a session of the canary role that has this source identity, right now.
 *
 * A session is made when there is none of that identity yet; it outlives the probe.
 */
export type ProbeCanary = (sourceIdentity: string) => Promise<'refused' | 'allowed'>;

/** What the reconciler last wrote in an account, `version` being empty before IAM's first answer. */
export interface Written {
  readonly version: string;
  /** SHA-256 of the document's text, hex. */
  readonly sha256: string;
  /** Milliseconds since 1970: IAM took it. */
  readonly at: number;
  /** Milliseconds since 1970: a canary was refused because of it; `null`: not seen yet. */
  readonly seenAt: number | null;
  /**
   * SHA-256 of a text that IAM was asked to take and has not said that it did, hex. Should the answer be lost, what then
   * stands there is ours and nobody's edit.
   */
  readonly asked: string | null;
  /** Names of the roles that it was attached to. One that is missing later was detached by somebody. */
  readonly attachedTo: readonly string[];
}

/** What `writ status` shows of an account, and mint goes by: as of the last verified reconcile. */
export interface Health {
  /** NumericDate. */
  readonly verifiedAt: number;
  readonly version: string;
  /** The highest rung in the document. */
  readonly rung: Rung;
  readonly entries: number;
  /** Characters of the document. */
  readonly characters: number;
  readonly directDenies: readonly string[];
}

/** How much an entry denies: each a superset of the one before (architecture, section 7). */
export const RUNGS = ['writ', 'principal', 'role', 'account'] as const;
export type Rung = (typeof RUNGS)[number];

/** What control keeps of an account's reconciler. Strongly consistent; one writer, which the queue sees to. */
export interface AccountState {
  written(): Promise<Written | null>;
  setWritten(written: Written): Promise<void>;
  health(): Promise<Health | null>;
  /** Never goes back in time. */
  setHealth(health: Health): Promise<void>;
  /** Milliseconds from asked to seen refused, oldest first, at most MEASURED_KEPT. */
  measured(): Promise<readonly number[]>;
  addMeasured(millis: readonly number[]): Promise<void>;
}

/** What one account's reconciler is given. */
export interface AccountPorts {
  /** Twelve digits. */
  readonly account: string;
  /** ARNs of the roles that the account's permissions name. */
  readonly roles: readonly string[];
  readonly policy: DenyPolicy;
  readonly probe: ProbeCanary;
  readonly state: AccountState;
}

/** Kinds of things that can be named to be ended, as `token_type_hint` spells them. */
export const REVOCABLE = [
  'writ',
  'user',
  'device',
  'agent',
  'task',
  'permission',
  'access_key',
  'role',
  'all',
] as const satisfies readonly (HeadKind | 'access_key')[];
export type Revocable = (typeof REVOCABLE)[number];

/** Whether one session is named, and not all of somebody or something. */
export const namesOneSession = (kind: Revocable): kind is 'writ' | 'access_key' =>
  kind === 'writ' || kind === 'access_key';
