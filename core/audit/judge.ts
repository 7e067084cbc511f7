/** The verdict on each event (architecture, section 8). Pure: records and events in, findings out. */
import type { Evidence, Prefilter, WritEvidence } from './evidence.ts';
import { joinOf } from './join.ts';
import { hasPlace, isServices, placeOf } from './place.ts';
import { REASONS, type Reason } from './reasons.ts';
import { isRefused } from './refused.ts';
import { type Case, reasonBeside, reasonByItself } from './rules.ts';
import type { SessionSeen } from './session.ts';
import { type Call, sharedAddresses } from './shared.ts';
import type { TrailEvent } from './trail-event.ts';
import { partOf } from './use.ts';
import { intervalOf, validityOf } from './validity.ts';
import type { Finding, Judged } from './verdict.ts';

export interface JudgeOptions {
  /** Difference between clocks that is allowed for, seconds. */
  readonly tolerance: number;
  /** Ids under which the trail holds two different events: only who reads all of it can know. */
  readonly twice?: ReadonlySet<string>;
}

/**
 * Total: whatever stands in an event, it gets a verdict. Neither the order of the events matters, nor what else is judged
 * with them, as long as all that `groupOf` puts together comes together.
 *
 * @returns one finding for each event, in their order.
 */
export function judge(
  events: readonly TrailEvent[],
  evidence: Evidence,
  options: JudgeOptions,
): readonly Judged<TrailEvent>[] {
  const index: Prefilter = { ...evidence, tolerance: options.tolerance };
  const all = events.map((event): Seen => {
    const part = partOf(event, index);
    const isTwice = options.twice?.has(event.eventId) ?? false;
    if (!('session' in part)) return { event, judged: null, reason: isTwice ? 'event_id_twice' : part.why };
    const judged = caseOf(event, part, isTwice, evidence, index);
    return { event, judged, reason: reasonByItself(judged) };
  });
  const shared = sharedAddresses(all.flatMap(callsIn));
  return all.map((seen) => ({ event: seen.event, finding: findingOf(seen, shared) }));
}

interface Seen {
  readonly event: TrailEvent;
  /** `null`: neither a mint nor a use. */
  readonly judged: Case | null;
  /** `null`: nothing is wrong with it by itself. */
  readonly reason: Reason | null;
}

function caseOf(
  event: TrailEvent,
  part: { readonly part: 'mint' | 'use'; readonly session: SessionSeen },
  isTwice: boolean,
  evidence: Evidence,
  index: Prefilter,
): Case {
  const join = joinOf(event, part, index);
  const known = (join.writ !== null && evidence.writs.get(join.writ)) || null;
  const opened = (known && evidence.openings.get(known.writ)) ?? {};
  const place = known?.state.intent?.place;
  return {
    ...part,
    event,
    ownKey: event.identity.signInSession === null && !isServices(event),
    join,
    known,
    validity: known && validityOf(known),
    login: opened.login ?? null,
    isRefused: isRefused(event.errorCode),
    isTwice,
    logEnds: evidence.log.to ?? Number.NEGATIVE_INFINITY,
    place: place === undefined ? 'inside' : placeOf(place, event, opened.address ?? null),
    tolerance: index.tolerance,
  };
}

/** Calls of services come from wherever the service stands. */
const callsIn = ({ event, judged, reason }: Seen): readonly Call[] =>
  reason !== null || !judged?.known || event.sourceAddress === null || !hasPlace(event)
    ? []
    : [{ writ: judged.known.writ, address: whereabouts(event), time: event.eventTime }];

/** Behind an endpoint an address is whatever the owner of its VPC likes. */
const whereabouts = ({ sourceAddress, vpcEndpointId }: TrailEvent): string =>
  vpcEndpointId === null ? `${sourceAddress}` : `${sourceAddress} through ${vpcEndpointId}`;

function findingOf(seen: Seen, shared: ReadonlyMap<string, ReadonlySet<string>>): Finding {
  const { event, judged } = seen;
  if (judged === null) return aside(seen.reason ?? 'other');
  const isShared = callsIn(seen).some(({ writ, address }) => shared.get(writ)?.has(address));
  const valid = judged.validity && intervalOf(judged.validity);
  return {
    ...aside(seen.reason ?? reasonBeside(judged, isShared)),
    matchedBy: judged.join.matchedBy,
    writ: judged.join.writ,
    records: judged.known === null ? [] : recordsOf(judged.known),
    valid,
    secondsLeft: valid && valid.to - event.eventTime,
    unknown: judged.part === 'use' && judged.place.startsWith('place_') ? [judged.place] : [],
  };
}

/** What Writ has no writ for. */
const aside = (reason: Reason): Finding => ({
  verdict: REASONS[reason].verdict,
  reason,
  matchedBy: [],
  writ: null,
  records: [],
  valid: null,
  secondsLeft: null,
  unknown: [],
});

/** All that the log has of a writ, and of what ended it: each of these would have changed the verdict, had it said so. */
function recordsOf({ leaves, endings }: WritEvidence): readonly number[] {
  const all = [...Object.values(leaves), ...endings.flatMap((ending) => ending.leaves)];
  return [...new Set(all.map(({ index }) => index))].sort((one, other) => one - other);
}
