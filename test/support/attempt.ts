import type { Refusal } from '../../core/refusals.ts';
import type { Received } from '../../core/request.ts';
import type { Broker } from './broker.ts';

/** What an attack came to, in one value, so that a test states all that must hold at once. */
export interface Attempt {
  /** `null`: it was not refused. */
  readonly refusal: Refusal | null;
  /** How often STS was asked. */
  readonly sessions: number;
  /** The writ's first record, intent or refused (of repeats within a minute, the first one's); `null`: none. */
  readonly record: unknown;
}

/** Sends one request to `POST /token`. */
export async function attempt(broker: Broker, received: Received): Promise<Attempt> {
  const before = broker.sts.asked.length;
  const answer = await broker.exchange(received);
  const writ = answer.ok ? answer.value.writ : answer.writ;
  return {
    refusal: answer.ok ? null : answer.refusal,
    sessions: broker.sts.asked.length - before,
    record: await recordOf(broker, writ),
  };
}

/** The first item of a writ, read; `null` where there is none. */
export async function recordOf(broker: Broker, writ: string | null): Promise<unknown> {
  const [first] = writ === null ? [] : await broker.items(writ);
  return first === undefined ? null : JSON.parse(first.body);
}

/** All that the ledger holds of one type about one user, in no order. */
export async function recordsOf(
  broker: Broker,
  type: 'intent' | 'refused' | 'enrolled',
  sub: string,
): Promise<readonly unknown[]> {
  const tables: readonly (readonly { readonly body?: { readonly S: string } }[])[] = JSON.parse(
    await broker.everything(),
  );
  return tables
    .flat()
    .flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body.S)]))
    .filter((record) => record.type === type && record.subject.sub === sub);
}

/** What `attempt` comes to where a rule holds: refused, recorded, and STS never asked. */
export const refusedAs = (refusal: Refusal) => ({
  refusal,
  sessions: 0,
  record: { type: 'refused', reason: refusal.reason },
});

/** The same before any token counts: strangers leave nothing in the ledger. */
export const turnedAway = (refusal: Refusal): Attempt => ({ refusal, sessions: 0, record: null });

/** One session, and the intent that came before it. */
export const issuedWith = (intent: object) => ({
  refusal: null,
  sessions: 1,
  record: { type: 'intent', ...intent },
});
