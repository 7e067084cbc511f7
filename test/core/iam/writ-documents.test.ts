import { describe, expect, test } from 'vitest';
import { type PolicyKind, parsePolicy } from '../../../core/iam/parse.ts';
import { boundary } from '../../../core/session/boundary.ts';
import { fence } from '../../../core/session/fence.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';
import { trustPolicy } from '../../../core/session/trust.ts';
import { widest } from '../../../core/session/widest.ts';
import { ACCOUNT, BOUNDS, FILL, MINT, PERMISSION } from '../session/fixture.ts';

const statements = widest(PERMISSION, ACCOUNT);
const documents: readonly [string, PolicyKind, string][] = [
  ['session policy', 'identity', sessionPolicy(PERMISSION, FILL, BOUNDS)],
  ['trust policy', 'trust', JSON.stringify(trustPolicy(MINT))],
  ['boundary', 'identity', JSON.stringify(boundary(statements, []))],
  ['boundary with a lift', 'identity', JSON.stringify(boundary(statements, ['iam:Get*']))],
  ['fence', 'identity', JSON.stringify(fence(statements))],
];

/** What Writ writes must pass the reading that AWS gives it. */
describe('the strict parser accepts', () => {
  test.each(documents)('Writ’s %s', (_, kind, text) => {
    expect(parsePolicy(text, kind)).toMatchObject({ ok: true });
  });
});
