import { expect, test } from 'vitest';
import { PRESETS } from '../../../../core/policy/presets/presets.ts';

const questions = PRESETS.flatMap((preset) => preset.questions.map((each) => [preset.name, each] as const));

test.each(questions)('%s: the example of $flag is an answer', (_, { example, fits }) => {
  expect(example).toMatch(fits);
});

test.each(questions)('%s: $flag takes nothing that YAML could read as more', (_, { example, fits }) => {
  for (const end of ['\n', '"', '\\', ' #', '${x}']) expect(example + end).not.toMatch(fits);
});

test.each(PRESETS)('$name writes only lines that fit a review', (preset) => {
  const answers = Object.fromEntries(preset.questions.map(({ flag, example }) => [flag, example]));
  const longest = Math.max(
    ...preset
      .file(answers)
      .split('\n')
      .map(({ length }) => length),
  );
  expect(longest).toBeLessThanOrEqual(130);
  expect(preset.file(answers)).toMatch(/^require:$/m);
});
