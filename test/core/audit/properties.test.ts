/** What holds for every trail, whatever stands in it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupOf } from '../../../core/audit/group.ts';
import { judge } from '../../../core/audit/judge.ts';
import { inScope, prefilterOf } from '../../../core/audit/prefilter.ts';
import { REASONS, type Reason, sentenceOf } from '../../../core/audit/reasons.ts';
import { sharedAddresses } from '../../../core/audit/shared.ts';
import type { TrailEvent } from '../../../core/audit/trail-event.ts';
import { VERDICTS } from '../../../core/audit/verdict.ts';
import { OTHER_WRIT } from '../ledger/fixture.ts';
import {
  ACCOUNT,
  ADDRESS,
  DEADLINE,
  evidenceOf,
  findingsOf,
  ISSUED_AT,
  iamUser,
  intentWith,
  issuedFor,
  KEY_ID,
  mintWith,
  OPENINGS,
  otherRole,
  REQUEST_ID,
  ROLE,
  ROLE_ID,
  revocationOf,
  SEEN_REFUSED,
  SESSION_NAME,
  SOURCE_IDENTITY,
  storyOf,
  TOLERANCE,
  useWith,
} from './fixture.ts';

const STORY = storyOf({ place: { kind: 'cidrs', cidrs: ['192.0.2.0/24'] } });
const OTHER = intentWith({ writ: OTHER_WRIT });
const EVIDENCE = evidenceOf(
  [
    ...STORY,
    ...revocationOf(STORY[0]),
    OTHER,
    issuedFor(OTHER, { requestId: 'other', assumedRoleId: `${ROLE_ID}:code-agent+${OTHER_WRIT}` }),
  ],
  { openings: OPENINGS },
);
const PREFILTER = prefilterOf(EVIDENCE, TOLERANCE);

/** Texts that mean something somewhere, and texts that mean nothing anywhere. */
const text = fc.oneof(
  fc.constantFrom(
    ROLE,
    ROLE_ID,
    KEY_ID,
    ADDRESS,
    ACCOUNT,
    REQUEST_ID,
    SESSION_NAME,
    SOURCE_IDENTITY,
    `${ROLE_ID}:${SESSION_NAME}`,
    `arn:aws:sts::${ACCOUNT}:assumed-role/reports/${SESSION_NAME}`,
    `x+${OTHER_WRIT}`,
    `arn:aws:iam::${ACCOUNT}:role/deploy`,
    'AssumedRole',
    'AWSAccount',
    'IAMUser',
    'AccessDenied',
    'bedrock.amazonaws.com',
    'sts.amazonaws.com',
    'AssumeRole',
    '__proto__',
    'constructor',
  ),
  fc.string({ unit: 'binary' }),
);
const maybe = fc.option(text, { nil: null });
const time = fc.oneof(fc.integer({ min: ISSUED_AT - 5, max: DEADLINE + 5 }), fc.integer());
const identity = fc.record({
  type: text,
  principalId: maybe,
  arn: maybe,
  account: maybe,
  accessKeyId: maybe,
  userName: maybe,
  role: maybe,
  roleId: maybe,
  createdAt: fc.option(fc.integer(), { nil: null }),
  sourceIdentity: maybe,
  signInSession: maybe,
  invokedBy: maybe,
});
const mint = fc.record({
  role: maybe,
  sessionName: maybe,
  sourceIdentity: maybe,
  tags: fc.dictionary(fc.oneof(fc.constantFrom('writ:id', 'writ:user'), fc.string()), text),
  accessKeyId: maybe,
  assumedRoleId: maybe,
  expiration: fc.option(fc.integer(), { nil: null }),
});
const hostile: fc.Arbitrary<TrailEvent> = fc.record({
  eventId: text,
  eventTime: time,
  eventSource: text,
  eventName: text,
  region: text,
  account: text,
  sourceAddress: maybe,
  vpcEndpointId: maybe,
  userAgent: maybe,
  errorCode: maybe,
  errorMessage: maybe,
  requestId: maybe,
  sharedEventId: maybe,
  readOnly: fc.constant(null),
  eventType: text,
  eventCategory: text,
  identity,
  mint: fc.option(mint, { nil: null }),
  resources: fc.array(text, { maxLength: 2 }),
  resourcesLeftOut: fc.constant(0),
  file: text,
  position: fc.nat(),
});

/** Events as AWS writes them, of all kinds, around the ends of their time. */
const likely: fc.Arbitrary<TrailEvent> = fc
  .record({
    kind: fc.constantFrom('use', 'use', 'use', 'mint', 'other', 'user'),
    eventTime: fc.constantFrom(
      ISSUED_AT - 9,
      ISSUED_AT,
      ISSUED_AT + 50,
      SEEN_REFUSED,
      SEEN_REFUSED + 9,
      DEADLINE + 9,
    ),
    sourceAddress: fc.constantFrom(ADDRESS, '192.0.2.8', '198.51.100.7', 'athena.amazonaws.com', null),
    errorCode: fc.constantFrom(null, null, 'AccessDenied', 'NoSuchKey'),
    sourceIdentity: fc.constantFrom(SOURCE_IDENTITY, SOURCE_IDENTITY, `x+${OTHER_WRIT}`, null),
    eventId: fc.uuid(),
  })
  .map(({ kind, sourceIdentity, ...event }) => {
    if (kind === 'mint') return mintWith(event);
    const of = kind === 'other' ? otherRole() : kind === 'user' ? iamUser() : { sourceIdentity };
    return useWith({ ...event, identity: of });
  });

const byId = (events: readonly TrailEvent[]) =>
  new Map(judge(events, EVIDENCE, { tolerance: TOLERANCE }).map(({ event, finding }) => [event, finding]));

describe('for every trail', () => {
  test('each event gets one verdict, and nothing throws', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (events) => {
        const findings = findingsOf(events, EVIDENCE);
        expect(findings).toHaveLength(events.length);
        for (const { verdict, reason } of findings) {
          expect(VERDICTS).toContain(verdict);
          expect(REASONS[reason as Reason].verdict).toBe(verdict);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('the order of events does not matter', () => {
    fc.assert(
      fc.property(
        fc
          .array(likely, { maxLength: 12 })
          .chain((events) =>
            fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
          ),
        ([events, shuffled]) => {
          const [one, other] = [byId(events), byId(shuffled)];
          for (const event of events) expect(other.get(event)).toEqual(one.get(event));
        },
      ),
    );
  });

  test('judged by groups, each event gets the same verdict as judged all at once', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(likely, hostile), { maxLength: 12 }), (events) => {
        const whole = byId(events);
        for (const group of Map.groupBy(events, (event) => groupOf(event, PREFILTER)).values()) {
          for (const [event, finding] of byId(group)) expect(finding).toEqual(whole.get(event));
        }
      }),
    );
  });

  test('an event of somebody else changes nothing', () => {
    fc.assert(
      fc.property(fc.array(likely, { maxLength: 8 }), likely, (events, more) => {
        const stranger = { ...more, identity: { ...more.identity, ...otherRole() }, mint: null };
        const [before, after] = [byId(events), byId([...events, stranger])];
        for (const event of events) expect(after.get(event)).toEqual(before.get(event));
      }),
    );
  });

  test('the prefilter lets nothing through that the judge would have listed, and says why as it does', () => {
    fc.assert(
      fc.property(fc.oneof(likely, hostile), (event) => {
        const scope = inScope(event, PREFILTER);
        const [finding] = findingsOf([event], EVIDENCE);
        if (scope === 'in') expect(finding?.verdict).not.toBe('OUT_OF_SCOPE');
        else expect(finding).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: scope });
      }),
    );
  });

  test('addresses are shared exactly if the spans of two of them overlap', () => {
    const call = fc.record({
      writ: fc.constantFrom('a', 'b'),
      address: fc.constantFrom('1', '2', '3', '4'),
      time: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 14 }), (calls) => {
        const shared = sharedAddresses(calls);
        for (const one of calls) {
          const times = (address: string) =>
            calls
              .filter((each) => each.writ === one.writ && each.address === address)
              .map((each) => each.time);
          const own = times(one.address);
          const expected = ['1', '2', '3', '4'].some((address) => {
            const other = times(address);
            return (
              address !== one.address &&
              Math.min(...own) <= Math.max(...other) &&
              Math.min(...other) <= Math.max(...own)
            );
          });
          expect(shared.get(one.writ)?.has(one.address)).toBe(expected);
        }
      }),
    );
  });
});

describe('reasons', () => {
  test('each is a sentence; a word that is none is given back', () => {
    for (const reason of Object.keys(REASONS)) expect(sentenceOf(reason)).toMatch(/^[A-Z].{15,200}\.$/);
    expect(sentenceOf('toString')).toBe('toString');
  });

  test('each verdict has one', () => {
    expect(new Set(Object.values(REASONS).map(({ verdict }) => verdict))).toEqual(new Set(VERDICTS));
  });
});
