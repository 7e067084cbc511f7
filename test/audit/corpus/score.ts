/** How well verdicts agree with labels, for each verdict. */
export interface Score {
  readonly verdict: string;
  /** Events with this label. */
  readonly labelled: number;
  /** Of those that got the verdict, those with the label; and the other way round. 1 where there were none. */
  readonly precision: number;
  readonly recall: number;
}

/** @param pairs - Label and verdict of each event. */
export function scores(pairs: readonly (readonly [label: string, verdict: string])[]): readonly Score[] {
  const verdicts = [...new Set(pairs.flat())].sort();
  const share = (part: number, of: number) => (of === 0 ? 1 : part / of);
  return verdicts.map((verdict) => {
    const labelled = pairs.filter(([label]) => label === verdict).length;
    const given = pairs.filter(([, got]) => got === verdict).length;
    const both = pairs.filter(([label, got]) => label === verdict && got === verdict).length;
    return { verdict, labelled, precision: share(both, given), recall: share(both, labelled) };
  });
}
