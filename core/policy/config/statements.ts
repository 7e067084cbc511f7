import { CONTAINED } from '../../session/containment.ts';
import { whyOutlives } from '../outlives.ts';
import type { PermissionFile, StatementEntry } from './schemas.ts';
import { type Problem, quoted } from './source.ts';
import { BUILT_IN, looseParameter, parametersOf, parseTemplate } from './template.ts';
import type { Parsed } from './yaml.ts';

/** Service prefix in lower case, as IAM documents them, so that one spelling is enough to compare. */
const ACTION = /^[a-z0-9-]+:[A-Za-z0-9*?]+$/;
const OPERATOR =
  /^(?:Null|(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)|(?:Numeric|Date)(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)|Bool|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?)$/;
const CONDITION_KEY = /^[a-zA-Z0-9-]+:[\w.:/@+=-]+$/;

/** The statements of a permission: what may be allowed, and where parameters may stand. */
export function statementProblems(file: Parsed<PermissionFile>): Problem[] {
  const { value, problem } = file;
  const found: Problem[] = [];
  const used = new Set<string>();
  const allowed = new Set<string>();

  for (const [index, entry] of value.statements.entries()) {
    const at = (...path: PropertyKey[]) => ['statements', index, ...path];
    for (const [path, action] of listed(entry.Action, at('Action'))) {
      const wrong = actionProblem(action, entry, value);
      if (wrong !== null) found.push(problem(path, `${action} ${wrong}`));
      if (entry.Effect !== 'Deny') allowed.add(action.toLowerCase());
    }
    for (const [path, resource] of listed(entry.Resource, at('Resource'))) {
      if (resource !== '*' && !resource.startsWith('arn:')) found.push(problem(path, 'must be an ARN, or *'));
      found.push(...templateProblems(resource, file, path, used));
    }
    for (const [operator, keys] of Object.entries(entry.Condition ?? {})) {
      if (!OPERATOR.test(operator)) found.push(problem(at('Condition', operator), operatorProblem(operator)));
      for (const [key, values] of Object.entries(keys)) {
        const path = at('Condition', operator, key);
        if (!CONDITION_KEY.test(key)) found.push(problem(path, 'is no condition key'));
        const open = emptySetProblem(operator, key, entry);
        if (open !== null) found.push(problem(path, open));
        for (const [where, text] of listed(values, path)) {
          found.push(...templateProblems(text, file, where, used));
        }
      }
    }
  }

  // A template that does not parse uses nothing, and that is not the mistake.
  const sound = found.length === 0;
  for (const name of Object.keys(value.parameters ?? {})) {
    if (BUILT_IN.includes(name)) found.push(problem(['parameters', name], 'is filled in from the account'));
    else if (sound && !used.has(name))
      found.push(problem(['parameters', name], `${name} is not used by any statement`));
  }
  for (const [index, action] of (value.outlives ?? []).entries()) {
    if (whyOutlives(action) === null || !allowed.has(action.toLowerCase())) {
      found.push(problem(['outlives', index], 'is nothing that this permission needs to acknowledge'));
    }
  }
  if (!value.statements.some((entry) => entry.Effect !== 'Deny')) {
    found.push(problem(['statements'], 'allow nothing'));
  }
  return found;
}

function actionProblem(action: string, entry: StatementEntry, value: PermissionFile): string | null {
  if (!ACTION.test(action)) return 'is no service:Action with the service in lower case';
  if (entry.Effect === 'Deny') return null;
  if (/[*?]/.test(action)) return 'has a wildcard: it would allow actions that AWS has not invented yet';
  const [service = '', verb = ''] = action.split(':');
  if (CONTAINED.includes(service)) {
    const lifted =
      service === 'iam' && (value.lifts ?? []).some((lift) => verb.startsWith(lift.slice(4, -1)));
    return lifted ? null : 'is denied in every session (containment)';
  }
  const why = whyOutlives(action);
  const acknowledged = (value.outlives ?? []).some((each) => each.toLowerCase() === action.toLowerCase());
  return why === null || acknowledged ? null : `${why}: acknowledge it under outlives`;
}

function templateProblems(
  text: string,
  { value, problem }: Parsed<PermissionFile>,
  path: PropertyKey[],
  used: Set<string>,
): Problem[] {
  const parts = parseTemplate(text);
  if (typeof parts === 'string') return [problem(path, parts)];
  const found: Problem[] = [];
  for (const name of parametersOf(parts)) {
    used.add(name);
    if (!BUILT_IN.includes(name) && !Object.hasOwn(value.parameters ?? {}, name)) {
      found.push(problem(path, `\${${name}} is not declared under parameters`));
    }
  }
  const loose = looseParameter(parts);
  return loose === null ? found : [...found, problem(path, loose)];
}

/** YAML has a value `Null`, which as a key is the empty text. */
const operatorProblem = (operator: string): string =>
  operator === ''
    ? 'has an operator without a name: Null must be in quotes'
    : `${quoted(operator)} is no operator of IAM`;

/**
 * `ForAllValues` holds where the key is missing, so in an Allow it allows what it was to narrow.
 *
 * @see IAM User Guide, "Set operators for multivalued context keys"
 */
function emptySetProblem(operator: string, key: string, entry: StatementEntry): string | null {
  if (entry.Effect === 'Deny' || !operator.startsWith('ForAllValues:')) return null;
  const isNull = [entry.Condition?.Null?.[key]].flat();
  return isNull.every((each) => each === 'false')
    ? null
    : `holds where the key is missing: add "Null": { "${key}": "false" }`;
}

/** The elements of a value that YAML may have as one or as a list, each with its path. */
function listed(value: string | readonly string[], path: PropertyKey[]): [PropertyKey[], string][] {
  if (typeof value === 'string') return [[path, value]];
  return value.map((each, index) => [[...path, index], each]);
}
