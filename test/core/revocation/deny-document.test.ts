import { describe, expect, test } from 'vitest';
import { MAX_CHAINED_SECONDS, MAX_MANAGED_POLICY_CHARS } from '../../../core/limits.ts';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import { isOver, type StampedEntry } from '../../../core/revocation/entry.ts';
import { denyBefore } from '../../../core/revocation/heads.ts';
import { canaryRoleArn } from '../../../core/revocation/names.ts';
import { NOW } from '../../support/clock.ts';
import { ACCOUNT, crowd, idOf, judge, principalEntry, ROLE, roleOf, writEntry } from './world.ts';

const OPENED = NOW - 600;
const WRIT = idOf(OPENED, 1);
const deny = (entries: readonly StampedEntry[], now = NOW) => denyDocument(entries, now, ACCOUNT);
const statements = (entries: readonly StampedEntry[]): unknown[] =>
  JSON.parse(deny(entries).text).Statement.map(({ Condition }: { Condition: unknown }) => Condition);
const T_PRIME = '2025-06-15T15:06:50Z';
const BEFORE = { DateLessThanIfExists: { 'aws:TokenIssueTime': T_PRIME } };

test('the text, byte for byte', () => {
  const { text, generation, characters } = deny([
    writEntry({ value: WRIT }),
    principalEntry('device', 'mdm:SN-1'),
  ]);
  expect(text).toBe(
    `{"Version":"2012-10-17","Statement":[` +
      `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:SourceIdentity":["*+${WRIT}","canary+${generation}"]}}},` +
      `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/writ:device":["mdm:SN-1"]},"DateLessThanIfExists":{"aws:TokenIssueTime":"${T_PRIME}"}}}]}`,
  );
  expect(characters).toBe(text.length);
});

test('with nothing revoked it denies its canary alone', () => {
  const { text, generation, rung } = deny([]);
  expect(JSON.parse(text).Statement).toHaveLength(1);
  expect(text).toContain(`["canary+${generation}"]`);
  expect(generation).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/);
  expect(rung).toBe('writ');
});

test('one statement for each kind and T′, values in order, and never two keys besides the time', () => {
  const [, ...rest] = statements([
    principalEntry('user', 'corp:bob'),
    principalEntry('task', 'T-1'),
    principalEntry('user', 'corp:alice', NOW + 6),
    principalEntry('user', 'corp:carol', NOW + 8),
    principalEntry('role', ROLE),
    principalEntry('all', '*', NOW - 60),
  ]);
  const later = { DateLessThanIfExists: { 'aws:TokenIssueTime': '2025-06-15T15:07:00Z' } };
  expect(rest.slice(0, 4)).toEqual([
    { StringEquals: { 'aws:PrincipalTag/writ:user': ['corp:alice', 'corp:bob'] }, ...BEFORE },
    { StringEquals: { 'aws:PrincipalTag/writ:user': ['corp:carol'] }, ...later },
    { StringEquals: { 'aws:PrincipalTag/writ:task': ['T-1'] }, ...BEFORE },
    { ArnEquals: { 'aws:PrincipalArn': [ROLE] }, ...BEFORE },
  ]);
});

test('a value revoked twice stands once, with the later T′', () => {
  expect(
    statements([principalEntry('user', 'corp:alice', NOW - 60), principalEntry('user', 'corp:alice')])[1],
  ).toEqual({
    StringEquals: { 'aws:PrincipalTag/writ:user': ['corp:alice'] },
    ...BEFORE,
  });
});

test('a tag of any letters is ASCII in the text, and the same tag for IAM', () => {
  const { text } = deny([principalEntry('user', 'corp:Żółć 名\u{20000}')]);
  expect(text).toMatch(/^[\x20-\x7e]*$/);
  const { denies } = judge(text);
  const session = { writ: WRIT, role: ROLE, issuedAt: NOW };
  expect(denies({ ...session, tags: { 'writ:user': 'corp:Żółć 名\u{20000}' } })).toBe(true);
  expect(denies({ ...session, tags: { 'writ:user': 'corp:Zolc' } })).toBe(false);
});

test('a session that says nothing of its issue time is denied', () => {
  expect(deny([principalEntry('user', 'corp:alice')]).text).toContain('"DateLessThanIfExists"');
});

describe('what a wider statement denies anyway is left out, and counts as its', () => {
  const writ = writEntry({ value: WRIT, cutoff: NOW - 60 });
  const device = principalEntry('device', 'mdm:SN-1', NOW - 60);
  const role = principalEntry('role', ROLE, NOW - 60);

  test.each([
    ['a writ, by its user', [writ, principalEntry('user', 'corp:alice')], 'principal'],
    ['a writ, by all', [writ, principalEntry('all', '*')], 'account'],
    ['a device, by all', [device, principalEntry('all', '*')], 'account'],
    ['a role, by all', [role, principalEntry('all', '*')], 'account'],
  ] as const)('%s', (_, entries, rung) => {
    expect(statements(entries)).toHaveLength(2);
    expect(deny(entries).text).not.toContain(WRIT);
    expect(deny(entries).rungOf(entries[0])).toBe(rung);
  });

  test.each([
    ['a writ, by another user', [writ, principalEntry('user', 'corp:bob')], 'writ'],
    [
      'a writ, by its user but an earlier T′',
      [writ, principalEntry('user', 'corp:alice', NOW - 120)],
      'writ',
    ],
    ['a device, by all but an earlier T′', [device, principalEntry('all', '*', NOW - 120)], 'principal'],
    ['a device, by a role', [device, principalEntry('role', ROLE)], 'principal'],
  ] as const)('not %s', (_, entries, rung) => {
    expect(deny(entries).rungOf(entries[0])).toBe(rung);
    expect(deny(entries).text).toContain(entries[0].value);
  });
});

describe('what names no session that there can be is left out and told', () => {
  test.each([
    ['every writ', writEntry({ value: '*' })],
    ['a writ of another alphabet', writEntry({ value: 'ILOU000000000000' })],
    ['a writ of an impossible user', writEntry({ value: WRIT, user: 'corp:*' })],
    ['every user', principalEntry('user', '*')],
    ['a variable', principalEntry('user', '${aws:PrincipalTag/writ:user}')],
    ['a pattern', principalEntry('task', 'FIN-12?4')],
    ['nothing', principalEntry('agent', '')],
    ['a quotation mark', principalEntry('agent', 'a"],"x":["')],
    ['every role', principalEntry('role', roleOf('*'))],
    ['a role that is a word', principalEntry('role', 'reports-read')],
    ['more than a tag holds', principalEntry('device', 'x'.repeat(257))],
  ])('%s', (_, entry) => {
    const other = principalEntry('user', 'corp:alice');
    const { text, impossible } = deny([entry, other]);
    expect(text).toBe(deny([other]).text);
    expect(impossible).toEqual([entry]);
  });
});

test.each([
  ['of another account', 'arn:aws:iam::444455556666:role/writ/reports-read'],
  ['that is no target role', canaryRoleArn(ACCOUNT)],
  ['of another partition', `arn:aws-cn:iam::${ACCOUNT}:role/writ/reports-read`],
])('a role %s has no session here', (_, arn) => {
  const elsewhere = principalEntry('role', arn);
  expect(deny([elsewhere])).toMatchObject({ text: deny([]).text, impossible: [] });
});

describe('until nothing that it denies can be alive', () => {
  test('a writ stays until STS has ended it', () => {
    const entry = writEntry({ value: WRIT, until: NOW + 900 });
    expect(deny([entry], NOW + 900).text).toContain(WRIT);
    expect(isOver(entry, NOW + 1200)).toBe(true);
    expect(deny([entry], NOW + 1200).text).toBe(deny([]).text);
  });

  test('a principal stays until the last session from before T′ has ended', () => {
    const entry = principalEntry('user', 'corp:alice');
    const end = denyBefore(NOW) + MAX_CHAINED_SECONDS;
    expect(deny([entry], end).text).toContain('corp:alice');
    expect(deny([entry], end + 300).text).toBe(deny([]).text);
  });
});

test('a writ revoked while mint was still at work is denied even by its user’s statement', () => {
  const opened = NOW - 2;
  const value = idOf(opened, 1);
  const late = writEntry({ value, cutoff: NOW, user: 'corp:user-0' });
  const { text, rungOf } = deny([late, ...crowd(400, 1, 100)]);
  expect(rungOf(late)).toBe('principal');
  const session = { writ: value, role: ROLE, tags: { 'writ:user': 'corp:user-0' }, issuedAt: opened + 22 };
  expect(judge(text).denies(session)).toBe(true);
});

test('10⁴ single writs of 2,000 users: the text fits, whatever it costs', () => {
  const { characters, rung } = deny(crowd(10_000, 2000));
  expect(characters).toBeLessThanOrEqual(MAX_MANAGED_POLICY_CHARS);
  expect(rung).toBe('role');
});
