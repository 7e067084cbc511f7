/**
 * What a run of `writ audit` found: all that reports print. A result is bounded however long the trail is; the rows are a
 * stream beside it. It holds no clock and no name of a machine, so that the same question over the same input gives the
 * same bytes. All times are NumericDates. Text in it is as hostile as in the files: whoever prints it escapes it.
 */
import type { Evidence, Leaf, LogFacts, WritEvidence } from './evidence.ts';
import type { TrailEvent } from './trail-event.ts';
import type { Finding, Judged, Verdict } from './verdict.ts';

/** What a report is written from. */
export interface AuditRun {
  readonly result: AuditResult;
  /** By writ id: records, leaves and openings of what a row names. */
  readonly evidence: Evidence;
  /**
   * Every row that was asked for, by (eventTime, eventId, file, position), which is a total order. May be gone through
   * several times, one after the other; out-of-scope events are in it with `--all` only.
   */
  readonly rows: () => AsyncIterable<AuditRow>;
}

/** One event, and what is said of it. */
export interface AuditRow extends Judged<TrailEvent> {
  /** Of `finding.writ`; `null` where it names none, or one that the log does not know. */
  readonly writ: WritEvidence | null;
}

export interface AuditResult {
  readonly question: Question;
  readonly inputs: Inputs;
  readonly coverage: Coverage;
  readonly counts: Counts;
  readonly completeness: Completeness;
  /** Writs with a row, or issued in the period; by id. */
  readonly writs: Bounded<WritSummary>;
  /** Rows with one of `ALARMS`, in the rows' order. */
  readonly alarms: Bounded<AuditRow>;
  /** `refused` and `revocation_refused` records of the period, by leaf index. */
  readonly refusals: Bounded<Leaf>;
  /** Most events first. */
  readonly outOfScope: Bounded<OutOfScope>;
  readonly log: LogFacts;
}

/** A list that stops at a limit and says so. */
export interface Bounded<T> {
  readonly shown: readonly T[];
  /** How many more there are. */
  readonly leftOut: number;
}

/** What was asked, so that anybody can ask it again. */
export interface Question {
  /** `writ audit …`: arguments as they were given, in their order. */
  readonly command: readonly string[];
  /** Of Writ. */
  readonly release: string;
  /** `to` is exclusive; `null`: no limit. */
  readonly from: number | null;
  readonly to: number | null;
  /** Empty: all. These, with the period, decide which events are counted. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Which of the counted events are listed: counts do not depend on it. */
  readonly only: RowFilter;
  /** Out-of-scope events are listed too. */
  readonly all: boolean;
  /** Difference between clocks that is allowed for, seconds. */
  readonly toleranceSeconds: number;
}

/** Each list: any of these; an empty one asks nothing. */
export interface RowFilter {
  readonly writs: readonly string[];
  /** `<issuer alias>:<subject>` */
  readonly users: readonly string[];
  readonly agents: readonly string[];
  readonly tasks: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** What was read. */
export interface Inputs {
  /** Trail files by name. Where there are too many to list, the manifest of the whole is `filesHash`. */
  readonly files: Bounded<InputFile>;
  /** SHA-256 (hex) over one line `<sha256>  <name>` for each trail file, by name: what `sha256sum` prints. */
  readonly filesHash: string;
  readonly bytes: number;
  /** Files that could not be read to their end; what came before the damage is counted. */
  readonly damaged: Bounded<DamagedFile>;
  /** Of the first of them per reason: where a person can look. */
  readonly unreadable: Bounded<UnreadableEvent>;
}

export interface InputFile {
  /** As it was found: below the folder, or the address, that was named on the command line. */
  readonly name: string;
  /** Of its bytes as they lie there, hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly records: number;
}

export type FileDamage =
  /** It ends before its gzip stream, or its JSON, does. */
  | 'truncated'
  /** Not gzip after its first bytes, or its checksum differs. */
  | 'gzip'
  /** Not JSON; or JSON that holds no events. */
  | 'json'
  /** Unpacked, it is larger than any trail's file. */
  | 'too_large'
  /** The system would not give it. */
  | 'unavailable';

export interface DamagedFile {
  readonly name: string;
  readonly damage: FileDamage;
  /** Records that were read before. */
  readonly records: number;
}

export type EventDamage =
  /** No object, not JSON by itself, or larger than any event. */
  | 'not_an_object'
  | 'not_json'
  | 'too_large'
  /** A field that the audit stands on is absent, or has another type than AWS gives it. */
  | 'field';

export interface UnreadableEvent {
  readonly file: string;
  readonly position: number;
  readonly damage: EventDamage;
  /** Of `field`: its name, ours and constant; never what stood in it. */
  readonly field: string | null;
}

/** No input is never "no finding": this says of what the counts speak. */
export interface Coverage {
  /** Oldest and newest event of those counted; `null`: there was none. */
  readonly found: { readonly from: number; readonly to: number } | null;
  /** Accounts × Regions with an event, or asked for, by account and Region. */
  readonly places: Bounded<PlaceCoverage>;
  /** Whether any data event was seen: they are off by default, and "no entry" is then not "no action". */
  readonly dataEvents: boolean;
  /** Accounts of issued records that the trail shows no event of. */
  readonly accountsMissing: readonly string[];
  readonly digests: DigestCoverage;
}

export interface PlaceCoverage {
  readonly account: string;
  readonly region: string;
  /** All places together: `records - unreadable - notAsked`. */
  readonly events: number;
  readonly managementEvents: number;
  readonly dataEvents: number;
  /** `null`: asked for and not found. */
  readonly from: number | null;
  readonly to: number | null;
  /** Whole hours of the period asked (or found, where none was asked) without any event. */
  readonly emptyHours: number;
  /** The same as intervals, `to` exclusive. */
  readonly gaps: Bounded<{ readonly from: number; readonly to: number }>;
}

/** CloudTrail's own digest files: whether the log files are those that CloudTrail delivered. */
export interface DigestCoverage {
  readonly files: number;
  /**
   * What the signatures are worth. `no_keys`: none was given, so hashes were compared and no signature. `partly`: of the
   * newest digest in a folder nothing tells the signature, which stands in the object's metadata. `none`: no digest.
   */
  readonly signatures: 'verified' | 'partly' | 'failed' | 'no_keys' | 'none';
  /** Digests whose signature holds. */
  readonly verified: number;
  /** Trail files whose SHA-256 is in a digest; with keys, in one whose signature holds. */
  readonly filesCovered: number;
  /** Trail files that no digest names. */
  readonly filesUncovered: number;
  /** What did not hold: a file that differs, one that is named and not here, a link of the chain that is missing. */
  readonly flaws: Bounded<DigestFlaw>;
}

export interface DigestFlaw {
  /** Name of the digest or of the log file that is meant. */
  readonly name: string;
  readonly flaw:
    | 'log_file_altered'
    | 'log_file_missing'
    | 'digest_unreadable'
    | 'signature_invalid'
    | 'signature_missing'
    | 'key_unknown'
    | 'previous_digest_missing'
    | 'previous_digest_altered';
}

/**
 * `records = unreadable + notAsked + duplicates + Σ verdicts`. Always: a run in which it does not hold is a fault, and no
 * report is written.
 */
export interface Counts {
  /** Elements of the files' arrays. */
  readonly records: number;
  readonly unreadable: number;
  /** Outside of the period, accounts or Regions that were asked for. */
  readonly notAsked: number;
  /** The very same event again, by `eventID`. */
  readonly duplicates: number;
  readonly verdicts: { readonly [verdict in Verdict]: number };
  /** Rows that `rows()` gives. */
  readonly listed: number;
}

/** Both ways: every mint has a record, and every record of a session its mint. */
export interface Completeness {
  /** Issued records of the period, in accounts that the trail covers. */
  readonly issued: number;
  /** Of these, without a mint event in the trail: lost, not delivered yet, or no such call was ever made. */
  readonly withoutMint: Bounded<string>;
  /** Let-through mints of brokered roles, counted once across accounts. */
  readonly mints: number;
  /** Of these, without an intent: rows with the verdict DARK. */
  readonly withoutRecord: number;
  /** Leaves of the log, by what they are: `intent`, `outcome`, …; `unreadable` where they are no record. */
  readonly leaves: { readonly [type: string]: number };
}

/** One writ, and what was done with it. */
export interface WritSummary {
  readonly writ: string;
  /** `null`: an event names it, and the log does not know it. */
  readonly evidence: WritEvidence | null;
  readonly valid: Finding['valid'];
  /** Whether the event of its mint was seen. `not_expected`: no session, or issued outside of the period. */
  readonly mint: 'seen' | 'not_seen' | 'not_expected';
  readonly events: number;
  readonly verdicts: { readonly [verdict in Verdict]?: number };
  readonly from: number | null;
  readonly to: number | null;
  /** What was called, most often first: used, to be held against what was granted. */
  readonly actions: Bounded<UsedAction>;
  /** For its time-line, in order: alarms first to be kept where there are too many. */
  readonly timeline: Bounded<TimelineEvent>;
}

export interface UsedAction {
  /** `s3.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  readonly calls: number;
  readonly refused: number;
}

export interface TimelineEvent {
  readonly eventId: string;
  readonly eventTime: number;
  readonly eventSource: string;
  readonly eventName: string;
  readonly errorCode: string | null;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Events that Writ says nothing of. */
export interface OutOfScope {
  readonly account: string;
  /** `userIdentity.type` */
  readonly type: string;
  /** Role or user name, or the service; empty where there is none. */
  readonly name: string;
  /** Why: one of `core/audit/reasons.ts`. */
  readonly reason: string;
  readonly events: number;
}

/** Lists stop here, so that a result fits in memory and in a page: ours. */
export const SHOWN = {
  files: 10_000,
  damaged: 1_000,
  unreadable: 100,
  places: 2_000,
  gaps: 100,
  digestFlaws: 1_000,
  writs: 10_000,
  withoutMint: 1_000,
  alarms: 10_000,
  refusals: 10_000,
  outOfScope: 1_000,
  actions: 50,
  timeline: 200,
} as const;
