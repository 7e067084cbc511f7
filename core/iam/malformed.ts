import type { JsonObject } from '../encoding/i-json.ts';

/** Thrown by the parts of the policy parser and caught by `parsePolicy`; says nothing that the document says. */
export class Malformed extends Error {
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.name = 'Malformed';
    this.problem = problem;
  }
}

/** Spelling counts: AWS's elements are case-sensitive. */
export function refuseUnknown(json: JsonObject, known: readonly string[], where: string): void {
  if (!Object.keys(json).every((key) => known.includes(key)))
    throw new Malformed(`${where} has an unknown element`);
}

/** One string or a list of at least one. */
export function strings(value: unknown, where: string): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.filter((each) => typeof each === 'string' && each !== '');
  if (values.length === 0 || texts.length < values.length) throw new Malformed(`${where} must be strings`);
  return texts.map(String);
}
