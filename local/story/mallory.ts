import { join } from 'node:path';
import { exchange } from '../../cli/exchange.ts';
import { Failure } from '../../cli/failure.ts';
import { subjectOf } from '../../cli/refresh.ts';
import { attestationFor, openProfile, signedIn } from '../../cli/session.ts';
import type { Stack } from '../stack.ts';
import { FIGURES } from './ask.ts';
import { copyOfLedger } from './ledger.ts';
import { shown, typed } from './shell.ts';
import type { Step } from './teller.ts';
import type { Person } from './writ.ts';

/**
 * Mallory has Alice's sign-in whole: her ID token, and the opening of its nonce. His own device is enrolled, as his.
 * What he has not got is her device's key, and without binding nobody would notice.
 *
 * No command does this, so he makes his request with the command's own modules.
 */
export async function malloryTries(
  stack: Stack,
  alice: Person,
  mallory: Person,
  home: string,
): Promise<Step> {
  await mallory.writ('login', '--profile', 'local', '--as', 'bob');
  await mallory.writ('enroll', '--profile', 'local');
  const [hers, his] = await Promise.all([openProfile(alice, 'local'), openProfile(mallory, 'local')]);
  const [stolen, own] = await Promise.all([signedIn(hers), signedIn(his)]);
  const { agent, parameters: _, ...wanted } = FIGURES;
  const request = {
    token_endpoint: own.broker.token_endpoint,
    issuer: own.broker.issuer,
    key: his.key,
    subject: subjectOf(stolen),
    actor: { agent },
    attestation: await attestationFor(his, own, Math.floor(Date.now() / 1000)),
    details: { ...wanted, account: 'prod', parameters: { prefix: 'q3' }, duration: 900 },
  };
  const answer = await exchange(request, { fetch, clock: Date.now }).catch((error: unknown) => error);
  const refused = answer instanceof Failure ? answer.fields : null;
  const file = join(home, 'mallory.json');
  const items = refused?.writ === undefined ? [] : await copyOfLedger(stack, refused.writ, file);
  return {
    title: "Mallory shows Alice's token",
    shows:
      'Signed in as bob on a device enrolled as his, he shows her stolen sign-in: good tokens that do not\nbelong together.',
    proof: typed(['cat', shown(file)]),
    seen: refused
      ? `${refused.error}, ${refused.reason_code}; recorded as writ ${refused.writ}: ${items.map(({ sk }) => sk).join()}`
      : 'not refused',
    held:
      refused?.reason_code === 'subject_not_bound_to_device' &&
      items.map(({ sk }) => sk).join() === '00#refused',
  };
}
