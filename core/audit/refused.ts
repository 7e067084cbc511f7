/** Whether AWS refused a call. Any other error is of a call that was let through. */
const REFUSALS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'NotAuthorized',
]);
/**
 * Services put `Client.` or their own name and a point in front. Without the point it is another error:
 * `KMSAccessDeniedException` is what Lambda answers after it has let a call through.
 */
const ENDS_LIKE_ONE = /(?:^|\.)(?:AccessDenied|AccessDeniedException|UnauthorizedOperation)$/;

export const isRefused = (errorCode: string | null): boolean =>
  errorCode !== null && (REFUSALS.has(errorCode) || ENDS_LIKE_ONE.test(errorCode));
