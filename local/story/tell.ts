/**
 * The story of one writ, on real parts, in real time: sign in → exchange → allowed call → refused calls → end, by the
 * deadline and before it. Then a second agent, a thief, and an auditor who was not there.
 *
 * Each step either held or did not; nothing here decides anything.
 */
import { join } from 'node:path';
import type { Stack } from '../stack.ts';
import {
  asksForOneTask,
  enrollsHerDevice,
  isInTheWrongPlace,
  leavesItsScope,
  outlivesItsTime,
  readsWhatItMay,
  signsIn,
} from './alice.ts';
import { ask, FIGURES } from './ask.ts';
import { asksWhy, holdsItAgainstTheEvidence } from './audit.ts';
import { bobSortsTickets } from './bob.ts';
import { isRefusedByAws, takesItBack, tellsWhen } from './ending.ts';
import { namesThemAll, standsInTheLedger } from './evidence.ts';
import { malloryTries } from './mallory.ts';
import type { Teller } from './teller.ts';
import { person } from './writ.ts';

/** @param home - Where people have their homes; copies of what the ledger says of them are left here, too. */
export async function tellStory(stack: Stack, { tell }: Teller, home: string): Promise<void> {
  const at = { file: stack.file, command: stack.local.writ };
  const [alice, bob, mallory] = [
    await person(join(home, 'alice'), at),
    await person(join(home, 'bob'), at),
    await person(join(home, 'mallory'), at),
  ];

  tell(await signsIn(alice));
  tell(await enrollsHerDevice(alice));
  const asked = await ask(stack, alice, FIGURES);
  tell(asksForOneTask(asked));
  if (asked.granted === null) return;

  const { writ, credentials } = asked.granted;
  tell(await namesThemAll(stack, writ));
  tell(await readsWhatItMay(stack, credentials));
  tell(await leavesItsScope(stack, credentials));
  tell(await isInTheWrongPlace(stack, alice));
  tell(await outlivesItsTime(stack, alice));
  tell(await standsInTheLedger(stack, writ, home));

  tell(await takesItBack(alice, writ));
  tell(await isRefusedByAws(stack, credentials));
  tell(await tellsWhen(stack, writ, home));

  tell(await bobSortsTickets(stack, bob));
  tell(await malloryTries(stack, alice, mallory, home));

  const auditor = await person(join(home, 'auditor'), at);
  tell(await holdsItAgainstTheEvidence(stack, auditor, home));
  tell(await asksWhy(stack, auditor, writ, home));
}
