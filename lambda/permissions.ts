/** POST /permissions. Decisions live in core/permissions.ts. */
import { cedar } from '../adapters/cedar.ts';
import { permissions } from '../core/permissions.ts';
import { loadPolicy, permissionsPorts } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { startOnce } from './edge/once.ts';
import { respond } from './edge/respond.ts';

const config = readConfig(process.env, PUBLIC_SETTINGS);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return permissionsPorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) =>
    respond('permissions', await permissions(received, ports()), ports(), (listed) => ({
      permissions: listed,
    })),
  { name: 'permissions', method: 'POST', path: '/permissions', publicUrl: config.publicUrl },
);
