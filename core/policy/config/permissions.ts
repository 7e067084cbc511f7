import type { ParameterType, Permission, PlaceRule, Statement } from '../bundle.ts';
import { parameterProblem } from '../parameters.ts';
import { budgetProblem } from './budget.ts';
import { type AccountsFile, type CaseEntry, NAME, type PermissionFile } from './schemas.ts';
import { type Problem, quoted } from './source.ts';
import { statementProblems } from './statements.ts';
import { BUILT_IN, parametersOf as namesIn, parseTemplate } from './template.ts';
import type { Parsed } from './yaml.ts';

/** The permission of a file that has no problems: defaults filled in, every list a list. */
export function permission({ name, value }: Parsed<PermissionFile>): Permission {
  return {
    permission: name,
    description: value.description,
    accounts: value.accounts,
    role: value.role,
    longest: value.longest,
    place: placeRule(value.place),
    parameters: parametersOf(value),
    statements: value.statements.map(statement),
    lifts: value.lifts ?? [],
    outlives: value.outlives ?? [],
    demandsBodyHash: value.demandsBodyHash ?? false,
    allows: value.allows.map(permissionCase),
    denies: value.denies.map(permissionCase),
  };
}

function placeRule(place: PermissionFile['place']): PlaceRule {
  if (typeof place === 'string') return { kind: place };
  return 'cidrs' in place ? { kind: 'cidrs', cidrs: place.cidrs } : { kind: 'vpcs', vpcs: place.vpcs };
}

function parametersOf(value: PermissionFile): { readonly [name: string]: ParameterType } {
  return Object.fromEntries(
    Object.entries(value.parameters ?? {}).map(([name, type]) => [
      name,
      typeof type === 'string' ? { type } : { type: 'enum', values: type.enum },
    ]),
  );
}

function statement(entry: PermissionFile['statements'][number]): Statement {
  const { Sid, Effect, Action, Resource, Condition } = entry;
  return {
    ...(Sid !== undefined && { Sid }),
    Effect: Effect ?? 'Allow',
    Action: list(Action),
    Resource: list(Resource),
    ...(Condition && {
      Condition: Object.fromEntries(
        Object.entries(Condition).map(([operator, keys]) => [
          operator,
          Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, list(values)])),
        ]),
      ),
    }),
  };
}

const permissionCase = (entry: CaseEntry) => ({
  with: entry.with ?? {},
  action: entry.action,
  resource: entry.resource,
  context: entry.context ?? {},
});

const list = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/**
 * What the schema cannot see: names that must exist elsewhere, cases that no request could be, statements that would
 * allow too much, a policy that would not fit STS.
 *
 * @param accounts - Those of `accounts.yaml`; without that file none, and every name is a problem.
 */
export function permissionProblems(file: Parsed<PermissionFile>, accounts: AccountsFile): Problem[] {
  const { value, problem } = file;
  const found: Problem[] = [];
  if (!NAME.test(file.name)) {
    found.push(
      problem([], 'the file must be named by the permission: at most 47 of a-z 0-9 -, a letter first'),
    );
  }
  for (const [index, name] of value.accounts.entries()) {
    if (!Object.hasOwn(accounts, name))
      found.push(problem(['accounts', index], `${quoted(name)} is not in accounts.yaml`));
  }
  for (const [name, type] of Object.entries(parametersOf(value))) {
    for (const each of type.type === 'enum' ? type.values : []) {
      if (parameterProblem({ type: 'path' }, each) !== null) {
        found.push(problem(['parameters', name], 'has a value that is no path of plain segments'));
      }
    }
  }
  found.push(...caseProblems(file), ...statementProblems(file));
  // The budget is counted on what is otherwise sound: a bad template has no length.
  if (found.length > 0) return found;
  const over = budgetProblem(permission(file), accounts);
  return over === null ? [] : [problem(['statements'], over)];
}

/** `with` of a case must be parameters that a request could have; its resource a real one, but for the account. */
function caseProblems({ value, problem }: Parsed<PermissionFile>): Problem[] {
  const declared = parametersOf(value);
  return (['allows', 'denies'] as const).flatMap((kind) =>
    value[kind].flatMap((entry, index) => {
      const parts = parseTemplate(entry.resource);
      if (typeof parts === 'string') return [problem([kind, index, 'resource'], parts)];
      if (namesIn(parts).some((name) => !BUILT_IN.includes(name))) {
        return [problem([kind, index, 'resource'], 'may only have ${account} and ${region}')];
      }
      const given = entry.with ?? {};
      const names = new Set([...Object.keys(declared), ...Object.keys(given)]);
      return [...names].flatMap((name) => {
        const type = Object.hasOwn(declared, name) ? declared[name] : undefined;
        const wrong =
          type === undefined
            ? 'is not declared'
            : !Object.hasOwn(given, name)
              ? 'is missing'
              : parameterProblem(type, given[name] ?? '');
        return wrong === null ? [] : [problem([kind, index, 'with', name], `${name} ${wrong}`)];
      });
    }),
  );
}
