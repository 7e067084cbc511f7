import type { Refusal } from './refusals.ts';

/** What an endpoint answers, before the edge gives it HTTP's shape. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** `writ` names the record of the refusal; `null`: no token counted, so there is none, and nothing more is said. */
  | { readonly ok: false; readonly refusal: Refusal; readonly writ: string | null };
