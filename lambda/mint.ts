/** Invoked by exchange and by nobody else. Decisions live in core/mint.ts. */
import type { MintReply } from '../adapters/lambda-mint.ts';
import { Fault } from '../core/fault.ts';
import { mint } from '../core/mint.ts';
import type { Handover } from '../core/ports.ts';
import { loadPolicy, mintPorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { logDone, logFault, logRefusal } from './edge/log.ts';
import { startOnce } from './edge/once.ts';

const config = readConfig(process.env, [
  'publicUrl',
  'bundle',
  'ledgerTable',
  'peopleTable',
  'controlTable',
  'region',
]);
const ports = startOnce(() => mintPorts(config, loadPolicy(config, process.env)));

/** Answers, and never throws: Lambda would put message and stack into the answer and the log. */
export async function handler(
  event: Handover | { readonly wake: true },
): Promise<MintReply | { readonly awake: true }> {
  try {
    if ('wake' in event) return { awake: true };
    const answer = await mint(event, ports());
    if (answer.ok) logDone('mint', event.writ);
    else logRefusal({ endpoint: 'mint', reason: answer.refusal.reason, writ: event.writ });
    return answer;
  } catch (error) {
    logFault(error, 'mint');
    const { code, retryAfter } = error instanceof Fault ? error : new Fault('misconfigured');
    return { fault: code, retryAfter };
  }
}
