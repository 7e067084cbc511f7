/** What the tables in memory have in common. */
import type { HeadKey } from '../../core/ports.ts';

/** Somebody did to the tables what nobody may do to them (rule 1). */
export class InvariantBroken extends Error {}

/** A port's call without its promise: an effect has no moment between its beginning and its end. */
export type Effect<F> = F extends (...of: infer A) => Promise<infer R> ? (...of: A) => R : never;

export const headKey = ({ kind, value }: HeadKey): string => `${kind}|${value}`;
