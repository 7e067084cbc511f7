import { jcs } from '../../encoding/jcs.ts';
import type { CedarPolicies } from '../bundle.ts';
import { type Change, compareNamed, type Effect, type Part, part } from './change.ts';

interface Policy {
  readonly id: string;
  readonly json: unknown;
  readonly effect: unknown;
  readonly remedy: string;
}

/**
 * Cedar policies by their `@id`. One permit less, or one forbid more, permits nothing new. All else is judged by what
 * was asked: where something is permitted now that this policy had a part in, it widens; where nothing was found, that
 * proves nothing, and it is undecided.
 *
 * @param gaveBy - Policies that had a part in something that was refused before and is permitted now.
 */
export const policyChanges = (
  before: CedarPolicies,
  after: CedarPolicies,
  gaveBy: ReadonlySet<string>,
): Change[] =>
  compareNamed('policy', [policiesOf(before), policiesOf(after)], ({ id }) => id, {
    added: ({ id, effect }) =>
      part('+', effect === 'forbid' ? 'narrows' : seen(id, gaveBy), `${effect}, new`),
    removed: ({ id, effect }) =>
      part('-', effect === 'permit' ? 'narrows' : seen(id, gaveBy), `${effect}, gone`),
    changed: (was, is) => {
      const parts: Part[] = [];
      if (jcs(was.json) !== jcs(is.json)) parts.push(part('~', seen(is.id, gaveBy), told(was, is)));
      if (was.remedy !== is.remedy) parts.push(part('~', 'neither', `remedy ${was.remedy} → ${is.remedy}`));
      return parts;
    },
  });

const seen = (id: string, gaveBy: ReadonlySet<string>): Effect => (gaveBy.has(id) ? 'widens' : 'undecided');

const told = (was: Policy, is: Policy): string =>
  was.effect === is.effect ? `${is.effect}, changed` : `${was.effect} → ${is.effect}`;

const policiesOf = ({ policies, remedies }: CedarPolicies): Policy[] =>
  Object.entries(policies).map(([id, json]) => ({
    id,
    json: withoutRemedy(json),
    effect: typeof json === 'object' && json !== null && 'effect' in json ? json.effect : 'policy',
    remedy: (Object.hasOwn(remedies, id) ? remedies[id] : undefined) ?? 'none',
  }));

/** What a refused caller is told decides nothing; no annotation does. */
function withoutRemedy(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || !('annotations' in json)) return json;
  const { annotations: _, ...rest } = json;
  return rest;
}
