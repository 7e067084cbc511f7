/** What the evidence log says, arranged for the join. Built once per run from verified leaves; read by every judge. */
import type { WritState } from '../ledger/fold.ts';
import type { LogRecord, Stamped } from '../ledger/records.ts';

/** One leaf of the log. */
export interface Leaf {
  readonly index: number;
  /** RFC 6962 leaf hash, lower-case hex. */
  readonly leaf: string;
  readonly body: string;
  /** `null`: the body is no record (it says nothing, and is counted). */
  readonly record: LogRecord | null;
  /** Whether its hash leads to the signed root. One that does not proves nothing. */
  readonly proven: boolean;
}

/** What the log as a whole is worth. */
export interface LogFacts {
  readonly origin: string;
  readonly size: number;
  /** Base64, as in the checkpoint. */
  readonly root: string;
  /** `<name>+<8 hex>`: the key that signed. */
  readonly key: string;
  /** NumericDates of the oldest and newest record; `null`: it is empty. */
  readonly from: number | null;
  readonly to: number | null;
  /** Made on a laptop: reports say LOCAL, NOT EVIDENCE. */
  readonly local: boolean;
  /** What did not hold; empty: everything did. */
  readonly flaws: readonly LogFlaw[];
}
export interface LogFlaw {
  /** Path of the object, or a leaf's index. */
  readonly where: string;
  readonly flaw: string;
}

/** All that is known of one writ. */
export interface WritEvidence {
  readonly writ: string;
  readonly state: WritState;
  /**
   * Leaves of its records, by sort key: which records a verdict rests on. `unreadable#<index>`: what was one, by its own
   * words, and is neither readable nor in the tree any more.
   */
  readonly leaves: { readonly [sk: string]: Leaf };
  /** STS's own times, NumericDate; `null` where no session was issued. */
  readonly issuedAt: number | null;
  readonly deadline: number | null;
  /** What took it back early, oldest first: its own revocations and those of its principals. */
  readonly endings: readonly Ending[];
}

/** One revocation, as it touches one writ. */
export interface Ending {
  readonly revocation: string;
  readonly kind: string;
  readonly value: string;
  /** NumericDate. */
  readonly askedAt: number;
  /** Sessions issued before are denied; `null`: of a single writ, or not stamped. */
  readonly denyBefore: Stamped['denyBefore'] | null;
  /** In the writ's account: IAM took the document, and a canary was refused. NumericDates. */
  readonly written: number | null;
  readonly seenRefused: number | null;
  readonly leaves: readonly Leaf[];
}

export interface Evidence {
  readonly log: LogFacts;
  readonly writs: ReadonlyMap<string, WritEvidence>;
  /** STS request id → writ. */
  readonly byRequestId: ReadonlyMap<string, string>;
  /** Access key id → whose it was, and when: AWS repeats key ids. */
  readonly byAccessKey: ReadonlyMap<string, readonly KeySpan[]>;
  /** ARNs of the roles that any intent names: they are brokered, and so is all below `role/writ/`. */
  readonly roles: ReadonlySet<string>;
  /** What else these are called in a trail (`AROA…`, `<account>/<role name>`) → ARN. */
  readonly roleNames: ReadonlyMap<string, string>;
  /**
   * Clear values of personal fields, by the id of the record that has their hashes (writ, revocation, enrolment) and the
   * field's name; absent reads *erased*. One that does not fit its hash is a flaw of `log`, and not here.
   */
  readonly openings: ReadonlyMap<string, { readonly [field: string]: string }>;
}

/** One session's hold of an access key. NumericDates, both inclusive: issued, and STS's own end of it. */
export interface KeySpan {
  readonly writ: string;
  readonly role: string;
  readonly from: number;
  readonly to: number;
}

/** As much of it as workers look events up in: plain data, to be sent as it is. */
export interface Prefilter extends Pick<Evidence, 'byRequestId' | 'byAccessKey' | 'roles' | 'roleNames'> {
  /** Ids of all writs that the log knows; a `Set` where it is sent. */
  readonly writs: { has(writ: string): boolean };
  /** Difference between clocks that is allowed for, seconds. */
  readonly tolerance: number;
}
