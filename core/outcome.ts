import type { Refusal } from './refusals.ts';

/** A refusal is a value, so that every caller must decide what to do with it; a fault is an exception. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export const allow = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const refuse = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
});
