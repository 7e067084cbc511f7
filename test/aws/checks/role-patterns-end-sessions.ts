import { denialsOf } from '../../../core/revocation/denials.ts';
import { denyDocument, documentOf } from '../../../core/revocation/deny-document.ts';
import { everyTargetRole } from '../../../core/revocation/names.ts';
import type { Check } from '../check.ts';
import { denyPrincipal, eachGets, makeDenyPolicy, setDenied } from '../denials.ts';
import { eventually } from '../eventually.ts';
import type { Laboratory } from '../laboratory.ts';
import { pathOf } from '../laboratory.ts';
import { makeTarget } from '../roles.ts';
import { issue, listsTables, openCaller, planOf } from '../sessions.ts';

export const rolePatternsEndSessions: Check = {
  id: 'role-patterns-end-sessions',
  sentence:
    '`aws:PrincipalArn` of a session is its role’s ARN with the path, which `ArnEquals` finds, `ArnLike` by a pattern of the path, and `ArnNotLike` spares; with `aws:TokenIssueTime`, only what was issued before.',
  reliedOnBy: ['core/revocation/statements.ts', 'core/revocation/ladder.ts'],
  otherwise:
    'The rungs above the principal do not hold: deny without a condition on the role (the policy stands on target roles alone), and let the canary’s role carry another policy.',
  withoutAccount: 'local/aws',
  minutes: 4,
  async run(lab) {
    const deny = await makeDenyPolicy(lab);
    const mint = await openCaller(lab);
    const of = async (what: string, number: number) => {
      const role = await makeTarget(lab, {
        ...{ what, below: `${what}/`, mint: mint.role.arn, attached: [deny] },
      });
      return { role, old: await issue(lab, mint, planOf(lab, role, { number })) };
    };
    const inside = await of('in', 1);
    const aside = await of('aside', 2);
    await eachGets(lab, 'before, both may read', {
      inside: [inside.old, 'allowed'],
      aside: [aside.old, 'allowed'],
    });
    const put = (text: string) => setDenied(lab.clients, deny, text);
    const now = () => Math.floor(lab.now() / 1000);
    const denials = () => denialsOf([], now(), lab.account);

    // One role, `ArnEquals`. The text's path is the tests' own; all else is as the reconciler writes it.
    await put(documentOf({ ...denials(), roles: new Map([[inside.role.arn, now() + 1]]) }, lab.account).text);
    await eachGets(lab, 'one role is denied', {
      inside: [inside.old, 'refused'],
      aside: [aside.old, 'allowed'],
    });

    // Every target role, `ArnLike`.
    const every = documentOf({ ...denials(), everyRole: now() + 1 }, lab.account).text;
    await put(every.replace(everyTargetRole(lab.account), patternOf(lab)));
    await eachGets(lab, 'every role below a path is denied', {
      inside: [inside.old, 'refused'],
      aside: [aside.old, 'allowed'],
    });
    // A new one each time: whose clock says when T' has passed does not matter.
    let number = 3;
    await eventually(
      lab.patience,
      'what is issued after T’ is not denied',
      async () => {
        number = (number + 1) % 256;
        const young = await issue(lab, mint, planOf(lab, inside.role, { number }));
        return [await listsTables(young.clients), await listsTables(inside.old.clients)].join();
      },
      (answers) => answers === 'allowed,refused',
    );

    // The whole account but the canaries, `ArnNotLike`.
    await put(denyDocument([denyPrincipal('all', '*', now())], now(), lab.account).text);
    await eachGets(lab, 'the account is denied', {
      inside: [inside.old, 'refused'],
      aside: [aside.old, 'refused'],
    });
  },
};

const patternOf = (lab: Laboratory): string => `arn:aws:iam::${lab.account}:role${pathOf(lab, 'in/')}*`;
