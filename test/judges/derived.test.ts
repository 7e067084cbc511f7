import { expect, test } from 'vitest';
import { trustPolicy } from '../../core/session/trust.ts';
import { derivedTrust } from './derived.ts';

const trust = trustPolicy('arn:aws:iam::000000000000:role/writ-mint');

test('a role’s trust loses what ministack cannot judge, and says what', () => {
  const { document, leftOut } = derivedTrust(trust);
  expect(leftOut).toEqual([
    'Assume: StringLike sts:SourceIdentity ?*+${aws:RequestTag/writ:id} (no such key)',
    'Assume: StringLike sts:RoleSessionName ?*+${aws:RequestTag/writ:id} (no variables; ?*+?* in its place)',
    'Name: StringLike sts:SourceIdentity ?*+?* (no such key)',
  ]);
  const [assume, tag, name] = document.Statement;
  expect(assume?.Condition?.StringLike).toMatchObject({
    'sts:RoleSessionName': '?*+?*',
    'aws:RequestTag/writ:id': '?*',
    'aws:RequestTag/writ:purpose': '?*',
  });
  expect(assume?.Condition?.StringLike).not.toHaveProperty('sts:SourceIdentity');
  expect(tag).toEqual(trust.Statement[1]);
  expect(name).not.toHaveProperty('Condition');
});

test('principal, action and effect stay as they are', () => {
  const bare = ({ Condition: _, ...rest }: (typeof trust.Statement)[number]) => rest;
  expect(derivedTrust(trust).document.Statement.map(bare)).toEqual(trust.Statement.map(bare));
});
