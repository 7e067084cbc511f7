import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../../core/iam/evaluate.ts';
import type { ParameterType, Statement } from '../../../../core/policy/bundle.ts';
import { statementParts } from '../../../../core/policy/diff/statements.ts';

const allow = (Action: string[], Resource: string[], Condition?: Statement['Condition']): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (Action: string[], Resource: string[], Condition?: Statement['Condition']): Statement => ({
  ...allow(Action, Resource, Condition),
  Effect: 'Deny',
});
const effect = (
  before: Statement[],
  after: Statement[],
  [was, is]: [ParameterType, ParameterType] = [{ type: 'segment' }, { type: 'segment' }],
) =>
  statementParts(
    { statements: before, parameters: { p: was } },
    { statements: after, parameters: { p: is } },
  )[0]?.effect ?? 'same';

const ARN = 'arn:aws:s3:::b/${p}/*';
const base = [allow(['s3:GetObject'], [ARN])];
const like = (...values: string[]) => ({ StringLike: { 's3:prefix': values } });

test.each<[string, Statement[], Statement[], string]>([
  ['the same', base, base, 'same'],
  [
    'the same in two statements',
    [allow(['a:B', 'a:C'], ['*'])],
    [allow(['a:B'], ['*']), allow(['a:C'], ['*'])],
    'neither',
  ],
  ['one action more', base, [allow(['s3:GetObject', 's3:PutObject'], [ARN])], 'widens'],
  ['one action less', [allow(['s3:GetObject', 's3:PutObject'], [ARN])], base, 'narrows'],
  ['another action', base, [allow(['s3:PutObject'], [ARN])], 'widens'],
  ['a wider resource', base, [allow(['s3:GetObject'], ['arn:aws:s3:::b/*'])], 'widens'],
  ['a narrower resource', [allow(['s3:GetObject'], ['arn:aws:s3:::b/*'])], base, 'narrows'],
  ['another resource', base, [allow(['s3:GetObject'], ['arn:aws:s3:::c/${p}/*'])], 'undecided'],
  ['a condition more', base, [allow(['s3:GetObject'], [ARN], like('x'))], 'narrows'],
  ['a condition less', [allow(['s3:GetObject'], [ARN], like('x'))], base, 'widens'],
  ['a wider value', [allow(['a:B'], ['*'], like('x/y'))], [allow(['a:B'], ['*'], like('x/*'))], 'widens'],
  ['a value less', [allow(['a:B'], ['*'], like('x', 'y'))], [allow(['a:B'], ['*'], like('x'))], 'narrows'],
  [
    'a negated value less',
    [allow(['a:B'], ['*'], { StringNotEquals: { k: ['x', 'y'] } })],
    [allow(['a:B'], ['*'], { StringNotEquals: { k: ['x'] } })],
    'undecided',
  ],
  ['a Deny more', base, [...base, deny(['s3:*'], ['arn:aws:s3:::b/secret/*'])], 'narrows'],
  ['a Deny less', [...base, deny(['s3:*'], ['arn:aws:s3:::b/secret/*'])], base, 'widens'],
  [
    'a narrower Deny',
    [...base, deny(['s3:*'], ['arn:aws:s3:::b/secret/*'])],
    [...base, deny(['s3:*'], ['arn:aws:s3:::b/secret/x'])],
    'widens',
  ],
  ['an action in other letters', base, [allow(['s3:getobject'], [ARN])], 'neither'],
])('%s: %s', (_, before, after, expected) => {
  expect(effect(before, after)).toBe(expected);
});

test('the same words with a parameter of another type', () => {
  expect(effect(base, base, [{ type: 'segment' }, { type: 'path' }])).toBe('widens');
  expect(effect(base, base, [{ type: 'path' }, { type: 'segment' }])).toBe('narrows');
  expect(
    effect(base, base, [
      { type: 'enum', values: ['a'] },
      { type: 'enum', values: ['b'] },
    ]),
  ).toBe('undecided');
});

test('what narrows never lets through what was not let through: judged as IAM does', () => {
  const statement = fc
    .record({
      Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
      Action: fc.subarray(['s3:A', 's3:B', 's3:*'], { minLength: 1 }),
      Resource: fc.subarray(['arn:aws:s3:::x', 'arn:aws:s3:::x*', 'arn:aws:s3:::xy', 'arn:aws:s3:::?y'], {
        minLength: 1,
      }),
      Condition: fc.option(
        fc.record({
          operator: fc.constantFrom(
            'StringEquals',
            'StringLike',
            'StringNotEquals',
            'StringNotLike',
            'StringEqualsIfExists',
          ),
          values: fc.subarray(['v', 'w', 'v*'], { minLength: 1 }),
        }),
      ),
    })
    .map(
      ({ Condition, ...rest }): Statement => ({
        ...rest,
        ...(Condition && { Condition: { [Condition.operator]: { 'aws:PrincipalTag/k': Condition.values } } }),
      }),
    );
  const document = fc.array(statement, { minLength: 1, maxLength: 3 });
  const allowed = (statements: readonly Statement[], action: string, resource: string, tag: string | null) =>
    evaluate(
      {
        action,
        resource,
        principal: 'arn:aws:sts::111122223333:assumed-role/r/s',
        context: tag === null ? {} : { 'aws:PrincipalTag/k': tag },
      },
      { identity: [{ Version: '2012-10-17', Statement: statements }] },
    ).allowed;
  const requests = ['s3:A', 's3:B'].flatMap((action) =>
    ['x', 'xy', 'ay', 'xyz'].flatMap((name) =>
      ['v', 'w', 'vv', null].map((tag) => [action, `arn:aws:s3:::${name}`, tag] as const),
    ),
  );
  fc.assert(
    fc.property(document, document, (before, after) => {
      const [first] = statementParts(
        { statements: before, parameters: {} },
        { statements: after, parameters: {} },
      );
      if (first?.effect === 'undecided' || first?.effect === 'widens') return;
      for (const request of requests)
        if (allowed(after, ...request)) expect(allowed(before, ...request)).toBe(true);
    }),
    { numRuns: 600 },
  );
});
