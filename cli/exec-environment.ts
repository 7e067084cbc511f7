import { devNull } from 'node:os';
import type { Io } from './io.ts';
import type { Place } from './place.ts';
import type { Endpoint } from './serve-endpoint.ts';

type Environment = { readonly [name: string]: string };

/** What says how to call AWS, and neither as whom nor at which address. */
const KEPT = new Set([
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CA_BUNDLE',
  'AWS_DEFAULT_OUTPUT',
  'AWS_PAGER',
  'AWS_MAX_ATTEMPTS',
  'AWS_RETRY_MODE',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]);

/**
 * What an SDK needs to find this endpoint and nothing else: shared files come before a container's endpoint in every
 * SDK, so that a default profile of the person's own would be used in its place; and the machine's own role must not
 * step in where the endpoint refuses.
 */
export const sdkSettings = ({ url, token }: Endpoint, { region, endpoint }: Place): Environment => ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  ...(region === null ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  ...(endpoint === null ? {} : { AWS_ENDPOINT_URL: endpoint }),
});

/** The child's environment: ours without any `AWS_*` but for what is harmless, and with these settings. */
export function childEnvironment(env: Io['env'], settings: Environment, run: string): Environment {
  const inherited = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || isForeign(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), ...settings, WRIT_EXEC: run };
}

/** Windows does not tell `aws_profile` from `AWS_PROFILE`. */
const isForeign = (name: string): boolean => /^AWS_/i.test(name) && !KEPT.has(name);
