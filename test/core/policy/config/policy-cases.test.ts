import { expect, test } from 'vitest';
import { cedar } from '../../../../adapters/cedar.ts';
import { policyCases } from '../../../../core/policy/config/policy-cases.ts';
import { sortFiles } from '../../../../core/policy/config/sort.ts';
import type { Authorize, PolicyQuestion } from '../../../../core/ports.ts';
import { bundleOf, type Change, files, problemsOf } from '../installation.ts';

const PATH = 'policies/all.test.yaml';
const ALICE = 'user: corp:alice, groups: [corp:finance]';
const ASK = `${ALICE}, agent: writer, permission: read, account: prod, parameters: { prefix: q3 }`;
const PERMIT = 'expect: permit, by: [finance-reads]';

/** What becomes of one case, the third line of its file. */
function judged(each: string, changes: { readonly [path: string]: Change } = {}, authorize?: Authorize) {
  const policy = bundleOf(changes);
  const text = `cases:\n# one\n  - { name: one, ${each} }\n`;
  const [parsed] = sortFiles(files({ ...changes, [PATH]: text })).tests;
  if (parsed === undefined) throw new Error('the case is no case');
  const [result] = policyCases(parsed, policy, authorize ?? cedar(policy.bundle.policies));
  return result;
}
const problemOf = (each: string, changes?: { readonly [path: string]: Change }) =>
  judged(each, changes)?.problem;
const wrong = (problem: string) => ({ file: PATH, line: 3, column: 5, problem });

/** What the engine is asked. */
function questionOf(ask: string): PolicyQuestion {
  const asked: PolicyQuestion[] = [];
  judged(`ask: { ${ask} }, ${PERMIT}`, {}, (question) => {
    asked.push(question);
    return { decision: 'allow', policies: [], errors: [] };
  });
  const [question] = asked;
  if (question === undefined) throw new Error('nothing was asked');
  return question;
}
const uid = (type: string, id: string) => ({ type: `Writ::${type}`, id });
const entity = (type: string, id: string) => ({ __entity: uid(type, id) });

test('a case that says little is asked with what its schema says of the rest', () => {
  expect(questionOf(ASK)).toEqual({
    principal: uid('User', 'corp:alice'),
    action: uid('Action', 'issue'),
    resource: uid('Permission', 'read'),
    context: {
      amr: ['pwd'],
      auth_time: 1_799_999_940,
      auth_age: 60,
      attended: true,
      address: { __extn: { fn: 'ip', arg: '192.0.2.1' } },
      now: 1_800_000_000,
      approvals: [],
      agent: entity('Agent', 'writer'),
      actor: { kind: 'enrolled', id: 'writ:writer' },
      device: entity('Device', 'case:device'),
      binding: { subject: 'nonce', actor: 'group', actor_device: 'one_key' },
      task: { value: 'CASE-1', by: 'declared' },
      purpose: { value: 'a case', by: 'declared' },
      parameters: { prefix: 'q3' },
      account: 'prod',
      duration: 900,
    },
    entities: [
      { uid: uid('User', 'corp:alice'), attrs: { alias: 'corp' }, parents: [uid('Group', 'corp:finance')] },
      { uid: uid('Agent', 'writer'), attrs: { owner: entity('Group', 'corp:finance') }, parents: [] },
      { uid: uid('Device', 'case:device'), attrs: { kind: 'enrolled' }, parents: [] },
      { uid: uid('Permission', 'read'), attrs: {}, parents: [] },
    ],
  });
});

test('whatever a case says is what is asked', () => {
  const { principal, context, entities } = questionOf(
    `${ASK.replace(ALICE, 'user: "corp:al=ice:1"')}, action: issue, auth_age: 5, acr: gold, amr: [otp],
      address: "2001:db8::7", actor: attested, duration: 60, task: FIN-1, purpose: why,
      device: { kind: attested, compliant: false },
      binding: { subject: cnf, actor: may_act, request: bdh }`,
  );
  expect(principal).toEqual(uid('User', 'corp:al=3dice:1'));
  expect(context).toMatchObject({
    acr: 'gold',
    amr: ['otp'],
    auth_age: 5,
    address: { __extn: { arg: '2001:db8::7' } },
    actor: { kind: 'attested', id: 'case:workload' },
    duration: 60,
    task: { value: 'FIN-1' },
    purpose: { value: 'why' },
  });
  // An attested actor is bound to no key of the device.
  expect(context.binding).toEqual({ subject: 'cnf', actor: 'may_act', request: 'bdh' });
  expect(entities[0]?.parents).toEqual([]);
  expect(entities[2]?.attrs).toEqual({ kind: 'attested', compliant: false });
});

test('a case of an enrolment asks for a device of ours', () => {
  expect(questionOf(`action: enroll, ${ALICE}`)).toMatchObject({
    principal: uid('User', 'corp:alice'),
    action: uid('Action', 'enroll'),
    resource: uid('Device', 'writ:case'),
  });
});

test('a case that holds has no problem, whatever the order of its policies', () => {
  const second = `${files().find(({ path }) => path === 'policies/all.cedar')?.text}
@id("anybody")
permit (principal, action, resource);
`;
  expect(judged(`ask: { ${ASK} }, ${PERMIT}`)).toEqual({ name: 'one', problem: null });
  const by = (...ids: string[]) => `ask: { ${ASK} }, expect: permit, by: [${ids.join(', ')}]`;
  const both = { 'policies/all.cedar': second };
  expect(problemOf(by('finance-reads', 'anybody'), both)).toBeNull();
  expect(problemOf(by('anybody', 'finance-reads'), both)).toBeNull();
  expect(problemOf(by('anybody'), both)).toEqual(
    wrong('expected permit by [anybody], got permit by [anybody, finance-reads]'),
  );
});

const STALE = `${ASK}, auth_age: 43201`;
test.each([
  [
    'another effect',
    `ask: { ${ASK} }, expect: refuse, by: [finance-reads]`,
    'expected refuse by [finance-reads], got permit by [finance-reads]',
  ],
  [
    'another policy',
    `ask: { ${ASK} }, expect: permit, by: []`,
    'expected permit by [], got permit by [finance-reads]',
  ],
  [
    'a remedy that is not expected',
    `ask: { ${STALE} }, expect: refuse, by: [fresh]`,
    'expected refuse by [fresh], got refuse by [fresh], remedy step_up',
  ],
  [
    'another remedy',
    `ask: { ${STALE} }, expect: refuse, by: [fresh], remedy: login`,
    'expected refuse by [fresh], remedy login, got refuse by [fresh], remedy step_up',
  ],
  [
    'an agent that is not there',
    `ask: { ${ASK.replace('writer', 'wirter')} }, expect: refuse, by: []`,
    'there is no agent wirter',
  ],
  [
    'a permission that is not there',
    `ask: { ${ASK.replace('read,', 'reed,')} }, expect: refuse, by: []`,
    'cannot be asked for: permission_unknown',
  ],
  [
    'an account that is not there',
    `ask: { ${ASK.replace('prod', 'test')} }, expect: refuse, by: []`,
    'cannot be asked for: account_unknown',
  ],
  [
    'no parameters where one is needed',
    `ask: { ${ASK.replace(', parameters: { prefix: q3 }', '')} }, expect: refuse, by: []`,
    'cannot be asked for: parameter_invalid',
  ],
])('%s: a failure, told where the case stands', (_, each, problem) => {
  expect(problemOf(each)).toEqual(wrong(problem));
});

test('a refusal with its remedy holds', () => {
  expect(problemOf(`ask: { ${STALE} }, expect: refuse, by: [fresh], remedy: step_up`)).toBeNull();
});

test.each(['alice', 'Alice', 'corp:', 'Corp:alice', ':alice', 'an-alias-of-seventeen:alice'])(
  'no user is called %s: told as a mistake, and not as nobody’s permit',
  (user) => {
    const text = (ask: string) => `cases:\n  - { name: one, ask: { ${ask} }, expect: refuse, by: [] }\n`;
    for (const ask of [ASK.replace('corp:alice', `"${user}"`), `action: enroll, user: "${user}"`]) {
      expect(problemsOf({ [PATH]: text(ask) })).toEqual([
        expect.objectContaining({
          line: 2,
          problem: 'cases.0.ask.user: must be <issuer alias>:<subject>',
        }),
      ]);
    }
  },
);

test('a later case is told at its own line', () => {
  const text = `cases:
  - { name: one, ask: { ${ASK} }, ${PERMIT} }
  - name: two
    ask: { ${ASK} }
    expect: permit
    by: []
`;
  const policy = bundleOf();
  const [parsed] = sortFiles(files({ [PATH]: text })).tests;
  const results = parsed === undefined ? [] : policyCases(parsed, policy, cedar(policy.bundle.policies));
  expect(results.map(({ name, problem }) => [name, problem?.line])).toEqual([
    ['one', undefined],
    ['two', 3],
  ]);
});
