import { identityTag } from '../../session/encode.ts';
import type { Agent } from '../bundle.ts';
import { type AgentFile, type IssuerFile, NAME } from './schemas.ts';
import { type Problem, quoted } from './source.ts';
import type { Parsed } from './yaml.ts';

/**
 * The registration of a file that has no problems: dates as NumericDate of their first second, users as their tags.
 *
 * @throws Fault `misconfigured` for a user whose issuer's alias is none: `agentProblems` comes first.
 */
export function agent({ name, value }: Parsed<AgentFile>): Agent {
  return {
    agent: name,
    description: value.description,
    owner: value.owner,
    reviewBy: numericDate(value.reviewBy),
    expires: numericDate(value.expires),
    identities: value.identities ?? [],
    enrolled: value.enrolled ?? false,
    users: (value.users ?? []).map(userTag),
    groups: value.groups ?? [],
    permissions: value.permissions ?? [],
  };
}

/** 00:00 UTC of an ISO date, NumericDate. */
const numericDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

/** Spelled as in the tag and in the verified subject: `corp:ann=c3=a9e` for what the file calls `corp:année`. */
function userTag(user: string): string {
  const colon = user.indexOf(':');
  return identityTag(user.slice(0, colon), user.slice(colon + 1));
}

/**
 * What the schema cannot see: people and workloads of issuers that are there and of the class that vouches for them,
 * permissions that exist, and something that can be this agent.
 *
 * @param permissions - Names of all permissions.
 */
export function agentProblems(
  file: Parsed<AgentFile>,
  issuers: readonly Parsed<IssuerFile>[],
  permissions: readonly string[],
): Problem[] {
  const { value, problem } = file;
  const found: Problem[] = [];
  const classOf = (alias: string) => issuers.find((each) => each.name === alias)?.value.class;
  const subjectIssuer = (id: string, ...path: PropertyKey[]) => {
    if (classOf(id.slice(0, id.indexOf(':'))) !== 'subject') {
      found.push(problem(path, `${quoted(id)} begins with no issuer of class subject`));
    }
  };

  if (!NAME.test(file.name)) {
    found.push(problem([], 'the file must be named by the agent: at most 47 of a-z 0-9 -, a letter first'));
  }
  subjectIssuer(value.owner, 'owner');
  for (const list of ['users', 'groups'] as const) {
    for (const [index, id] of (value[list] ?? []).entries()) subjectIssuer(id, list, index);
  }
  for (const [index, { issuer, subject }] of (value.identities ?? []).entries()) {
    if (classOf(issuer) !== 'actor') {
      found.push(problem(['identities', index, 'issuer'], `${quoted(issuer)} is no issuer of class actor`));
    }
    if (/[*?]/.test(subject)) {
      found.push(
        problem(['identities', index, 'subject'], `${quoted(subject)} must be exact: there are no wildcards`),
      );
    }
  }
  for (const [index, name] of (value.permissions ?? []).entries()) {
    if (!permissions.includes(name))
      found.push(problem(['permissions', index], `${quoted(name)} is no permission`));
  }
  if ((value.identities ?? []).length === 0 && value.enrolled !== true) {
    found.push(problem([], 'nothing can be this agent: give it identities, or enrolled: true'));
  }
  return found;
}

/** One workload, one agent: else which agent a token is would depend on the order of files. */
export function sharedIdentities(files: readonly Parsed<AgentFile>[]): Problem[] {
  const first = new Map<string, string>();
  return files.flatMap(({ name, value, problem }) =>
    (value.identities ?? []).flatMap(({ issuer, subject }, index) => {
      const key = `${issuer}:${subject}`;
      const other = first.get(key);
      first.set(key, other ?? name);
      return other === undefined ? [] : [problem(['identities', index], `is already ${other}'s`)];
    }),
  );
}
