/** What a run shows toward one control of a framework. Evidence toward it: whether it is met, only an auditor can say. */
import type { Bounded } from '../result.ts';

export const FRAMEWORKS = [
  'NIST CSF 2.0',
  'OWASP NHI 2025',
  'OWASP Agentic 2026',
  'CSA MAESTRO',
  'NIST AI RMF 1.0',
  'SOC 2',
  'ISO/IEC 42001',
  'EU AI Act',
  'NIST SP 800-53 r5',
] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export interface ControlFinding {
  readonly framework: Framework;
  /** As the framework spells it: `PR.AA-01`, `CC6.2`, `19(1)`. Unique in the framework. */
  readonly id: string;
  /** What it asks, in our words. */
  readonly title: string;
  /** What this run shows, with its figures. May be empty. */
  readonly evidence: readonly Statement[];
  /** What speaks against it, or was not to be seen in this period. */
  readonly missing: readonly Statement[];
  /** What no run of Writ can show. */
  readonly never: readonly string[];
}

/** A sentence, with where a person can look. Names out of the log stand in it: whoever prints it escapes it. */
export interface Statement {
  readonly says: string;
  readonly links: Bounded<Link>;
}

export type Link =
  | { readonly writ: string }
  /** Of a row with an alarm's verdict. */
  | { readonly event: string }
  /** Index of a leaf of the log: a refusal. */
  | { readonly leaf: number };

/** How long evidence is locked against deletion, as its store says. */
export interface EvidenceLock {
  /** The object that was asked about. */
  readonly object: string;
  readonly mode: string;
  /** From its writing to the end of its lock. */
  readonly days: number;
}
