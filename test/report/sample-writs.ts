/** Writs of a made-up day, as leaves, and what each of them did, as events. */

import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { seal } from '../../core/ledger/openings.ts';
import type { Intent, Issued, LogRecord } from '../../core/ledger/records.ts';
import type { Openings } from '../../core/ports.ts';
import { writId } from '../../core/writ-id.ts';
import { type Chance, UPPER } from '../audit/corpus/chance.ts';
import { mintWith, useWith } from '../core/audit/fixture.ts';
import { ENDED, ENFORCED, INTENT, ISSUED, KEY, REVOKED } from '../core/ledger/fixture.ts';

/** 2026-11-23T00:00:00Z */
export const DAY = 1_795_392_000;
export const ACCOUNTS = ['111122223333', '444455556666', '777788889999'] as const;
export const REGIONS = ['eu-central-1', 'us-east-1'] as const;
const PEOPLE = ['alice', 'bob', 'carol', 'dave', 'erin', 'farida', 'george'] as const;
const JOBS = [
  [
    'code-agent',
    'repository-read',
    'Review the change to the billing service',
    'codecommit',
    ['GetFile', 'GetFolder', 'GetCommit'],
  ],
  [
    'report-writer',
    'reports-read',
    'Summarise the figures of the third quarter',
    's3',
    ['GetObject', 'ListObjects', 'HeadObject'],
  ],
  [
    'ticket-triage',
    'tickets-write',
    'Sort the tickets that came in overnight',
    'dynamodb',
    ['GetItem', 'Query', 'UpdateItem'],
  ],
  [
    'incident-helper',
    'logs-read',
    'Find the first error before the outage of 02:10',
    'logs',
    ['FilterLogEvents', 'StartQuery', 'GetQueryResults'],
  ],
  [
    'cost-analyst',
    'billing-read',
    'Which teams spend most on idle machines?',
    'ce',
    ['GetCostAndUsage', 'GetDimensionValues'],
  ],
] as const;

export interface Text {
  readonly purpose: string;
  readonly task: string;
  readonly parameter: string;
  readonly userAgent: string;
  readonly errorMessage: string;
  readonly resource: string;
}

export interface Told {
  readonly records: readonly LogRecord[];
  readonly events: readonly TrailEvent[];
  readonly openings: readonly [string, Openings];
}

/** @param number - Decides what becomes of it: every kind of story in every forty. @param hostile - In all free text. */
export function tellWrit(by: Chance, number: number, at: number, hostile?: Text): Told {
  const made = makeWrit(by, at, number, hostile);
  const { intent, issued } = made;
  const use = (eventTime: number, change: Parameters<typeof useWith>[0] = {}) => made.use(eventTime, change);
  const { issuedAt } = issued;
  const { deadline } = intent;
  const inTime = () => by.number(issuedAt + 1, deadline - 5);
  const many = (count: number) => Array.from({ length: count }, () => use(inTime()));
  const calm = () => many(by.number(3, 18));
  const key = { ...KEY, accessKeyId: issued.accessKeyId, writ: intent.writ, at: issuedAt };
  const ended = { ...ENDED, writ: intent.writ, intent: issued.intent, at: deadline + 1 };
  const told = (events: readonly TrailEvent[], records: readonly LogRecord[] = [ended]): Told => ({
    records: [intent, issued, key, ...records],
    events: [made.mint, ...events],
    openings: made.openings,
  });
  switch (number % 40) {
    case 3:
      return told([]);
    case 5: {
      const asked = issuedAt + Math.floor((deadline - issuedAt) * 0.4);
      const seen = asked + by.number(8, 40);
      const before = Array.from({ length: 8 }, () => use(by.number(issuedAt + 1, asked - 1)));
      const during = Array.from({ length: 3 }, () => use(by.number(asked, seen)));
      const after = [use(seen + 20, { errorCode: 'AccessDenied' }), use(seen + 33)];
      return told([...before, ...during, ...after], made.revocation(by, asked, seen));
    }
    case 9:
      return told([...calm(), use(deadline + 61)]);
    case 11:
      return told([...calm(), use(inTime(), { sourceAddress: '203.0.113.77' })]);
    case 13: {
      const [early, middle, late] = [issuedAt + 20, issuedAt + 60, issuedAt + 120];
      return told([use(early), use(late), use(middle, { sourceAddress: '198.51.100.201' })]);
    }
    case 17:
      return told([...calm(), use(inTime(), { identity: { accessKeyId: `ASIA${by.text(UPPER, 16)}` } })]);
    case 21:
      return told([...calm(), use(deadline + 1)]);
    case 23:
      return { ...told(calm()), events: calm() };
    case 29:
      return told(Array.from({ length: 90 }, () => use(inTime())));
    case 31:
      return told([...calm(), use(deadline + 9_000)]);
    case 37: {
      const asked = deadline - 30;
      return told(calm(), made.revocation(by, asked, null));
    }
    default:
      return told(
        number % 6 === 0
          ? [
              ...calm(),
              use(inTime(), {
                errorCode: 'AccessDenied',
                errorMessage: hostile?.errorMessage ?? 'not authorized to perform this action',
              }),
            ]
          : calm(),
      );
  }
}

function makeWrit(by: Chance, at: number, number: number, hostile?: Text) {
  const writ = writId(
    at * 1000,
    Uint8Array.from({ length: 4 }, () => by.number(0, 255)),
  );
  const person = by.one(PEOPLE);
  const [agent, permission, purpose, service, calls] = by.one(JOBS);
  const account = by.one(ACCOUNTS);
  const region = by.one(REGIONS);
  const duration = by.one([300, 900, 1800, 3600]);
  const role = `arn:aws:iam::${account}:role/writ/${permission}`;
  const roleId = `AROA${sha256Hex(role).slice(0, 17).toUpperCase()}`;
  const net = by.number(1, 250);
  const address = `192.0.2.${net}`;
  const salt = Buffer.from(sha256Hex(writ), 'hex').subarray(0, 16);
  const sealed = { login: seal(person, salt), purpose: seal(hostile?.purpose ?? purpose, salt) };
  const deadline = at + duration;
  const intent: Intent = {
    ...INTENT,
    ...{ writ, at, permission, account, region, role, duration, deadline },
    durationSeconds: Math.max(900, duration),
    issueBefore: at + 10,
    subject: {
      ...INTENT.subject,
      sub: person,
      id: `idp:${person}`,
      login: sealed.login.hash,
      exp: at + 7200,
      auth_time: at - 400,
    },
    actor: { ...INTENT.actor, agent },
    task: {
      value: hostile?.task ?? `${by.one(['FIN', 'OPS', 'WEB'])}-${by.number(100, 9999)}`,
      by: 'declared',
    },
    purpose: { value: sealed.purpose.hash, by: 'declared' },
    parameters: { prefix: hostile?.parameter ?? by.one(['q3/', 'q2/', 'eu/', 'team-7/']) },
    place: number % 40 === 11 ? { kind: 'cidrs', cidrs: ['192.0.2.0/24'] } : { kind: 'anywhere' },
  };
  const sessionName = `${agent}+${writ}`;
  const accessKeyId = `ASIA${by.text(UPPER, 16)}`;
  const requestId = by.uuid();
  const hash = sha256Hex(jcs(intent));
  const issued: Issued = {
    ...ISSUED,
    ...{ writ, accessKeyId, requestId },
    at: at + 1,
    intent: hash,
    assumedRoleId: `${roleId}:${sessionName}`,
    issuedAt: at + 1,
    expiration: at + 1 + intent.durationSeconds,
    tags: { 'writ:id': writ, 'writ:user': intent.subject.id },
  };
  const identity = {
    principalId: `${roleId}:${sessionName}`,
    arn: `arn:aws:sts::${account}:assumed-role/${permission}/${sessionName}`,
    ...{ account, accessKeyId, role, roleId },
    createdAt: issued.issuedAt,
    sourceIdentity: `${person}+${writ}`,
  };
  const common = { account, region };
  const use = (eventTime: number, change: Parameters<typeof useWith>[0] = {}): TrailEvent =>
    useWith({
      ...common,
      eventTime,
      eventId: by.uuid(),
      eventSource: `${service}.amazonaws.com`,
      eventName: by.one(calls),
      requestId: by.uuid(),
      sourceAddress: address,
      userAgent: hostile?.userAgent ?? 'aws-sdk-js/3.1100 md/nodejs#24',
      eventCategory: service === 's3' || service === 'dynamodb' ? 'Data' : 'Management',
      resources: [hostile?.resource ?? `arn:aws:${service}:${region}:${account}:${intent.parameters.prefix}`],
      ...change,
      identity: { ...identity, ...change.identity },
    });
  const mint = mintWith({
    ...common,
    eventTime: issued.issuedAt,
    eventId: by.uuid(),
    requestId,
    eventCategory: 'Management',
    mint: {
      ...{ role, sessionName, accessKeyId },
      sourceIdentity: identity.sourceIdentity,
      tags: { 'writ:id': writ, 'writ:user': intent.subject.id },
      assumedRoleId: issued.assumedRoleId,
      expiration: issued.expiration,
    },
  });
  const openings: readonly [string, Openings] = [
    writ,
    { login: sealed.login.opening, purpose: sealed.purpose.opening },
  ];
  /** Its own, asked for and seen to work; `null`: never seen. */
  const revocation = (chance: Chance, asked: number, seen: number | null): readonly LogRecord[] => {
    const id = writId(
      asked * 1000,
      Uint8Array.from({ length: 4 }, () => chance.number(0, 255)),
    );
    return [
      { ...REVOKED, writ, revocation: id, intent: hash, at: asked, value: writ, cutoff: asked + 1 },
      ...(seen === null
        ? []
        : [
            {
              ...ENFORCED,
              writ,
              revocation: id,
              intent: hash,
              account,
              at: seen,
              written: asked + 2,
              seenRefused: seen,
            },
          ]),
    ];
  };
  return { intent, issued, use, mint, openings, revocation };
}
