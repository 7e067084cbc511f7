import fc from 'fast-check';
import { expect, test } from 'vitest';
import { looseParameter, parametersOf, parseTemplate } from '../../../core/policy/config/template.ts';

const parsed = (template: string) => {
  const parts = parseTemplate(template);
  if (typeof parts === 'string') throw new Error(parts);
  return parts;
};

test('text, parameters, variables and wildcards', () => {
  expect(parsed('a/${p}/${aws:username}/*')).toEqual([
    { kind: 'text', text: 'a/' },
    { kind: 'parameter', name: 'p' },
    { kind: 'text', text: '/' },
    { kind: 'variable' },
    { kind: 'text', text: '/' },
    { kind: 'wildcard' },
  ]);
});

test.each(['${*}', '${?}', '${$}', '${aws:PrincipalTag/team}', '${s3:prefix}'])(
  '%s is IAM’s own',
  (variable) => {
    expect(parsed(variable)).toEqual([{ kind: 'variable' }]);
  },
);

test.each(['$', '{', '}', '${', '${}', '${a b}', '${aws:}', '${${p}}', '$${p}', "${aws:x, '*'}", 'é'])(
  '%s is refused',
  (template) => {
    expect(parseTemplate(template)).toEqual(expect.any(String));
  },
);

test.each([
  '${p}/*',
  '${p}:*',
  '*/${p}',
  '${p}',
  'x${p}x',
  '${p}/${q}',
  '${account}*',
  'x-${region}-?',
  '${p}/x*',
  '${aws:username}*',
  '${aws:username}-${aws:userid}',
  '**',
])('%s is tight', (template) => {
  expect(looseParameter(parsed(template))).toBeNull();
});

test.each([
  '${p}*',
  '${p}?',
  '${p}-*',
  '*${p}',
  '*x${p}',
  '${p}${q}',
  '${p}-${q}',
  '${p}${aws:x}',
  '${account}${p}*',
])('%s is loose', (template) => {
  expect(looseParameter(parsed(template))).not.toBeNull();
});

test('a value of one segment never reaches beyond it, whatever tight template it fills', () => {
  const piece = fc.constantFrom('a', '-', '/', ':', '*', '?', '${p}');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const template = pieces.join('');
      const parts = parsed(template);
      if (looseParameter(parts) !== null || parametersOf(parts).length === 0) return;
      // Between any two delimiters there is a parameter or a wildcard, never both.
      for (const between of template.split(/[/:]/)) {
        expect(between.includes('${p}') && /[*?]/.test(between)).toBe(false);
      }
    }),
  );
});
