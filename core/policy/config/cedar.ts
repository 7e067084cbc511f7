import { REMEDIES, type Remedy } from '../../refusals.ts';
import { identityTag, isIdentityTag } from '../../session/encode.ts';
import type { CedarPolicies } from '../bundle.ts';
import { type ConfigFile, type Problem, positionAt } from './source.ts';

/**
 * What the compiler needs of Cedar, so that core holds no engine. Offsets are UTF-16 offsets into the text given;
 * messages are Cedar's own (configuration is no secret).
 */
export interface CedarCompiler {
  /** Splits a file into its policies; templates, with slots to be filled in, are problems. */
  parse(text: string):
    | { readonly ok: true; readonly policies: readonly ParsedPolicy[] }
    | {
        readonly ok: false;
        readonly problems: readonly { readonly offset: number; readonly problem: string }[];
      };
  /** Validates policies, texts by id, against a schema in strict mode. Warnings are problems too. */
  validate(
    policies: { readonly [id: string]: string },
    schema: unknown,
  ): readonly { readonly id: string; readonly offset: number; readonly problem: string }[];
}

export interface ParsedPolicy {
  readonly text: string;
  /** Where the policy begins in its file. */
  readonly offset: number;
  readonly effect: 'permit' | 'forbid';
  readonly annotations: { readonly [name: string]: string };
  /** Cedar's JSON format. */
  readonly json: unknown;
}

/** Names that a policy may speak of. */
export interface KnownNames {
  readonly permissions: readonly string[];
  readonly agents: readonly string[];
  /** Aliases of subject issuers: users and groups begin with one. */
  readonly subjectIssuers: readonly string[];
}

export type CedarResult =
  | { readonly ok: true; readonly policies: CedarPolicies }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const POLICY_ID = /^[a-z][a-z0-9-]{0,63}$/;

/** Compiles all policy files into one set, each policy under its `@id`: that is what decisions name. */
export function compilePolicies(
  files: readonly ConfigFile[],
  schema: unknown,
  known: KnownNames,
  cedar: CedarCompiler,
): CedarResult {
  const problems: Problem[] = [];
  const placed = new Map<string, { readonly policy: ParsedPolicy; readonly file: ConfigFile }>();
  const remedies: { [id: string]: Remedy } = {};
  const at = (file: ConfigFile, offset: number, problem: string): Problem => ({
    file: file.path,
    ...positionAt(file.text, offset),
    problem,
  });

  for (const file of files) {
    const parsed = cedar.parse(file.text);
    if (!parsed.ok) {
      problems.push(...parsed.problems.map(({ offset, problem }) => at(file, offset, problem)));
      continue;
    }
    for (const policy of parsed.policies) {
      const { id, remedy } = policy.annotations;
      const here = (problem: string) => problems.push(at(file, policy.offset, problem));
      if (id === undefined) here('has no @id("…"): a decision must be able to name it');
      else if (!POLICY_ID.test(id)) here(`@id must be lower-case letters, digits and hyphens`);
      else if (placed.has(id)) here(`@id("${id}") is already taken in ${placed.get(id)?.file.path}`);
      else {
        placed.set(id, { policy, file });
        if (remedy !== undefined && policy.effect === 'permit') here('@remedy is for a forbid');
        else if (isRemedy(remedy)) remedies[id] = remedy;
        else if (remedy !== undefined) here(`@remedy must be one of ${REMEDIES.join(', ')}`);
      }
      for (const problem of meaningProblems(policy.json, known)) here(problem);
    }
  }

  const texts = Object.fromEntries([...placed].map(([id, { policy }]) => [id, policy.text]));
  for (const { id, offset, problem } of cedar.validate(texts, schema)) {
    const found = placed.get(id);
    if (found) problems.push(at(found.file, found.policy.offset + offset, problem));
    else problems.push({ file: files[0]?.path ?? 'policies', line: 1, problem });
  }
  if (problems.length > 0) return { ok: false, problems };
  const policies = Object.fromEntries([...placed].map(([id, { policy }]) => [id, policy.json]));
  return { ok: true, policies: { policies, schema, remedies } };
}

const isRemedy = (text: string | undefined): text is Remedy => REMEDIES.some((each) => each === text);

/**
 * What Cedar's validator lets pass and we do not: names of things that do not exist (a `forbid` on a misspelled
 * permission forbids nothing), and integers that JSON would round on the way to the engine.
 */
function meaningProblems(json: unknown, known: KnownNames): string[] {
  if (typeof json === 'number') {
    return Number.isSafeInteger(json) ? [] : ['has a number beyond 2^53, which JSON cannot carry'];
  }
  if (typeof json !== 'object' || json === null) return [];
  const here =
    isReference(json) && !exists(json, known)
      ? [`names ${json.type}::"${json.id}", ${whyNot(json, known)}`]
      : [];
  return [...here, ...Object.values(json).flatMap((value) => meaningProblems(value, known))];
}

interface Reference {
  readonly type: string;
  readonly id: string;
}

const isReference = (value: object): value is Reference =>
  'type' in value && typeof value.type === 'string' && 'id' in value && typeof value.id === 'string';

const aliasOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf(':')));

/** A user is spelled as in the tag. A `forbid` on any other spelling would never fire. */
function whyNot({ type, id }: Reference, known: KnownNames): string {
  const alias = aliasOf(id);
  if (type !== 'Writ::User' || !known.subjectIssuers.includes(alias)) return 'which is not there';
  return `which no user is ever called: write "${identityTag(alias, id.slice(alias.length + 1))}"`;
}

function exists({ type, id }: Reference, known: KnownNames): boolean {
  switch (type) {
    case 'Writ::Permission':
      return known.permissions.includes(id);
    case 'Writ::Agent':
      return known.agents.includes(id);
    case 'Writ::User':
      return isIdentityTag(id) && known.subjectIssuers.includes(aliasOf(id));
    case 'Writ::Group':
      return known.subjectIssuers.includes(aliasOf(id));
    default:
      return true;
  }
}
