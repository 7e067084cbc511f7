import { expect, test } from 'vitest';
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { cedarSchema } from '../../core/policy/cedar-schema.ts';

test('each policy with its text, place, effect and annotations; more than ten, and two alike', () => {
  const policies = Array.from(
    { length: 12 },
    (_, n) => `@id("p${n % 11}") permit (principal, action, resource);`,
  );
  const text = `// é\n${policies.join('\n')}\n`;
  const parsed = cedarCompiler.parse(text);
  if (!parsed.ok) throw new Error('does not parse');
  const inOrder = parsed.policies.toSorted((a, b) => a.offset - b.offset);
  expect(inOrder.map((each) => text.slice(each.offset, each.offset + each.text.length))).toEqual(policies);
  expect(inOrder[1]).toMatchObject({ effect: 'permit', annotations: { id: 'p1' } });
});

test('what does not parse is told at its UTF-16 offset', () => {
  const text = '// é😀\npermit (principal, action, resource) wenn { true };';
  const parsed = cedarCompiler.parse(text);
  expect(parsed).toMatchObject({ ok: false, problems: [{ offset: text.indexOf('wenn') }] });
});

test('a warning is a problem: a policy that can never apply is a mistake', () => {
  const never = 'permit (principal, action, resource) when { context.now > 1 && false };';
  const [problem] = cedarCompiler.validate({ never }, cedarSchema([]));
  expect(problem).toMatchObject({ id: 'never' });
});

test('every action has its own context', () => {
  const issue =
    'permit (principal, action == Writ::Action::"issue", resource) when { context.task.by == "signed" };';
  const enroll = issue.replace('"issue"', '"enroll"');
  expect(cedarCompiler.validate({ issue }, cedarSchema([]))).toEqual([]);
  expect(cedarCompiler.validate({ enroll }, cedarSchema([]))).toHaveLength(1);
});

test('approvals cannot be out-voted: the policy of later compiles today', () => {
  const text =
    'forbid (principal, action, resource) unless { context.approvals.contains("finance-owners") };';
  expect(cedarCompiler.validate({ text }, cedarSchema([]))).toEqual([]);
});
