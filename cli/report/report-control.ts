/** What the page says of one control of a framework: evidence toward it, never that it is met. */
export interface ReportControl {
  /** `CC6.1` */
  readonly id: string;
  /** `SOC 2` */
  readonly framework: string;
  readonly title: string;
  /** What the log and the trail show, a sentence each. */
  readonly evidence: readonly string[];
  /** What would be needed besides, a sentence each. */
  readonly missing: readonly string[];
  readonly links: readonly ControlLink[];
}

/** Where on the page the evidence stands. */
export type ControlLink =
  | { readonly to: 'writ'; readonly writ: string }
  | { readonly to: 'event'; readonly eventId: string }
  | { readonly to: 'section'; readonly section: Section };

export const SECTIONS = [
  'alarms',
  'verdicts',
  'coverage',
  'writs',
  'refusals',
  'out-of-scope',
  'controls',
  'check',
  'limits',
  'inputs',
] as const;
export type Section = (typeof SECTIONS)[number];
