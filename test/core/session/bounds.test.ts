import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import type { PlaceRule } from '../../../core/policy/bundle.ts';
import { policyTexts } from '../../../core/session/bounds.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';
import { DEADLINE, FILL, PERMISSION } from './fixture.ts';

const SEALED = 'A'.repeat(43);
const ADDRESS = { value: '192.0.2.7', sealed: SEALED };

const boundsFrom = (address: Partial<typeof ADDRESS> = {}, place: PlaceRule = { kind: 'exchange' }) =>
  policyTexts({ ...PERMISSION, place }, FILL, { ...ADDRESS, ...address }, DEADLINE);

test('the policy is the session policy for the caller’s own address, to the character', () => {
  expect(boundsFrom().policy).toBe(
    sessionPolicy(PERMISSION, FILL, {
      place: { kind: 'cidrs', cidrs: ['192.0.2.7/32'] },
      deadline: DEADLINE,
    }),
  );
});

test('what is recorded is the hash of the same text, the sealed hash in the address’s place', () => {
  const { policy, recorded } = boundsFrom();
  expect(policy.split('192.0.2.7/32')).toHaveLength(2);
  expect(recorded).toBe(sha256Hex(policy.replace('192.0.2.7/32', SEALED)));
});

describe('a place that is the exchange’s own', () => {
  test('two addresses under one sealed hash: two policies, and one hash in the record', () => {
    const [here, there] = [boundsFrom(), boundsFrom({ value: '198.51.100.9' })];
    expect(there.policy).not.toBe(here.policy);
    expect(there.recorded).toBe(here.recorded);
  });

  test('one address under two sealed hashes: one policy, and two hashes in the record', () => {
    const [one, other] = [boundsFrom(), boundsFrom({ sealed: 'B'.repeat(43) })];
    expect(other.policy).toBe(one.policy);
    expect(other.recorded).not.toBe(one.recorded);
  });

  test('the sealed hash is never what AWS is told', () => {
    expect(boundsFrom().policy).not.toContain(SEALED);
  });

  test('an address that is none is a fault, though only its hash would be recorded', () => {
    expect(() => boundsFrom({ value: 'localhost' })).toThrow('misconfigured');
  });
});

describe.each<PlaceRule>([
  { kind: 'cidrs', cidrs: ['203.0.113.0/24'] },
  { kind: 'vpcs', vpcs: ['vpc-0123456789abcdef0'] },
  { kind: 'anywhere' },
])('a place that is the configuration’s: $kind', (place) => {
  test('says nothing of the caller, in the policy or in the record', () => {
    const one = boundsFrom({}, place);
    expect(boundsFrom({ value: '198.51.100.9', sealed: 'B'.repeat(43) }, place)).toEqual(one);
    expect(one.recorded).toBe(sha256Hex(one.policy));
  });
});

test('the record holds fast all else: parameters, account, deadline, statements, place', () => {
  const { account } = FILL;
  const others = [
    policyTexts(PERMISSION, { ...FILL, parameters: { prefix: 'q4' } }, ADDRESS, DEADLINE),
    policyTexts(PERMISSION, { ...FILL, account: { ...account, id: '111122223333' } }, ADDRESS, DEADLINE),
    policyTexts(PERMISSION, FILL, ADDRESS, DEADLINE + 1),
    policyTexts({ ...PERMISSION, statements: PERMISSION.statements.slice(1) }, FILL, ADDRESS, DEADLINE),
    policyTexts({ ...PERMISSION, lifts: ['iam:Get*'] }, FILL, ADDRESS, DEADLINE),
    boundsFrom({}, { kind: 'anywhere' }),
  ].map(({ recorded }) => recorded);
  expect(new Set([boundsFrom().recorded, ...others]).size).toBe(others.length + 1);
});
