/** Every minute: intents that a crash left open. Decisions live in core/sweep.ts. */
import { sweep } from '../core/sweep.ts';
import { sweepPorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logSwept } from './edge/log.ts';

const ports = sweepPorts(readConfig(process.env, ['ledgerTable', 'peopleTable', 'controlTable', 'region']));

export const handler = invocation(async () => {
  const swept = await sweep(ports);
  logSwept(swept);
  return swept;
}, 'sweep');
