import { describe, expect, test } from 'vitest';
import { buildEvidence } from '../../../core/audit/build-evidence.ts';
import type { TrailEvent } from '../../../core/audit/trail-event.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import type { Ended, Failed, Intent, LogRecord, Orphaned, Refused } from '../../../core/ledger/records.ts';
import { ENDED, FAILED, ORPHANED, OTHER_WRIT, REFUSED } from '../ledger/fixture.ts';
import {
  ACCOUNT,
  ADDRESS,
  ASKED_AT,
  DEADLINE,
  evidenceOf,
  FACTS,
  findingOf,
  findingsOf,
  ISSUED_AT,
  iamUser,
  intentWith,
  issuedFor,
  KEY_ID,
  leafOf,
  mintWith,
  OPENED,
  OPENINGS,
  OTHER_ACCOUNT,
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
  WRIT,
} from './fixture.ts';

const STORY = storyOf();
const EVIDENCE = evidenceOf(STORY);
const hashOf = (intent: Intent) => sha256Hex(jcs(intent));
const reason = (event: TrailEvent, evidence = EVIDENCE) => findingOf(event, evidence).reason;

describe('a use in time', () => {
  test('is attributed, with all that led to its writ and what it rests on', () => {
    expect(findingOf(useWith(), EVIDENCE)).toEqual({
      verdict: 'ATTRIBUTED',
      reason: 'in_time',
      matchedBy: ['source_identity', 'session_name', 'principal_id', 'access_key'],
      writ: WRIT,
      records: [0, 1],
      valid: { from: ISSUED_AT, to: DEADLINE },
      secondsLeft: DEADLINE - (OPENED + 60),
      unknown: [],
    });
  });

  test('is attributed whatever error it met, if AWS let it through', () => {
    expect(reason(useWith({ errorCode: 'NoSuchKey' }))).toBe('in_time');
  });

  test('is attributed by its key alone where the event has no names', () => {
    const nameless = useWith({ identity: { principalId: null, arn: null, sourceIdentity: null } });
    expect(findingOf(nameless, EVIDENCE)).toMatchObject({ verdict: 'ATTRIBUTED', matchedBy: ['access_key'] });
  });

  test('is attributed in the trail of another account, which names no role and no source identity', () => {
    const there = useWith({
      account: OTHER_ACCOUNT,
      sharedEventId: 'shared',
      identity: {
        type: 'AWSAccount',
        arn: null,
        accessKeyId: null,
        role: null,
        roleId: null,
        sourceIdentity: null,
      },
    });
    expect(findingOf(there, EVIDENCE)).toMatchObject({ verdict: 'ATTRIBUTED', matchedBy: ['principal_id'] });
  });

  test('is attributed though its role is known by its assumed-role ARN only', () => {
    expect(reason(useWith({ identity: { role: null, roleId: null } }))).toBe('in_time');
  });

  test('of a console session has another key for each request', () => {
    const identity = { accessKeyId: 'ASIACONSOLECONSOLE01', signInSession: 'arn:aws:signin:…' };
    expect(reason(useWith({ identity }))).toBe('in_time');
  });

  test('by a service in its name has a key of the service', () => {
    const identity = { accessKeyId: 'ASIASERVICESERVICE01', invokedBy: 'athena.amazonaws.com' };
    expect(reason(useWith({ identity, sourceAddress: 'athena.amazonaws.com' }))).toBe('in_time');
  });
});

describe('AWS refused it', () => {
  test.each(['KMSAccessDeniedException', 'EC2AccessDeniedException'])(
    '%s comes from behind a call that was let through',
    (errorCode) => {
      expect(findingOf(useWith({ errorCode, eventTime: DEADLINE + 60 }), EVIDENCE).verdict).toBe('EXPIRED');
    },
  );

  test.each(['AccessDenied', 'Client.UnauthorizedOperation', 'ExpiredToken', 'KMS.AccessDeniedException'])(
    '%s: denied, also after the deadline',
    (errorCode) => {
      expect(findingOf(useWith({ errorCode, eventTime: DEADLINE + 60 }), EVIDENCE)).toMatchObject({
        verdict: 'DENIED',
        reason: 'refused_by_aws',
        writ: WRIT,
        secondsLeft: -60,
      });
    },
  );
});

describe('time', () => {
  test.each([
    { at: ISSUED_AT - 3, verdict: 'NOT_YET' },
    { at: ISSUED_AT - 2, verdict: 'ATTRIBUTED' },
    { at: DEADLINE - 1, verdict: 'ATTRIBUTED' },
    { at: DEADLINE, verdict: 'IN_DOUBT' },
    { at: DEADLINE + 2, verdict: 'IN_DOUBT' },
    { at: DEADLINE + 3, verdict: 'EXPIRED' },
  ])('$verdict at $at', ({ at, verdict }) => {
    expect(findingOf(useWith({ eventTime: at }), EVIDENCE)).toMatchObject({
      verdict,
      secondsLeft: DEADLINE - at,
    });
  });

  test('the tolerance is the caller’s', () => {
    const late = useWith({ eventTime: DEADLINE + 3 });
    expect(findingOf(late, EVIDENCE, { tolerance: 3 }).verdict).toBe('IN_DOUBT');
    expect(findingOf(late, EVIDENCE, { tolerance: 0 }).verdict).toBe('EXPIRED');
  });
});

describe('a revocation', () => {
  const own = evidenceOf([...STORY, ...revocationOf(STORY[0])]);

  test.each([
    { at: ASKED_AT - 1, verdict: 'ATTRIBUTED' },
    { at: ASKED_AT, verdict: 'IN_DOUBT' },
    { at: SEEN_REFUSED + 2, verdict: 'IN_DOUBT' },
    { at: SEEN_REFUSED + 3, verdict: 'AFTER_REVOCATION' },
    { at: DEADLINE + 3, verdict: 'EXPIRED' },
  ])('$verdict at $at', ({ at, verdict }) => {
    expect(findingOf(useWith({ eventTime: at }), own)).toMatchObject({
      verdict,
      records: [0, 1, 2, 3],
      valid: { from: ISSUED_AT, to: SEEN_REFUSED },
      secondsLeft: SEEN_REFUSED - at,
    });
  });

  test('that was never seen to work leaves all that follows in doubt', () => {
    const unseen = evidenceOf([...STORY, ...revocationOf(STORY[0], { enforced: { seenRefused: null } })]);
    expect(findingOf(useWith({ eventTime: DEADLINE - 1 }), unseen)).toMatchObject({
      verdict: 'IN_DOUBT',
      reason: 'while_revoking',
      valid: { from: ISSUED_AT, to: DEADLINE },
    });
  });
});

describe('what the trail says differs from the log', () => {
  const admin = `arn:aws:iam::${ACCOUNT}:role/admin`;
  test.each<{ reason: string; where: string; event: TrailEvent }>([
    {
      reason: 'two_writs',
      where: 'in its names',
      event: useWith({ identity: { sourceIdentity: `alice+${OTHER_WRIT}` } }),
    },
    {
      reason: 'source_identity_differs',
      where: 'without an id',
      event: useWith({ identity: { sourceIdentity: 'alice' } }),
    },
    {
      reason: 'access_key_differs',
      where: 'of a use',
      event: useWith({ identity: { accessKeyId: 'ASIAOTHEROTHEROTHER1' } }),
    },
    {
      reason: 'session_differs',
      where: 'of another role id',
      event: useWith({ identity: { principalId: `AROAOTHEROTHEROTHER1:${SESSION_NAME}` } }),
    },
    {
      reason: 'session_differs',
      where: 'by another name',
      event: useWith({
        identity: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reports/other+${WRIT}`, principalId: null },
      }),
    },
    {
      reason: 'role_differs',
      where: 'of a use',
      event: useWith({ identity: { role: `${ROLE}-2`, sourceIdentity: null } }),
    },
    {
      reason: 'account_differs',
      where: 'of a use',
      event: useWith({
        account: OTHER_ACCOUNT,
        identity: {
          account: OTHER_ACCOUNT,
          role: ROLE.replace(ACCOUNT, OTHER_ACCOUNT),
          sourceIdentity: null,
        },
      }),
    },
    {
      reason: 'chained',
      where: 'in its account',
      event: useWith({ identity: otherRole({ role: admin, sourceIdentity: SOURCE_IDENTITY }) }),
    },
    {
      reason: 'chained',
      where: 'to another account',
      event: useWith({
        account: OTHER_ACCOUNT,
        identity: otherRole({
          account: OTHER_ACCOUNT,
          role: null,
          arn: null,
          sourceIdentity: SOURCE_IDENTITY,
        }),
      }),
    },
    {
      reason: 'took_another_role',
      where: 'itself',
      event: { ...mintWith({ mint: { role: admin, sessionName: 'hop' } }), identity: useWith().identity },
    },
    {
      reason: 'took_another_role',
      where: 'of a root user',
      event: useWith({ eventSource: 'sts.amazonaws.com', eventName: 'AssumeRoot' }),
    },
  ])('$reason $where', ({ reason: expected, event }) => {
    expect(findingOf(event, EVIDENCE)).toMatchObject({ verdict: 'CONFLICT', reason: expected, writ: WRIT });
  });

  test('another user’s name before the right id, where the login name was handed over', () => {
    const mallory = useWith({ identity: { sourceIdentity: `mallory+${WRIT}` } });
    expect(reason(mallory, evidenceOf(STORY, { openings: OPENINGS }))).toBe('source_identity_differs');
    expect(reason(useWith(), evidenceOf(STORY, { openings: OPENINGS }))).toBe('in_time');
  });

  test('a user without login name goes by alias and subject', () => {
    const intent = intentWith({ subject: { ...intentWith().subject, login: null } });
    const evidence = evidenceOf([intent, issuedFor(intent)]);
    const spelled = `idp-3aalice+${WRIT}`;
    expect(reason(useWith({ identity: { sourceIdentity: spelled } }), evidence)).toBe('in_time');
    expect(reason(useWith(), evidence)).toBe('source_identity_differs');
  });

  test('another event carries the same id', () => {
    const twice = new Set([useWith().eventId]);
    expect(findingOf(useWith(), EVIDENCE, { twice })).toMatchObject({
      verdict: 'CONFLICT',
      reason: 'event_id_twice',
    });
    const bystander = useWith({ identity: otherRole() });
    expect(findingOf(bystander, EVIDENCE, { twice }).reason).toBe('event_id_twice');
  });
});

describe('a session that Writ never let out', () => {
  const intent = intentWith();
  const failed: Failed = { ...FAILED, intent: hashOf(intent) };
  const orphaned: Orphaned = { ...ORPHANED, intent: hashOf(intent) };
  const withheld: Ended = { ...ENDED, intent: hashOf(intent), how: 'withheld' };
  const refused: Refused = REFUSED;
  test.each<{ reason: string; mint: string; records: readonly LogRecord[] }>([
    { reason: 'failed_used', mint: 'mint_failed', records: [intent, failed] },
    { reason: 'orphaned_used', mint: 'mint_orphaned', records: [intent, orphaned] },
    { reason: 'withheld_used', mint: 'mint_withheld', records: [...STORY, withheld] },
    { reason: 'no_outcome', mint: 'mint_without_outcome', records: [intent] },
    { reason: 'refused_used', mint: 'dark_mint', records: [refused] },
  ])(
    '$reason: its use is a CONFLICT, refused or not; its mint is not',
    ({ reason: expected, mint, records }) => {
      const evidence = evidenceOf(records);
      expect(findingOf(useWith(), evidence)).toMatchObject({ verdict: 'CONFLICT', reason: expected });
      expect(reason(useWith({ errorCode: 'AccessDenied' }), evidence)).toBe(expected);
      expect(reason(mintWith(), evidence)).toBe(mint);
    },
  );

  test.each<{ what: string; records: readonly LogRecord[] }>([
    { what: 'failed', records: [intent, failed] },
    { what: 'orphaned', records: [intent, orphaned] },
    { what: 'without outcome', records: [intent] },
  ])('made long after Writ had asked, of a writ $what: somebody else made it', ({ records }) => {
    const evidence = evidenceOf(records);
    const last = intent.issueBefore + 12 + TOLERANCE;
    expect(findingOf(mintWith({ eventTime: last }), evidence).verdict).toBe('ATTRIBUTED');
    expect(findingOf(mintWith({ eventTime: last + 1 }), evidence)).toMatchObject({
      verdict: 'CONFLICT',
      reason: 'minted_late',
    });
  });

  test('a log that ends before the outcome must be there: UNVERIFIED', () => {
    const early = evidenceOf([intent], { facts: { ...FACTS, to: intent.issueBefore - 1 } });
    expect(findingOf(useWith(), early)).toMatchObject({
      verdict: 'UNVERIFIED',
      reason: 'no_outcome_log_ends',
    });
  });
});

describe('a brokered role without a record', () => {
  const EMPTY = evidenceOf([]);
  test.each([
    { what: 'below role/writ/, which is enough', event: useWith(), evidence: EMPTY },
    { what: 'refused: the session exists', event: useWith({ errorCode: 'AccessDenied' }), evidence: EMPTY },
    {
      what: 'named by a record, whatever its path',
      event: useWith({ identity: otherRole({ role: `arn:aws:iam::${ACCOUNT}:role/legacy` }) }),
      evidence: evidenceOf(storyOf({ role: `arn:aws:iam::${ACCOUNT}:role/legacy` })),
    },
    {
      what: 'told by its id only, in another trail',
      event: useWith({
        identity: {
          ...otherRole(),
          type: 'AWSAccount',
          principalId: `${ROLE_ID}:x+${OTHER_WRIT}`,
          role: null,
          roleId: null,
          arn: null,
        },
      }),
      evidence: EVIDENCE,
    },
    {
      what: 'its key is a session’s of another role',
      event: useWith({
        identity: { principalId: null, arn: null, sourceIdentity: null, role: `${ROLE}-2`, roleId: null },
      }),
      evidence: EVIDENCE,
    },
    {
      what: 'its key’s session is long over',
      event: useWith({
        eventTime: ISSUED_AT + 903,
        identity: { principalId: null, arn: null, sourceIdentity: null },
      }),
      evidence: EVIDENCE,
    },
  ])('$what: UNBROKERED', ({ event, evidence }) => {
    expect(findingOf(event, evidence)).toMatchObject({ verdict: 'UNBROKERED', records: [], valid: null });
  });

  test('says so where the log that was shown is older', () => {
    const old = evidenceOf([], { facts: { ...FACTS, to: OPENED } });
    expect(findingOf(useWith(), old)).toMatchObject({
      verdict: 'UNBROKERED',
      reason: 'no_record_log_ends',
      writ: WRIT,
    });
    expect(findingOf(useWith(), EMPTY)).toMatchObject({ reason: 'no_record' });
  });

  test('an outcome without intent authorises nothing', () => {
    expect(findingOf(useWith(), evidenceOf([STORY[1]]))).toMatchObject({
      verdict: 'UNBROKERED',
      reason: 'no_intent',
    });
  });
});

describe('a mint', () => {
  test('is attributed, whenever it completed', () => {
    for (const eventTime of [0, ISSUED_AT, DEADLINE + 3600]) {
      expect(findingOf(mintWith({ eventTime }), EVIDENCE)).toMatchObject({
        verdict: 'ATTRIBUTED',
        reason: 'minted',
        writ: WRIT,
      });
    }
  });

  test('is joined by its request, first of all', () => {
    expect(findingOf(mintWith(), EVIDENCE).matchedBy[0]).toBe('request_id');
    const nameless = mintWith({
      mint: { sessionName: null, sourceIdentity: null, assumedRoleId: null, accessKeyId: null },
    });
    expect(findingOf(nameless, EVIDENCE)).toMatchObject({ reason: 'minted', matchedBy: ['request_id'] });
  });

  test('is logged in both accounts, and is one', () => {
    const there = mintWith({
      eventId: 'other',
      sharedEventId: 's',
      account: OTHER_ACCOUNT,
      identity: { type: 'AWSAccount', role: null, arn: null },
    });
    expect(
      findingsOf([mintWith({ sharedEventId: 's' }), there], EVIDENCE).map((each) => each.reason),
    ).toEqual(['minted', 'minted']);
  });

  test('without an intent is DARK', () => {
    const unknown = mintWith({
      requestId: 'other',
      mint: {
        sessionName: `x+${OTHER_WRIT}`,
        sourceIdentity: `x+${OTHER_WRIT}`,
        assumedRoleId: null,
        accessKeyId: 'ASIAOTHER',
      },
    });
    expect(findingOf(unknown, EVIDENCE)).toMatchObject({
      verdict: 'DARK',
      reason: 'dark_mint',
      writ: OTHER_WRIT,
    });
    expect(findingOf(mintWith(), evidenceOf([]))).toMatchObject({ verdict: 'DARK' });
  });

  test('that STS did not make, and not for want of a right, is the writ’s own', () => {
    const throttled = {
      errorCode: 'Throttling',
      requestId: 'other',
      mint: { accessKeyId: null, assumedRoleId: null },
    };
    expect(findingOf(mintWith(throttled), EVIDENCE)).toMatchObject({
      verdict: 'ATTRIBUTED',
      reason: 'mint_not_made',
    });
  });

  test('says so where the log that was shown is older', () => {
    const old = evidenceOf([], { facts: { ...FACTS, to: null } });
    expect(reason(mintWith(), old)).toBe('dark_mint_log_ends');
  });

  test('that was refused is DENIED, with or without an intent', () => {
    const refused = mintWith({ errorCode: 'AccessDenied', mint: { accessKeyId: null, assumedRoleId: null } });
    expect(findingOf(refused, EVIDENCE)).toMatchObject({
      verdict: 'DENIED',
      reason: 'mint_refused',
      writ: WRIT,
    });
    expect(findingOf(refused, evidenceOf([]))).toMatchObject({ verdict: 'DENIED' });
  });

  test.each<{ reason: string; event: TrailEvent }>([
    { reason: 'request_id_differs', event: mintWith({ requestId: 'another' }) },
    { reason: 'access_key_differs', event: mintWith({ mint: { accessKeyId: 'ASIAOTHEROTHEROTHER1' } }) },
    { reason: 'tags_differ', event: mintWith({ mint: { tags: { 'writ:user': 'idp:mallory' } } }) },
    { reason: 'role_differs', event: mintWith({ mint: { role: `${ROLE}-2` } }) },
    { reason: 'two_writs', event: mintWith({ mint: { sourceIdentity: `alice+${OTHER_WRIT}` } }) },
  ])('$reason: CONFLICT', ({ reason: expected, event }) => {
    expect(findingOf(event, EVIDENCE)).toMatchObject({ verdict: 'CONFLICT', reason: expected });
  });

  test('of a role of others is not of interest, and one of Writ’s own parts neither', () => {
    const theirs = mintWith({
      mint: { role: `arn:aws:iam::${ACCOUNT}:role/deploy`, sessionName: 'ci', sourceIdentity: null },
    });
    expect(findingOf({ ...theirs, requestId: 'x' }, EVIDENCE)).toMatchObject({
      verdict: 'OUT_OF_SCOPE',
      reason: 'other_role',
    });
    const canary = mintWith({
      mint: { role: `arn:aws:iam::${ACCOUNT}:role/writ-parts/canary`, sourceIdentity: 'canary+control' },
    });
    expect(findingOf(canary, EVIDENCE)).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: 'writs_own' });
  });
});

describe('a record that is not proven', () => {
  const built = (proven: (record: LogRecord) => boolean, records: readonly LogRecord[] = STORY) =>
    buildEvidence(
      records.map((record, index) => leafOf(record, index, proven(record))),
      FACTS,
      new Map(),
    );

  test.each<LogRecord['type']>(['intent', 'outcome'])('%s: UNVERIFIED, use, mint and refusal', (type) => {
    const evidence = built((record) => record.type !== type);
    for (const event of [useWith(), mintWith(), useWith({ errorCode: 'AccessDenied' })]) {
      expect(findingOf(event, evidence)).toMatchObject({
        verdict: 'UNVERIFIED',
        reason: 'not_proven',
        records: [0, 1],
      });
    }
  });

  test('what it says is not held against the event', () => {
    const evidence = built(
      (record) => record.type !== 'outcome',
      [STORY[0], { ...STORY[1], accessKeyId: 'ASIAFORGED' }],
    );
    expect(reason(useWith(), evidence)).toBe('not_proven');
  });

  test('of a revocation: UNVERIFIED', () => {
    const records = [...STORY, ...revocationOf(STORY[0])];
    expect(
      reason(
        useWith(),
        built((record) => record.type !== 'revoked', records),
      ),
    ).toBe('not_proven');
  });

  test('and not readable any more, but for the writ that it names: UNVERIFIED', () => {
    const leaves = STORY.map((record, index) => leafOf(record, index));
    const [first, second] = leaves;
    if (first === undefined || second === undefined) throw new Error('two leaves');
    const broken = { ...first, body: first.body.replace('"v":1', '"v":x'), record: null, proven: false };
    expect(reason(useWith(), buildEvidence([broken, second], FACTS, new Map()))).toBe('not_proven');
    expect(reason(useWith(), buildEvidence([broken], FACTS, new Map()))).toBe('not_proven');
    // In the tree it is what another release wrote.
    const later = { ...broken, proven: true };
    expect(reason(useWith(), buildEvidence([first, second, later], FACTS, new Map()))).toBe('in_time');
  });

  test('records that contradict each other, all proven: CONFLICT', () => {
    const forged = { ...STORY[1], expiration: ISSUED_AT + 3600 };
    expect(findingOf(useWith(), evidenceOf([...STORY, forged]))).toMatchObject({
      verdict: 'CONFLICT',
      reason: 'records_contradict',
    });
  });
});

describe('place', () => {
  const within = (place: Intent['place'], openings?: typeof OPENINGS) =>
    evidenceOf(storyOf({ place }), openings === undefined ? {} : { openings });
  const exchange = { kind: 'exchange', address: intentWith().address } as const;

  test('outside of all ranges: ELSEWHERE, if AWS let it through', () => {
    const evidence = within({ kind: 'cidrs', cidrs: ['192.0.2.0/24', '2001:db8::/32'] });
    expect(reason(useWith(), evidence)).toBe('in_time');
    expect(reason(useWith({ sourceAddress: '2001:db8::7' }), evidence)).toBe('in_time');
    expect(findingOf(useWith({ sourceAddress: '198.51.100.7' }), evidence).verdict).toBe('ELSEWHERE');
    expect(reason(useWith({ sourceAddress: '198.51.100.7', errorCode: 'AccessDenied' }), evidence)).toBe(
      'refused_by_aws',
    );
  });

  test('of the exchange: judged with the address that was handed over, else unknown', () => {
    const there = useWith({ sourceAddress: '198.51.100.7' });
    expect(findingOf(there, within(exchange, OPENINGS)).verdict).toBe('ELSEWHERE');
    expect(findingOf(useWith(), within(exchange, OPENINGS))).toMatchObject({
      verdict: 'ATTRIBUTED',
      unknown: [],
    });
    expect(findingOf(there, within(exchange))).toMatchObject({
      verdict: 'ATTRIBUTED',
      unknown: ['place_erased'],
    });
  });

  test('a VPC is not told by CloudTrail', () => {
    const evidence = within({ kind: 'vpcs', vpcs: ['vpc-1'] });
    expect(findingOf(useWith({ vpcEndpointId: 'vpce-1' }), evidence)).toMatchObject({
      verdict: 'ATTRIBUTED',
      unknown: ['place_vpc'],
    });
  });

  test.each([
    { what: 'its name stands for the address', event: useWith({ sourceAddress: 'athena.amazonaws.com' }) },
    { what: 'AWS Internal', event: useWith({ sourceAddress: 'AWS Internal' }) },
  ])('a service that calls in the session’s name has none: $what', ({ event }) => {
    const evidence = within({ kind: 'cidrs', cidrs: ['192.0.2.0/24'] });
    expect(findingOf(event, evidence)).toMatchObject({ verdict: 'ATTRIBUTED', unknown: [] });
  });

  test('an address counts whatever stands beside it: the console names a service, and calls from where the person is', () => {
    const evidence = within({ kind: 'cidrs', cidrs: ['192.0.2.0/24'] });
    const identity = { invokedBy: 'signin.amazonaws.com' };
    expect(reason(useWith({ sourceAddress: '198.51.100.7', identity }), evidence)).toBe('out_of_place');
    expect(reason(useWith({ sourceAddress: '192.0.2.7', identity }), evidence)).toBe('in_time');
  });

  test.each<Intent['place']>([
    { kind: 'cidrs', cidrs: ['192.0.2.0/24'] },
    { kind: 'exchange', address: 'A'.repeat(43) },
  ])('through an endpoint no address is believed: $kind', (place) => {
    const event = useWith({ sourceAddress: '192.0.2.7', vpcEndpointId: 'vpce-1' });
    expect(reason(event, within(place))).toBe('out_of_place');
  });

  test('an address that is none is unknown', () => {
    const evidence = within({ kind: 'cidrs', cidrs: ['192.0.2.0/24'] });
    for (const sourceAddress of [null, '', 'evil.example.com']) {
      expect(findingOf(useWith({ sourceAddress }), evidence)).toMatchObject({
        verdict: 'ATTRIBUTED',
        unknown: ['place_unreadable'],
      });
    }
  });
});

describe('shared', () => {
  const calls = (...seen: readonly (readonly [address: string, at: number])[]): readonly TrailEvent[] =>
    seen.map(([sourceAddress, at], position) =>
      useWith({ sourceAddress, eventTime: OPENED + at, eventId: `e${position}` }),
    );
  const verdicts = (events: readonly TrailEvent[], evidence = EVIDENCE) =>
    findingsOf(events, evidence).map(({ verdict }) => verdict);

  test('two addresses in turn: every call of both', () => {
    const events = calls([ADDRESS, 10], ['198.51.100.7', 20], [ADDRESS, 30], ['203.0.113.9', 40]);
    expect(verdicts(events)).toEqual(['SHARED', 'SHARED', 'SHARED', 'ATTRIBUTED']);
  });

  test('in the same second', () => {
    expect(verdicts(calls([ADDRESS, 10], ['198.51.100.7', 10]))).toEqual(['SHARED', 'SHARED']);
  });

  test('one after the other is a device that moved', () => {
    expect(verdicts(calls([ADDRESS, 10], [ADDRESS, 20], ['198.51.100.7', 21]))).toEqual(
      Array(3).fill('ATTRIBUTED'),
    );
  });

  test('what was refused, out of place, or a service’s, is no call of its holder', () => {
    const [first, last] = calls([ADDRESS, 10], [ADDRESS, 30]);
    if (first === undefined || last === undefined) throw new Error('two calls');
    const between = (change: Parameters<typeof useWith>[0]) =>
      verdicts([
        first,
        useWith({ eventTime: OPENED + 20, sourceAddress: '198.51.100.7', ...change }),
        last,
      ])[0];
    expect(between({})).toBe('SHARED');
    expect(between({ errorCode: 'AccessDenied' })).toBe('ATTRIBUTED');
    expect(between({ sourceAddress: 'athena.amazonaws.com' })).toBe('ATTRIBUTED');
    expect(between({ sourceAddress: ADDRESS, vpcEndpointId: 'vpce-1' })).toBe('SHARED');
    const bound = evidenceOf(storyOf({ place: { kind: 'cidrs', cidrs: ['192.0.2.0/24'] } }));
    expect(verdicts(calls([ADDRESS, 10], ['198.51.100.7', 20], [ADDRESS, 30]), bound)).toEqual([
      'ATTRIBUTED',
      'ELSEWHERE',
      'ATTRIBUTED',
    ]);
  });

  test('comes before doubt', () => {
    const events = calls([ADDRESS, 10], ['198.51.100.7', 20], [ADDRESS, 901]);
    expect(verdicts(events)[2]).toBe('SHARED');
  });
});

describe('access that stands', () => {
  test.each<{ reason: string; whose: string; event: TrailEvent }>([
    {
      reason: 'ai_service_by_long_term_key',
      whose: 'an IAM user’s',
      event: useWith({ eventSource: 'bedrock.amazonaws.com', identity: iamUser() }),
    },
    {
      reason: 'ai_service_by_long_term_key',
      whose: 'root’s',
      event: useWith({
        eventSource: 'sagemaker.amazonaws.com',
        identity: iamUser({ type: 'Root', accessKeyId: null }),
      }),
    },
    {
      reason: 'ai_service_by_other_role',
      whose: 'a CI role’s',
      event: useWith({ eventSource: 'q.amazonaws.com', identity: otherRole() }),
    },
    {
      reason: 'agent_by_long_term_key',
      whose: 'Amazon Q’s',
      event: useWith({ userAgent: 'aws-cli/2 exec-env/AmazonQ-For-CLI-Version-1.2', identity: iamUser() }),
    },
    {
      reason: 'agent_by_long_term_key',
      whose: 'an MCP server’s',
      event: useWith({ userAgent: 'Boto3/1.40 awslabs/mcp/aws-msk-mcp-server/1.0', identity: iamUser() }),
    },
  ])('$reason $whose', ({ reason: expected, event }) => {
    expect(findingOf(event, EVIDENCE)).toMatchObject({ verdict: 'STANDING', reason: expected, writ: null });
  });

  test.each([
    { reason: 'user', event: useWith({ identity: iamUser() }) },
    { reason: 'user', event: useWith({ eventSource: 'bedrock.example.com', identity: iamUser() }) },
    { reason: 'other_role', event: useWith({ userAgent: 'claude-cli/2', identity: otherRole() }) },
    {
      reason: 'service_linked_role',
      event: useWith({
        eventSource: 'bedrock.amazonaws.com',
        identity: otherRole({ role: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/q.amazonaws.com/X` }),
      }),
    },
    {
      reason: 'aws_service',
      event: useWith({
        eventSource: 'bedrock.amazonaws.com',
        identity: iamUser({ type: 'AWSService', accessKeyId: null }),
      }),
    },
    {
      reason: 'writs_own',
      event: useWith({
        eventSource: 'bedrock.amazonaws.com',
        identity: otherRole({ role: `arn:aws:iam::${ACCOUNT}:role/writ-parts/canary` }),
      }),
    },
    { reason: 'root', event: useWith({ identity: iamUser({ type: 'Root' }) }) },
    {
      reason: 'other_account',
      event: useWith({ identity: iamUser({ type: 'AWSAccount', accessKeyId: null }) }),
    },
    { reason: 'other', event: useWith({ identity: iamUser({ type: 'SAMLUser', accessKeyId: null }) }) },
    { reason: 'repeated_key', event: useWith({ identity: otherRole({ accessKeyId: KEY_ID }) }) },
  ])('$reason is out of scope', ({ reason: expected, event }) => {
    expect(findingOf(event, EVIDENCE)).toMatchObject({
      verdict: 'OUT_OF_SCOPE',
      reason: expected,
      writ: null,
    });
  });

  test('a brokered session may call an AI service', () => {
    expect(reason(useWith({ eventSource: 'bedrock.amazonaws.com' }))).toBe('in_time');
  });
});

describe('keys that AWS repeats', () => {
  const other = intentWith({ writ: OTHER_WRIT });
  const names = { assumedRoleId: `${ROLE_ID}:code-agent+${OTHER_WRIT}`, requestId: 'other' };
  const both = evidenceOf([...STORY, other, issuedFor(other, names)]);

  test('with names each event is its own writ’s', () => {
    expect(findingOf(useWith(), both)).toMatchObject({ verdict: 'ATTRIBUTED', writ: WRIT });
  });

  test('without, two candidates are a CONFLICT, and none of them is chosen silently', () => {
    const nameless = useWith({ identity: { principalId: null, arn: null, sourceIdentity: null } });
    expect(findingOf(nameless, both)).toMatchObject({ verdict: 'CONFLICT', reason: 'two_writs' });
  });

  test('names of a writ that the log does not know, and the key of one that it does', () => {
    const names = `code-agent+${OTHER_WRIT}`;
    const identity = {
      principalId: `${ROLE_ID}:${names}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reports/${names}`,
      sourceIdentity: `alice+${OTHER_WRIT}`,
    };
    expect(findingOf(useWith({ identity }), EVIDENCE)).toMatchObject({
      verdict: 'CONFLICT',
      reason: 'two_writs',
    });
  });
});

test('a request id that two records claim belongs to the first', () => {
  const other = intentWith({ writ: OTHER_WRIT });
  const forged = issuedFor(other, { requestId: REQUEST_ID, assumedRoleId: `${ROLE_ID}:x+${OTHER_WRIT}` });
  expect(findingOf(mintWith(), evidenceOf([...STORY, other, forged]))).toMatchObject({
    reason: 'minted',
    writ: WRIT,
  });
});
