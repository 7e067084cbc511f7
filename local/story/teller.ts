import { wrapped } from './shell.ts';

/** One step of the story: what is done, what proves it, and whether it held. */
export interface Step {
  readonly title: string;
  /** A sentence: what the reader is being shown. */
  readonly shows: string;
  /** What the reader can do to see for himself: one line for the shell each, as `typed` makes them. */
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
      for (const line of wrapped(step.shows)) print(`    ${line}`);
      for (const line of step.proof.split('\n')) print(`    ${paint(2, line)}`);
      wrapped(step.seen).forEach((line, at) => {
        print(`    ${at === 0 ? '→' : ' '} ${line}`);
      });
      print('');
    },
  };
}
