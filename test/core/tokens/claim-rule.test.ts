/** An issuer's rules about claims, where a lenient reading would let a foreigner in. */
import { expect, test } from 'vitest';
import type { ClaimRule } from '../../../core/policy/bundle.ts';
import { meets } from '../../../core/tokens/claim-rule.ts';

const TENANT: ClaimRule = { claim: 'tid', oneOf: ['t1', 't2', 7, true] };
const CLUSTER: ClaimRule = { claim: ['kubernetes.io', 'namespace'], oneOf: ['agents'] };
const CONTEXT: ClaimRule = { claim: 'acrs', includes: ['c1'] };
const OWNER: ClaimRule = { claim: 'sub', startsWith: 'repo:example/' };

test.each<[what: string, rule: ClaimRule, claims: Parameters<typeof meets>[1], met: boolean]>([
  ['one of several', TENANT, { tid: 't2' }, true],
  ['another', TENANT, { tid: 't3' }, false],
  ['none', TENANT, {}, false],
  ['a list that holds one of them', TENANT, { tid: ['t1'] }, false],
  ['a number', TENANT, { tid: 7 }, true],
  ['its digits as text', TENANT, { tid: '7' }, false],
  ['a name that every object has', { claim: 'constructor', oneOf: ['t1'] }, {}, false],
  ['a path', CLUSTER, { 'kubernetes.io': { namespace: 'agents' } }, true],
  ['a claim whose name looks like the path', CLUSTER, { 'kubernetes.io.namespace': 'agents' }, false],
  ['the last name without its path', CLUSTER, { namespace: 'agents' }, false],
  ['a path through a list', CLUSTER, { 'kubernetes.io': [{ namespace: 'agents' }] }, false],
  ['a list with one of them', CONTEXT, { acrs: ['c0', 'c1'] }, true],
  ['a list without', CONTEXT, { acrs: ['c0'] }, false],
  ['a text with one of them in it', CONTEXT, { acrs: 'c0 c1' }, false],
  ['that very text', CONTEXT, { acrs: 'c1' }, false],
  ['a beginning', OWNER, { sub: 'repo:example/site:ref:refs/heads/main' }, true],
  ['that stands later', OWNER, { sub: 'x repo:example/site' }, false],
  ['in other letters', OWNER, { sub: 'Repo:example/site' }, false],
  ['of a list', OWNER, { sub: ['repo:example/site'] }, false],
])('%s', (_, rule, claims, met) => {
  expect(meets(rule, claims)).toBe(met);
});
