import { expect } from 'vitest';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { Check } from '../check.ts';
import { deniedText, denyPrincipal, eachGets, makeDenyPolicy, setDenied } from '../denials.ts';
import { makeTarget } from '../roles.ts';
import { issue, openCaller, planOf } from '../sessions.ts';

/** Latin beyond ASCII, another script, and a letter that JSON escapes as two halves. */
const NAMES = ['Zoë', '日本', '𝒳'];

export const jsonEscapesInTheDenyPolicy: Check = {
  id: 'json-escapes-in-the-deny-policy',
  sentence:
    'IAM takes names outside ASCII as JSON escapes, means the names by them, and gives the document back byte for byte.',
  reliedOnBy: ['core/revocation/statements.ts', 'adapters/iam-deny-policy.ts', 'core/revocation/keep.ts'],
  otherwise:
    'Refused: let the ladder skip to a wider rung for such names, else one stops the whole document. Given back otherwise: compare parsed documents in keep.ts, else each run writes anew.',
  withoutAccount: 'local/aws',
  minutes: 2,
  async run(lab) {
    const deny = await makeDenyPolicy(lab);
    const mint = await openCaller(lab);
    const target = await makeTarget(lab, { mint: mint.role.arn, attached: [deny] });
    const named = async (name: string, number: number) =>
      issue(lab, mint, planOf(lab, target, { number, grant: { task: name } }));
    const sessions = await Promise.all(NAMES.map(named));
    const spared = await named('Zoe', NAMES.length);
    const now = Math.floor(lab.now() / 1000);
    const { text } = denyDocument(
      NAMES.map((name) => denyPrincipal('task', name, now)),
      now,
      lab.account,
    );
    // Else nothing would be proven.
    expect(text).toContain('\\u');
    await setDenied(lab.clients, deny, text);
    expect(await deniedText(lab.clients, deny)).toBe(text);
    await eachGets(lab, 'names outside ASCII are denied', {
      ...Object.fromEntries(sessions.map((session, n) => [NAMES[n] ?? '', [session, 'refused'] as const])),
      Zoe: [spared, 'allowed'],
    });
  },
};
