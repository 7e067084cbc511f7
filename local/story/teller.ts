/** One step of the story: what is done, what proves it, and whether it held. */
export interface Step {
  readonly title: string;
  /** One sentence: what the reader is being shown. */
  readonly shows: string;
  /** The command that was run, or the file to look into. */
  readonly proof: string;
  /** What was seen, in a few words. */
  readonly seen: string;
  readonly held: boolean;
}

export interface Teller {
  readonly tell: (step: Step) => void;
  readonly steps: readonly Step[];
}

/** @param print - Takes a line; `colour` says whether it may have colours. */
export function teller(print: (line: string) => void, colour: boolean): Teller {
  const steps: Step[] = [];
  const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    steps,
    tell(step) {
      steps.push(step);
      const mark = step.held ? paint(32, 'held') : paint(31, 'DID NOT HOLD');
      print(`${String(steps.length).padStart(2)}. ${paint(1, step.title)} … ${mark}`);
      print(`    ${step.shows}`);
      print(`    ${paint(2, step.proof)}`);
      print(`    → ${step.seen}`);
      print('');
    },
  };
}
