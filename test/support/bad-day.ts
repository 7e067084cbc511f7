/** For days on which something fails or somebody meddles: what came of it as one value, and mint's side by itself. */

import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { Fault } from '../../core/fault.ts';
import { mint } from '../../core/mint.ts';
import type { Handover } from '../../core/ports.ts';
import type { Ask, Broker } from './broker.ts';

/** What an attempt came to: its value, or what it threw. Never throws, so that a test can state which it must be. */
export const endOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.catch((error: unknown) => (error instanceof Fault ? `fault: ${error.code}` : error));

/** What a fault must look like in `endOf`. */
export const fault = (code: Fault['code']): string => `fault: ${code}`;

/**
 * What exchange hands to mint for one good request. The intent is in the ledger, and mint has not been called.
 *
 * @param lie - What a broken exchange makes of the intent's text, before it records and hands over the same.
 */
export async function handedOver(
  broker: Broker,
  change: Ask = {},
  lie: (intent: string) => string = (intent) => intent,
): Promise<Handover> {
  const { mint: whole, ledger } = broker.ports;
  let given: Handover | null = null;
  broker.ports.mint = async (handover) => {
    given = { ...handover, intent: lie(handover.intent) };
    throw new Fault('mint_unavailable');
  };
  broker.ports.ledger = {
    ...ledger,
    record: (item, ...rest) => ledger.record({ ...item, body: lie(item.body) }, ...rest),
  };
  const end = await endOf(broker.exchange(await broker.ask(change)));
  Object.assign(broker.ports, { mint: whole, ledger });
  if (given === null) throw new Error(`mint was not reached: ${JSON.stringify(end)}`);
  return given;
}

/** Hands over to mint, as exchange does or as somebody who took its place. */
export const mintOf = (broker: Broker, handover: Handover): Promise<unknown> =>
  endOf(mint(handover, broker.ports));

/** Everything in every table, as one hash: whether anything at all was written meanwhile. */
export const tablesOf = async (broker: Broker): Promise<string> =>
  sha256Hex(jcs(JSON.parse(await broker.everything())));
