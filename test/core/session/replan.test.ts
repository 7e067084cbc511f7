/**
 * Mint's own view of the plan. Each lie is told as well as a broken exchange could: where the session policy would
 * differ, its hash in the record is the lie's own, so that no test passes by the hash alone.
 */
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { Fault, type FaultCode } from '../../../core/fault.ts';
import type { Opened } from '../../../core/ledger/handover.ts';
import type { Intent } from '../../../core/ledger/records.ts';
import type { Account, Agent, Bundle, Permission } from '../../../core/policy/bundle.ts';
import { policyTexts } from '../../../core/session/bounds.ts';
import { replan } from '../../../core/session/replan.ts';
import { asVerified, type Subject } from '../../../core/tokens/identities.ts';
import { INTENT, INTENT_HASH, OPENED, WRIT } from '../ledger/fixture.ts';
import { ACCOUNT, bundleOf, PERMISSION as ONE_PARAMETER } from './fixture.ts';

const PERMISSION: Permission = {
  ...ONE_PARAMETER,
  parameters: { prefix: { type: 'segment' }, quarter: { type: 'enum', values: ['q3', 'q4'] } },
  statements: [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::reports-\${account}/\${prefix}/\${quarter}/*`],
    },
  ],
};
const AGENT: Agent = {
  agent: 'code-agent',
  description: 'Writes code.',
  owner: 'idp:finance',
  reviewBy: OPENED + 86_400,
  expires: OPENED + 2 * 86_400,
  identities: [],
  enrolled: true,
  users: ['idp:alice'],
  groups: [],
  permissions: [],
};
const BUNDLE: Bundle = { ...bundleOf(PERMISSION), agents: [AGENT] };
const BUNDLE_HASH = INTENT.decision.bundle;

const { iss, sub, id, auth_time, acr, amr, exp, token_type, token } = INTENT.subject;
const SUBJECT = asVerified<Subject>({
  ...{ iss, sub, id, auth_time, acr, amr, exp, token_type, token },
  alias: 'idp',
  handle: 'alice@example.com',
  login: 'alice@example.com',
  email: null,
  groups: ['idp:finance'],
  nonce: null,
  cnf_jkt: null,
  may_act: null,
  device_claim: null,
});

const ADDRESS = '192.0.2.7';
const PARAMETERS = { prefix: 'reports', quarter: 'q3' };

/** An intent with the hash of the policy that it speaks of, whatever it speaks of. */
function recorded(
  change: Partial<Intent> = {},
  spoken: { readonly permission?: Permission; readonly account?: Account } = {},
): Intent {
  const intent = { ...INTENT, parameters: PARAMETERS, ...change };
  const bounds = policyTexts(
    spoken.permission ?? PERMISSION,
    { parameters: intent.parameters, account: spoken.account ?? ACCOUNT },
    { value: ADDRESS, sealed: intent.address },
    intent.deadline,
  );
  return { ...intent, sessionPolicy: bounds.recorded, ...change };
}

const opened = (intent: Intent): Opened => ({
  intent,
  hash: INTENT_HASH,
  personal: {
    login: 'alice@example.com',
    email: null,
    purpose: 'Summarise the Q3 figures',
    address: ADDRESS,
    userAgent: null,
  },
});

/** What mint comes to one second after the intent was opened. */
const planned = (
  intent: Intent,
  of: { readonly bundle?: Bundle; readonly subject?: Partial<Subject>; readonly now?: number } = {},
) =>
  replan(
    opened(intent),
    { ...SUBJECT, ...of.subject },
    { hash: BUNDLE_HASH, bundle: of.bundle ?? BUNDLE },
    of.now ?? OPENED + 1,
  );

function faultOf(attempt: () => unknown): FaultCode | 'no fault' {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return 'no fault';
}

test('a true record gives the very plan', () => {
  const { policy } = policyTexts(
    PERMISSION,
    { parameters: PARAMETERS, account: ACCOUNT },
    { value: ADDRESS, sealed: INTENT.address },
    INTENT.deadline,
  );
  expect(planned(recorded())).toEqual({
    RoleArn: 'arn:aws:iam::444455556666:role/writ/reports',
    RoleSessionName: `code-agent+${WRIT}`,
    SourceIdentity: `alice@example.com+${WRIT}`,
    Tags: {
      'writ:id': WRIT,
      'writ:user': 'idp:alice',
      'writ:device': 'writ:d1',
      'writ:agent': 'code-agent',
      'writ:task': 'FIN-1234',
      'writ:permission': 'reports-read',
      'writ:authority': 'live',
      'writ:decision': INTENT_HASH,
      'writ:purpose': 'Summarise the Q3 figures',
    },
    Policy: policy,
    DurationSeconds: 900,
  });
  expect(policy).toContain('arn:aws:s3:::reports-444455556666/reports/q3/*');
  expect(policy).toContain('192.0.2.7/32');
});

describe('a deploy that is half done', () => {
  test('another bundle than the one that decided is a mismatch: the caller asks again', () => {
    const decision = { ...INTENT.decision, bundle: 'cd'.repeat(32) };
    expect(faultOf(() => planned(recorded({ decision })))).toBe('bundle_mismatch');
  });
});

describe('a decision that permits nothing', () => {
  test.each(['refuse', 'needs_approval'] as const)('effect %s', (effect) => {
    const decision = { ...INTENT.decision, effect };
    expect(faultOf(() => planned(recorded({ decision })))).toBe('plan_differs');
  });
});

describe('a time to issue that is not of now', () => {
  test.each([9, 11, 3600])('issueBefore %i s after it was opened', (seconds) => {
    expect(faultOf(() => planned(recorded({ issueBefore: OPENED + seconds })))).toBe('plan_differs');
  });

  const openedAt = (at: number) => recorded({ at, issueBefore: at + 10, deadline: at + 900 });
  const now = OPENED;
  test('opened as far ahead as two clocks may differ: the plan', () => {
    expect(planned(openedAt(now + 5), { now })).toMatchObject({ DurationSeconds: 900 });
  });
  test('opened one second further ahead', () => {
    expect(faultOf(() => planned(openedAt(now + 6), { now }))).toBe('plan_differs');
  });
});

describe('an agent that may not act', () => {
  const withAgent = (change: Partial<Agent>): Bundle => ({ ...BUNDLE, agents: [{ ...AGENT, ...change }] });

  test('nobody knows it', () => {
    const actor = { ...INTENT.actor, agent: 'ghost' };
    expect(faultOf(() => planned(recorded({ actor })))).toBe('plan_differs');
    expect(faultOf(() => planned(recorded(), { bundle: { ...BUNDLE, agents: [] } }))).toBe('plan_differs');
  });

  test.each(['expires', 'reviewBy'] as const)('%s: over from that second on', (end) => {
    expect(faultOf(() => planned(recorded(), { bundle: withAgent({ [end]: OPENED }) }))).toBe('plan_differs');
    expect(planned(recorded(), { bundle: withAgent({ [end]: OPENED + 1 }) })).toMatchObject({
      DurationSeconds: 900,
    });
  });
});

describe('a permission that is another', () => {
  test('nobody knows it', () => {
    expect(faultOf(() => planned(recorded({ permission: 'reports-write' })))).toBe('plan_differs');
  });

  test('its role is another', () => {
    const role = 'arn:aws:iam::444455556666:role/writ/admin';
    expect(faultOf(() => planned(recorded({ role })))).toBe('plan_differs');
  });

  test('the policy whose hash was recorded is another: wider', () => {
    const wider = {
      ...PERMISSION,
      statements: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['*'] }],
    } as const;
    expect(faultOf(() => planned(recorded({}, { permission: wider })))).toBe('plan_differs');
  });

  test('the policy whose hash was recorded is another: from anywhere', () => {
    const anywhere = { ...PERMISSION, place: { kind: 'anywhere' } } as const;
    expect(faultOf(() => planned(recorded({}, { permission: anywhere })))).toBe('plan_differs');
  });

  test('the hash recorded is of the text with the address itself in it, which could be guessed back', () => {
    const sessionPolicy = sha256Hex(planned(recorded()).Policy);
    expect(faultOf(() => planned(recorded({ sessionPolicy })))).toBe('plan_differs');
  });
});

describe('parameters that the permission would not take', () => {
  test.each([
    ['a path where one segment belongs', { ...PARAMETERS, prefix: 'salaries/2027/ceo' }],
    ['a segment that climbs', { ...PARAMETERS, prefix: '..' }],
    ['a value that the enum does not have', { ...PARAMETERS, quarter: 'q1' }],
    ['one that is not declared', { ...PARAMETERS, bucket: 'salaries' }],
  ])('%s', (_, parameters) => {
    expect(faultOf(() => planned(recorded({ parameters })))).toBe('plan_differs');
  });

  test('one is missing', () => {
    const { sessionPolicy } = recorded();
    const parameters = { prefix: 'reports' };
    expect(faultOf(() => planned({ ...recorded(), parameters, sessionPolicy }))).toBe('plan_differs');
  });
});

describe('an account in which it cannot be had', () => {
  const elsewhere: Account = { ...ACCOUNT, account: 'elsewhere', id: '999999999999' };
  const inAccount = (account: Account): Intent =>
    recorded({ account: account.id, role: `arn:aws:iam::${account.id}:role/writ/reports` }, { account });

  test('foreign: not in the configuration', () => {
    expect(faultOf(() => planned(inAccount(elsewhere)))).toBe('plan_differs');
  });

  test('ours, and the permission is not offered there', () => {
    const bundle = { ...BUNDLE, accounts: [ACCOUNT, elsewhere] };
    expect(faultOf(() => planned(inAccount(elsewhere), { bundle }))).toBe('plan_differs');
  });

  test('closed', () => {
    const bundle: Bundle = { ...BUNDLE, accounts: [{ ...ACCOUNT, state: 'closed' }] };
    expect(faultOf(() => planned(recorded(), { bundle }))).toBe('plan_differs');
  });
});

describe('a deadline that is not rule 7’s', () => {
  test.each([1, -1, 3600])('%i s later', (seconds) => {
    expect(faultOf(() => planned(recorded({ deadline: INTENT.deadline + seconds })))).toBe('plan_differs');
  });

  test.each([901, 3600])('a session of %i s', (durationSeconds) => {
    expect(faultOf(() => planned(recorded({ durationSeconds })))).toBe('plan_differs');
  });

  test('more was asked for than the permission gives', () => {
    const lie = { duration: 1801, durationSeconds: 1801, deadline: OPENED + 1801 };
    expect(faultOf(() => planned(recorded(lie)))).toBe('plan_differs');
    const truth = { duration: 1801, durationSeconds: 1800, deadline: OPENED + 1800 };
    expect(planned(recorded(truth))).toMatchObject({ DurationSeconds: 1800 });
  });

  test('the token that mint verified ends sooner, whatever end the record gives it', () => {
    const ends = { exp: OPENED + 600 };
    const record = { subject: { ...INTENT.subject, ...ends } };
    expect(faultOf(() => planned(recorded(record), { subject: ends }))).toBe('plan_differs');
    expect(planned(recorded({ ...record, deadline: OPENED + 600 }), { subject: ends })).toMatchObject({
      DurationSeconds: 900,
    });
  });

  test('the attestation ends sooner', () => {
    const device = { ...INTENT.device, exp: OPENED + 600 };
    expect(faultOf(() => planned(recorded({ device })))).toBe('plan_differs');
  });

  test('too little time is left for any', () => {
    const subject = { exp: OPENED + 4 };
    expect(faultOf(() => planned(recorded({ deadline: OPENED + 4 }), { subject }))).toBe('plan_differs');
  });
});

describe('a record that claims what nothing gave it', () => {
  test.each<{ readonly lie: string; readonly change: Partial<Intent> }>([
    { lie: 'an authority that rests on nothing', change: { authority: 'mandate' } },
    { lie: 'a mandate', change: { authority: 'mandate', mandate: 'M-1' } },
    { lie: 'an approval', change: { authority: 'approval', approval: 'A-1' } },
    { lie: 'an approval beside live authority', change: { approval: 'A-1' } },
    { lie: 'a mandate beside live authority', change: { mandate: 'M-1' } },
    { lie: 'a parent', change: { parent: INTENT.writ } },
    { lie: 'a task that an issuer signed', change: { task: { ...INTENT.task, by: 'signed' } } },
    { lie: 'a purpose that a person approved', change: { purpose: { ...INTENT.purpose, by: 'approved' } } },
    { lie: 'another place', change: { place: { kind: 'anywhere' } } },
    { lie: 'another Region', change: { region: 'us-gov-west-1' } },
    { lie: 'another issuer', change: { subject: { ...INTENT.subject, iss: 'https://other.example' } } },
    { lie: 'another subject', change: { subject: { ...INTENT.subject, sub: 'mallory' } } },
    { lie: 'another group', change: { subject: { ...INTENT.subject, groups: ['idp:admins'] } } },
    { lie: 'a stronger sign-in', change: { subject: { ...INTENT.subject, acr: 'mfa' } } },
    { lie: 'a later sign-in', change: { subject: { ...INTENT.subject, auth_time: OPENED } } },
  ])('$lie', ({ change }) => {
    expect(faultOf(() => planned(recorded(change)))).toBe('plan_differs');
  });
});
