import { ACCOUNT_ID, REGION } from '../aws-names.ts';
import { MAX_PARAMETER_CHARS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { ParameterType, Permission } from './bundle.ts';

/**
 * Parameters are data, never policy (architecture, section 4). Every character below stands for itself in ARNs, IAM
 * patterns, IAM variables and JSON, so that a value cannot widen the resource that it fills in.
 */
const SEGMENT = /^[A-Za-z0-9_.=@+,-]{1,64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a parameter may be called, in YAML, in a request and as `context.parameters.…` in Cedar. */
export const PARAMETER_NAME = /^[a-z][A-Za-z0-9]{0,31}$/;

export type PlainType = Exclude<ParameterType['type'], 'enum'>;

/** For each type: what fits, in words, and its longest value in characters (the byte budget counts with it). */
export const PARAMETER_TYPES: {
  readonly [T in PlainType]: {
    readonly fits: (value: string) => boolean;
    readonly longest: number;
    readonly says: string;
  };
} = {
  segment: {
    fits: isSegment,
    longest: 64,
    says: 'is no segment: 1 to 64 of A-Z a-z 0-9 _ . = @ + , - and neither . nor ..',
  },
  path: {
    fits: (value) => value.length <= MAX_PARAMETER_CHARS && value.split('/').every(isSegment),
    longest: MAX_PARAMETER_CHARS,
    says: `is no path: segments joined by single slashes, at most ${MAX_PARAMETER_CHARS} characters`,
  },
  account: { fits: (value) => ACCOUNT_ID.test(value), longest: 12, says: 'is no account: twelve digits' },
  region: { fits: (value) => REGION.test(value), longest: 27, says: 'is no Region, such as eu-central-1' },
  uuid: { fits: (value) => UUID.test(value), longest: 36, says: 'is no UUID in lower case' },
};

function isSegment(value: string): boolean {
  return SEGMENT.test(value) && value !== '.' && value !== '..';
}

/**
 * Checks the parameters of a request against those that the permission declares: all of them, and no other.
 *
 * @param given - `parameters` of the request's `authorization_details`: untrusted.
 * @returns the same values, in the order of the declaration; or `parameter_invalid`, which never quotes a value.
 */
export function checkParameters(
  permission: Permission,
  given: { readonly [name: string]: string },
): Outcome<{ readonly [name: string]: string }> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(permission.parameters, name)) {
      // A name is repeated only where it looks like one: anything could have been pasted there.
      return invalid(PARAMETER_NAME.test(name) ? name : '', 'is not declared by the permission');
    }
  }
  const checked: { [name: string]: string } = {};
  for (const [name, declared] of Object.entries(permission.parameters)) {
    if (!Object.hasOwn(given, name)) return invalid(name, 'is missing');
    const value: unknown = given[name];
    const problem = typeof value === 'string' ? parameterProblem(declared, value) : 'is no string';
    if (problem !== null) return invalid(name, problem);
    checked[name] = String(value);
  }
  return allow(checked);
}

/** @returns what is wrong with the value, without quoting it; `null`: nothing. */
export function parameterProblem(declared: ParameterType, value: string): string | null {
  if (declared.type === 'enum') {
    return declared.values.includes(value) ? null : `is none of: ${declared.values.join(', ')}`;
  }
  const type = PARAMETER_TYPES[declared.type];
  return type.fits(value) ? null : type.says;
}

/** A value as long as the type lets it be, for the byte budget. Its characters need no escape in JSON. */
export function widestValue(declared: ParameterType): string {
  if (declared.type !== 'enum') return 'x'.repeat(PARAMETER_TYPES[declared.type].longest);
  return declared.values.reduce((longest, value) => (value.length > longest.length ? value : longest), '');
}

const invalid = (parameter: string, problem: string) =>
  refuse({ reason: 'parameter_invalid', parameter, problem });
