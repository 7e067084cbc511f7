import { parsePolicy } from '../../core/iam/parse.ts';
import { MAX_MANAGED_POLICY_CHARS } from '../../core/limits.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { AwsError } from './aws-error.ts';

/** IAM: characters of a policy document. */
const ALPHABET = /^[\t\n\r\u0020-\u00ff]+$/;

/**
 * Reads a managed policy's document (IAM quotas: white space does not count).
 *
 * @throws AwsError `LimitExceeded`, or `MalformedPolicyDocument`, which repeats nothing of the document. `core/iam`
 *   is stricter than IAM: what this AWS could not judge it does not take.
 */
export function readDocument(text: string): PolicyDocument {
  if (text.replace(/[\t\n\r ]/g, '').length > MAX_MANAGED_POLICY_CHARS)
    throw new AwsError(
      409,
      'LimitExceeded',
      `Cannot exceed quota for PolicySize: ${MAX_MANAGED_POLICY_CHARS}`,
    );
  const parsed = ALPHABET.test(text) ? parsePolicy(text, 'identity') : null;
  if (!parsed?.ok)
    throw new AwsError(400, 'MalformedPolicyDocument', 'The policy is not in the valid format.');
  return parsed.document;
}

/** As IAM hands documents out: percent-encoded, RFC 3986 §2.3, where `encodeURIComponent` leaves five more alone. */
export const encodeDocument = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
