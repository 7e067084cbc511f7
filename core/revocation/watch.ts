/** Waits for IAM: which of the documents that it took is in force. */
import { MAX_IN_FLIGHT } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Flight } from './keep.ts';
import { CONTROL_IDENTITY, canaryIdentity } from './names.ts';
import type { ProbeCanary } from './ports.ts';

/** A document, and when its canary was refused: milliseconds since 1970. */
export interface SeenRefused {
  readonly flight: Flight;
  readonly at: number;
}

export interface Watch {
  /** One that was added before, seen or not, is not added again. */
  add(flight: Flight): void;
  /**
   * Probes once. A canary is refused by its own document and by no other, and the control by none: so all of it is said
   * of this very document, and of nothing that happened to the role.
   *
   * Several are watched at once: where revocations come faster than IAM spreads, the newest document is always still
   * under way, and one could never say that any was seen.
   *
   * @returns the newest document that was seen in force; older ones are not watched any more.
   * @throws Fault `canary_unavailable`.
   */
  look(): Promise<SeenRefused | null>;
}

export function watch(probe: ProbeCanary, clock: Clock): Watch {
  let flights: readonly Flight[] = [];
  const added = new Set<string>();
  return {
    add(flight) {
      if (added.has(flight.version)) return;
      added.add(flight.version);
      flights = [...flights, flight].slice(-MAX_IN_FLIGHT);
    },
    async look() {
      const [control, ...answers] = await Promise.all([
        probe(CONTROL_IDENTITY),
        ...flights.map(({ wanted }) => probe(canaryIdentity(wanted.document.generation))),
      ]);
      if (control !== 'allowed') return null;
      const newest = answers.lastIndexOf('refused');
      const flight = flights[newest];
      if (flight === undefined) return null;
      flights = flights.slice(newest + 1);
      return { flight, at: clock() };
    },
  };
}
