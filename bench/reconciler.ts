/** Whether a reconciler reads or writes more when more writs were ever issued: its real function, counted. */
import { setTimeout as pause } from 'node:timers/promises';
import { WRITE_EVERY_MILLIS } from '../core/limits.ts';
import { ACCOUNT } from '../local/aws/account.ts';
import { noParts } from '../local/parts.ts';
import { openAccount } from './account.ts';
import { openEngine } from './engine.ts';
import type { Bench } from './systems.ts';
import type { Traffic } from './traffic.ts';

/** One run of an account's reconciler. */
export interface Run {
  readonly dynamodb: Traffic;
  /** IAM, STS, and the canaries' reads. */
  readonly aws: Traffic;
}

export interface Reconciled {
  /** Ever issued, in the ledger before the runs that were counted. */
  readonly writs: number;
  /** Nothing has changed since the run before. */
  readonly steady: Run;
  /** One writ was revoked since, by `POST /revoke`: written, seen refused, recorded. */
  readonly revoked: Run;
}

/** @param sizes - Writs ever issued: for each an engine and an account of their own, with the same past but for that. */
export async function measureReconciler(
  bench: Bench,
  folder: string,
  sizes: readonly number[],
): Promise<readonly Reconciled[]> {
  const found: Reconciled[] = [];
  for (const writs of sizes) found.push(await reconciledAt(bench, folder, writs));
  return found;
}

async function reconciledAt(bench: Bench, folder: string, writs: number): Promise<Reconciled> {
  const parts = noParts();
  try {
    const engine = parts.keep(await openEngine(bench, folder));
    const account = parts.keep(await openAccount(bench.policy, engine.endpoint, folder));
    await engine.fillTo(writs);
    const proxy = await engine.proxy(account.endpoint);
    const reconcile = await engine.start('reconcile', account.env(`http://127.0.0.1:${proxy.ports[0]}`));
    const revoke = await engine.start('revoke');
    const run = async () => done(await bench.client.send(reconcile.ports[0] ?? 0, WOKEN, '/invoke'));
    const counted = async (): Promise<Run> => {
      await proxy.ask('reset');
      const dynamodb = await engine.counted(run);
      return { dynamodb, aws: await proxy.ask<Traffic>('traffic') };
    };

    // The policy is made and attached, and then met as it stands: sessions and connections are there.
    for (const _ of ['makes', 'meets']) await run();
    const steady = await counted();
    // Within that time of another the reconciler would wait, and look again meanwhile.
    await pause(WRITE_EVERY_MILLIS);
    const said = await bench.client.send(revoke.ports[0] ?? 0, bench.tokens.ends(engine.first), '/revoke');
    if (JSON.parse(said).ended !== 1) throw new Error('nothing was revoked');
    return { writs, steady, revoked: await counted() };
  } finally {
    await parts.close();
  }
}

/** As the queue wakes it. */
const WOKEN = {
  headers: {},
  body: JSON.stringify({
    Records: [{ messageId: 'bench', body: JSON.stringify({ account: ACCOUNT, revocation: 'bench' }) }],
  }),
};

/** A run that did not come to its end was not of the usual cost. */
function done(said: string): void {
  if (JSON.parse(said).batchItemFailures?.length !== 0) throw new Error('a reconciler did not finish');
}
