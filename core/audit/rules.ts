/** The rules of architecture, section 8, in their order: the first that holds gives the reason, and with it the verdict. */
import { MINT_TIMEOUT_MILLIS } from '../limits.ts';
import type { WritEvidence } from './evidence.ts';
import { type Claim, difference } from './facts.ts';
import type { Join } from './join.ts';
import type { Seen } from './place.ts';
import type { Reason } from './reasons.ts';
import { inDoubt, outOfTime, type Validity } from './validity.ts';

/** A mint or a use, and all that it is judged by. */
export interface Case extends Claim {
  readonly join: Join;
  /** `null`: the log knows no writ that the event leads to. */
  readonly known: WritEvidence | null;
  /** `null`: no session was issued. */
  readonly validity: Validity | null;
  /** The user's login name in clear; `null`: erased, or not handed over. */
  readonly login: string | null;
  readonly isRefused: boolean;
  /** The trail holds another event by this id. */
  readonly isTwice: boolean;
  /** NumericDate of the newest record that was shown; -Infinity: there is none. */
  readonly logEnds: number;
  readonly place: Seen;
  readonly tolerance: number;
}

type Rule = (judged: Case) => Reason | null;

/** Nothing of the event can be believed as it stands. */
const doubled: Rule = ({ isTwice, join }) => {
  if (isTwice) return 'event_id_twice';
  return join.agree ? null : 'two_writs';
};

/** A record that does not lead to the signed root proves nothing: neither that the event is right nor that it is wrong. */
const unproven: Rule = ({ known }) => {
  if (known === null) return null;
  const leaves = [...Object.values(known.leaves), ...known.endings.flatMap((ending) => ending.leaves)];
  return leaves.every(({ proven }) => proven) ? null : 'not_proven';
};

const differing: Rule = (judged) => judged.known && difference(judged, judged.known, judged.login);

/** Sessions of which no secret ever left: whoever uses one did not get it from Writ. */
const neverIssued: Rule = ({ part, known, logEnds }) => {
  if (part === 'mint' || known === null) return null;
  const { intent, outcome, refused, ended } = known.state;
  if (refused !== null && intent === null) return 'refused_used';
  if (ended?.how === 'withheld') return 'withheld_used';
  if (outcome?.outcome === 'failed') return 'failed_used';
  if (outcome?.outcome === 'orphaned') return 'orphaned_used';
  if (intent === null || outcome !== null) return null;
  // The outcome is durable before a secret leaves: only a log that ends here can lack it.
  return logEnds < intent.issueBefore ? 'no_outcome_log_ends' : 'no_outcome';
};

const carriedOn: Rule = ({ part, known, event, isRefused }) =>
  part === 'use' && known !== null && !isRefused && takesAnother(event) ? 'took_another_role' : null;

const takesAnother = ({ eventSource, eventName }: Case['event']): boolean =>
  eventSource === 'sts.amazonaws.com' && (eventName === 'AssumeRole' || eventName === 'AssumeRoot');

const unrecorded: Rule = ({ part, known, isRefused, event, logEnds }) => {
  if (known !== null && known.state.intent !== null) return null;
  const isAfterLog = event.eventTime > logEnds;
  if (part === 'mint') {
    if (isRefused) return 'mint_refused';
    return isAfterLog ? 'dark_mint_log_ends' : 'dark_mint';
  }
  if (known !== null) return 'no_intent';
  return isAfterLog ? 'no_record_log_ends' : 'no_record';
};

const contradicted: Rule = ({ known }) =>
  known !== null && known.state.conflicts.length > 0 ? 'records_contradict' : null;

const refused: Rule = ({ part, isRefused }) => {
  if (!isRefused) return null;
  return part === 'mint' ? 'mint_refused' : 'refused_by_aws';
};

/** Mint asks for nothing after `issueBefore`; what it had asked for by then has come soon after, or never does. */
const isMadeLate = (event: Case['event'], known: Case['known'], tolerance: number): boolean =>
  event.eventTime > (known?.state.intent?.issueBefore ?? 0) + MINT_TIMEOUT_MILLIS / 1000 + tolerance;

/** Of a writ that was issued, a mint has no time to keep: the session begins with it. */
const minted: Rule = ({ part, known, event, tolerance }) => {
  if (part === 'use') return null;
  if (event.errorCode !== null) return 'mint_not_made';
  // Without an outcome there is no request id to compare: whoever may take the role could name any writ that never was.
  if (known?.state.outcome?.outcome !== 'issued' && isMadeLate(event, known, tolerance)) return 'minted_late';
  if (known?.state.ended?.how === 'withheld') return 'mint_withheld';
  switch (known?.state.outcome?.outcome) {
    case 'issued':
      return 'minted';
    case 'failed':
      return 'mint_failed';
    case 'orphaned':
      return 'mint_orphaned';
    default:
      return 'mint_without_outcome';
  }
};

const untimely: Rule = ({ validity, event, tolerance }) =>
  validity && outOfTime(validity, event.eventTime, tolerance);

const elsewhere: Rule = ({ place }) => (place === 'outside' ? 'out_of_place' : null);

const doubtful: Rule = ({ validity, event }) => validity && inDoubt(validity, event.eventTime);

/** Each speaks of one event by itself. */
const BY_ITSELF: readonly Rule[] = [
  doubled,
  unproven,
  differing,
  neverIssued,
  carriedOn,
  unrecorded,
  contradicted,
  refused,
  minted,
  untimely,
  elsewhere,
];

/** @returns `null`: so far nothing is wrong with it. Calls of which that is so are compared with each other. */
export function reasonByItself(judged: Case): Reason | null {
  for (const rule of BY_ITSELF) {
    const reason = rule(judged);
    if (reason !== null) return reason;
  }
  return null;
}

/** @param isShared - Its writ was in use from this address and from another at the same time. */
export const reasonBeside = (judged: Case, isShared: boolean): Reason =>
  isShared ? 'two_addresses_at_once' : (doubtful(judged) ?? 'in_time');
