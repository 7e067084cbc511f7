/**
 * Works on many things, so many at once: the next begins when one is done.
 *
 * @returns what each came to, in the order of the things.
 */
export async function sideBySide<T, R>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const waiting = things.entries();
  const worker = async (): Promise<void> => {
    for (const [at, thing] of waiting) results.set(at, await work(thing));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, worker));
  return [...results].sort(([one], [other]) => one - other).map(([, result]) => result);
}
