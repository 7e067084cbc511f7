import { vi } from 'vitest';

/** Catches what goes to stdout and stderr, where everything that a function says goes: on Lambda all of it becomes log. */
export function catchOutput(): () => string {
  let text = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      return true;
    });
  }
  return () => text;
}

/** The lines that are the log's and the metrics', parsed. */
export const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
