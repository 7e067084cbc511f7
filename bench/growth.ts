/** Whether an exchange costs more in a full ledger: counted between Writ and a real DynamoDB engine. */
import { openEngine } from './engine.ts';
import { load } from './load.ts';
import type { Bench } from './systems.ts';
import type { Traffic } from './traffic.ts';

export interface Growth {
  /** In the ledger before the exchanges that were counted. */
  readonly writs: number;
  readonly exchanges: number;
  /** Of all of them together. */
  readonly traffic: Traffic;
}

/** @param sizes - Writs in the ledger, ascending. */
export async function measureGrowth(
  bench: Bench,
  folder: string,
  sizes: readonly number[],
  exchanges: number,
): Promise<readonly Growth[]> {
  const engine = await openEngine(bench, folder);
  try {
    const found: Growth[] = [];
    for (const writs of sizes) {
      await engine.fillTo(writs);
      const traffic = await engine.counted(() => load(exchanges, 1, engine.exchange));
      found.push({ writs, exchanges, traffic });
    }
    return found;
  } finally {
    await engine.close();
  }
}
