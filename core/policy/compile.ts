import { sha256Hex } from '../encoding/hash.ts';
import { jcs } from '../encoding/jcs.ts';
import type { Bundle } from './bundle.ts';
import { cedarSchema } from './cedar-schema.ts';
import { accounts, sharedAccounts } from './config/accounts.ts';
import { agent, agentProblems, sharedIdentities } from './config/agents.ts';
import { type CedarCompiler, compilePolicies } from './config/cedar.ts';
import { issuer, issuerProblems, sharedIssuers } from './config/issuers.ts';
import { permission, permissionProblems } from './config/permissions.ts';
import { sortFiles } from './config/sort.ts';
import type { ConfigFile, Problem } from './config/source.ts';

export type { CedarCompiler } from './config/cedar.ts';
export type { ConfigFile, Problem } from './config/source.ts';

export type Compiled =
  | {
      readonly ok: true;
      readonly bundle: Bundle;
      /** RFC 8785 text of the bundle: the same configuration gives the same bytes. */
      readonly bytes: Uint8Array;
      /** SHA-256 of the bytes, hex: the bundle's name. */
      readonly hash: string;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Compiles a configuration folder into one bundle, or refuses it with every mistake's file and line.
 *
 * @param options.local - Whether issuers may be plain http on the loopback: on a laptop only.
 */
export function compile(
  files: readonly ConfigFile[],
  options: { readonly cedar: CedarCompiler; readonly local?: boolean },
): Compiled {
  const sorted = sortFiles(files);
  // A file of the wrong shape is as if it were not there, and all that names it would be told as a mistake too.
  if (sorted.problems.length > 0) return { ok: false, problems: [...sorted.problems].sort(byPlace) };
  const { issuers, agents, permissions } = sorted;
  const accountsFile = sorted.accounts?.value ?? {};
  const problems: Problem[] = [];

  for (const file of issuers) problems.push(...issuerProblems(file, options.local ?? false));
  problems.push(...sharedIssuers(issuers));
  if (sorted.accounts) problems.push(...sharedAccounts(sorted.accounts));
  for (const file of permissions) problems.push(...permissionProblems(file, accountsFile));
  const permissionNames = permissions.map(({ name }) => name);
  for (const file of agents) problems.push(...agentProblems(file, issuers, permissionNames));
  problems.push(...sharedIdentities(agents));

  const parameterNames = permissions.flatMap(({ value }) => Object.keys(value.parameters ?? {}));
  const schema = cedarSchema(parameterNames);
  const known = {
    permissions: permissionNames,
    agents: agents.map(({ name }) => name),
    subjectIssuers: issuers.filter(({ value }) => value.class === 'subject').map(({ name }) => name),
  };
  const policies = compilePolicies(sorted.policies, schema, known, options.cedar);
  if (!policies.ok) problems.push(...policies.problems);
  if (!policies.ok || problems.length > 0) return { ok: false, problems: problems.sort(byPlace) };

  const bundle: Bundle = {
    v: 1,
    issuers: issuers.map(issuer),
    agents: agents.map(agent),
    permissions: permissions.map(permission),
    accounts: accounts(accountsFile),
    policies: policies.policies,
  };
  const bytes = new TextEncoder().encode(jcs(bundle));
  return { ok: true, bundle, bytes, hash: sha256Hex(bytes) };
}

const byPlace = (a: Problem, b: Problem): number =>
  a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1;
