import type { Clock, Credential, Random } from '../ports.ts';
import type { ProbeKey, Sign } from './tokens.ts';

export interface ProbeAnswer {
  readonly status: number;
  /** `DPoP-Nonce`. */
  readonly nonce: string | null;
  /** The JSON object that was answered; empty where it was none. */
  readonly body: { readonly [field: string]: unknown };
}

/**
 * What AWS said to one call with the session. `unclear`: neither yes nor no, such as no answer: it shows nothing, and never
 * counts as refused.
 */
export type Said = 'allowed' | 'denied' | 'unclear';

/** The two calls of a session, each asked once and not tried again: a second try would be of another moment. */
export interface ProbeCalls {
  /** What the permission is for. */
  readonly allowed: () => Promise<Said>;
  /** What no policy allows. */
  readonly forbidden: () => Promise<Said>;
  readonly close: () => void;
}

export interface ProbePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: (millis: number) => Promise<void>;
  /** POSTs to the public URL from outside, once, without following redirects. `null`: there was no answer in time. */
  readonly send: (
    url: string,
    body: string,
    headers: { readonly [name: string]: string },
  ) => Promise<ProbeAnswer | null>;
  /** A new key, in memory only. */
  readonly newKey: () => Promise<ProbeKey>;
  /** The probe issuer's own signature. @throws Fault `signing_unavailable`. */
  readonly sign: Sign;
  /** @param region - The account's. */
  readonly callsWith: (credential: Credential, region: string) => ProbeCalls;
}
