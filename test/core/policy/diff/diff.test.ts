import { describe, expect, test } from 'vitest';
import { cedar } from '../../../../adapters/cedar.ts';
import type { LoadedBundle } from '../../../../core/policy/bundle.ts';
import { diff } from '../../../../core/policy/diff/diff.ts';
import { bundleOf, type Change } from '../installation.ts';

/** 1 June 2026: the agent is registered until June 2027. */
const NOW = 1_780_315_200;
const side = (policy: LoadedBundle) => ({ policy, authorize: cedar(policy.bundle.policies) });
type Files = { readonly [path: string]: Change };

function told(after: Files, before: Files = {}): string[] {
  const { changes } = diff(side(bundleOf(before)), side(bundleOf(after)), NOW);
  return changes.map(({ kind, name, sign, effect, what }) => `${kind} ${sign} ${name}: ${what} [${effect}]`);
}

test('nothing changes where nothing does', () => {
  expect(told({})).toEqual([]);
});

const READ = 'permissions/read.yaml';
const WRITER = 'agents/writer.yaml';
const CORP = 'issuers/corp.yaml';
const ALL = 'policies/all.cedar';

describe('what stands in a file', () => {
  test.each<[string, Files, string]>([
    [
      'longest',
      { [READ]: ['longest: 900', 'longest: 901'] },
      'permission ~ read: longest 900 s → 901 s [widens]',
    ],
    [
      'shorter',
      { [READ]: ['longest: 900', 'longest: 60'] },
      'permission ~ read: longest 900 s → 60 s [narrows]',
    ],
    [
      'place',
      { [READ]: ['place: exchange', 'place: anywhere'] },
      'permission ~ read: place exchange → anywhere [widens]',
    ],
    [
      'places that cannot be compared',
      { [READ]: ['place: exchange', 'place: { cidrs: [192.0.2.0/24] }'] },
      'permission ~ read: place exchange → 192.0.2.0/24 [undecided]',
    ],
    ['role', { [READ]: ['role: read', 'role: other'] }, 'permission ~ read: role read → other [undecided]'],
    [
      'proof',
      { [READ]: ['place:', 'demandsBodyHash: true\nplace:'] },
      "permission + read: the proof must cover the request's body [narrows]",
    ],
    [
      'parameter',
      { [READ]: ['prefix: segment', 'prefix: path'] },
      'permission ~ read: parameter prefix: segment → path [widens]',
    ],
    [
      'a longer registration',
      { [WRITER]: ['2027-12-31', '2028-12-31'] },
      'agent ~ writer: expires 2027-12-31 → 2028-12-31 [widens]',
    ],
    [
      'a workload',
      { [WRITER]: ['repo:example/writer', 'repo:example/other'] },
      'agent + writer: is the workload ci:repo:example/other [widens]',
    ],
    [
      'an owner',
      { [WRITER]: ['owner: corp:finance', 'owner: corp:it'] },
      'agent ~ writer: owner corp:finance → corp:it [widens]',
    ],
    [
      'an audience',
      { [CORP]: ['[writ-cli]', '[writ-cli, other]'] },
      'issuer + corp: audience other [widens]',
    ],
    [
      'a rule',
      { [CORP]: ['class:', 'require: [{ claim: tid, oneOf: [a] }]\nclass:'] },
      'issuer + corp: require tid: one of "a" [narrows]',
    ],
    [
      'keys',
      { [CORP]: ['com/jwks', 'com/keys'] },
      'issuer ~ corp: keys {"jwks_uri":"https://login.example.com/jwks"} → {"jwks_uri":"https://login.example.com/keys"} [widens]',
    ],
    [
      'who is meant',
      { [CORP]: ['class:', 'claims: { subject: oid }\nclass:'] },
      'issuer ~ corp: claims {"subject":"sub"} → {"subject":"oid"} [undecided]',
    ],
    [
      'another account',
      { 'accounts.yaml': ['111122223333', '444455556666'] },
      'account ~ prod: id 111122223333 → 444455556666 [widens]',
    ],
  ])('%s', (_, after, expected) => {
    expect(told(after)).toContain(expected);
  });

  test('a value in a rule, and a rule that goes', () => {
    const rule = (values: string): Files => ({
      [CORP]: ['class:', `require: [{ claim: tid, oneOf: ${values} }]\nclass:`],
    });
    expect(told(rule('[a, b]'), rule('[a]'))).toEqual(['issuer + corp: require tid: "b" [widens]']);
    expect(told(rule('[a]'), rule('[a, b]'))).toEqual(['issuer - corp: require tid: "b" [narrows]']);
    expect(told({}, rule('[a]'))).toEqual(['issuer - corp: require tid: one of "a" [widens]']);
  });

  test('an issuer that comes, and one that goes', () => {
    const partner: Files = {
      'issuers/partner.yaml':
        'iss: https://p.example\nclass: subject\naudiences: [a]\nalgorithms: [ES256]\njwks_uri: https://p.example/k\n',
    };
    expect(told(partner)).toContain('issuer + partner: tokens of https://p.example count (subject) [widens]');
    expect(told({}, partner)).toContain(
      'issuer - partner: tokens of https://p.example count no more [narrows]',
    );
  });
});

describe('policies, and who gains or loses by them', () => {
  const permit = (group: string, when = '') =>
    `@id("more")\npermit (principal in Writ::Group::"${group}", action == Writ::Action::"issue", resource == Writ::Permission::"read")${when};\n`;
  const more = (text: string): Files => ({ [ALL]: ['@id("fresh")', `${text}@id("fresh")`] });

  test('a permit: who gains, with which agent, by which policy', () => {
    expect(told(more(permit('corp:support')))).toEqual([
      'policy + more: permit, new [widens]',
      'access + corp:support: gains read in prod with writer (more) [widens]',
    ]);
    expect(told({}, more(permit('corp:support')))).toEqual([
      'policy - more: permit, gone [narrows]',
      'access - corp:support: loses read in prod with writer (more) [narrows]',
    ]);
  });

  test('only in some circumstances: which', () => {
    const when = ' when { context has acr && context.acr == "phr" }';
    expect(told(more(permit('corp:support', when)))).toContain(
      'access + corp:support: gains read in prod with writer with acr phr (more) [widens]',
    );
  });

  test('a limit that moves is found at its edge', () => {
    expect(told({ [ALL]: ['43200', '86400'] })).toEqual([
      'policy ~ fresh: forbid, changed [widens]',
      expect.stringContaining(
        'access + corp:finance: gains read in prod with writer 43201 s after the sign-in; 86400 s after the sign-in (finance-reads)',
      ),
    ]);
    expect(told({ [ALL]: ['43200', '3600'] })[0]).toBe('policy ~ fresh: forbid, changed [undecided]');
  });

  test('what was not found is not taken for nothing', () => {
    const when = ' when { context.address.isInRange(ip("10.0.0.0/8")) }';
    expect(told(more(permit('corp:support', when)))).toEqual(['policy + more: permit, new [undecided]']);
  });

  test('a forbid narrows, whatever it forbids', () => {
    const never = '@id("never")\nforbid (principal, action, resource) when { context.now > 0 };\n';
    expect(told(more(never))[0]).toBe('policy + never: forbid, new [narrows]');
    expect(told({}, more(never))[0]).toBe('policy - never: forbid, gone [widens]');
  });

  test('a permit that becomes a forbid, and a remedy', () => {
    expect(told({ [ALL]: ['"step_up"', '"login"'] })).toEqual([
      'policy ~ fresh: remedy step_up → login [neither]',
    ]);
  });

  test('a registration opens what policies permit already', () => {
    const before: Files = { [WRITER]: ['permissions: [read]', ''] };
    expect(told({}, before)).toEqual([
      'agent + writer: acts for whoever may have read [widens]',
      'access + corp:finance: gains read in prod with writer (finance-reads) [widens]',
    ]);
  });

  test('a registration that is over gives nothing', () => {
    const { bundle, hash } = bundleOf();
    const later = { ...side({ bundle, hash }) };
    const never = side({ bundle: { ...bundle, agents: [] }, hash });
    expect(diff(never, later, 1_900_000_000).changes.map(({ kind }) => kind)).toEqual(['agent']);
  });

  test('enrolment, and the end of everything', () => {
    const text =
      '@id("responders")\npermit (principal in Writ::Group::"corp:it", action == Writ::Action::"revoke", resource);\n' +
      '@id("enrol")\npermit (principal in Writ::Group::"corp:it", action == Writ::Action::"enroll", resource);\n';
    expect(told(more(text))).toEqual([
      'policy + enrol: permit, new [widens]',
      'policy + responders: permit, new [widens]',
      'access + corp:it: gains the enrolment of devices (enrol) [widens]',
      "access + corp:it: gains the end of other people's sessions (responders) [widens]",
      'access + corp:it: gains end of everything (responders) [widens]',
      'access + corp:it: gains block of everything (responders) [widens]',
      'access + corp:it: gains lift of everything (responders) [widens]',
    ]);
  });

  test('accounts that are alike are told together, unless a policy names one', () => {
    const accounts: Files = {
      'accounts.yaml':
        'dev: { id: "111122223333", region: eu-central-1 }\nprod: { id: "444455556666", region: eu-central-1 }\n',
      [READ]: ['accounts: [prod]', 'accounts: [dev, prod]'],
    };
    expect(told({ ...accounts, ...more(permit('corp:it')) }, accounts)).toContain(
      'access + corp:it: gains read in dev, prod with writer (more) [widens]',
    );
    const inDev = more(permit('corp:it', ' when { context.account == "dev" }'));
    expect(told({ ...accounts, ...inDev }, accounts)).toContain(
      'access + corp:it: gains read in dev with writer (more) [widens]',
    );
  });
});
