/** POST /status: how well each account's denials are enforced, as its reconciler last saw it. */
import type { Answer } from './answer.ts';
import { recordRefusal } from './ledger/refuse.ts';
import { parseReader } from './parse/listing.ts';
import { identifyReader, type ReaderPorts } from './reader.ts';
import type { Received } from './request.ts';
import type { AccountState, Rung } from './revocation/ports.ts';
import { see } from './seen.ts';

export type StatusPorts = ReaderPorts & {
  /** @param account - Twelve digits. */
  readonly stateOf: (account: string) => Pick<AccountState, 'health' | 'measured'>;
};

export interface AccountStatus {
  /** Its name in the configuration. */
  readonly account: string;
  /** Twelve digits. */
  readonly id: string;
  /** As of the last verified reconcile; `null`: there was none yet, and no writ is issued. */
  readonly verified: {
    /** NumericDate. */
    readonly at: number;
    /** Seconds since then. */
    readonly age: number;
    /** Version of the deny policy. */
    readonly version: string;
    /** The highest in its document. */
    readonly rung: Rung;
    readonly entries: number;
    readonly characters: number;
    /** Denies that responders attached themselves. */
    readonly direct_denies: readonly string[];
  } | null;
  /** From asked to seen refused, milliseconds; `null` without a measurement. */
  readonly enforced_within: {
    readonly p50: number;
    readonly p99: number;
    /** How many were measured: of few, p99 is the slowest. */
    readonly measurements: number;
  } | null;
}

export interface Status {
  readonly accounts: readonly AccountStatus[];
}

/**
 * @returns the active accounts; none to whom policy does not let read the whole installation. Or the refusal, with the
 *   id of its record once a token counted.
 * @throws Fault where anything of ours did not work.
 */
export async function status(received: Received, ports: StatusPorts): Promise<Answer<Status>> {
  const seen = see(received, 'status', ports);
  const subject = parseReader(received);
  if (!subject.ok) return recordRefusal(subject.refusal, seen, ports);
  const reader = await identifyReader(subject.value, seen, ports);
  if (!reader.ok) return recordRefusal(reader.refusal, seen, ports);
  if (!reader.value.may({ kind: 'all', value: '*' })) return { ok: true, value: { accounts: [] } };

  const active = ports.policy.bundle.accounts.filter(({ state }) => state === 'active');
  const accounts = await Promise.all(
    active.map(async ({ account, id }): Promise<AccountStatus> => {
      const state = ports.stateOf(id);
      const [health, measured] = await Promise.all([state.health(), state.measured()]);
      return {
        account,
        id,
        verified: health && {
          at: health.verifiedAt,
          // Another machine's clock may be ahead of ours.
          age: Math.max(0, seen.now - health.verifiedAt),
          version: health.version,
          rung: health.rung,
          entries: health.entries,
          characters: health.characters,
          direct_denies: health.directDenies,
        },
        enforced_within: distribution(measured),
      };
    }),
  );
  return { ok: true, value: { accounts } };
}

/** By nearest rank: each is a time that was measured, none a mean of two. */
function distribution(measured: readonly number[]): AccountStatus['enforced_within'] {
  const sorted = [...measured].sort((one, other) => one - other);
  const rank = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { p50: rank(0.5), p99: rank(0.99), measurements: sorted.length };
}
