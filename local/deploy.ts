/** What a deploy does at AWS, on the laptop: the functions with their environment, the roles with their policies. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { targetRoles } from '../core/session/roles.ts';
import type { Registry } from './aws/registry.ts';
import { type Duties, frontDoorRole, functionRoles } from './function-roles.ts';
import type { FunctionSpec } from './functions.ts';
import type { LocalBundle } from './policy.ts';

const MINT_TIMEOUT_SECONDS = 15;

/** One process per function from `dist/functions`, all with the same settings; roles tell them apart. */
export function functionSpecs(
  root: string,
  account: string,
  env: FunctionSpec['env'],
): { readonly [name: string]: FunctionSpec } {
  const built = join(root, 'dist', 'functions');
  return Object.fromEntries(
    readdirSync(built).map((name) => [
      `writ-${name}`,
      {
        bundle: join(built, name, 'index.mjs'),
        roleArn: `arn:aws:iam::${account}:role/writ-${name}`,
        env,
        timeoutSeconds: MINT_TIMEOUT_SECONDS,
      },
    ]),
  );
}

/** Each function's own role, the front door's, and the target roles that the permissions name. */
export function putRoles(registry: Registry, { bundle }: LocalBundle, duties: Duties): void {
  for (const role of Object.values(functionRoles(duties))) registry.putRole(role);
  registry.putRole(frontDoorRole(duties));
  const mintRoleArn = `arn:aws:iam::${duties.account}:role/writ-mint`;
  for (const account of bundle.accounts.filter(({ id }) => id === duties.account)) {
    for (const role of targetRoles(bundle, account, { mintRoleArn })) {
      registry.putRole({
        name: role.name,
        path: role.path,
        trust: role.trust,
        boundary: role.boundary,
        inline: { permissions: role.permissions, fence: role.fence },
        maxSessionDuration: role.maxSessionSeconds,
      });
    }
  }
}
