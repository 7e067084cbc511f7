/** Every minute: intents that a crash left open. Decisions live in core/sweep.ts. */
import { sweep } from '../core/sweep.ts';
import { sweepPorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';

const ports = sweepPorts(readConfig(process.env, ['ledgerTable', 'peopleTable', 'controlTable', 'region']));

export const handler = invocation(() => sweep(ports), 'sweep');
