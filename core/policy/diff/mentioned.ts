import type { LoadedBundle } from '../bundle.ts';

/** What bundles speak of: the people and the values with which it is worth asking. Each list once, sorted. */
export interface Mentioned {
  /** `<alias>:<group>`, and users as in their tags. */
  readonly groups: readonly string[];
  readonly users: readonly string[];
  /** Aliases of issuers of people: somebody of theirs, in no group, is asked for too. */
  readonly aliases: readonly string[];
  /** Literals in policies: a limit on a number or a text that a request must have. */
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  /** Whether a policy compares with a pattern, so that a text can matter which it does not name. */
  readonly patterns: boolean;
}

/** From registrations and policies of all bundles given. */
export function mentionedIn(all: readonly LoadedBundle[]): Mentioned {
  const found = {
    groups: new Set<string>(),
    users: new Set<string>(),
    numbers: new Set<number>(),
    texts: new Set<string>(),
  };
  const aliases = new Set<string>();
  for (const { bundle } of all) {
    for (const issuer of bundle.issuers) if (issuer.class === 'subject') aliases.add(issuer.alias);
    for (const agent of bundle.agents) {
      for (const group of [agent.owner, ...agent.groups]) found.groups.add(group);
      for (const user of agent.users) found.users.add(user);
    }
    for (const policy of Object.values(bundle.policies.policies)) walk(policy, found);
  }
  return {
    groups: [...found.groups].sort(),
    users: [...found.users].sort(),
    aliases: [...aliases].sort(),
    numbers: [...found.numbers].sort((a, b) => a - b),
    texts: [...found.texts].sort(),
    patterns: all.some(({ bundle }) => JSON.stringify(bundle.policies.policies).includes('"like":')),
  };
}

/** Cedar's JSON: entities are `{type, id}`, literals `{Value}`. */
function walk(
  json: unknown,
  found: {
    readonly groups: Set<string>;
    readonly users: Set<string>;
    readonly numbers: Set<number>;
    readonly texts: Set<string>;
  },
): void {
  if (typeof json !== 'object' || json === null) return;
  if ('type' in json && 'id' in json && typeof json.id === 'string') {
    if (json.type === 'Writ::Group') found.groups.add(json.id);
    if (json.type === 'Writ::User') found.users.add(json.id);
  }
  if ('Value' in json) {
    if (typeof json.Value === 'number') found.numbers.add(json.Value);
    if (typeof json.Value === 'string') found.texts.add(json.Value);
  }
  for (const value of Object.values(json)) walk(value, found);
}
