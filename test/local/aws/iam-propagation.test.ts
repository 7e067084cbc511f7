/** What IAM tells at once and what requests are judged by, with a delay between. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  ListEntitiesForPolicyCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_IAM_DELAY } from '../../../local/aws/iam-history.ts';
import { arnOf, DENY_ALL, HARMLESS, type IamWorld, startIamWorld } from './iam-world.ts';
import { BUCKET, NOW } from './world.ts';

const DELAY = 5000;
const PolicyArn = arnOf('deny');
const RoleName = 'reader';

let world: IamWorld;
let s3: S3Client;
beforeEach(async () => {
  world = await startIamWorld({ iamDelayMillis: DELAY });
  s3 = new S3Client(world.client(await world.assume()));
});
afterEach(() => world.close());

const later = (millis: number) => {
  world.clock.at += millis;
};
const create = (document = DENY_ALL) =>
  world.iam.send(new CreatePolicyCommand({ PolicyName: 'deny', PolicyDocument: JSON.stringify(document) }));
const attach = () => world.iam.send(new AttachRolePolicyCommand({ PolicyArn, RoleName }));
const detach = () => world.iam.send(new DetachRolePolicyCommand({ PolicyArn, RoleName }));
/** `allowed`, or the code of the refusal. */
const call = () =>
  s3.send(new ListObjectsV2Command({ Bucket: BUCKET })).then(
    () => 'allowed',
    ({ name }) => name,
  );

test('an attachment is told at once, and takes effect a delay later', async () => {
  await create();
  await attach();
  const { PolicyRoles } = await world.iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  expect(PolicyRoles).toMatchObject([{ RoleName }]);
  expect(await call()).toBe('allowed');
  later(DELAY - 1);
  expect(await call()).toBe('allowed');
  later(1);
  expect(await call()).toBe('AccessDenied');
});

test('so does a new default version, and the way back', async () => {
  await create(HARMLESS);
  await attach();
  later(DELAY);
  await world.iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn,
      PolicyDocument: JSON.stringify(DENY_ALL),
      SetAsDefault: true,
    }),
  );
  const { Policy } = await world.iam.send(new GetPolicyCommand({ PolicyArn }));
  expect(Policy?.DefaultVersionId).toBe('v2');
  expect(await call()).toBe('allowed');
  later(DELAY);
  expect(await call()).toBe('AccessDenied');
  await world.iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
  expect(await call()).toBe('AccessDenied');
  later(DELAY);
  expect(await call()).toBe('allowed');
});

test('a version that is no default changes nothing, neither made nor deleted', async () => {
  await create(HARMLESS);
  await attach();
  await world.iam.send(
    new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: JSON.stringify(DENY_ALL) }),
  );
  later(DELAY);
  expect(await call()).toBe('allowed');
  await world.iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
  expect(await call()).toBe('allowed');
});

test('what is detached and deleted denies a delay longer', async () => {
  await create();
  await attach();
  later(DELAY);
  await detach();
  await world.iam.send(new DeletePolicyCommand({ PolicyArn }));
  expect(await call()).toBe('AccessDenied');
  later(DELAY);
  expect(await call()).toBe('allowed');
});

test('two changes within one delay take effect one after the other', async () => {
  await create();
  await attach();
  later(2000);
  await detach();
  expect(await call()).toBe('allowed');
  later(DELAY - 2000);
  expect(await call()).toBe('AccessDenied');
  later(2000);
  expect(await call()).toBe('allowed');
});

test('the delay can be changed while it runs', async () => {
  await create();
  await attach();
  world.aws.setIamDelay(0);
  expect(await call()).toBe('AccessDenied');
  world.aws.setIamDelay(DELAY);
  expect(await call()).toBe('allowed');
});

test('without a delay the present holds, also for a clock that was set back', async () => {
  world.aws.setIamDelay(0);
  later(10_000);
  await create();
  await attach();
  world.clock.at = NOW;
  expect(await call()).toBe('AccessDenied');
});

test('the longest delay reaches as far back as it says', () => {
  // Not over the wire: in ten minutes a signature is out of date.
  const { policies } = world.aws.registry;
  const denies = () => policies.inForce(RoleName, world.clock.at).length;
  world.aws.setIamDelay(MAX_IAM_DELAY);
  policies.create({ name: 'deny', path: '/', document: JSON.stringify(DENY_ALL) });
  policies.attach(PolicyArn, RoleName);
  later(MAX_IAM_DELAY - 1);
  policies.detach(PolicyArn, RoleName);
  expect(denies()).toBe(0);
  later(1);
  expect(denies()).toBe(1);
  later(MAX_IAM_DELAY - 1);
  expect(denies()).toBe(0);
});

test.each([-1, 0.5, Number.NaN, MAX_IAM_DELAY + 1])('%d ms are no delay', (millis) => {
  expect(() => world.aws.setIamDelay(millis)).toThrow(RangeError);
});
