import type { Statement } from '../policy/bundle.ts';
import { overlaps } from './overlap.ts';
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';

/**
 * An explicit Deny of all that a role's statements do not allow.
 *
 * Without it, a resource policy that names a session's ARN lets that session in past the implicit deny of its session
 * policy and of the role's boundary: only an explicit one cannot be out-voted.
 *
 * It never shuts out what is allowed. An action is denied outside the resources of every statement whose action
 * pattern could mean it too, so a request that some statement allows lies inside.
 *
 * @param statements - The role's widest statements, Allow only, parameters filled in.
 */
export function fence(statements: readonly Statement[]): PolicyDocument {
  const actions = sorted(statements.flatMap(({ Action }) => Action));
  const byResources = new Map<string, { actions: string[]; resources: readonly string[] }>();
  for (const action of actions) {
    const resources = sorted(
      statements
        .filter(({ Action }) => Action.some((other) => sameAction(action, other)))
        .flatMap(({ Resource }) => Resource),
    );
    if (resources.includes('*')) continue;
    const group = byResources.get(resources.join('\n')) ?? { actions: [], resources };
    group.actions.push(action);
    byResources.set(resources.join('\n'), group);
  }
  const groups = [...byResources.values()].map(
    ({ actions, resources }, index): PolicyStatement => ({
      Sid: `Resources${index + 1}`,
      Effect: 'Deny',
      Action: actions,
      NotResource: resources,
    }),
  );
  const others: PolicyStatement = { Sid: 'Actions', Effect: 'Deny', NotAction: actions, Resource: '*' };
  return { Version: '2012-10-17', Statement: [others, ...groups] };
}

/** IAM reads actions without regard to case. */
const sameAction = (one: string, other: string): boolean => overlaps(one.toLowerCase(), other.toLowerCase());

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
