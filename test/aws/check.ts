import type { Laboratory } from './laboratory.ts';

/** One sentence of `docs/` that only a real account can bear out. Its file has its id for a name. */
export interface Check {
  /** Its anchor in README.md: what a mark `[T]` in `docs/` links to. */
  readonly id: string;
  readonly sentence: string;
  /** Which files of ours are wrong if the sentence is. */
  readonly reliedOnBy: readonly string[];
  /** What to change then. */
  readonly otherwise: string;
  /**
   * Who answers where there is no account. `local/aws`: it judges with our own reading of AWS's documentation; only the
   * making and removing of things is a few lines of `stand-in/`. `stand-in`: those few lines say what the sentence says,
   * so that the check's own code runs, and nothing more.
   */
  readonly withoutAccount: 'local/aws' | 'stand-in';
  /** Minutes on a real account, about. */
  readonly minutes: number;
  /** What it can be run with only. */
  readonly needs?: 'organization';
  /** @throws where AWS does otherwise, in words. What it makes, it makes by `lab.cleanup`. */
  run(lab: Laboratory): Promise<void>;
}
