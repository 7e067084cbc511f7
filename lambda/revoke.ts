/** POST /revoke, and POST /responder/revoke behind IAM. Decisions live in core/revoke.ts. */
import { cedar } from '../adapters/cedar.ts';
import { Fault } from '../core/fault.ts';
import { revoke } from '../core/revoke.ts';
import { loadPolicy, revokePorts } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { logFault, logRevocation } from './edge/log.ts';
import { startOnce } from './edge/once.ts';
import { noncesFor, respond } from './edge/respond.ts';
import { revocationAnswer } from './edge/revocation-answer.ts';

const config = readConfig(process.env, [...PUBLIC_SETTINGS, 'reconcileQueue']);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return revokePorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) => {
    const answer = await revoke(received, ports());
    if (answer.ok) {
      logRevocation(answer.value);
      // It is done all the same; but whoever watches must know that it is done up to a minute later.
      if (answer.value.revocation !== null && !answer.value.woken) {
        logFault(new Fault('queue_unavailable'), 'revoke');
      }
    }
    return respond('revoke', answer, noncesFor(received, ports()), revocationAnswer);
  },
  {
    name: 'revoke',
    method: 'POST',
    path: '/revoke',
    publicUrl: config.publicUrl,
    iamPath: '/responder/revoke',
  },
);
