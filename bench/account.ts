/** One account at the local AWS, as a deploy leaves it: roles, and an IAM that judges. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Bundle } from '../core/policy/bundle.ts';
import { createRegistry } from '../local/aws/registry.ts';
import { startAws } from '../local/aws/server.ts';
import { putRoles } from '../local/function-roles.ts';
import { functionName, REGION, roleArn } from '../local/names.ts';
import { takeRole } from '../local/take-role.ts';

export interface BenchAccount {
  readonly endpoint: string;
  /** The reconcile function's environment: its role's credentials, AWS being `endpoint`. */
  readonly env: (endpoint: string) => { readonly [name: string]: string };
  readonly close: () => Promise<void>;
}

/** @param dynamodbEndpoint - What answers a canary's read, once IAM has let it pass. */
export async function openAccount(
  bundle: Bundle,
  dynamodbEndpoint: string,
  folder: string,
): Promise<BenchAccount> {
  const registry = createRegistry({ now: Date.now, random: randomBytes });
  const aws = await startAws({
    port: 0,
    region: REGION,
    cloudtrailDir: join(folder, 'cloudtrail'),
    registry,
    now: Date.now,
    random: randomBytes,
    dynamodbEndpoint,
  });
  putRoles(registry, bundle, aws.kmsKeys);
  const session = takeRole(aws, functionName('reconcile'), roleArn('reconcile'));
  return {
    endpoint: aws.endpoint,
    env: (endpoint) => ({
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
    }),
    close: aws.close,
  };
}
