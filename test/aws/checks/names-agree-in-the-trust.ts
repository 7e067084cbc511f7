import { expect } from 'vitest';
import { RESERVED_TAGS } from '../../../core/session/tags.ts';
import type { Check } from '../check.ts';
import { makeTarget } from '../roles.ts';
import { asked, inputOf, issue, openCaller, planOf } from '../sessions.ts';

const OTHER = '01jd3v9q2m8x7c4c';

export const namesAgreeInTheTrust: Check = {
  id: 'names-agree-in-the-trust',
  sentence:
    'STS itself checks that session name, source identity and tag carry one writ id, by three statements of a role’s trust.',
  reliedOnBy: ['core/session/trust.ts', 'core/session/plan.ts'],
  otherwise:
    'A refused plan: a statement asks for a key that its action lacks, see which in CloudTrail. A session that should not be: that condition does nothing, and mint alone keeps the names together; say so in docs/threat-model.md.',
  withoutAccount: 'local/aws',
  minutes: 1,
  async run(lab) {
    const mint = await openCaller(lab);
    const other = await openCaller(lab, 'other');
    const target = await makeTarget(lab, { mint: mint.role.arn });
    // First what must work: from here on the trust has spread, and a refusal is its own.
    const { plan } = await issue(lab, mint, planOf(lab, target));
    const tags = inputOf(plan, {}).Tags ?? [];
    const with_ = (Key: string, Value: string) => tags.map((tag) => (tag.Key === Key ? { Key, Value } : tag));
    const without = (name: string) => ({
      Tags: tags.filter(({ Key }) => Key !== name),
      TransitiveTagKeys: Object.keys(plan.Tags).filter((key) => key !== name),
    });
    const tries: { readonly [what: string]: Parameters<typeof inputOf>[1] } = {
      'a session name of another writ': { RoleSessionName: `report-writer+${OTHER}` },
      'a session name without an agent': { RoleSessionName: `+${plan.SourceIdentity.slice(-16)}` },
      'a source identity of another writ': { SourceIdentity: `alice+${OTHER}` },
      'no source identity': { SourceIdentity: undefined },
      'the tag of another writ': { Tags: with_('writ:id', OTHER) },
      'an empty tag': { Tags: with_('writ:user', '') },
      'a tag beyond ours': { Tags: [...tags, { Key: 'admin', Value: 'yes' }] },
      'no tag': { Tags: undefined, TransitiveTagKeys: undefined },
      ...Object.fromEntries(RESERVED_TAGS.map((tag) => [`no ${tag}`, without(tag)])),
    };
    const answers: { [what: string]: string } = {};
    for (const [what, change] of Object.entries(tries))
      answers[what] = await asked(mint, inputOf(plan, change));
    answers['another role of the account'] = await asked(other, inputOf(plan, {}));
    expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((what) => [what, 'AccessDenied'])));
    // And that one still works: nothing else was refused in between.
    await issue(lab, mint, plan);
  },
};
