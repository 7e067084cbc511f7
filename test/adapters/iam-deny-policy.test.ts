import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  EntityAlreadyExistsException,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  LimitExceededException,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  NoSuchEntityException,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { iamDenyPolicy } from '../../adapters/iam-deny-policy.ts';
import type { DenyPolicy } from '../../core/revocation/ports.ts';
import { type IamWorld, startIamWorld } from '../local/aws/iam-world.ts';
import { policy } from '../local/aws/world.ts';
import { CANARY, expectFault } from './fault.ts';

const ACCOUNT = '000000000000';
const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/writ/deny`;

/** A document as the reconciler writes one: its text is not what `JSON.stringify` of its value would be. */
const document = (n: number): string =>
  `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:SourceIdentity":["*+${String(n).padStart(16, '0')}","a\\u00fc+%20"]}}}]}`;

describe('in IAM', () => {
  let world: IamWorld;
  let deny: DenyPolicy;
  beforeEach(async () => {
    world = await startIamWorld();
    deny = iamDenyPolicy(world.iam, ACCOUNT);
  });
  afterEach(() => world.close());

  test('there is none, then there is one, byte for byte, and then another is the default', async () => {
    expect(await deny.read()).toBeNull();
    expect(await deny.write(document(1))).toBe('v1');
    expect(await deny.read()).toEqual({ version: 'v1', text: document(1), attachedTo: [] });
    expect(await deny.write(document(2))).toBe('v2');
    expect(await deny.read()).toEqual({ version: 'v2', text: document(2), attachedTo: [] });
  });

  test('the oldest version makes room, and never the default', async () => {
    for (let n = 1; n <= 5; n += 1) await deny.write(document(n));
    await world.iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(await deny.write(document(6))).toBe('v6');
    expect(await deny.write(document(7))).toBe('v7');
    const { Versions = [] } = await world.iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions.map(({ VersionId }) => VersionId).sort()).toEqual(['v3', 'v4', 'v5', 'v6', 'v7'].sort());
    expect(await deny.read()).toMatchObject({ version: 'v7', text: document(7) });
  });

  test('it is attached to roles by name, once or again; one that is not there is a fault', async () => {
    await deny.write(document(1));
    world.aws.registry.putRole({ name: 'canary', path: '/writ-parts/', trust: policy() });
    await deny.attach('reader');
    await deny.attach('reader');
    await deny.attach('canary');
    expect((await deny.read())?.attachedTo.toSorted()).toEqual(['canary', 'reader']);
    await expectFault(deny.attach('nobody'), 'misconfigured');
  });

  test('direct denies are those below their path, by name', async () => {
    await deny.write(document(1));
    for (const PolicyName of ['b', 'a']) {
      await world.iam.send(
        new CreatePolicyCommand({ PolicyName, Path: '/writ-direct/', PolicyDocument: document(1) }),
      );
    }
    expect(await deny.directDenies()).toEqual(['a', 'b']);
  });

  test('who may not is a fault', async () => {
    const stranger = iamDenyPolicy(world.as(), ACCOUNT);
    await expectFault(stranger.read(), 'iam_unavailable');
    await expectFault(stranger.write(document(1)), 'iam_unavailable');
    await expectFault(stranger.attach('reader'), 'iam_unavailable');
    await expectFault(stranger.directDenies(), 'iam_unavailable');
  });
});

describe('answers that this IAM does not give', () => {
  const $metadata = {};
  const message = `no ${CANARY}`;
  const absent = new NoSuchEntityException({ message, $metadata });
  const client = new IAMClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const deny = iamDenyPolicy(client, ACCOUNT);
  let mock = mockClient(client);
  beforeEach(() => {
    mock = mockClient(client);
  });
  afterEach(() => mock.restore());
  const sent = () =>
    mock.calls().map(({ args: [command] }) => command.constructor.name.replace('Command', ''));

  test('pages: all of them', async () => {
    mock
      .on(GetPolicyCommand)
      .resolves({ Policy: { DefaultVersionId: 'v1' } })
      .on(GetPolicyVersionCommand)
      .resolves({ PolicyVersion: { Document: '%7B%7D' } })
      .on(ListEntitiesForPolicyCommand)
      .resolvesOnce({ PolicyRoles: [{ RoleName: 'a' }], IsTruncated: true, Marker: 'm' })
      .resolves({ PolicyRoles: [{ RoleName: 'b' }], IsTruncated: false })
      .on(ListPoliciesCommand)
      .resolvesOnce({ Policies: [{ PolicyName: 'd' }], IsTruncated: true, Marker: 'm' })
      .resolves({ Policies: [{ PolicyName: 'c' }] });
    expect(await deny.read()).toEqual({ version: 'v1', text: '{}', attachedTo: ['a', 'b'] });
    expect(mock.commandCalls(ListEntitiesForPolicyCommand).map(({ args: [{ input }] }) => input)).toEqual([
      { PolicyArn, EntityFilter: 'Role', Marker: undefined },
      { PolicyArn, EntityFilter: 'Role', Marker: 'm' },
    ]);
    expect(await deny.directDenies()).toEqual(['c', 'd']);
  });

  test('a list that was cut off and does not say where is a fault', async () => {
    mock.on(ListPoliciesCommand).resolves({ Policies: [], IsTruncated: true });
    await expectFault(deny.directDenies(), 'iam_unavailable');
  });

  test('the policy goes between two reads: there is none', async () => {
    mock
      .on(GetPolicyCommand)
      .resolves({ Policy: { DefaultVersionId: 'v1' } })
      .on(GetPolicyVersionCommand)
      .rejects(absent);
    expect(await deny.read()).toBeNull();
  });

  test('somebody makes the policy just before us: ours becomes the default all the same', async () => {
    mock
      .on(ListPolicyVersionsCommand)
      .rejectsOnce(absent)
      .resolves({ Versions: [{ VersionId: 'v1', IsDefaultVersion: true }] })
      .on(CreatePolicyCommand)
      .rejects(new EntityAlreadyExistsException({ message, $metadata }))
      .on(CreatePolicyVersionCommand)
      .resolves({ PolicyVersion: { VersionId: 'v2' } });
    expect(await deny.write(document(1))).toBe('v2');
    expect(sent()).toEqual([
      'ListPolicyVersions',
      'CreatePolicy',
      'ListPolicyVersions',
      'CreatePolicyVersion',
    ]);
    expect(mock.commandCalls(CreatePolicyVersionCommand)[0]?.args[0].input).toEqual({
      PolicyArn,
      PolicyDocument: document(1),
      SetAsDefault: true,
    });
  });

  test('another run makes the same room: that is room', async () => {
    const Versions = ['v9', 'v10', 'v11', 'v12', 'v13'].map((VersionId) => ({
      VersionId,
      IsDefaultVersion: VersionId === 'v13',
    }));
    mock
      .on(ListPolicyVersionsCommand)
      .resolves({ Versions })
      .on(DeletePolicyVersionCommand)
      .rejects(absent)
      .on(CreatePolicyVersionCommand)
      .resolves({ PolicyVersion: { VersionId: 'v14' } });
    expect(await deny.write(document(1))).toBe('v14');
    expect(mock.commandCalls(DeletePolicyVersionCommand)[0]?.args[0].input).toEqual({
      PolicyArn,
      VersionId: 'v9',
    });
  });

  test.each([
    { what: 'at its limit', error: new LimitExceededException({ message, $metadata }) },
    { what: 'throttled', error: Object.assign(new Error(message), { name: 'ThrottlingException' }) },
    { what: 'without an answer', error: Object.assign(new Error(message), { name: 'TimeoutError' }) },
  ])('$what: a fault that tells nothing', async ({ error }) => {
    mock.on(ListPolicyVersionsCommand).resolves({ Versions: [] });
    mock.on(CreatePolicyVersionCommand).rejects(error);
    mock.on(GetPolicyCommand).rejects(error);
    mock.on(AttachRolePolicyCommand).rejects(error);
    for (const call of [deny.write(CANARY), deny.read(), deny.attach(CANARY)]) {
      expect((await expectFault(call, 'iam_unavailable')).causeName).toBe(error.name);
    }
  });

  test.each([{}, { Policy: {} }, { Policy: { DefaultVersionId: '' } }])(
    'half an answer is a fault: %j',
    async (half) => {
      mock.on(GetPolicyCommand).resolves(half);
      await expectFault(deny.read(), 'iam_unavailable');
    },
  );
});
