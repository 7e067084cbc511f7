/** POST /token, RFC 8693 §2. Decisions live in core/exchange.ts; this gives the answer its wire format. */
import { cedar } from '../adapters/cedar.ts';
import { exchange } from '../core/exchange.ts';
import { exchangePorts, loadPolicy } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { issuedAnswer } from './edge/issued-answer.ts';
import { startOnce } from './edge/once.ts';
import { respond } from './edge/respond.ts';

const config = readConfig(process.env, [...PUBLIC_SETTINGS, 'mintFunction']);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return exchangePorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) => respond('token', await exchange(received, ports()), ports(), issuedAnswer),
  { name: 'token', method: 'POST', path: '/token', publicUrl: config.publicUrl },
);
