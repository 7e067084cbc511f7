import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkDuration } from '../../../local/aws/assume-role-input.ts';
import { allow, NOW, policy, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('a service takes a role', () => {
  const take = (roleArn: string, service = 'lambda.amazonaws.com') =>
    world.aws.serviceSession({ service, roleArn, roleSessionName: 'fn', durationSeconds: 7200 });

  test('for no longer than the role allows', () => {
    expect(take('arn:aws:iam::000000000000:role/broker')).toMatchObject({
      issuedAt: NOW,
      expiration: NOW + 3_600_000,
      tags: {},
    });
  });
  test.each([
    {
      name: 'that does not trust it',
      role: 'arn:aws:iam::000000000000:role/writ/reader',
      service: 'lambda.amazonaws.com',
    },
    {
      name: 'that trusts another',
      role: 'arn:aws:iam::000000000000:role/broker',
      service: 'ec2.amazonaws.com',
    },
    {
      name: 'that is not there',
      role: 'arn:aws:iam::000000000000:role/none',
      service: 'lambda.amazonaws.com',
    },
  ])('and none $name', ({ role, service }) => {
    expect(() => take(role, service)).toThrow();
  });
});

test('a role that is put again keeps its id, and so its sessions their names', () => {
  const { registry } = world.aws;
  const before = registry.roleByArn(world.targetArn);
  const again = registry.putRole({ name: 'reader', path: '/writ/', trust: policy(allow('sts:AssumeRole')) });
  expect(again.roleId).toBe(before?.roleId);
});

test.each(['', 'a/b', '../x', 'a'.repeat(65)])('%j is no role name', (name) => {
  expect(() => world.aws.registry.putRole({ name, trust: policy() })).toThrow(TypeError);
});

test.each([
  { seconds: 3600, longest: 3600, chained: true, allowed: true },
  { seconds: 3601, longest: 7200, chained: true, allowed: false },
  { seconds: 7200, longest: 7200, chained: false, allowed: true },
  { seconds: 7201, longest: 7200, chained: false, allowed: false },
])('$seconds s of $longest s, chained $chained: $allowed', ({ seconds, longest, chained, allowed }) => {
  const check = () => checkDuration(seconds, longest, chained);
  if (allowed) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'ValidationError' }));
});
