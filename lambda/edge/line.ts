/**
 * One line of JSON on standard output, which Lambda makes one event of the log.
 *
 * Straight to the stream: Lambda's own `console` would put a time and a level of its own before it.
 */
export const writeLine = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
