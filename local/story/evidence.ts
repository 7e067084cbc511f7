/** What is left of a writ for whoever asks later: CloudTrail's event of the session's birth, and the ledger's items. */
import { join } from 'node:path';
import type { Stack } from '../stack.ts';
import { FIGURES } from './ask.ts';
import { copyOfLedger } from './ledger.ts';
import { shown, typed } from './shell.ts';
import type { Step } from './teller.ts';
import { readTrailOf, unpacked } from './trail.ts';

const TOLD = ['writ:user', 'writ:agent', 'writ:task', 'writ:device'];

/** CloudTrail says who, with which agent and device, for which task; every later event carries the source identity. */
export async function namesThemAll(stack: Stack, writ: string): Promise<Step> {
  const events = await readTrailOf(stack);
  const event = events.find(
    ({ eventName, requestParameters }) =>
      eventName === 'AssumeRole' && requestParameters?.sourceIdentity?.endsWith(`+${writ}`),
  );
  const tags = new Map((event?.requestParameters?.tags ?? []).map(({ key, value }) => [key, value]));
  return {
    title: 'CloudTrail names them all',
    shows: "AssumeRole's source identity and tags: the role's trust policy made STS check that they agree.",
    proof: unpacked(stack, event),
    seen: event
      ? `${event.requestParameters?.sourceIdentity}\n${TOLD.map((key) => `${key}=${tags.get(key)}`).join(', ')}`
      : 'no such event',
    held:
      tags.get('writ:id') === writ &&
      tags.get('writ:user') === 'corp:alice' &&
      tags.get('writ:agent') === FIGURES.agent &&
      tags.get('writ:task') === FIGURES.task,
  };
}

export async function standsInTheLedger(stack: Stack, writ: string, home: string): Promise<Step> {
  const file = join(home, 'ledger.json');
  const items = await copyOfLedger(stack, writ, file);
  const decision = items[0]?.record.decision as { readonly policies?: readonly string[] } | undefined;
  const keys = items.map(({ sk }) => sk).join(', ');
  return {
    title: 'The ledger has it all',
    shows:
      'The intent was durable before STS was asked, the outcome before the secret left; the purpose is a hash.',
    proof: typed(['cat', shown(file)]),
    seen: `${keys}; decided by ${decision?.policies?.join(', ')}`,
    held: keys === '00#intent, 10#outcome' && !JSON.stringify(items).includes(FIGURES.purpose),
  };
}
