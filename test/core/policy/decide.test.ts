import { expect, test } from 'vitest';
import { cedar } from '../../../adapters/cedar.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { decideEnroll, decideIssue } from '../../../core/policy/decide.ts';
import { enrollQuestion, type IssueAsked, issueQuestion } from '../../../core/policy/question.ts';
import type { Authorize, PolicyAnswer } from '../../../core/ports.ts';
import { bundleOf } from './installation.ts';

const NOW = 1_800_000_000;
const policy = bundleOf();
const authorize = cedar(policy.bundle.policies);
const sealed = { address: 'sealed-address', purpose: 'sealed-purpose' };

const asked: IssueAsked = {
  subject: {
    id: 'corp:alice',
    alias: 'corp',
    groups: ['corp:finance'],
    auth_time: NOW - 60,
    acr: null,
    amr: ['pwd'],
  },
  actor: { kind: 'enrolled', id: 'writ:writer' },
  agent: { agent: 'writer', owner: 'corp:finance' },
  device: { kind: 'enrolled', id: 'writ:jkt', compliant: null },
  binding: { subject: 'nonce', actor: 'group', actor_device: 'one_key', request: null },
  chosen: {
    permission: { permission: 'read' },
    account: { account: 'prod' },
    parameters: { prefix: 'q3' },
  },
  details: { task: 'FIN-1', purpose: 'canary-purpose', duration: 900 },
  address: '203.0.113.7',
  now: NOW,
};
const answering =
  (answer: Partial<PolicyAnswer>): Authorize =>
  () => ({ decision: 'deny', policies: [], errors: [], ...answer });

test('a permit names the policies and the configuration that decided', () => {
  const { decision, outcome } = decideIssue(asked, sealed, policy, authorize);
  expect(outcome).toEqual({ ok: true, value: null });
  expect(decision).toMatchObject({ effect: 'permit', policies: ['finance-reads'], bundle: policy.hash });
});

test('nobody permits: refused by no policy, with nothing to do about it', () => {
  const stranger = { ...asked, subject: { ...asked.subject, groups: [] } };
  const { decision, outcome } = decideIssue(stranger, sealed, policy, authorize);
  expect(decision).toMatchObject({ effect: 'refuse', policies: [] });
  expect(outcome).toEqual({ ok: false, refusal: { reason: 'policy_denied', policies: [], remedy: null } });
});

test('a forbid out-votes the permit and says what helps', () => {
  const stale = { ...asked, subject: { ...asked.subject, auth_time: NOW - 43_201 } };
  expect(decideIssue(stale, sealed, policy, authorize).outcome).toEqual({
    ok: false,
    refusal: { reason: 'policy_denied', policies: ['fresh'], remedy: 'step_up' },
  });
});

test('a policy that fails to evaluate refuses, though the engine says allow', () => {
  const answer = answering({ decision: 'allow', policies: ['finance-reads'], errors: ['fresh'] });
  expect(decideIssue(asked, sealed, policy, answer)).toMatchObject({
    decision: { effect: 'refuse', policies: ['fresh'] },
    outcome: { ok: false, refusal: { reason: 'policy_denied', policies: ['fresh'], remedy: null } },
  });
});

test('a remedy is offered only where each policy that refused has one', () => {
  const outcome = decideIssue(asked, sealed, policy, answering({ policies: ['fresh', 'other'] })).outcome;
  expect(outcome).toMatchObject({ ok: false, refusal: { remedy: null } });
});

test('a policy id that is a member of every object has no remedy by accident', () => {
  const outcome = decideIssue(asked, sealed, policy, answering({ policies: ['constructor'] })).outcome;
  expect(outcome).toMatchObject({ ok: false, refusal: { remedy: null } });
});

test('inputs: recomputed from what the record holds, and nothing personal is in it', () => {
  const { decision } = decideIssue(asked, sealed, policy, authorize);
  const recorded = {
    ...asked,
    address: sealed.address,
    details: { ...asked.details, purpose: sealed.purpose },
  };
  expect(decision.inputs).toBe(sha256Hex(jcs(issueQuestion(recorded))));
  const other = { ...asked, address: '203.0.113.8', details: { ...asked.details, purpose: 'another' } };
  expect(decideIssue(other, sealed, policy, authorize).decision.inputs).toBe(decision.inputs);
});

test('inputs change with any other fact', () => {
  const { inputs } = decideIssue(asked, sealed, policy, authorize).decision;
  const others: IssueAsked[] = [
    { ...asked, now: NOW + 1 },
    { ...asked, details: { ...asked.details, duration: 901 } },
    { ...asked, device: { ...asked.device, compliant: true } },
    { ...asked, chosen: { ...asked.chosen, parameters: { prefix: 'q4' } } },
  ];
  for (const other of others) {
    expect(decideIssue(other, sealed, policy, authorize).decision.inputs).not.toBe(inputs);
  }
});

test('the order and repetition of groups change nothing', () => {
  const groups = (...groups: string[]) => ({ ...asked, subject: { ...asked.subject, groups } });
  expect(issueQuestion(groups('corp:a', 'corp:b'))).toEqual(
    issueQuestion(groups('corp:b', 'corp:a', 'corp:b')),
  );
});

test('a sign-in a few seconds ahead of our clock is one just now', () => {
  const ahead = { ...asked, subject: { ...asked.subject, auth_time: NOW + 3 } };
  expect(issueQuestion(ahead).context.auth_age).toBe(0);
});

test('a question with every optional fact fits the schema', () => {
  const full: IssueAsked = {
    ...asked,
    subject: { ...asked.subject, acr: 'gold', amr: ['pwd', 'otp', 'pwd'] },
    actor: { kind: 'attested', id: 'ci:repo' },
    device: { kind: 'attested', id: 'mdm:laptop-7', compliant: false },
    binding: { subject: 'attestation', actor: 'may_act', actor_device: null, request: 'bdh' },
    address: '2001:db8::7',
  };
  expect(decideIssue(full, sealed, policy, authorize).outcome.ok).toBe(true);
});

test('what is not known is absent, not null', () => {
  const { context, entities } = issueQuestion(asked);
  expect(context).not.toHaveProperty('acr');
  expect(JSON.stringify({ context, entities })).not.toContain('null');
});

test('a person signed in for it, this long ago, from there; sets have no order', () => {
  const { subject } = asked;
  const signedIn = { ...asked, subject: { ...subject, acr: 'gold', amr: ['pwd', 'otp', 'pwd'] } };
  expect(issueQuestion(signedIn).context).toMatchObject({
    attended: true,
    auth_time: NOW - 60,
    auth_age: 60,
    acr: 'gold',
    amr: ['otp', 'pwd'],
    address: { __extn: { fn: 'ip', arg: '203.0.113.7' } },
    now: NOW,
  });
});

test('a policy may ask for a person’s own sign-in', () => {
  const people = `@id("people")
permit (principal, action == Writ::Action::"issue", resource) when { context.attended };
`;
  const here = bundleOf({ 'policies/all.cedar': people });
  const decided = decideIssue(asked, sealed, here, cedar(here.bundle.policies));
  expect(decided.decision).toMatchObject({ effect: 'permit', policies: ['people'] });
});

test('nothing is approved, and task and purpose are the agent’s word', () => {
  expect(issueQuestion(asked).context).toMatchObject({
    approvals: [],
    task: { value: 'FIN-1', by: 'declared' },
    purpose: { by: 'declared' },
  });
});

test('enroll: nobody permits it here', () => {
  const { subject, address, now } = asked;
  const enroll = { subject, address, now, jkt: 'thumbprint' };
  expect(enrollQuestion(enroll).resource).toEqual({ type: 'Writ::Device', id: 'writ:thumbprint' });
  expect(decideEnroll(enroll, sealed, policy, authorize)).toMatchObject({
    decision: { effect: 'refuse' },
    outcome: { ok: false, refusal: { reason: 'policy_denied' } },
  });
});
