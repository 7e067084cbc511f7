/** POST /status, and POST /responder/status behind IAM. Decisions live in core/status.ts. */
import { cedar } from '../adapters/cedar.ts';
import { status } from '../core/status.ts';
import { loadPolicy, statusPorts } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { startOnce } from './edge/once.ts';
import { noncesFor, respond } from './edge/respond.ts';

const config = readConfig(process.env, PUBLIC_SETTINGS);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return statusPorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) =>
    respond('status', await status(received, ports()), noncesFor(received, ports()), ({ accounts }) => ({
      accounts,
    })),
  {
    name: 'status',
    method: 'POST',
    path: '/status',
    publicUrl: config.publicUrl,
    iamPath: '/responder/status',
  },
);
