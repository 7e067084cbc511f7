/** Rule 7: a session ends at the least of five instants, and AWS itself ends it there, were all of ours down. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isoTime } from '../../core/encoding/iso-time.ts';
import type { Issued } from '../../core/exchange.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import type { Evaluation } from '../../core/iam/request.ts';
import { MAX_CHAINED_SECONDS, MIN_STS_SECONDS } from '../../core/limits.ts';
import type { LoadedBundle, Permission } from '../../core/policy/bundle.ts';
import type { SessionPlan } from '../../core/ports.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { endOf, fault, handedOver, mintOf } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { FILES } from '../support/installation.ts';

const reports = Object(FILES['permissions/reports-read.yaml']);

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker({
    'permissions/reports-read.yaml': { ...reports, longest: 1800 },
    'permissions/reports-bound.yaml': { ...reports, longest: 3600 },
  });
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

/** What a session is: its end as told, recorded and enforced, and what STS was asked for. */
interface Session {
  readonly told: number;
  readonly recorded: number;
  readonly plan: SessionPlan;
}

async function session(change: Ask): Promise<Session> {
  const answer = await endOf(broker.exchange(await broker.ask(change)));
  expect(answer).toMatchObject({ ok: true });
  const { writ, grant } = (answer as { readonly value: Issued }).value;
  const [plan] = broker.sts.asked;
  if (plan === undefined) throw new Error('STS was not asked');
  const [intent] = await broker.items(writ);
  const { deadline } = JSON.parse(intent?.body ?? '{}');
  return { told: grant.bounds.deadline, recorded: deadline, plan };
}

const REPORT = 'arn:aws:s3:::example-reports/q3/a';
const ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** Judges one read at an instant, for a role that may do everything, from the place that the session is bound to. */
function at(when: number, { plan }: Session, resource?: PolicyDocument): Evaluation {
  const principal = `arn:aws:sts::111122223333:assumed-role/reports-read/${plan.RoleSessionName}`;
  return evaluate(
    {
      action: 's3:GetObject',
      resource: REPORT,
      principal,
      context: {
        'aws:CurrentTime': isoTime(when),
        'aws:SourceIp': '198.51.100.7',
        'aws:ViaAWSService': 'false',
      },
    },
    { identity: [ALL], session: JSON.parse(plan.Policy), ...(resource ? { resource } : {}) },
  );
}

/** A permission that the compiler would not have let through: longer than a chained role lasts. */
function withLongest(longest: number): LoadedBundle {
  const { bundle, hash } = broker.ports.policy;
  const permissions: readonly Permission[] = bundle.permissions.map((each) => ({ ...each, longest }));
  return { hash, bundle: { ...bundle, permissions } };
}

const LONG = 7200;
const day = { claims: { exp: NOW + 86_400 } };

/** Each of the five is the least once; the other four are further away. */
const FIVE: readonly {
  readonly least: string;
  readonly after: number;
  readonly change: Ask;
  readonly all?: true;
}[] = [
  { least: 'what was asked for', after: 600, change: { details: { duration: 600 } } },
  { least: 'the permission’s longest', after: 1800, change: { details: { duration: LONG } } },
  { least: 'the subject token’s end', after: 700, change: { subject: { claims: { exp: NOW + 700 } } } },
  { least: 'the attestation’s end', after: 650, change: { attestation: { claims: { exp: NOW + 650 } } } },
  {
    least: 'role chaining’s hour',
    after: MAX_CHAINED_SECONDS,
    change: { details: { duration: LONG }, subject: day },
    all: true,
  },
];

describe.each(FIVE)('the least is $least', ({ least, after, change, all }) => {
  test(`${least}: told, recorded and asked of STS`, async () => {
    if (all) broker.ports.policy = withLongest(LONG);
    const { told, recorded, plan } = await session(change);
    expect({ told, recorded }).toEqual({ told: NOW + after, recorded: NOW + after });
    expect(plan.DurationSeconds).toBe(Math.max(MIN_STS_SECONDS, after));
  });

  test(`${least}: AWS allows the last second, and nothing from then on`, async () => {
    if (all) broker.ports.policy = withLongest(LONG);
    const given = await session(change);
    const end = NOW + after;
    expect(at(end - 1, given)).toMatchObject({ decision: 'allowed' });
    const denied = { decision: 'explicitDeny', by: { document: 'session', statement: 'Deadline' } };
    expect(at(end, given)).toMatchObject(denied);
    expect(at(end + 1, given)).toMatchObject(denied);
    expect(at(NOW + 10 * 86_400, given)).toMatchObject(denied);
  });
});

test('a bucket that names the session itself lets it in no second longer', async () => {
  const given = await session({});
  const principal = `arn:aws:sts::111122223333:assumed-role/reports-read/${given.plan.RoleSessionName}`;
  const bucket: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 's3:*', Resource: '*' }],
  };
  expect(at(NOW + 899, given, bucket)).toMatchObject({ allowed: true });
  expect(at(NOW + 900, given, bucket)).toMatchObject({ decision: 'explicitDeny' });
});

describe('DurationSeconds is the least that covers the deadline', () => {
  test.each([
    { wanted: 5, seconds: 900 },
    { wanted: 899, seconds: 900 },
    { wanted: 900, seconds: 900 },
    { wanted: 901, seconds: 901 },
    { wanted: 1799, seconds: 1799 },
  ])('$wanted s: $seconds', async ({ wanted, seconds }) => {
    const { plan, told } = await session({ details: { duration: wanted } });
    expect({ seconds: plan.DurationSeconds, told }).toEqual({ seconds, told: NOW + wanted });
  });
});

describe('too little is refused, and names what ends first', () => {
  test.each([
    { by: 'subject_token', change: { subject: { claims: { exp: NOW + 4 } } } },
    { by: 'attestation', change: { attestation: { claims: { exp: NOW + 4 } } } },
  ] satisfies { by: string; change: Ask }[])('$by', async ({ by, change }) => {
    const answer = await broker.exchange(await broker.ask(change));
    expect(answer).toMatchObject({
      ok: false,
      refusal: { reason: 'too_little_time_left', end: NOW + 4, now: NOW, by },
    });
    expect(broker.sts.asked).toEqual([]);
  });

  test('five seconds are enough', async () => {
    expect(await session({ subject: { claims: { exp: NOW + 5 } } })).toMatchObject({ told: NOW + 5 });
  });
});

describe('a broken exchange records another end: no AssumeRole', () => {
  const later = (intent: string) => intent.replace(`"deadline":${NOW + 900}`, `"deadline":${NOW + 1800}`);

  test('than its session policy has', async () => {
    expect(await mintOf(broker, await handedOver(broker, {}, later))).toBe(fault('plan_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('than the permission allows, its session policy with it', async () => {
    const { policy } = broker.ports;
    broker.ports.policy = withLongest(LONG);
    const handover = await handedOver(broker, { details: { duration: LONG }, subject: day });
    broker.ports.policy = policy;
    expect(await mintOf(broker, handover)).toBe(fault('plan_differs'));
    expect(broker.sts.asked).toEqual([]);
  });

  test('than its own DurationSeconds', async () => {
    const longer = (intent: string) => intent.replace('"durationSeconds":900', '"durationSeconds":3600');
    expect(await mintOf(broker, await handedOver(broker, {}, longer))).toBe(fault('plan_differs'));
    expect(broker.sts.asked).toEqual([]);
  });
});
