import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { Check } from '../check.ts';
import { denyPrincipal, type Expected, eachGets, makeDenyPolicy, setDenied } from '../denials.ts';
import { makeTarget } from '../roles.ts';
import { issue, openCaller, planOf } from '../sessions.ts';

/** Each is another task than the two that are spared. */
const SPELLINGS = ['FIN-1 ', ' FIN-1', 'FIN-1\u00a0', 'FIN-1\u2003', 'FIN  1'];
const SPARED = ['FIN-1', 'FIN 1'];

export const spacesOfATagStay: Check = {
  id: 'spaces-of-a-tag-stay',
  sentence:
    'STS keeps spaces of a tag’s value as they are, so that two names which differ there never become one.',
  reliedOnBy: ['core/session/encode.ts', 'core/revocation/possible.ts'],
  otherwise:
    'Let encode.ts escape what is lost: `\\p{Z}` at the ends, or all of it but U+0020 between two other characters.',
  withoutAccount: 'local/aws',
  minutes: 2,
  async run(lab) {
    const deny = await makeDenyPolicy(lab);
    const mint = await openCaller(lab);
    const target = await makeTarget(lab, { mint: mint.role.arn, attached: [deny] });
    const expected: { [name: string]: Expected[string] } = {};
    for (const [number, task] of [...SPELLINGS, ...SPARED].entries()) {
      const issued = await issue(lab, mint, planOf(lab, target, { number, grant: { task } }));
      expected[JSON.stringify(task)] = [issued, SPARED.includes(task) ? 'allowed' : 'refused'];
    }
    const now = Math.floor(lab.now() / 1000);
    const entries = SPELLINGS.map((task) => denyPrincipal('task', task, now));
    await setDenied(lab.clients, deny, denyDocument(entries, now, lab.account).text);
    await eachGets(lab, 'of tasks that differ by a space, those that are revoked are denied', expected);
  },
};
