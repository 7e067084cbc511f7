/**
 * Loads one thing after another, a few before they are asked for: over a network the wait would else be most of the time.
 *
 * @param atOnce - How many are loaded side by side, and so in memory.
 */
export async function* ahead<T>(
  count: number,
  atOnce: number,
  load: (at: number) => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  const coming: Promise<T>[] = [];
  for (let at = 0; at < count || coming.length > 0; ) {
    while (at < count && coming.length < atOnce) {
      const next = load(at++);
      // Awaited in its turn; until then a failure is nobody's unhandled rejection.
      next.catch(() => {});
      coming.push(next);
    }
    const first = coming.shift();
    if (first !== undefined) yield await first;
  }
}
