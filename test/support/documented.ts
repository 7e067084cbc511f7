import { EVERY_ANSWER, type Operation, SOME_ANSWERS } from '../../docs/openapi/operations.ts';
import type { WireAnswer } from './wire.ts';

/** What in an answer docs/openapi.json does not have; `null`: it is documented. */
export function undocumented(operation: Operation, method: string, answer: WireAnswer): string | null {
  if (method.toLowerCase() !== operation.method && answer.status !== 405) return 'the method is another one';
  const documented = operation.answers.find(({ status }) => status === answer.status);
  if (documented === undefined) return 'the status is not there';
  if (answer.headers['content-type'] !== 'application/json') return 'the content type is another one';

  for (const [name, schema] of Object.entries(EVERY_ANSWER)) {
    if (!schema.safeParse(answer.headers[name.toLowerCase()]).success)
      return `the header ${name} is another one`;
  }
  for (const [name, schema] of Object.entries(SOME_ANSWERS)) {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined && documented.headers.includes(name)) return `the header ${name} is missing`;
    if (value === undefined) continue;
    const isThere = documented.headers.some((header) => header.replace('?', '') === name);
    if (!isThere || !schema.safeParse(value).success) return `the header ${name} is another one`;
  }
  // A HEAD has no body.
  if (method === 'HEAD') return null;
  const body = documented.body.safeParse(answer.body);
  return body.success ? null : `the body is another one: ${body.error.issues.map(({ path }) => path).join()}`;
}
