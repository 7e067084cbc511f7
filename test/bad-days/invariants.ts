/** What must hold after any day, however bad. */
import { expect } from 'vitest';
import type { HttpResult } from '../../lambda/edge/http.ts';
import type { Broker } from '../support/broker.ts';
import type { Outside } from './outside.ts';
import { keyIn, ledgerOf, sweepLater } from './whole.ts';

/** A fault as clients see it: it names nothing, and says when to come again. */
export function expectFaultAnswer(answer: HttpResult): void {
  expect(answer).toMatchObject({
    statusCode: 503,
    headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) },
  });
  expect(JSON.parse(answer.body)).toEqual({ error: 'temporarily_unavailable' });
}

/**
 * No secret without its *issued* outcome, and none withheld that left; every answer a success, a fault or a refusal
 * that is on record; no session without its intent; after the sweep nothing is open; and no secret in the log.
 */
export async function expectAllHolds(
  broker: Broker,
  outside: Outside,
  answers: readonly HttpResult[],
  log: string,
): Promise<void> {
  await sweepLater(broker, outside);
  const items = await ledgerOf(broker, outside);
  const of = (sk: string) => items.filter((item) => item.sk === sk);
  const pksOf = (sk: string) => new Set(of(sk).map(({ pk }) => pk));

  // One that was released ends as well, in its own time.
  const withheld = new Set(
    of('30#ended')
      .filter(({ body }) => JSON.parse(body).how === 'withheld')
      .map(({ pk }) => pk),
  );
  const released = of('10#outcome')
    .filter(({ pk }) => !withheld.has(pk))
    .map(({ body }) => JSON.parse(body))
    .filter(({ outcome }) => outcome === 'issued')
    .map(({ accessKeyId }) => accessKeyId);
  for (const answer of answers) {
    const key = keyIn(answer);
    if (key !== null) expect(released).toContain(key);
    else if (answer.statusCode === 503) expectFaultAnswer(answer);
    else if (answer.statusCode !== 200) {
      expect(items.map(({ pk }) => pk)).toContain(`WRIT#${JSON.parse(answer.body).writ}`);
    }
  }

  const opened = pksOf('00#intent');
  expect(outside.sessions.filter(({ writ }) => !opened.has(`WRIT#${writ}`))).toEqual([]);
  expect([...opened].filter((pk) => !pksOf('10#outcome').has(pk))).toEqual([]);
  for (const word of ['secret-of-', 'session-token-of-', 'eyJ']) expect(log).not.toContain(word);
}
