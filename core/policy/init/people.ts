import { identityTag } from '../../session/encode.ts';
import type { First } from './first.ts';
import { FIRST_PERMISSION } from './first-permission.ts';

/** What a case asks for, by name. */
export interface Example {
  readonly agent: string;
  readonly account: string;
  readonly permission: string;
}

export const groupIds = ({ people, groups }: First): string[] =>
  groups.map((group) => `${people.alias}:${group}`);

/** As agents' files and cases name people: not yet encoded. */
export const userIds = ({ people, users }: First): string[] => users.map((user) => `${people.alias}:${user}`);

/** A Cedar expression: whether the principal is one of those who may ask. */
function oneOfThem(first: First): string {
  const groups = groupIds(first).map((id) => `principal in Writ::Group::${JSON.stringify(id)}`);
  const users = first.users.map(
    (user) => `principal == Writ::User::${JSON.stringify(identityTag(first.people.alias, user))}`,
  );
  return [...groups, ...users].join(' ||\n  ');
}

export const peoplePolicies = (first: First): string => `// Who may have what.

@id("people-list-buckets")
permit (
  principal,
  action == Writ::Action::"issue",
  resource == Writ::Permission::"${FIRST_PERMISSION}"
)
when {
  ${oneOfThem(first)}
};

// A laptop without device management is enrolled by its user, after a fresh sign-in.
@id("people-enroll-devices")
permit (principal, action == Writ::Action::"enroll", resource)
when {
  ${oneOfThem(first)}
};
`;

/** Somebody who may ask, as \`user\` and \`groups\` of a case. */
export function somebody(first: First): string {
  const { people, groups, users } = first;
  const [group] = groups;
  return group === undefined
    ? `user: ${JSON.stringify(`${people.alias}:${users[0] ?? ''}`)}`
    : `user: ${people.alias}:somebody, groups: ${JSON.stringify([`${people.alias}:${group}`])}`;
}

export const named = ({ agent, permission, account }: Example): string =>
  `agent: ${agent}, permission: ${permission}, account: ${account}`;

export const peopleCases = (
  first: First,
  example: Example,
): string => `# yaml-language-server: $schema=../schemas/test.schema.json
cases:
${[
  ...groupIds(first).map((id) => [
    id,
    `user: ${first.people.alias}:somebody, groups: ${JSON.stringify([id])}`,
  ]),
  ...userIds(first).map((id) => [id, `user: ${JSON.stringify(id)}`]),
]
  .map(
    ([id = '', ask = '']) => `  - name: ${JSON.stringify(`${id} lists buckets`)}
    ask: { ${ask}, ${named(example)} }
    expect: permit
    by: [people-list-buckets]

  - name: ${JSON.stringify(`${id} enrolls a device`)}
    ask: { action: enroll, ${ask} }
    expect: permit
    by: [people-enroll-devices]
`,
  )
  .join('\n')}
  - name: others list nothing
    ask: { user: ${first.people.alias}:another, ${named(example)} }
    expect: refuse
    by: []

  - name: and enroll nothing
    ask: { action: enroll, user: ${first.people.alias}:another }
    expect: refuse
    by: []
`;
