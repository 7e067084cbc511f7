/** One event, or one writ, told in words: what `writ why` and reports print. Hostile text in it: whoever prints it escapes it. */
import { isoTime } from '../encoding/iso-time.ts';
import type { Intent } from '../ledger/records.ts';
import type { Evidence, WritEvidence } from './evidence.ts';
import { sentenceOf, UNKNOWNS, type Unknown } from './reasons.ts';
import type { TrailEvent } from './trail-event.ts';
import type { Finding } from './verdict.ts';

export interface Story {
  /** Who authorised it, from which device, which agent executed it, for which task, and whether it was valid then. */
  readonly sentence: string;
  /** What that rests on, each with its label. */
  readonly facts: readonly (readonly [label: string, words: string])[];
}

interface Told {
  readonly event: TrailEvent;
  readonly finding: Finding;
  /** Of `finding.writ`; `null`: the log does not know it, or the event leads to none. */
  readonly writ: WritEvidence | null;
}

type Opened = { readonly [field: string]: string };

/** @param evidence - For what personal fields said, where they were handed over. */
export function storyOf({ event, finding, writ }: Told, { openings }: Pick<Evidence, 'openings'>): Story {
  const opened = (writ && openings.get(writ.writ)) ?? {};
  return {
    sentence: `${authorOf(finding, writ, opened)} ${validityOf(finding, event.eventTime)}`.trim(),
    facts: [
      ['verdict', `${finding.verdict}: ${sentenceOf(finding.reason)}`],
      ...finding.unknown.map((word) => ['unknown', unknownOf(word)] as const),
      ['event', eventLine(event)],
      ...(event.errorCode === null ? [] : [['error', errorLine(event)] as const]),
      ...(finding.writ === null
        ? []
        : [['joined by', `${finding.matchedBy.map(inWords).join(', ')}, to writ ${finding.writ}`] as const]),
      ...(writ === null ? [] : factsOf(writ, opened)),
    ],
  };
}

/** A writ by itself: what it was for, and how it ended. */
export function storyOfWrit(writ: WritEvidence, { openings }: Pick<Evidence, 'openings'>): Story {
  const opened = openings.get(writ.writ) ?? {};
  const { intent, refused } = writ.state;
  if (intent !== null) return { sentence: purposeOf(intent, opened, 'asks'), facts: factsOf(writ, opened) };
  const sentence =
    refused === null
      ? 'The log has no intent of it: nothing says who authorised it.'
      : `It was refused (${refused.reason}): ${refused.subject.id} asked, and no session has its id.`;
  return { sentence, facts: factsOf(writ, opened) };
}

function authorOf({ verdict, reason }: Finding, writ: WritEvidence | null, opened: Opened): string {
  const intent = writ?.state.intent ?? null;
  switch (verdict) {
    case 'STANDING':
    case 'OUT_OF_SCOPE':
      return `Writ does not say who authorised it. ${sentenceOf(reason)}`;
    case 'CONFLICT':
    case 'UNVERIFIED':
      return intent === null
        ? 'Nothing that could be believed says who authorised it.'
        : `What the records say, and what need not be true of this event: ${purposeOf(intent, opened, 'asks')}`;
    default:
      return intent === null
        ? 'Nobody is known to have authorised it.'
        : purposeOf(intent, opened, verdict === 'DENIED' ? 'tried' : 'executed');
  }
}

/** Who authorised whom to do what, from where, and why: each named with the strength of what stands behind it. */
function purposeOf(
  { subject, device, actor, permission, task, purpose, account }: Intent,
  { email, purpose: words }: Opened,
  did: 'executed' | 'tried' | 'asks',
): string {
  const user = email === undefined ? subject.id : `${subject.id} (${email})`;
  const agent = `the agent ${actor.agent} (${actor.kind})`;
  const why = words === undefined ? 'its purpose is erased, or was not handed over' : `“${words}”`;
  const by = did === 'asks' ? `${agent} was to use` : `${agent} ${did} it with`;
  return (
    `${user} authorised it, from the device ${device.id} (${device.kind}); ${by} ${permission} in ${account}, ` +
    `for task ${task.value} (${task.by}): ${why} (${purpose.by}).`
  );
}

function validityOf({ valid, secondsLeft }: Finding, at: number): string {
  if (valid === null || secondsLeft === null) return '';
  if (at < valid.from) {
    return `The credential was not valid yet at that moment: it was issued ${seconds(valid.from - at)} later.`;
  }
  if (secondsLeft <= 0) {
    return `The credential was not valid any more at that moment: it had been over for ${seconds(-secondsLeft)}.`;
  }
  return `The credential was valid at that moment: ${seconds(secondsLeft)} were left.`;
}

const seconds = (count: number): string => `${count} s`;

function factsOf({ state, issuedAt, deadline, endings }: WritEvidence, opened: Opened): Story['facts'] {
  const { intent, outcome, ended, conflicts } = state;
  const facts: (readonly [string, string])[] = [];
  if (intent !== null) {
    const { decision, binding } = intent;
    facts.push([
      'decision',
      `${decision.effect} by ${decision.policies.join(', ') || 'no policy'}; rules ${short(decision.bundle)}, what they saw ${short(decision.inputs)}`,
    ]);
    facts.push(['approval', intent.approval ?? `none: it rests on a ${intent.authority} sign-in`]);
    facts.push([
      'binding',
      `user to device by ${binding.subject}, agent to user by ${binding.actor}, request ${binding.request ?? 'not covered by the proof'}`,
    ]);
    facts.push(['place', placeLine(intent, opened)]);
    facts.push(['role', intent.role]);
  }
  if (outcome?.outcome === 'issued') {
    facts.push([
      'session',
      `${outcome.assumedRoleId}, key ${outcome.accessKeyId}, STS request ${outcome.requestId}`,
    ]);
  } else if (outcome !== null) {
    facts.push(['session', `none was handed out: ${outcome.outcome}`]);
  }
  if (issuedAt !== null && deadline !== null) {
    facts.push(['in force', `${isoTime(issuedAt)} to ${isoTime(deadline)}, ${seconds(deadline - issuedAt)}`]);
  }
  for (const ending of endings) {
    const when = (time: number | null) => (time === null ? 'never' : isoTime(time));
    facts.push([
      'revoked',
      `${ending.kind} ${ending.value}: asked ${isoTime(ending.askedAt)}, written ${when(ending.written)}, seen refused ${when(ending.seenRefused)}`,
    ]);
  }
  if (ended !== null) facts.push(['ended', `${isoTime(ended.at)}: ${ended.how}`]);
  for (const { conflict, sk } of conflicts) facts.push(['conflict', `${conflict} at ${sk}`]);
  return facts;
}

function placeLine({ place }: Intent, { address }: Opened): string {
  switch (place.kind) {
    case 'anywhere':
      return 'anywhere';
    case 'cidrs':
      return place.cidrs.join(', ');
    case 'vpcs':
      return place.vpcs.join(', ');
    case 'exchange':
      return `the address that asked${address === undefined ? '' : `, ${address}`}`;
  }
}

const eventLine = (event: TrailEvent): string =>
  [
    isoTime(event.eventTime),
    `${event.eventSource} ${event.eventName}`,
    `${event.account} ${event.region}`,
    `from ${event.sourceAddress ?? 'no address'}`,
    ...event.resources.slice(0, 1),
  ].join(', ');

const errorLine = ({ errorCode, errorMessage }: TrailEvent): string =>
  errorMessage === null ? String(errorCode) : `${errorCode}: ${errorMessage}`;

const inWords = (word: string): string => word.replaceAll('_', ' ');

const unknownOf = (word: string): string =>
  Object.hasOwn(UNKNOWNS, word) ? UNKNOWNS[word as Unknown] : inWords(word);

const short = (hash: string): string => hash.slice(0, 12);
