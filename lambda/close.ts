/** A writ's schedule has fired. Decisions live in core/close.ts. */
import { close } from '../core/close.ts';
import { Fault } from '../core/fault.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { closePorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logClosed } from './edge/log.ts';

const ports = closePorts(readConfig(process.env, ['ledgerTable', 'peopleTable', 'controlTable', 'region']));

/** Too early by a clock of ours that is behind is no fault: to try again at once would be the same. The sweep closes it. */
export const handler = invocation(async ({ writ }: { readonly writ: unknown }) => {
  if (typeof writ !== 'string' || !WRIT_ID.test(writ)) throw new Fault('misconfigured');
  const { state } = await close(writ, ports, Math.floor(ports.clock() / 1000));
  logClosed(writ, state);
  return { state };
}, 'close');
