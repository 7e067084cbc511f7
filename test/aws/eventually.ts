import { setTimeout as wait } from 'node:timers/promises';

/** How long AWS is given to spread a change. */
export interface Patience {
  readonly withinMillis: number;
  readonly everyMillis: number;
  /** So many answers in a row: IAM's answers come from many machines, and the first that knows is not the last. */
  readonly times: number;
}

/**
 * Asks until the answer has been the wanted one so many times in a row.
 *
 * @param what - Words for the error.
 * @returns milliseconds until the first of them.
 * @throws Error with the last answer when time is up; at once whatever `ask` throws.
 */
export async function eventually<T>(
  { withinMillis, everyMillis, times }: Patience,
  what: string,
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
): Promise<number> {
  const start = Date.now();
  let inRow = 0;
  let first = 0;
  for (;;) {
    const answer = await ask();
    const elapsed = Date.now() - start;
    if (wanted(answer)) {
      if (inRow === 0) first = elapsed;
      inRow += 1;
      if (inRow >= times) return first;
    } else {
      inRow = 0;
      if (elapsed > withinMillis)
        throw new Error(`${what}: not within ${withinMillis / 1000} s, last ${JSON.stringify(answer)}`);
    }
    await wait(everyMillis);
  }
}

/**
 * A call that names what was made just now, and is refused until that has spread.
 *
 * @param notYet - Names of errors that say so. A mistake of ours may have the same name: it is told when time is up.
 * @throws Error then; at once any other error of the call.
 */
export async function onceSpread<T>(
  patience: Patience,
  what: string,
  notYet: readonly string[],
  call: () => Promise<T>,
): Promise<T> {
  let answer: { readonly value: T } | undefined;
  await eventually(
    { ...patience, times: 1 },
    what,
    async () => {
      try {
        answer = { value: await call() };
        return 'done';
      } catch (error) {
        if (error instanceof Error && notYet.includes(error.name)) return error.name;
        throw error;
      }
    },
    (said) => said === 'done',
  );
  if (answer === undefined) throw new Error(`${what}: done, and no answer`);
  return answer.value;
}
