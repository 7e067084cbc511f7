import fc from 'fast-check';
import { expect, test } from 'vitest';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import { isOver } from '../../../core/revocation/entry.ts';
import { denyBefore } from '../../../core/revocation/heads.ts';
import { NOW } from '../../support/clock.ts';
import { ACCOUNT, ends, idOf, judge, principalEntry, ROLE, world } from './world.ts';

test('says of each entry and session what the document of that entry alone does', () => {
  fc.assert(
    fc.property(world, ({ sessions, named }) => {
      for (const entry of named.filter((each) => !isOver(each, NOW))) {
        const { denies } = judge(denyDocument([entry], NOW, ACCOUNT).text);
        for (const session of sessions) expect(denies(session)).toBe(ends(entry, session));
      }
    }),
  );
});

test.each([
  ['a second before T′', -1, true],
  ['at T′', 0, false],
])('a session that was issued %s: %i s, %s', (_, after, ended) => {
  const entry = principalEntry('user', 'corp:alice');
  const session = {
    writ: idOf(NOW, 1),
    role: ROLE,
    tags: { 'writ:user': 'corp:alice' },
    issuedAt: denyBefore(NOW) + after,
  };
  expect(ends(entry, session)).toBe(ended);
  expect(judge(denyDocument([entry], NOW, ACCOUNT).text).denies(session)).toBe(ended);
});
