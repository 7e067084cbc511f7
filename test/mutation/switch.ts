/** In the worker, before each test file: switches one mutant on, and notes the mutants whose place was reached. */
import { appendFileSync, readFileSync } from 'node:fs';
import { afterAll, expect, inject } from 'vitest';

/** More often than any test gets to one place: a mutant that never ends is stopped by this. */
const MOST_TIMES = 2_000_000;

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that holds the number of the mutant to switch on; what is provided does not change between runs. */
    readonly mutantFile: string;
    /** Where to note what was reached; empty where nobody wants to know. */
    readonly reachedFile: string;
  }
}

const active = Number(readFileSync(inject('mutantFile'), 'utf8'));
const reachedFile = inject('reachedFile');
const reached = new Set<number>();
let times = 0;

Object.assign(globalThis, {
  __writMutant: (number: number): boolean => {
    if (reachedFile !== '') reached.add(number);
    if (number !== active) return false;
    times += 1;
    if (times > MOST_TIMES) throw new Error('the mutant does not end');
    return true;
  },
});

if (reachedFile !== '') {
  afterAll(() => {
    const { testPath } = expect.getState();
    appendFileSync(reachedFile, `${JSON.stringify({ file: testPath, reached: [...reached] })}\n`);
  });
}
