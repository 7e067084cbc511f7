/** The early end: Alice takes a writ back, AWS refuses the same call with the same credentials, the ledger says when. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '../stack.ts';
import type { Credentials } from './ask.ts';
import { getObject } from './calls.ts';
import { copyOfLedger, type Item } from './ledger.ts';
import { shown, typed } from './shell.ts';
import type { Step } from './teller.ts';
import { inTrail } from './trail.ts';
import { type Person, said } from './writ.ts';

const OBJECT = 'q3/figures.csv';
/** The laptop's IAM spreads at once; what is waited for is the queue, the reconciler and its canary. Milliseconds. */
const PATIENCE = 15_000;
const AGAIN = 100;

export async function takesItBack(alice: Person, writ: string): Promise<Step> {
  const args = ['revoke', writ, '--profile', 'local', '--reason', 'Wrong quarter'];
  const revoked = await alice.writ(...args);
  return {
    title: 'Alice takes it back',
    shows:
      'It is hers to end; one transaction holds the record, the head that mint obeys, and what is to be denied.',
    proof: alice.types(...args),
    seen: said(revoked),
    held: revoked.exit === 0,
  };
}

export async function isRefusedByAws(stack: Stack, credentials: Credentials): Promise<Step> {
  const got = await untilRefused(stack, credentials);
  return {
    title: 'AWS refuses it now',
    shows: `GetObject ${OBJECT} again, the same call with the same credentials: the deny policy of every target role names this writ.`,
    proof: await inTrail(stack, credentials.AccessKeyId, 'GetObject'),
    seen: got,
    held: got.startsWith('AccessDenied') && got.includes('explicit deny in an identity-based policy'),
  };
}

async function untilRefused(stack: Stack, credentials: Credentials): Promise<string> {
  for (const end = Date.now() + PATIENCE; ; ) {
    const got = await getObject(stack, credentials, OBJECT);
    if (got.startsWith('AccessDenied') || Date.now() > end) return got;
    await wait(AGAIN);
  }
}

/** Asked, written, seen refused: three instants, and never a claim before it was seen. */
export async function tellsWhen(stack: Stack, writ: string, home: string): Promise<Step> {
  const file = join(home, 'ended.json');
  const items = await recordedEnd(stack, writ, file);
  const record = (start: string) => items.find(({ sk }) => sk.startsWith(start))?.record ?? {};
  const [revoked, enforced, ended] = [record('20#revoked'), record('21#enforced'), record('30#ended')];
  const at = (time: unknown) =>
    typeof time === 'number' ? new Date(time * 1000).toISOString().slice(11, 19) : 'never';
  return {
    title: 'The ledger tells when',
    shows: 'Asked is a wish, written is a hope: only what a canary saw refused counts, and ends the writ.',
    proof: typed(['cat', shown(file)]),
    seen: [
      `asked ${at(revoked.at)}, written ${at(enforced.written)}, seen refused ${at(enforced.seenRefused)}`,
      `by ${enforced.policyVersion} of the deny policy, on rung ${enforced.rung}; ended: ${ended.how}`,
    ].join('\n'),
    held:
      typeof enforced.written === 'number' &&
      typeof enforced.seenRefused === 'number' &&
      ended.how === 'revoked' &&
      revoked.by === 'corp:alice',
  };
}

async function recordedEnd(stack: Stack, writ: string, file: string): Promise<readonly Item[]> {
  for (const end = Date.now() + PATIENCE; ; ) {
    const items = await copyOfLedger(stack, writ, file);
    if (items.some(({ sk }) => sk === '30#ended') || Date.now() > end) return items;
    await wait(AGAIN);
  }
}
