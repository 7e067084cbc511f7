import { describe, expect, test } from 'vitest';
import { cedarCompiler } from '../../../../adapters/cedar-compiler.ts';
import {
  type CedarCompiler,
  compilePolicies,
  type KnownNames,
} from '../../../../core/policy/config/cedar.ts';
import { bundleOf, problemsOf } from '../installation.ts';

const PATH = 'policies/more.cedar';
const problems = (text: string) =>
  problemsOf({ [PATH]: text }).map(({ line, problem }) => `${line}: ${problem}`);
const forbid = (scope: string, rest = '') => `@id("more")\nforbid (${scope})${rest};`;

describe('a policy speaks of what there is', () => {
  test.each([
    'principal == Writ::User::"corp:alice", action, resource',
    'principal == Writ::User::"corp:al=3dice", action, resource',
    'principal in Writ::Group::"corp:any name (old)*", action, resource',
    'principal, action == Writ::Action::"issue", resource == Writ::Permission::"read"',
    'principal, action == Writ::Action::"enroll", resource == Writ::Device::"writ:key"',
    'principal, action == Writ::Action::"revoke", resource == Writ::Permission::"read"',
    'principal, action == Writ::Action::"revoke", resource == Writ::Device::"writ:key"',
    'principal, action == Writ::Action::"read", resource == Writ::Agent::"writer"',
    'principal, action == Writ::Action::"read", resource == Writ::User::"corp:alice"',
  ])('forbid (%s)', (scope) => {
    expect(problems(forbid(scope))).toEqual([]);
  });

  test.each([
    ['Group', 'ci:finance'],
    ['Group', 'corp'],
    ['Group', 'corpx'],
    ['Group', ':corp'],
    ['User', 'ci:alice'],
    ['User', 'crop:alice'],
    ['User', 'corp'],
  ])('no %s is called %s', (type, id) => {
    expect(problems(forbid(`principal in Writ::${type}::"${id}", action, resource`))).toEqual([
      `1: names Writ::${type}::"${id}", which is not there`,
    ]);
  });

  test.each([
    ['corp:al ice*', 'corp:al ice=2a'],
    ['corp:alice=', 'corp:alice=3d'],
    ['corp:al=3Dice', 'corp:al=3d3Dice'],
  ])('a user is spelled as in the tag: not %s', (id, tag) => {
    expect(problems(forbid(`principal == Writ::User::"${id}", action, resource`))).toEqual([
      `1: names Writ::User::"${id}", which no user is ever called: write "${tag}"`,
    ]);
  });

  test('an agent and a permission, wherever they are named', () => {
    const scope = 'principal, action == Writ::Action::"issue", resource';
    expect(problems(forbid(scope, ' when { context.agent == Writ::Agent::"writer" }'))).toEqual([]);
    expect(problems(forbid(scope, ' when { context.agent == Writ::Agent::"wirter" }'))).toEqual([
      '1: names Writ::Agent::"wirter", which is not there',
    ]);
    expect(problems(forbid(scope, ' when { [resource].contains(Writ::Permission::"reed") }'))).toEqual([
      '1: names Writ::Permission::"reed", which is not there',
    ]);
  });

  test('an alias of one letter ends at its colon too', () => {
    const known: KnownNames = { permissions: [], agents: [], subjectIssuers: ['c'] };
    const text = '@id("a")\nforbid (principal in Writ::Group::"corp", action, resource);';
    const schema = bundleOf().bundle.policies.schema;
    expect(compilePolicies([{ path: PATH, text }], schema, known, cedarCompiler)).toMatchObject({
      ok: false,
      problems: [{ file: PATH, line: 1, problem: 'names Writ::Group::"corp", which is not there' }],
    });
  });
});

test.each(['Afresh', 'fresh!', '1fresh', '-fresh', 'a'.repeat(65)])('no policy is called %s', (id) => {
  expect(problems(`@id("${id}")\npermit (principal, action, resource);`)).toEqual([
    '1: @id must be lower-case letters, digits and hyphens',
  ]);
});

test('a remedy that is none: those that are, are told', () => {
  expect(problems(`@id("a")\n@remedy("pray")\nforbid (principal, action, resource);`)).toEqual([
    '1: @remedy must be one of login, step_up, enroll, shorten, ask',
  ]);
});

test('mistakes of both kinds are told at once', () => {
  expect(
    problems(`@id("one")
forbid (principal in Writ::Group::"finance", action, resource);
@id("two")
forbid (principal, action == Writ::Action::"enroll", resource) when { context.nope };
`),
  ).toEqual([
    '1: names Writ::Group::"finance", which is not there',
    expect.stringMatching(/^4: for policy `two`, attribute `nope`/),
  ]);
});

test('a parameter of any permission may be asked for; one of none may not', () => {
  const scope = 'principal, action == Writ::Action::"issue", resource';
  const when = (name: string) =>
    ` when { context.parameters has ${name} && context.parameters.${name} == "x" }`;
  expect(problems(forbid(scope, when('prefix')))).toEqual([]);
  expect(problems(forbid(scope, when('prefiks')))).toHaveLength(1);
});

test('a problem of the engine with no policy in particular is told all the same', () => {
  const broken: CedarCompiler = {
    parse: () => ({ ok: true, policies: [] }),
    validate: () => [{ id: '', offset: 0, problem: 'the schema does not parse' }],
  };
  const known: KnownNames = { permissions: [], agents: [], subjectIssuers: [] };
  expect(compilePolicies([{ path: PATH, text: '' }], {}, known, broken)).toEqual({
    ok: false,
    problems: [{ file: PATH, line: 1, problem: 'the schema does not parse' }],
  });
});
