import { expect, test } from 'vitest';
import { bundleOf, problemsOf } from '../installation.ts';

const OTHER = 'agents/other.yaml';
const entry = (lines: string) => `description: Other.
owner: corp:finance
reviewBy: 2027-06-30
expires: 2027-12-31
${lines}
`;
const problems = (lines: string) =>
  problemsOf({ [OTHER]: entry(lines) }).map(({ line, column, problem }) => `${line}:${column}: ${problem}`);

test('an agent that only devices can be, for members of a group', () => {
  const { bundle } = bundleOf({ [OTHER]: entry('enrolled: true\ngroups: ["corp:support"]') });
  expect(bundle.agents.find(({ agent }) => agent === 'other')).toMatchObject({
    identities: [],
    enrolled: true,
    users: [],
    groups: ['corp:support'],
    permissions: [],
  });
});

test('enrolled: false is as good as nothing', () => {
  expect(problems('enrolled: false')).toEqual([
    '1:1: nothing can be this agent: give it identities, or enrolled: true',
  ]);
});

test('each mistake is told at its own value', () => {
  const lines = `identities:
  - issuer: corp
    subject: "a*"
groups: [corp:support, "crop:support"]
users: [crop:alice]
permissions: [read, reed]`;
  expect(problems(lines)).toEqual([
    '6:13: "corp" is no issuer of class actor',
    '7:14: "a*" must be exact: there are no wildcards',
    '8:24: "crop:support" begins with no issuer of class subject',
    '9:9: "crop:alice" begins with no issuer of class subject',
    '10:21: "reed" is no permission',
  ]);
});

test('a workload is told from others by its issuer and its subject', () => {
  const ci2 = `iss: https://ci2.example.com
class: actor
audiences: [writ]
algorithms: [ES256]
jwks_uri: https://ci2.example.com/jwks
`;
  const other = (issuer: string, subject: string) =>
    problemsOf({
      'issuers/ci2.yaml': ci2,
      [OTHER]: entry(`identities:\n  - { issuer: ${issuer}, subject: "${subject}" }`),
    }).map(({ problem }) => problem);
  expect(other('ci', 'repo:example/other')).toEqual([]);
  expect(other('ci2', 'repo:example/writer')).toEqual([]);
  expect(other('ci', 'repo:example/writer')).toEqual(["is already other's"]);
});
