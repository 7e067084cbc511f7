import { type Fact, known, unknown } from '../core/doctor/facts.ts';
import { Fault } from '../core/fault.ts';

const NOT_SERVED = /^(?:NotImplemented\w*|UnknownOperationException|InvalidAction)$/;
const REFUSED = /^(?:AccessDenied\w*|Unauthorized\w*|\w*NotAuthorized\w*)$/;
const CREDENTIALS =
  /^(?:CredentialsProviderError|TokenProviderError|ProviderError|InvalidClientTokenId|UnrecognizedClient\w*|ExpiredToken\w*)$/;

/** What was seen, or why it could not be looked at: then nothing is judged. Never what an error says of its input. */
export async function fact<T>(what: string, look: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await look());
  } catch (error) {
    return unknown(`${what}: ${whyNot(nameOf(error))}`);
  }
}

/** The same where AWS answers that there is none by one of these errors. */
export async function orNull<T>(look: () => Promise<T>, none: readonly string[]): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (none.includes(nameOf(error))) return null;
    throw error;
  }
}

/** AWS's own name of an error; of a Fault, of what caused it. */
export function nameOf(error: unknown): string {
  if (error instanceof Fault) return error.causeName ?? error.code;
  return error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
}

function whyNot(name: string): string {
  if (NOT_SERVED.test(name)) return 'not served here.';
  if (REFUSED.test(name)) return 'IAM does not let this identity look.';
  if (CREDENTIALS.test(name)) return 'there are no AWS credentials, or AWS does not take them.';
  return `AWS answered ${name}, or not at all.`;
}

/** A field that AWS always fills. Without it nothing is known. */
export function filled<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a field that AWS always fills is empty');
  return value;
}
