import type { z } from 'zod';
import { BrokerFile } from './broker.ts';
import { AccountsFile, AgentFile, IssuerFile, PermissionFile } from './schemas.ts';
import type { ConfigFile, Problem } from './source.ts';
import { TestFile } from './test-schema.ts';
import { type Parsed, parseYaml } from './yaml.ts';

/** A configuration folder's files by kind, in the order of their paths, with the shape of each checked. */
export interface SortedFiles {
  readonly issuers: readonly Parsed<IssuerFile>[];
  readonly agents: readonly Parsed<AgentFile>[];
  readonly permissions: readonly Parsed<PermissionFile>[];
  readonly accounts: Parsed<AccountsFile> | undefined;
  readonly policies: readonly ConfigFile[];
  readonly tests: readonly Parsed<TestFile>[];
  readonly problems: readonly Problem[];
}

/** Beside the configuration: explanations, and the schemas for editors. */
const IGNORED = /(?:^|\/)[^/]+\.md$|^schemas\/[^/]+\.schema\.json$/;
/** Without one of each, nothing could ever be issued: an empty folder is a mistake, not a configuration. */
const NEEDED = ['issuers', 'agents', 'permissions', 'policies'] as const;

/**
 * Sorts a folder's files by where they lie, and reads each by the schema of its kind.
 *
 * @returns a file of the wrong shape is among the problems and nowhere else; so is one that is of no kind, and a kind of
 *   which there must be one. Never throws.
 */
export function sortFiles(files: readonly ConfigFile[]): SortedFiles {
  const problems: Problem[] = [];
  const inOrder = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const left = new Set(inOrder.filter(({ path }) => !IGNORED.test(path)));
  const take = (pattern: RegExp): ConfigFile[] => {
    const taken = [...left].filter(({ path }) => pattern.test(path));
    for (const file of taken) left.delete(file);
    return taken;
  };
  const read = <T>(pattern: RegExp, schema: z.ZodType<T>): Parsed<T>[] =>
    take(pattern).flatMap((file) => {
      const result = parseYaml(file, schema);
      if (result.ok) return [result.parsed];
      problems.push(...result.problems);
      return [];
    });

  const tests = read(/^policies\/[^/]+\.test\.yaml$/, TestFile);
  const issuers = read(/^issuers\/[^/]+\.yaml$/, IssuerFile);
  const agents = read(/^agents\/[^/]+\.yaml$/, AgentFile);
  const permissions = read(/^permissions\/[^/]+\.yaml$/, PermissionFile);
  const [accounts] = read(/^accounts\.yaml$/, AccountsFile);
  // Shape only: what it says is for the stacks.
  read(/^broker\.yaml$/, BrokerFile);
  const policies = take(/^policies\/[^/]+\.cedar$/);
  for (const { path } of left) {
    problems.push({ file: path, line: 1, problem: 'is no file that a configuration has' });
  }
  for (const folder of NEEDED) {
    if (!inOrder.some(({ path }) => path.startsWith(`${folder}/`))) {
      problems.push({ file: folder, line: 1, problem: 'is missing or empty' });
    }
  }
  if (!inOrder.some(({ path }) => path === 'accounts.yaml')) {
    problems.push({ file: 'accounts.yaml', line: 1, problem: 'is missing' });
  }
  return { issuers, agents, permissions, accounts, policies, tests, problems };
}
