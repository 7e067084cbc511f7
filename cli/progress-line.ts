import type { Output } from './io.ts';

/** One line of a terminal that is written over as work goes on. Nothing where nobody watches. */
export interface ProgressLine {
  /** @param total - How many there will be; 0: not known. */
  readonly show: (of: string, done: number, total: number) => void;
  /** Leaves the line empty. */
  readonly clear: () => void;
}

export function progressOn(output: Output, quiet: boolean): ProgressLine {
  if (quiet || !output.isTerminal) return { show: () => {}, clear: () => {} };
  let shown = '';
  return {
    show: (of, done, total) => {
      const line = `${of}: ${total === 0 ? done : `${Math.floor((done / total) * 100)} %  (${total})`}`;
      if (line === shown) return;
      shown = line;
      output.write(`\r\u001b[K${line}`);
    },
    clear: () => {
      if (shown !== '') output.write('\r\u001b[K');
      shown = '';
    },
  };
}
