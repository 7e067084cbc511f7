/** POST /writs, and POST /responder/writs behind IAM. Decisions live in core/writs.ts. */
import { cedar } from '../adapters/cedar.ts';
import { writs } from '../core/writs.ts';
import { loadPolicy, writsPorts } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { startOnce } from './edge/once.ts';
import { noncesFor, respond } from './edge/respond.ts';

const config = readConfig(process.env, PUBLIC_SETTINGS);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return writsPorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) =>
    respond('writs', await writs(received, ports()), noncesFor(received, ports()), (live) => ({
      writs: live.writs,
      next: live.next,
    })),
  {
    name: 'writs',
    method: 'POST',
    path: '/writs',
    publicUrl: config.publicUrl,
    iamPath: '/responder/writs',
  },
);
