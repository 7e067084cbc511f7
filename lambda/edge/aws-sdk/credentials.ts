/**
 * Stands in for `@aws-sdk/credential-provider-node` in every function (build-sdk.ts). Lambda gives a function its role's
 * credentials in three variables, and nothing else is a function's: the SDK's own chain would go on to files, programs,
 * web identities, and to whatever address a variable names.
 */

/** What the SDK signs with. */
interface EnvironmentCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * The SDK's default provider, under the name by which its clients import it.
 *
 * @throws Error named as the SDK's own where a variable is missing: there is no other place to look.
 */
export const defaultProvider = () => async (): Promise<EnvironmentCredentials> => ({
  accessKeyId: given('AWS_ACCESS_KEY_ID'),
  secretAccessKey: given('AWS_SECRET_ACCESS_KEY'),
  sessionToken: given('AWS_SESSION_TOKEN'),
});

function given(variable: string): string {
  const value = process.env[variable];
  if (value !== undefined && value !== '') return value;
  const error = new Error(`${variable} is missing: a function has its role's credentials from Lambda alone`);
  error.name = 'CredentialsProviderError';
  throw error;
}
