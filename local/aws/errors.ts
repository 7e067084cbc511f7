import { AwsError } from './aws-error.ts';
import type { Answer, Protocol } from './call.ts';
import { namespaceOf } from './query.ts';
import { xml } from './xml.ts';

// In a file of its own because the registry throws it, and what is here knows of the registry through calls.
export { AwsError };

type Row = { readonly [P in Protocol]: readonly [status: number, code: string] } & {
  readonly message: string;
  /** S3 has words of its own. */
  readonly s3Message?: string;
};

/** Failures that all services share, and what each protocol calls them. */
const SHARED = {
  missingAuthentication: {
    message: 'Request is missing Authentication Token',
    s3Message: 'Access Denied',
    query: [403, 'MissingAuthenticationToken'],
    s3: [403, 'AccessDenied'],
    json: [400, 'MissingAuthenticationTokenException'],
    rest: [403, 'MissingAuthenticationTokenException'],
  },
  malformedAuthentication: {
    message: 'The Authorization header is not a complete AWS4-HMAC-SHA256 signature.',
    query: [400, 'IncompleteSignature'],
    s3: [400, 'AuthorizationHeaderMalformed'],
    json: [400, 'IncompleteSignatureException'],
    rest: [403, 'IncompleteSignatureException'],
  },
  unknownKey: {
    message: 'The security token included in the request is invalid.',
    s3Message: 'The AWS Access Key Id you provided does not exist in our records.',
    query: [403, 'InvalidClientTokenId'],
    s3: [403, 'InvalidAccessKeyId'],
    json: [400, 'UnrecognizedClientException'],
    rest: [403, 'UnrecognizedClientException'],
  },
  wrongSessionToken: {
    message: 'The security token included in the request is invalid.',
    s3Message: 'The provided token is malformed or otherwise invalid.',
    query: [403, 'InvalidClientTokenId'],
    s3: [400, 'InvalidToken'],
    json: [400, 'UnrecognizedClientException'],
    rest: [403, 'UnrecognizedClientException'],
  },
  wrongSignature: {
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    query: [403, 'SignatureDoesNotMatch'],
    s3: [403, 'SignatureDoesNotMatch'],
    json: [400, 'InvalidSignatureException'],
    rest: [403, 'InvalidSignatureException'],
  },
  skewed: {
    message: 'Signature expired or not yet current: its date is more than five minutes from now.',
    s3Message: 'The difference between the request time and the current time is too large.',
    query: [403, 'SignatureDoesNotMatch'],
    s3: [403, 'RequestTimeTooSkewed'],
    json: [400, 'InvalidSignatureException'],
    rest: [403, 'InvalidSignatureException'],
  },
  expired: {
    message: 'The security token included in the request is expired',
    s3Message: 'The provided token has expired.',
    query: [403, 'ExpiredToken'],
    s3: [400, 'ExpiredToken'],
    json: [400, 'ExpiredTokenException'],
    rest: [403, 'ExpiredTokenException'],
  },
  accessDenied: {
    message: 'Access Denied',
    query: [403, 'AccessDenied'],
    s3: [403, 'AccessDenied'],
    json: [400, 'AccessDeniedException'],
    rest: [403, 'AccessDeniedException'],
  },
  internal: {
    message: 'The local AWS failed.',
    query: [500, 'InternalFailure'],
    s3: [500, 'InternalError'],
    json: [500, 'InternalServerError'],
    rest: [500, 'InternalServerException'],
  },
} as const satisfies { readonly [failure: string]: Row };

export type SharedFailure = keyof typeof SHARED;

export function sharedError(failure: SharedFailure, protocol: Protocol, message?: string): AwsError {
  const row: Row = SHARED[failure];
  const [status, code] = row[protocol];
  const usual = protocol === 's3' ? (row.s3Message ?? row.message) : row.message;
  return new AwsError(status, code, message ?? usual);
}

/** What is on no list of ours. Nothing is guessed and nothing is done. */
export const notImplemented = (what: string): AwsError =>
  new AwsError(501, 'NotImplemented', `The local AWS does not serve ${what}.`);

/** The error as the protocol writes it. `head`: an answer to HEAD has no body; `service`: whose, where it is known. */
export function renderError(
  protocol: Protocol,
  error: AwsError,
  requestId: string,
  head = false,
  service: string | null = null,
): Answer {
  const { status, code, message } = error;
  switch (protocol) {
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body: xml(
          'ErrorResponse',
          {
            Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
            RequestId: requestId,
          },
          namespaceOf(service),
        ),
      };
    case 's3':
      return {
        status,
        headers: { 'content-type': 'application/xml' },
        body: head ? '' : xml('Error', { Code: code, Message: message, RequestId: requestId }),
      };
    case 'json':
      return {
        status,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          ...(error.queryCode === undefined ? {} : { 'x-amzn-query-error': `${error.queryCode};Sender` }),
        },
        body: JSON.stringify({ __type: code, message, Message: message }),
      };
    case 'rest':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
        body: JSON.stringify({ Message: message, message }),
      };
  }
}
