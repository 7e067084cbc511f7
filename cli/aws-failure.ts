import { Failure, printable } from './failure.ts';

const REFUSED = /^(?:AccessDenied\w*|Unauthorized\w*)$/;
const CREDENTIALS_REFUSED =
  /^(?:InvalidClientTokenId|UnrecognizedClient\w*|ExpiredToken\w*|SignatureDoesNotMatch)$/;
const CREDENTIALS_MISSING = /^(?:CredentialsProviderError|TokenProviderError|ProviderError)$/;

/** AWS's own name of an error; its message can quote what was sent, and is not shown. */
export const awsCodeOf = (caught: unknown): string =>
  caught instanceof Error && /^(?:\w{1,64})$/.test(caught.name) ? caught.name : 'UnknownError';

/** What became of a call to AWS with the caller's own credentials. @param what - One sentence: what did not happen. */
export function awsFailure(caught: unknown, what: string): Failure {
  return caught instanceof Failure ? caught : failureOfCode(awsCodeOf(caught), what);
}

/** @param code - AWS's own name of the error. */
export function failureOfCode(code: string, what: string): Failure {
  if (CREDENTIALS_MISSING.test(code)) return credentialsMissing();
  if (CREDENTIALS_REFUSED.test(code)) {
    return new Failure({
      exit: 2,
      error: 'aws_credentials_refused',
      what,
      why: `AWS does not take these credentials, or no longer (${code}).`,
      next: 'aws sts get-caller-identity says whose they are.',
    });
  }
  return REFUSED.test(code)
    ? new Failure({
        exit: 2,
        error: 'iam_refused',
        what,
        why: 'IAM does not let your AWS identity do this.',
        next: 'aws sts get-caller-identity says whose credentials these are.',
      })
    : new Failure({
        exit: 4,
        error: 'aws_unavailable',
        what,
        why: `AWS answered ${printable(code)}, or not at all.`,
        next: 'Run the same command again.',
      });
}

export const credentialsMissing = (): Failure =>
  new Failure({
    exit: 1,
    error: 'aws_credentials_missing',
    what: 'No AWS credentials of your own were found.',
    why: 'writ looks where the AWS CLI does: the environment, the profile that AWS_PROFILE names, the machine.',
    next: 'Set AWS_PROFILE, or sign in: aws sso login',
  });
