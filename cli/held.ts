import type { Details } from '../core/request.ts';
import type { Issued } from './exchange.ts';

/** A session that was got, and until when this device makes use of it. */
export interface Held {
  readonly writ: string;
  readonly credentials: Issued['credentials'];
  /**
   * Milliseconds since 1970 by this machine's clock: its deadline, counted from before the request, so that a slow
   * answer or a foreign clock cannot make it last longer.
   */
  readonly endsAt: number;
  /** Whole seconds that it was good for. */
  readonly lifetime: number;
}

/** What a session was asked for: no more than who holds it knows anyway. */
export interface HeldFor extends Details {
  readonly agent: string;
}

/** @param asked - Milliseconds since 1970, before the request. */
export const heldFrom = ({ writ, credentials, expires_in }: Issued, asked: number): Held => ({
  writ,
  credentials,
  endsAt: asked + expires_in * 1000,
  lifetime: expires_in,
});

/** Credentials are not handed out in their last seconds; of short ones, not in their last quarter. */
const MARGIN_SECONDS = 30;
/** Who keeps a session at hand renews it so long before its deadline; a short one, in its last third. */
const AHEAD_SECONDS = 120;

/** Milliseconds since 1970. */
export const usableUntil = ({ endsAt, lifetime }: Held): number =>
  endsAt - Math.min(MARGIN_SECONDS, lifetime / 4) * 1000;

/** Milliseconds since 1970; never after it has ceased to be usable. */
export const renewalDue = ({ endsAt, lifetime }: Held): number =>
  endsAt - Math.min(AHEAD_SECONDS, lifetime / 3) * 1000;
