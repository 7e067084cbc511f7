import type { First } from './first.ts';
import type { Example } from './people.ts';

/** What people may end and see, whoever they are. */
export const ENDING = `// Who may end sessions before their time (action revoke), and who may know of them (action read).

@id("people-end-their-own")
permit (principal, action == Writ::Action::"revoke", resource is Writ::Writ)
when { context.mode == "end" && resource.user == principal };

@id("people-end-all-of-their-own")
permit (principal, action == Writ::Action::"revoke", resource is Writ::User)
when { context.mode == "end" && resource == principal };

@id("people-read-their-own")
permit (principal, action == Writ::Action::"read", resource is Writ::Writ)
when { resource.user == principal };

// Whoever answers for an agent stops it, for everyone, and lets it go on.
@id("owners-stop-their-agents")
permit (principal, action == Writ::Action::"revoke", resource is Writ::Agent)
when { principal in resource.owner };

@id("owners-end-what-their-agents-do")
permit (principal, action == Writ::Action::"revoke", resource is Writ::Writ)
when { principal in resource.agent.owner };

@id("owners-read-what-their-agents-do")
permit (principal, action == Writ::Action::"read", resource is Writ::Writ)
when { principal in resource.agent.owner };
`;

export const endingCases = (
  alias: string,
  { agent, permission, account }: Example,
): string => `# yaml-language-server: $schema=../schemas/test.schema.json
cases:
  - name: people end a session of theirs
    ask:
      action: revoke
      user: ${alias}:somebody
      of: { writ: { user: "${alias}:somebody", agent: ${agent}, permission: ${permission}, account: ${account} } }
    expect: permit
    by: [people-end-their-own]

  - name: and nobody else's
    ask:
      action: revoke
      user: ${alias}:another
      of: { writ: { user: "${alias}:somebody", agent: ${agent}, permission: ${permission}, account: ${account} } }
    expect: refuse
    by: []

  - name: nor does everybody end everything
    ask: { action: revoke, user: ${alias}:somebody, of: { all: "*" } }
    expect: refuse
    by: []
`;

export function respondersPolicies({ responders, people }: First): string {
  if (responders === null) {
    return `
// Nobody may end everything. Give a group that right before you need it:
//
// @id("responders-end-anything")
// permit (principal in Writ::Group::"${people.alias}:responders", action == Writ::Action::"revoke", resource);
`;
  }
  const group = JSON.stringify(`${people.alias}:${responders}`);
  return `
@id("responders-end-anything")
permit (principal in Writ::Group::${group}, action == Writ::Action::"revoke", resource);

@id("responders-read-all")
permit (principal in Writ::Group::${group}, action == Writ::Action::"read", resource);
`;
}

export const respondersCases = ({ responders, people }: First): string =>
  responders === null
    ? ''
    : `
  - name: responders block everything
    ask:
      action: revoke
      user: ${people.alias}:responder
      groups: ${JSON.stringify([`${people.alias}:${responders}`])}
      mode: block
      of: { all: "*" }
    expect: permit
    by: [responders-end-anything]
`;
