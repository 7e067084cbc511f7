import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { Check } from '../check.ts';
import { denyWrit, eachGets, makeDenyPolicy, setDenied } from '../denials.ts';
import { makeTarget } from '../roles.ts';
import { issue, openCaller, planOf } from '../sessions.ts';

export const sourceIdentityEndsOneSession: Check = {
  id: 'source-identity-ends-one-session',
  sentence:
    'A Deny of `aws:SourceIdentity` like `*+<writ>` in a policy that is attached to the role ends that live session and no other.',
  reliedOnBy: ['core/revocation/statements.ts', 'core/reconcile.ts'],
  otherwise:
    'There is no early end of one writ: deny by the user’s tag instead, the next rung of the ladder.',
  withoutAccount: 'local/aws',
  minutes: 1,
  async run(lab) {
    const deny = await makeDenyPolicy(lab);
    const mint = await openCaller(lab);
    const target = await makeTarget(lab, { mint: mint.role.arn, attached: [deny] });
    const ended = await issue(lab, mint, planOf(lab, target, { number: 1 }));
    const other = await issue(lab, mint, planOf(lab, target, { number: 2 }));
    await eachGets(lab, 'before, both may read', { ended: [ended, 'allowed'], other: [other, 'allowed'] });
    const now = Math.floor(lab.now() / 1000);
    await setDenied(lab.clients, deny, denyDocument([denyWrit(lab, ended.plan)], now, lab.account).text);
    const millis = await eachGets(lab, 'one writ is denied', {
      ended: [ended, 'refused'],
      other: [other, 'allowed'],
    });
    lab.say(`seen refused ${millis} ms after IAM took the document`);
  },
};
