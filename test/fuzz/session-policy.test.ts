/** Parameters are data: no value makes a session policy allow more than its template does, or elsewhere. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import type { AwsRequest } from '../../core/iam/request.ts';
import type { Permission, Statement } from '../../core/policy/bundle.ts';
import { checkParameters } from '../../core/policy/parameters.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { sessionPolicy } from '../../core/session/session-policy.ts';
import { widest } from '../../core/session/widest.ts';
import { ACCOUNT, DEADLINE, PERMISSION } from '../core/session/fixture.ts';
import { holds, RUNS } from './runs.ts';

const BUCKET = 'arn:aws:s3:::reports';
/** What a template may look like: parameters before a delimiter, after one, in the middle, in conditions. */
const RESOURCES = [
  `${BUCKET}/\${prefix}/*`,
  `${BUCKET}/\${prefix}`,
  `${BUCKET}/team/\${path}/*`,
  `${BUCKET}-\${account}/\${prefix}/\${path}/x`,
  `arn:aws:dynamodb:\${region}:\${account}:table/\${prefix}`,
];
const CONDITIONS: readonly (Statement['Condition'] | undefined)[] = [
  undefined,
  { StringLike: { 's3:prefix': [`\${prefix}/*`] } },
  { StringEquals: { 's3:prefix': [`\${prefix}`], 'aws:PrincipalTag/writ:task': ['x', `\${path}`] } },
  { StringEqualsIfExists: { 's3:prefix': [`\${path}`] } },
  { 'ForAllValues:StringEquals': { 'aws:TagKeys': [`\${prefix}`] } },
  { ArnLike: { 'aws:PrincipalArn': [`arn:aws:iam::\${account}:role/\${prefix}`] } },
  { NumericLessThan: { 's3:max-keys': ['10'] } },
];
const ACTIONS = [
  's3:GetObject',
  's3:Get*',
  's3:ListBucket',
  'dynamodb:GetItem',
  '*',
  'iam:GetRole',
  'sts:AssumeRole',
];

const someStatement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
    Action: fc.subarray(ACTIONS, { minLength: 1 }),
    Resource: fc.subarray(RESOURCES, { minLength: 1 }),
    condition: fc.constantFrom(...CONDITIONS),
  })
  .map(({ condition, ...rest }) => ({ ...rest, ...(condition && { Condition: condition }) }));
const somePermission: fc.Arbitrary<Permission> = fc
  .array(someStatement, { minLength: 1, maxLength: 2 })
  .map((statements) => ({
    ...PERMISSION,
    parameters: { prefix: { type: 'segment' }, path: { type: 'path' } },
    statements,
  }));

const segment = fc.oneof(
  fc.constantFrom('q3', 'q4', 'q3.', '..q3', 'a=b', 'q3+q4', 'x@y', '-', 'Q3'),
  fc.stringMatching(/^[A-Za-z0-9_.=@+,-]{1,12}$/).filter((text) => text !== '.' && text !== '..'),
);
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
/** Whatever comes in by a request, and wants to be more than data. */
const hostile = fc.oneof(
  fc.constantFrom(
    '*',
    'q3*',
    'q?',
    '../q4',
    'q3/../q4',
    `\${aws:userid}`,
    '$' + '{*}',
    'q3/',
    '/q3',
    '',
    '.',
    'q3"]',
  ),
  fc.string({
    unit: fc.constantFrom('q', '3', '*', '?', '/', '.', '$', '{', '}', '"', '\\', ':', 'é', '\u2215'),
    maxLength: 8,
  }),
  fc.string({ maxLength: 12 }),
);

const filled = (permission: Permission, parameters: { readonly [name: string]: string }): PolicyDocument =>
  JSON.parse(
    sessionPolicy(
      permission,
      { parameters, account: ACCOUNT },
      { place: { kind: 'anywhere' }, deadline: DEADLINE },
    ),
  );
const isAllowed = (request: AwsRequest, document: PolicyDocument): boolean =>
  evaluate(request, { identity: [document] }).allowed;

/** Requests about what was asked for, and about its neighbours. */
const someRequest = (prefix: string, path: string): fc.Arbitrary<AwsRequest> => {
  const part = fc.constantFrom(
    prefix,
    path,
    'q3',
    'q4',
    `${prefix}x`,
    `x${prefix}`,
    '*',
    '..',
    '',
    'team',
    'x',
  );
  const word = fc.oneof(
    part,
    fc.tuple(part, part).map((parts) => parts.join('/')),
  );
  return fc
    .record({
      action: fc.constantFrom(
        's3:GetObject',
        's3:ListBucket',
        'dynamodb:GetItem',
        'iam:GetRole',
        'sts:AssumeRole',
        's3:PutObject',
      ),
      resource: fc.oneof(
        fc
          .tuple(fc.constantFrom(BUCKET, `${BUCKET}-${ACCOUNT.id}`), word, word)
          .map((parts) => parts.join('/')),
        word.map((table) => `arn:aws:dynamodb:${ACCOUNT.region}:${ACCOUNT.id}:table/${table}`),
      ),
      prefix: word,
      tags: fc.array(part, { maxLength: 2 }),
      task: word,
    })
    .map(({ action, resource, prefix: asked, tags, task }) => ({
      action,
      resource,
      principal: `arn:aws:sts::${ACCOUNT.id}:assumed-role/reports/x`,
      context: {
        's3:prefix': asked,
        'aws:TagKeys': tags,
        'aws:PrincipalTag/writ:task': task,
        'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT.id}:role/${asked}`,
        's3:max-keys': '5',
        'aws:CurrentTime': '2026-11-24T10:50:00Z',
        'aws:ResourceAccount': ACCOUNT.id,
      },
    }));
};

test('a filled policy allows nothing that the role’s widest policy does not, and never sts:*', async () => {
  let allowed = 0;
  await holds(
    fc.property(
      somePermission,
      fc.tuple(segment, path).chain(([prefix, at]) =>
        fc.record({
          parameters: fc.constant({ prefix, path: at }),
          requests: fc.array(someRequest(prefix, at), { minLength: 5, maxLength: 12 }),
        }),
      ),
      (permission, { parameters, requests }) => {
        const policy = filled(permission, parameters);
        const role: PolicyDocument = { Version: '2012-10-17', Statement: [...widest(permission, ACCOUNT)] };
        for (const request of requests.filter((each) => isAllowed(each, policy))) {
          allowed += 1;
          expect(isAllowed(request, role)).toBe(true);
          expect(request.action).not.toMatch(/^(?:sts|iam):/);
        }
      },
    ),
    RUNS,
  );
  expect(allowed).toBeGreaterThan(0);
});

test('where a parameter names the resource, only what is under its value is allowed', async () => {
  const permission: Permission = {
    ...PERMISSION,
    parameters: { prefix: { type: 'path' } },
    statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`${BUCKET}/\${prefix}/*`] }],
  };
  let allowed = 0;
  await holds(
    fc.property(
      path.chain((value) =>
        fc.record({
          value: fc.constant(value),
          requests: fc.array(someRequest(value, value), { minLength: 5 }),
        }),
      ),
      ({ value, requests }) => {
        const policy = filled(permission, { prefix: value });
        for (const { resource } of requests.filter((each) => isAllowed(each, policy))) {
          allowed += 1;
          expect(resource.startsWith(`${BUCKET}/${value}/`)).toBe(true);
        }
      },
    ),
    RUNS,
  );
  expect(allowed).toBeGreaterThan(0);
});

test('a value that is more than data is refused; and one that got past the first check ends at the second', async () => {
  const permission: Permission = {
    ...PERMISSION,
    parameters: { prefix: { type: 'segment' } },
    statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`${BUCKET}/\${prefix}/*`] }],
  };
  await holds(
    fc.property(hostile, fc.array(someRequest('q3', 'q4'), { minLength: 3 }), (value, requests) => {
      const checked = checkParameters(permission, { prefix: value });
      if (checked.ok) expect(value).toMatch(/^[\w.=@+,-]+$/);
      let policy: PolicyDocument;
      try {
        policy = filled(permission, { prefix: value });
      } catch (error) {
        expect(error).toEqual(new Fault('misconfigured'));
        expect(checked.ok).toBe(false);
        return;
      }
      for (const { resource } of requests.filter((each) => isAllowed(each, policy))) {
        expect(resource.startsWith(`${BUCKET}/${value}/`)).toBe(true);
      }
    }),
    RUNS,
  );
});
