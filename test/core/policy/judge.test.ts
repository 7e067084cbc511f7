import { expect, test } from 'vitest';
import { cedar } from '../../../adapters/cedar.ts';
import type { Identified } from '../../../core/grant.ts';
import { choose } from '../../../core/policy/choose.ts';
import { judge } from '../../../core/policy/judge.ts';
import type { Seen } from '../../../core/seen.ts';
import { bundleOf } from './installation.ts';

const NOW = 1_800_000_000;
const DETAILS = {
  permission: 'read',
  account: 'prod',
  task: 'FIN-1',
  purpose: 'why',
  parameters: { prefix: 'q3' },
  duration: 900,
};

/** Alice of finance, who may read. */
function judged({ demandsBodyHash, coversBody }: { demandsBodyHash: boolean; coversBody: boolean }) {
  const policy = bundleOf({
    'permissions/read.yaml': ['longest: 900', `longest: 900\ndemandsBodyHash: ${demandsBodyHash}`],
  });
  const chosen = choose(DETAILS, policy.bundle);
  if (!chosen.ok) throw new Error(chosen.refusal.reason);
  const identified = {
    subject: {
      id: 'corp:alice',
      alias: 'corp',
      groups: ['corp:finance'],
      auth_time: NOW,
      acr: null,
      amr: [],
    },
    actor: { kind: 'enrolled', id: 'writ:writer' },
    agent: { agent: 'writer', owner: 'corp:finance' },
    device: { kind: 'enrolled', id: 'writ:jkt', compliant: null },
    binding: { subject: 'nonce', actor: 'user', actor_device: 'one_key', request: null },
    proof: { coversBody },
    sealed: { hashes: { address: 'sealed-address', purpose: 'sealed-purpose' } },
  } as unknown as Identified;
  const seen = { received: { sourceAddress: '203.0.113.7' }, now: NOW, decision: null } as unknown as Seen;
  const authorize = cedar(policy.bundle.policies);
  return { outcome: judge(identified, chosen.value, DETAILS, seen, { policy, authorize }), seen };
}

test.each([
  { demandsBodyHash: false, coversBody: false },
  { demandsBodyHash: false, coversBody: true },
  { demandsBodyHash: true, coversBody: true },
])('permitted, and the decision is seen: %j', (proof) => {
  const { outcome, seen } = judged(proof);
  expect(outcome).toMatchObject({ ok: true, value: { effect: 'permit', policies: ['finance-reads'] } });
  expect(outcome).toEqual({ ok: true, value: seen.decision });
});

test('a permission that demands a proof over the body is refused without one, before policy is asked', () => {
  const { outcome, seen } = judged({ demandsBodyHash: true, coversBody: false });
  expect(outcome).toEqual({ ok: false, refusal: { reason: 'body_hash_required', permission: 'read' } });
  expect(seen.decision).toBeNull();
});
