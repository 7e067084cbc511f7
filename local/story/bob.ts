import type { Stack } from '../stack.ts';
import { ask } from './ask.ts';
import { deleteTicket, sortTicket } from './calls.ts';
import type { Step } from './teller.ts';
import { inTrail } from './trail.ts';
import type { Person } from './writ.ts';

const TICKETS = {
  permission: 'tickets-write',
  agent: 'ticket-triage',
  task: 'T-1',
  purpose: 'Sort the new tickets',
} as const;

/** Another person, agent and service: Bob of support, with an agent that changes things. */
export async function bobSortsTickets(stack: Stack, bob: Person): Promise<Step> {
  await bob.writ('login', '--profile', 'local', '--as', 'bob');
  await bob.writ('enroll', '--profile', 'local');
  const asked = await ask(stack, bob, TICKETS);
  const credentials = asked.granted?.credentials;
  const sorted = credentials ? await sortTicket(stack, credentials, 'T-1') : asked.said;
  const deleted = credentials ? await deleteTicket(stack, credentials, 'T-1') : 'not tried';
  return {
    title: "Bob's agent sorts tickets",
    shows: `On his own device; ${TICKETS.agent} may read and write the table of tickets, but DeleteItem it may not.`,
    proof: [asked.typed, credentials ? await inTrail(stack, credentials.AccessKeyId, 'DeleteItem') : ''].join(
      '\n',
    ),
    seen: `${sorted}\n${deleted}`,
    held: sorted.includes('fire brigade') && deleted.startsWith('AccessDenied'),
  };
}
