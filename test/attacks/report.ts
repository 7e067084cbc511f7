/** Reads vitest's JSON report: whether the named test ran, and how it ended. */
import * as z from 'zod';

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** What became of one test. `crashed`: it ended by something that is not a failed expectation. */
export type Ending = 'passed' | 'failed' | 'crashed' | 'not run' | 'not found' | 'named twice';

/**
 * A failed `expect`. What a patch breaks by accident, a type, an import, a missing variable, a timeout, is another
 * error, and proves nothing about the rule.
 */
const ASSERTION = /^(?:AssertionError\b|Error: promise resolved )/;

/**
 * @param file - Absolute path of the test file.
 * @param name - Title, or `describe > title`.
 */
export function endingOf(json: string, file: string, name: string): Ending {
  const tests = report
    .parse(JSON.parse(json))
    .testResults.filter((result) => result.name === file)
    .flatMap((result) => result.assertionResults)
    .filter((test) => test.title === name || [...test.ancestorTitles, test.title].join(' > ') === name);
  const [test, second] = tests;
  if (test === undefined) return 'not found';
  if (second !== undefined) return 'named twice';
  if (test.status === 'passed') return 'passed';
  if (test.status !== 'failed') return 'not run';
  const { failureMessages } = test;
  const expected = failureMessages.length > 0 && failureMessages.every((message) => ASSERTION.test(message));
  return expected ? 'failed' : 'crashed';
}
