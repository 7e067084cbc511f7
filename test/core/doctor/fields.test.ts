/** Fields that the compiler alone judges: each with its fault planted into a configuration that compiles. */
import { expect, test } from 'vitest';
import { cedarCompiler } from '../../../adapters/cedar-compiler.ts';
import { COMPILES } from '../../../core/doctor/configuration.ts';
import { examineUncompiled } from '../../../core/doctor/examine.ts';
import { CONFIG_FIELDS } from '../../../core/doctor/fields.ts';
import { compile } from '../../../core/policy/compile.ts';
import { FILES } from '../../support/installation.ts';

type Value = { [name: string]: unknown };

const CORP = 'issuers/corp.yaml';
const REPORTS = 'permissions/reports-read.yaml';
const LOGIN = { client_id: 'writ-cli', scope: 'openid', max_age: 60 };
const STATEMENT = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::example-reports/${prefix}/*' };
const CASE = {
  with: { prefix: 'q3' },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::example-reports/q3/a',
};
const ACTOR =
  Object.keys(FILES).find(
    (path) => path.startsWith('issuers/') && (FILES[path] as Value).class === 'actor',
  ) ?? '';
const AGENT =
  Object.keys(FILES).find(
    (path) => path.startsWith('agents/') && (FILES[path] as Value).enrolled === false,
  ) ??
  Object.keys(FILES).find((path) => path.startsWith('agents/')) ??
  '';

/** Field → file, and what is laid over it. */
const PLANTED: { readonly [field: string]: readonly [file: string, change: Value] } = {
  'issuer.class': [CORP, { class: 'person' }],
  'issuer.types': [CORP, { types: ['dpop+jwt'] }],
  'issuer.multiTenant': [CORP, { multiTenant: true, require: [] }],
  'issuer.require': [CORP, { require: [{ claim: '', oneOf: ['a'] }] }],
  'issuer.claims.subject': [CORP, { claims: { subject: '' } }],
  'issuer.claims.login': [ACTOR, { claims: { login: 'login' } }],
  'issuer.claims.email': [ACTOR, { claims: { email: 'email' } }],
  'issuer.claims.groups': [ACTOR, { claims: { groups: 'groups' } }],
  'issuer.claims.device': [ACTOR, { claims: { device: 'device' } }],
  'issuer.claims.user': [ACTOR, { claims: { user: 'user' } }],
  'issuer.claims.compliant': [ACTOR, { claims: { compliant: 'compliant' } }],
  'issuer.login.max_age': [CORP, { login: { ...LOGIN, max_age: -1 } }],
  'agent.description': [AGENT, { description: '' }],
  'agent.owner': [AGENT, { owner: 'elsewhere:finance' }],
  'agent.identities[].issuer': [AGENT, { identities: [{ issuer: 'corp', subject: 'a' }] }],
  'agent.identities[].subject': [AGENT, { identities: [{ issuer: ACTOR.slice(8, -5), subject: 'repo:*' }] }],
  'agent.enrolled': [AGENT, { enrolled: false, identities: [] }],
  'agent.users': [AGENT, { users: ['elsewhere:alice'] }],
  'agent.groups': [AGENT, { groups: ['elsewhere:finance'] }],
  'agent.permissions': [AGENT, { permissions: ['another'] }],
  'permission.description': [REPORTS, { description: '' }],
  'permission.accounts': [REPORTS, { accounts: ['another'] }],
  'permission.longest': [REPORTS, { longest: 3601 }],
  'permission.place': [REPORTS, { place: 'somewhere' }],
  'permission.place.cidrs': [REPORTS, { place: { cidrs: ['192.0.2.0/99'] } }],
  'permission.place.vpcs': [REPORTS, { place: { vpcs: ['vpc-mine'] } }],
  'permission.parameters.*': [REPORTS, { parameters: { prefix: 'anything' } }],
  'permission.parameters.*.enum': [REPORTS, { parameters: { prefix: { enum: [] } } }],
  'permission.statements[].Sid': [REPORTS, { statements: [{ ...STATEMENT, Sid: 'a b' }] }],
  'permission.statements[].Effect': [REPORTS, { statements: [{ ...STATEMENT, Effect: 'Permit' }] }],
  'permission.statements[].Condition': [
    REPORTS,
    { statements: [{ ...STATEMENT, Condition: { StringSounds: { 's3:prefix': 'q3' } } }] },
  ],
  'permission.lifts': [REPORTS, { lifts: ['iam:Put*'] }],
  'permission.outlives': [
    REPORTS,
    { statements: [{ Action: 'ecr:GetAuthorizationToken', Resource: '*' }], outlives: [], parameters: {} },
  ],
  'permission.demandsBodyHash': [REPORTS, { demandsBodyHash: 'yes' }],
  'permission.allows[].with': [REPORTS, { allows: [{ ...CASE, with: { prefix: 3 } }] }],
  'permission.allows[].context': [REPORTS, { allows: [{ ...CASE, context: { 's3:prefix': 3 } }] }],
  'permission.denies[].with': [REPORTS, { denies: [{ ...CASE, with: { prefix: 3 } }] }],
  'permission.denies[].context': [REPORTS, { denies: [{ ...CASE, context: { 's3:prefix': 3 } }] }],
  'accounts.*.id': ['accounts.yaml', { prod: { id: 111122223333, region: 'eu-central-1' } }],
  'accounts.*.state': [
    'accounts.yaml',
    { prod: { id: '111122223333', region: 'eu-central-1', state: 'open' } },
  ],
};

const problemsWith = (file: string, change: Value) => {
  const files = Object.entries({ ...FILES, [file]: { ...(FILES[file] as Value), ...change } });
  const texts = files.map(([path, value]) => ({
    path,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const compiled = compile(texts, { cedar: cedarCompiler });
  return compiled.ok ? [] : compiled.problems;
};

test('each field that the compiler alone judges has a fault here', () => {
  const judged = CONFIG_FIELDS.filter(({ check }) => check === COMPILES).map(({ field }) => field);
  expect(Object.keys(PLANTED).sort()).toEqual([...judged].sort());
});

test.each(Object.entries(PLANTED))(
  '%s: named with its file, by config.compiles and by no other',
  (_, [file, change]) => {
    const problems = problemsWith(file, change);
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems.map((problem) => problem.file))).toEqual(new Set([file]));
    const named = examineUncompiled(problems.map(({ problem }) => problem)).filter(
      ({ verdict }) => verdict === 'fault',
    );
    expect(named.map(({ check }) => check.id)).toEqual([COMPILES]);
  },
);
