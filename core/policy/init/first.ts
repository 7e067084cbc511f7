import type { Answers, Preset } from '../presets/preset.ts';
import type { Deployed } from './broker.ts';

/** What a first configuration is made of. Names and ids fit their schemas: whoever asked has checked. */
export interface First {
  readonly people: Preset;
  readonly platforms: readonly Preset[];
  /** Of all presets' questions, by flag. */
  readonly answers: Answers;
  readonly accounts: readonly { readonly name: string; readonly id: string; readonly region: string }[];
  readonly agents: readonly FirstAgent[];
  /** Who may ask, as the issuer's tokens name them. One of the two is not empty. */
  readonly groups: readonly string[];
  readonly users: readonly string[];
  /** The group that may end any session, where there is one already. */
  readonly responders: string | null;
  /** Name of the account in which a prober is to probe; `null`: none. Then `answers.broker` is there. */
  readonly prober: string | null;
  /** Where the broker is to run; `null`: not known yet, and there is no `broker.yaml`. */
  readonly deployed: Deployed | null;
  /** NumericDate: registrations begin to run now. */
  readonly now: number;
}

export interface FirstAgent {
  readonly name: string;
  /** The workload that is this agent; `null`: enrolled devices speak for it. */
  readonly identity: { readonly issuer: string; readonly subject: string } | null;
}
