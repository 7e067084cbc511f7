import { expect, test } from 'vitest';
import { cedar } from '../../../adapters/cedar.ts';
import { explain, type Supposed } from '../../../core/policy/explain.ts';
import { bundleOf, type Change } from './installation.ts';

/** Midday of 1 June 2026: `writer` is to be reviewed in June 2027. */
const NOW = 1_780_315_200;

const supposed: Supposed = {
  details: {
    permission: 'read',
    account: 'prod',
    parameters: { prefix: 'q3' },
    task: 'T-1',
    purpose: 'to see',
    duration: 600,
  },
  user: 'corp:alice',
  groups: ['corp:finance'],
  acr: null,
  amr: [],
  authAge: 60,
  agent: 'writer',
  actor: 'attested',
  device: { kind: 'enrolled', compliant: null },
  address: '192.0.2.7',
  now: NOW,
};

const explained = (change: Partial<Supposed> = {}, files: { readonly [path: string]: Change } = {}) => {
  const policy = bundleOf(files);
  return explain({ ...supposed, ...change }, policy, cedar(policy.bundle.policies));
};
const details = (change: object) => ({ details: { ...supposed.details, ...change } });

test('what would be issued: by which policy, and with which session policy', () => {
  const { refusal, decision, actsFor, session } = explained();
  expect({ refusal, actsFor, decision }).toMatchObject({
    refusal: null,
    actsFor: 'user',
    decision: { effect: 'permit', policies: ['finance-reads'] },
  });
  expect(session).toMatchObject({
    role: 'arn:aws:iam::111122223333:role/writ/read',
    deadline: NOW + 600,
    durationSeconds: 900,
    mostBytes: 1400,
    demandsBodyHash: false,
  });
  expect(session?.policy).toContain('"arn:aws:s3:::reports/q3/*"');
  expect(session?.policy).toContain('"aws:SourceIp":"192.0.2.7/32"');
  expect(session?.bytes).toBe(session?.policy.length);
});

test('the session ends by the permission’s longest, however long was asked for', () => {
  expect(explained(details({ duration: 3600 })).session?.deadline).toBe(NOW + 900);
});

test.each([
  ['an agent that is not there', { agent: 'reader' }, { reason: 'agent_unknown', agent: 'reader' }],
  ['a permission that is not there', details({ permission: 'write' }), { reason: 'permission_unknown' }],
  ['an account that is not there', details({ account: 'dev' }), { reason: 'account_unknown' }],
  [
    'a parameter that does not fit',
    details({ parameters: { prefix: '*' } }),
    { reason: 'parameter_invalid' },
  ],
  [
    'a group that nothing is permitted',
    { groups: ['corp:support'] },
    { reason: 'policy_denied', policies: [] },
  ],
  [
    'a stale sign-in',
    { authAge: 43_201 },
    { reason: 'policy_denied', policies: ['fresh'], remedy: 'step_up' },
  ],
  ['a registration that is over', { now: 1_900_000_000 }, { reason: 'actor_expired' }],
])('%s', (_, change, refusal) => {
  expect(explained(change).refusal).toMatchObject(refusal);
});

test('an agent that is not for this user is told, and what policies say as well', () => {
  const { refusal, actsFor, decision } = explained(
    { user: 'corp:bob' },
    { 'agents/writer.yaml': ['permissions: [read]', ''] },
  );
  expect(refusal).toEqual({ reason: 'actor_not_for_subject', agent: 'writer' });
  expect(actsFor).toBe(null);
  expect(decision?.effect).toBe('permit');
});
