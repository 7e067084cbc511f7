import { allow, deny, type IamCase, identity, OBJECT, PAGE, policy, request } from './iam-case.ts';

const LIST_ALL = request({ action: 's3:ListAllMyBuckets', resource: '*' });
const TABLE = 'arn:aws:dynamodb:eu-central-1:111122223333:table/orders';
const INDEX = `${TABLE}/index/by-day`;
const LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:mint:live';

/** An Allow for exactly these resources, asked about one. */
const onResource = (
  pattern: string | readonly string[],
  resource: string,
): Pick<IamCase, 'request' | 'policies'> => ({
  request: request({ resource }),
  policies: identity(allow({ Resource: pattern })),
});

export const actionsAndResources: readonly IamCase[] = [
  {
    name: 'an action is allowed by its exact name',
    reference: PAGE.action,
    request: request(),
    policies: identity(allow({ Action: 's3:GetObject' })),
    expected: 'allowed',
    by: 'identity',
  },
  {
    name: 'an action that no statement names is denied implicitly',
    reference: PAGE.logic,
    request: request({ action: 's3:PutObject' }),
    policies: identity(allow({ Action: 's3:GetObject' })),
    expected: 'implicitDeny',
  },
  {
    name: 'action names have no case, prefix and name alike',
    reference: PAGE.action,
    request: request({ action: 'iam:ListAccessKeys', resource: '*' }),
    policies: identity(allow({ Action: 'IAM:listaccesskeys' })),
    expected: 'allowed',
  },
  {
    name: '* in an action name stands for any characters',
    reference: PAGE.action,
    request: request({ action: 'iam:CreateAccessKey', resource: '*' }),
    policies: identity(allow({ Action: 'iam:*AccessKey*' })),
    expected: 'allowed',
  },
  {
    name: '? in an action name stands for exactly one character',
    reference: PAGE.action,
    request: request({ action: 's3:GetObject' }),
    policies: identity(allow({ Action: 's3:GetObject?' })),
    expected: 'implicitDeny',
  },
  {
    name: 'an action pattern covers its own service only',
    reference: PAGE.action,
    request: request({ action: 's3-object-lambda:WriteGetObjectResponse' }),
    policies: identity(allow({ Action: 's3:*' })),
    expected: 'implicitDeny',
  },
  {
    name: 'NotAction allows what it does not list',
    reference: PAGE.notAction,
    request: request(),
    policies: identity(allow({ NotAction: 'iam:*' })),
    expected: 'allowed',
  },
  {
    name: 'NotAction does not allow what it lists',
    reference: PAGE.notAction,
    request: request({ action: 'iam:GetRole', resource: '*' }),
    policies: identity(allow({ NotAction: ['iam:*', 'sts:*'] })),
    expected: 'implicitDeny',
  },
  {
    name: 'NotAction with Deny denies what it does not list',
    reference: PAGE.notAction,
    request: request(),
    policies: identity(allow(), deny({ NotAction: 'iam:*' })),
    expected: 'explicitDeny',
  },
  {
    name: 'a resource ARN is compared with case',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/Q3/*', OBJECT),
    expected: 'implicitDeny',
  },
  {
    name: '* in the resource part takes slashes along',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/*/test/*', 'arn:aws:s3:::reports/1/2/3/test/4/object.jpg'),
    expected: 'allowed',
  },
  {
    name: '* may stand for nothing, between slashes too',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/*/test/*', 'arn:aws:s3:::reports//test/object.jpg'),
    expected: 'allowed',
  },
  {
    name: 'the literal slashes around a * must be there',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/*/test/*', 'arn:aws:s3:::reports/test/object.jpg'),
    expected: 'implicitDeny',
  },
  {
    name: 'a bucket is not its objects',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports', OBJECT),
    expected: 'implicitDeny',
  },
  {
    name: 'a table is not its indexes',
    reference: PAGE.resource,
    ...onResource(TABLE, INDEX),
    expected: 'implicitDeny',
  },
  {
    name: '? in a resource stands for exactly one character',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/q?/sum.csv', OBJECT),
    expected: 'allowed',
  },
  {
    name: 'one resource of a list is enough',
    reference: PAGE.resource,
    ...onResource(['arn:aws:s3:::other/*', 'arn:aws:s3:::reports/*'], OBJECT),
    expected: 'allowed',
  },
  {
    name: '* for Region and account covers every Region and account',
    reference: PAGE.resource,
    ...onResource('arn:aws:dynamodb:*:*:table/orders', TABLE),
    expected: 'allowed',
  },
  {
    name: 'a wildcard inside an ARN segment does not reach over its colon',
    reference: PAGE.resource,
    ...onResource('arn:aws:dynamodb:eu-*3:table/orders', TABLE),
    expected: 'implicitDeny',
  },
  {
    name: 'a * that ends its ARN segment may reach over the colon',
    reference: PAGE.resource,
    ...onResource('arn:aws:dynamodb:*:table/orders', TABLE),
    expected: 'allowed',
  },
  {
    name: 'in the resource part a colon is a character like others',
    reference: PAGE.resource,
    ...onResource('arn:aws:lambda:*:*:function:m*e', LAMBDA),
    expected: 'allowed',
  },
  {
    name: 'a function without qualifier is not its alias',
    reference: PAGE.resource,
    ...onResource('arn:aws:lambda:eu-central-1:111122223333:function:mint', LAMBDA),
    expected: 'implicitDeny',
  },
  {
    name: 'an action without resource is allowed on * only',
    reference: PAGE.resource,
    request: LIST_ALL,
    policies: identity(allow({ Resource: '*' })),
    expected: 'allowed',
  },
  {
    name: 'an action without resource is not allowed by an ARN pattern, however wide',
    reference: PAGE.notAction,
    request: LIST_ALL,
    policies: identity(allow({ Resource: 'arn:aws:s3:::*' })),
    expected: 'implicitDeny',
  },
  {
    name: 'an object whose own name holds a * is not a pattern',
    reference: PAGE.resource,
    ...onResource('arn:aws:s3:::reports/q3/sum.csv', 'arn:aws:s3:::reports/q3/*'),
    expected: 'implicitDeny',
  },
  {
    name: 'NotResource denies what it does not list (a fence)',
    reference: PAGE.notResource,
    request: request({ resource: 'arn:aws:s3:::payroll/x' }),
    policies: identity(allow(), deny({ Resource: undefined, NotResource: 'arn:aws:s3:::reports/*' })),
    expected: 'explicitDeny',
  },
  {
    name: 'NotResource does not deny what it lists',
    reference: PAGE.notResource,
    request: request(),
    policies: identity(allow(), deny({ Resource: undefined, NotResource: 'arn:aws:s3:::reports/*' })),
    expected: 'allowed',
  },
  {
    name: 'an explicit Deny wins over an Allow in the same document',
    reference: PAGE.logic,
    request: request(),
    policies: identity(deny({ Action: 's3:GetObject' }), allow()),
    expected: 'explicitDeny',
    by: 'identity',
  },
  {
    name: 'an explicit Deny in a second identity policy wins (the deny policy attached to every role)',
    reference: PAGE.logic,
    request: request(),
    policies: { identity: [policy(allow()), policy(deny())] },
    expected: 'explicitDeny',
    by: 'identity',
  },
  {
    name: 'an Allow in any one of several identity policies is enough',
    reference: PAGE.logic,
    request: request(),
    policies: { identity: [policy(allow({ Action: 'sqs:*' })), policy(allow({ Action: 's3:GetObject' }))] },
    expected: 'allowed',
  },
  {
    name: 'without any policy everything is denied implicitly',
    reference: PAGE.logic,
    request: request(),
    policies: { identity: [] },
    expected: 'implicitDeny',
  },
];
