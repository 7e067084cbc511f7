/** Runs the parts that were asked for, one after the other: side by side they would be each other's noise. */
import { measureAudit } from './audit.ts';
import { measureCold } from './cold.ts';
import { measureDeferred } from './deferred.ts';
import { measureFold } from './fold.ts';
import { measureGrowth } from './growth.ts';
import type { Part } from './parts.ts';
import { measureReconciler } from './reconciler.ts';
import { measureRefused } from './refused.ts';
import type { Results } from './report.ts';
import { type Plan as Rounds, runRounds } from './rounds.ts';
import { measureSizes } from './sizes.ts';
import { type Bench, openBench } from './systems.ts';
import { measureWarm } from './warm.ts';

export interface Plan extends Rounds {
  /** Fresh processes of each function. */
  readonly cold: number;
  /** Invocations of the stream's function. */
  readonly deferred: number;
  /** Writs in the ledger, ascending. */
  readonly sizes: readonly number[];
  /** Folds, warm. */
  readonly folds: number;
  /** Sessions that are ended end to end, after a first one. */
  readonly revocations: number;
  /** Files of the trails that are audited, ascending, and turns on the first. */
  readonly audit: { readonly sizes: readonly number[]; readonly rounds: number };
}

const EXCHANGES_COUNTED = 20;

export async function measure(
  parts: ReadonlySet<Part>,
  plan: Plan,
  at: {
    /** The repository. */
    readonly root: string;
    /** Folder of the built functions. */
    readonly functions: string;
    /** Where everything temporary goes. */
    readonly folder: string;
  },
  say: (what: string) => void,
): Promise<Omit<Results, 'machine'>> {
  const { root, functions, folder } = at;
  const starting: Promise<Bench>[] = [];
  /** Started when the first part needs it. */
  async function open(): Promise<Bench> {
    const [begun] = starting;
    if (begun !== undefined) return begun;
    say('starting two functions, two floors and the stubs …');
    const opening = openBench(root, functions, folder);
    starting.push(opening);
    return opening;
  }
  async function part<T>(name: Part, what: string, run: () => Promise<T>): Promise<T | undefined> {
    if (!parts.has(name)) return undefined;
    say(`${what} …`);
    return run();
  }
  const counted = `${plan.sizes.join(' and ')} writs in a real DynamoDB engine`;
  try {
    const exchange = await part(
      'exchange',
      `${plan.rounds} rounds of Writ and its floors, in turns`,
      async () => {
        const bench = await open();
        return { turns: await runRounds(bench, plan), warm: await measureWarm(bench, 200) };
      },
    );
    const results = {
      ...exchange,
      cold: await part('cold', 'cold starts', async () => measureCold(await open(), folder, plan.cold)),
      sizes: await part('sizes', 'bundles', async () => measureSizes(await open())),
      deferred: await part('deferred', 'the ledger’s stream', async () =>
        measureDeferred(await open(), [1, 30], plan.deferred),
      ),
      growth: await part('growth', `exchanges with ${counted}`, async () =>
        measureGrowth(await open(), folder, plan.sizes, EXCHANGES_COUNTED),
      ),
      fold: await part('fold', 'entries folded into a document', () => measureFold(folder, plan)),
      refused: await part('refused', 'revocations on the whole stack', () =>
        measureRefused(plan.revocations),
      ),
      reconciler: await part('reconciler', `reconcilers with ${counted}`, async () =>
        measureReconciler(await open(), folder, plan.sizes),
      ),
      audit: await part('audit', 'trails held against evidence', () =>
        measureAudit({ root, folder }, plan.audit),
      ),
    };
    return Object.fromEntries(Object.entries(results).filter(([, result]) => result !== undefined));
  } finally {
    for (const begun of starting) await (await begun).close();
  }
}
