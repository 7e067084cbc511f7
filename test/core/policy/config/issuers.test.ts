import { describe, expect, test } from 'vitest';
import { cedarCompiler } from '../../../../adapters/cedar-compiler.ts';
import { compile } from '../../../../core/policy/compile.ts';
import { bundleOf, files, problemsOf } from '../installation.ts';

const OTHER = 'issuers/other.yaml';

/** One more issuer beside those of the installation. */
const entry = (lines: string, iss = 'https://other.example.com') => `iss: ${iss}
audiences: [writ]
algorithms: [ES256]
jwks_uri: https://other.example.com/jwks
${lines}
`;
const compiledOther = (lines: string) =>
  bundleOf({ [OTHER]: entry(lines) }).bundle.issuers.find(({ alias }) => alias === 'other');
const problems = (lines: string, iss?: string, local = false) =>
  problemsOf({ [OTHER]: entry(lines, iss) }, local).map(({ line, problem }) => `${line}: ${problem}`);

describe('what a file does not say, its class says', () => {
  test.each([
    ['subject', ['jwt', 'at+jwt', null]],
    ['actor', ['jwt', null]],
    ['attestation', ['oauth-client-attestation+jwt']],
    ['event', ['secevent+jwt']],
  ])('%s', (kind, types) => {
    expect(compiledOther(`class: ${kind}`)).toEqual({
      alias: 'other',
      iss: 'https://other.example.com',
      class: kind,
      audiences: ['writ'],
      types,
      algorithms: ['ES256'],
      keys: { jwks_uri: 'https://other.example.com/jwks' },
      require: [],
      claims: { subject: 'sub' },
    });
  });

  test('what it says counts', () => {
    const said = `class: subject
types: [at+jwt]
require: [{ claim: org, oneOf: [ours, 7, true] }]
claims: { subject: oid, login: upn, email: mail, groups: roles, device: did }
login: { client_id: cli, scope: openid, max_age: 60 }`;
    expect(compiledOther(said)).toMatchObject({
      types: ['at+jwt'],
      require: [{ claim: 'org', oneOf: ['ours', 7, true] }],
      claims: { subject: 'oid', login: 'upn', email: 'mail', groups: 'roles', device: 'did' },
      login: { client_id: 'cli', scope: 'openid', max_age: 60 },
    });
  });
});

describe('a claim means something in some classes only', () => {
  const ALL = ['login', 'email', 'groups', 'device', 'user', 'compliant'];
  test.each([
    ['subject', ['login', 'email', 'groups', 'device']],
    ['actor', []],
    ['attestation', ['device', 'user', 'compliant']],
    ['event', []],
  ])('%s', (kind, meant) => {
    const claims = ['subject', ...ALL].map((claim) => `  ${claim}: x`).join('\n');
    const wrong = ALL.filter((claim) => !meant.includes(claim));
    expect(problems(`class: ${kind}\nclaims:\n${claims}`)).toEqual(
      wrong.map((claim) => `${8 + ALL.indexOf(claim)}: means nothing in class ${kind}`),
    );
  });
});

test('a second entry for one issuer is told at its own iss', () => {
  const lines = `audiences: [writ]
class: actor
algorithms: [ES256]
jwks_uri: https://other.example.com/jwks
iss: https://ci.example.com
`;
  expect(problemsOf({ [OTHER]: lines })).toEqual([
    { file: OTHER, line: 5, column: 6, problem: 'is already the issuer of ci: an issuer serves one class' },
  ]);
});

test('signing in is for people', () => {
  const login = 'login: { client_id: cli, scope: openid, max_age: 60 }';
  expect(problems(`class: subject\n${login}`)).toEqual([]);
  expect(problems(`class: actor\n${login}`)).toEqual(['6: is for issuers of class subject']);
});

test.each(['writ-actor+jwt', 'dpop+jwt'])('%s is what devices sign', (type) => {
  expect(problems(`class: actor\ntypes: [jwt, ${type}]`)).toEqual([
    `6: ${type} is what devices sign, not issuers`,
  ]);
});

test('the missing rule of a multi-tenant issuer is told where the rules stand', () => {
  const lines = 'class: actor\nrequire: [{ claim: ref, oneOf: [main] }]';
  expect(problems(lines, 'https://gitlab.com')).toEqual([
    expect.stringMatching(/^6: it signs for strangers too: require one of namespace_id, /),
  ]);
  expect(problems('class: actor\nmultiTenant: false')).toEqual([]);
});

test.each(['Other', '1other', 'ot_her', 'other-issuer-of-17'])(
  'an issuer’s file is not called %s: tags begin with its name',
  (name) => {
    const found = problemsOf({ [`issuers/${name}.yaml`]: entry('class: event') });
    expect(found).toEqual([
      expect.objectContaining({ problem: expect.stringContaining('must be named by its alias') }),
    ]);
  },
);

describe('the address of an issuer is exact', () => {
  const EXACT = 'must be an exact URL';
  const PLAIN = `${EXACT}, without wildcard, query or fragment`;
  const https = 'must begin with https://';
  test.each([
    ['"https://other.example.com/ "', PLAIN],
    ['" https://other.example.com"', PLAIN],
    ['https://öther.example.com', PLAIN],
    ['https://*.example.com', PLAIN],
    ['https://other.example.com/?a', PLAIN],
    ['"https://other.example.com/#a"', PLAIN],
    ["'https:\\\\other.example.com'", PLAIN],
    ['https://user@other.example.com', EXACT],
    ['https://:pass@other.example.com', EXACT],
    ['https://', EXACT],
    ['other.example.com', EXACT],
    ['HTTPS://other.example.com', https],
    ['https:other.example.com', https],
    ['http://other.example.com', https],
    ['http://127.0.0.1:8471', https],
    ['ftp://other.example.com', https],
  ])('%s: %s', (iss, problem) => {
    expect(problems('class: event', iss)).toEqual([`1: ${problem}`]);
  });

  const laptop = 'must begin with https://, or http:// and a loopback address';
  test.each([
    ['http://127.0.0.1:8471', []],
    ['http://localhost:8471', []],
    ['http://[::1]:8471', []],
    ['http:127.0.0.1', [`1: ${laptop}`]],
    ['ftp://127.0.0.1', [`1: ${laptop}`]],
    ['http://other.example.com', [`1: ${laptop}`]],
  ])('on a laptop, %s: %j', (iss, expected) => {
    expect(problems('class: event', iss, true)).toEqual(expected);
  });

  test('nobody said that it is a laptop: it is none', () => {
    const lines = files({ [OTHER]: entry('class: event', 'http://127.0.0.1:8471') });
    expect(compile(lines, { cedar: cedarCompiler })).toMatchObject({ ok: false });
  });
});
