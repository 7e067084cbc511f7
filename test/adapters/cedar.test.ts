import { expect, test } from 'vitest';
import { cedar } from '../../adapters/cedar.ts';
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { Fault } from '../../core/fault.ts';
import type { CedarPolicies } from '../../core/policy/bundle.ts';
import { cedarSchema } from '../../core/policy/cedar-schema.ts';
import { enrollQuestion } from '../../core/policy/question.ts';
import type { PolicyQuestion } from '../../core/ports.ts';

const NOW = 1_800_000_000;

const question: PolicyQuestion = enrollQuestion({
  subject: {
    id: 'corp:alice',
    alias: 'corp',
    groups: ['corp:finance'],
    auth_time: NOW - 60,
    acr: null,
    amr: ['pwd'],
  },
  address: '203.0.113.7',
  now: NOW,
  jkt: 'thumbprint',
});

function policiesOf(texts: { readonly [id: string]: string }): CedarPolicies {
  const policies = Object.fromEntries(
    Object.entries(texts).map(([id, text]) => {
      const parsed = cedarCompiler.parse(text);
      if (!parsed.ok) throw new Error(parsed.problems[0]?.problem);
      return [id, parsed.policies[0]?.json];
    }),
  );
  return { policies, schema: cedarSchema([]), remedies: {} };
}

const PERMIT = 'permit (principal in Writ::Group::"corp:finance", action, resource);';
const IN_NETWORK =
  'permit (principal, action, resource) when { context.address.isInRange(ip("203.0.113.0/24")) };';

test('allow, with the policies that determined it, sorted', () => {
  const authorize = cedar(policiesOf({ b: PERMIT, a: IN_NETWORK }));
  expect(authorize(question)).toEqual({ decision: 'allow', policies: ['a', 'b'], errors: [] });
});

test('deny by nobody’s permit', () => {
  const authorize = cedar(
    policiesOf({ a: 'permit (principal in Writ::Group::"corp:x", action, resource);' }),
  );
  expect(authorize(question)).toEqual({ decision: 'deny', policies: [], errors: [] });
});

test('deny by a forbid, which alone determined it', () => {
  const authorize = cedar(policiesOf({ a: PERMIT, b: 'forbid (principal, action, resource);' }));
  expect(authorize(question)).toEqual({ decision: 'deny', policies: ['b'], errors: [] });
});

test('a policy that fails to evaluate is told, as Cedar itself skips it', () => {
  const overflow = 'forbid (principal, action, resource) when { context.now * 9007199254740991 > 0 };';
  const authorize = cedar(policiesOf({ a: PERMIT, b: overflow }));
  expect(authorize(question)).toEqual({ decision: 'allow', policies: ['a'], errors: ['b'] });
});

test('two bundles in one process do not mix', () => {
  const one = cedar(policiesOf({ a: PERMIT }));
  const two = cedar(policiesOf({ b: 'forbid (principal, action, resource);' }));
  expect(one(question).decision).toBe('allow');
  expect(two(question).decision).toBe('deny');
});

test.each<[string, PolicyQuestion]>([
  ['an address that is none', withContext({ address: { __extn: { fn: 'ip', arg: 'canary' } } })],
  ['a context that the schema does not know', withContext({ canary: 'x' })],
  ['a value of another type', withContext({ now: '1' })],
  ['an action that is not there', { ...question, action: { type: 'Writ::Action', id: 'canary' } }],
])('%s: policy_engine_failed, without a word of the question', (_, bad) => {
  const authorize = cedar(policiesOf({ a: PERMIT }));
  expect(() => authorize(bad)).toThrow(new Fault('policy_engine_failed'));
});

test.each<[string, CedarPolicies]>([
  ['policies', { ...policiesOf({ a: PERMIT }), policies: { a: { effect: 'maybe' } } }],
  ['schema', { ...policiesOf({ a: PERMIT }), schema: { Writ: 1 } }],
])('%s that do not parse: nothing starts', (_, bad) => {
  expect(() => cedar(bad)).toThrow(new Fault('policy_engine_failed'));
});

function withContext(change: { readonly [key: string]: unknown }): PolicyQuestion {
  return { ...question, context: { ...question.context, ...change } };
}
