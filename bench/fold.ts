/** What it costs to fold what is revoked into one document, where there is far more than it holds. */
import { join } from 'node:path';
import type { Crowd } from './crowd.ts';
import type { Asked, Folding } from './folding.ts';
import { median } from './statistics.ts';
import { startWorker } from './worker.ts';

export interface Fold extends Crowd, Pick<Folding, 'rung' | 'characters'> {
  /** CPU milliseconds: of the first one in a fresh process, and of one that has been folding; medians. */
  readonly cold: number;
  readonly warm: number;
}

/** Ten thousand of two thousand users: in one minute, and spread over the longest session, with a T' every ten seconds. */
const CROWDS: readonly Crowd[] = [60, 3600].map((within) => ({ entries: 10_000, users: 2000, within }));
/** The compiler has seen it by then. */
const WARM_AFTER = 10;

/** @param folder - Of what the processes print. */
export async function measureFold(
  folder: string,
  plan: {
    /** Fresh processes. */
    readonly cold: number;
    /** Folds that count as warm, of the last of these. */
    readonly folds: number;
  },
): Promise<readonly Fold[]> {
  const found: Fold[] = [];
  for (const crowd of CROWDS) {
    const firsts: number[] = [];
    for (let time = 1; time < plan.cold; time++) {
      firsts.push(...(await folding(folder, { ...crowd, times: 1 })).cpu);
    }
    const { cpu, rung, characters } = await folding(folder, { ...crowd, times: WARM_AFTER + plan.folds });
    const cold = median([...firsts, ...cpu.slice(0, 1)]);
    found.push({ ...crowd, rung, characters, cold, warm: median(cpu.slice(WARM_AFTER)) });
  }
  return found;
}

async function folding(folder: string, asked: Asked): Promise<Folding> {
  const entry = join(import.meta.dirname, 'folding.ts');
  const worker = await startWorker({ entry, env: {}, log: join(folder, 'log') });
  try {
    return await worker.ask<Folding>('fold', asked);
  } finally {
    await worker.stop();
  }
}
