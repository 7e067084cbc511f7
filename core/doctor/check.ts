import type { Fact, Facts } from './facts.ts';

/** One thing that Writ relies on, and what is seen where it does not hold. */
export interface Check {
  /** `<group>.<what>`, for `--only` and for whoever reads the table. */
  readonly id: string;
  /** What must hold, in a sentence. */
  readonly what: string;
  /** The field of the configuration or the setting at AWS that it looks at. */
  readonly reliesOn: string;
  /** The one fault that it names, for the table. */
  readonly fault: string;
  /** One judgement for each thing that it looks at; none where there is no such thing. */
  readonly judge: (facts: Facts) => readonly Judgement[];
}

export interface Fault {
  readonly verdict: 'fault';
  /** A sentence. */
  readonly what: string;
  /** What was seen. */
  readonly proof: string;
  /** The command to type, or the line to change. */
  readonly fix: string;
  /** What `--fix` may do about it by itself. */
  readonly repair?: Repair;
}

export type Verdict =
  | { readonly verdict: 'ok' }
  | Fault
  | { readonly verdict: 'cannot_tell'; readonly why: string };

export type Judgement = Verdict & {
  /** What it is about: an account, a role, an issuer. */
  readonly about: string;
};

/** Repairs that take nothing away from anybody and let nobody in: each only puts back what Writ itself puts there. */
export type Repair =
  | { readonly do: 'attach_deny'; readonly account: string; readonly role: string }
  | { readonly do: 'reconcile'; readonly function: string }
  | { readonly do: 'protect_table'; readonly table: string }
  | { readonly do: 'recover_table'; readonly table: string }
  | { readonly do: 'expire_items'; readonly table: string };

export const OK: Verdict = { verdict: 'ok' };
export const cannotTell = (why: string): Verdict => ({ verdict: 'cannot_tell', why });
export const fault = (of: Omit<Fault, 'verdict'>): Fault => ({ verdict: 'fault', ...of });
/** The common case: one condition, and the fault where it does not hold. */
export const must = (holds: boolean, otherwise: Omit<Fault, 'verdict'>): Verdict =>
  holds ? OK : fault(otherwise);

/**
 * Judges one thing if it is known.
 *
 * @param judge - `null`: there is nothing to judge, since another check names what is missing.
 */
export function about<T>(
  what: string,
  fact: Fact<T>,
  judge: (value: T) => Verdict | null,
): readonly Judgement[] {
  const verdict = fact.known ? judge(fact.value) : cannotTell(fact.why);
  return verdict === null ? [] : [{ about: what, ...verdict }];
}

/** The same where the thing itself may be missing, which is another check's fault. */
export const aboutPresent = <T>(
  what: string,
  fact: Fact<T | null>,
  judge: (value: T) => Verdict | null,
): readonly Judgement[] => about(what, fact, (value) => (value === null ? null : judge(value)));
