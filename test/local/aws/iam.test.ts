import * as sdk from '@aws-sdk/client-iam';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  paginateListPolicies,
  paginateListPolicyVersions,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../../local/aws/operations.ts';
import { arnOf, HARMLESS, type IamWorld, startIamWorld } from './iam-world.ts';
import { allow, NOW, policy, REGION } from './world.ts';

let world: IamWorld;
let iam: IAMClient;
beforeAll(async () => {
  world = await startIamWorld();
  ({ iam } = world);
});
afterAll(() => world.close());

const TEXT = JSON.stringify(HARMLESS);
const create = (PolicyName: string, Path = '/') =>
  iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument: TEXT }));
const addVersion = (PolicyArn: string, SetAsDefault = false) =>
  iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: TEXT, SetAsDefault }));
const attach = (PolicyArn: string, RoleName = 'reader') =>
  iam.send(new AttachRolePolicyCommand({ PolicyArn, RoleName }));
const detach = (PolicyArn: string, RoleName = 'reader') =>
  iam.send(new DetachRolePolicyCommand({ PolicyArn, RoleName }));
const error = (name: string, httpStatusCode: number, message: string | RegExp = /./) => ({
  name,
  $metadata: { httpStatusCode },
  message: expect.stringMatching(message),
});

test('each listed operation is one of the SDK', () => {
  for (const operation of Object.keys(OPERATIONS.iam)) expect(sdk).toHaveProperty(`${operation}Command`);
});

describe('a policy', () => {
  test('is what was created', async () => {
    const made = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'deny',
        Path: '/writ/',
        PolicyDocument: TEXT,
        Description: 'ends',
      }),
    );
    const Policy = {
      PolicyName: 'deny',
      PolicyId: expect.stringMatching(/^ANPALOCAL[A-Z2-7]{12}$/),
      Arn: arnOf('deny', '/writ/'),
      Path: '/writ/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: new Date(NOW),
      UpdateDate: new Date(NOW),
    };
    expect(made.Policy).toEqual(Policy);
    const { Policy: got } = await iam.send(new GetPolicyCommand({ PolicyArn: arnOf('deny', '/writ/') }));
    expect(got).toEqual({ ...Policy, Description: 'ends' });
  });
  test('gives its document back byte for byte, percent-encoded by RFC 3986', async () => {
    const text = `{"Version":"2012-10-17",\n "Statement":{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*",
      "Condition":{"StringLike":{"aws:SourceIdentity":["*+(o'clock)!~é+ %2a"]}}}}`;
    await iam.send(new CreatePolicyCommand({ PolicyName: 'exact', PolicyDocument: text }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: arnOf('exact'), VersionId: 'v1' }),
    );
    const encoded = PolicyVersion?.Document ?? '';
    expect(decodeURIComponent(encoded)).toBe(text);
    expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/);
    expect(PolicyVersion).toMatchObject({
      VersionId: 'v1',
      IsDefaultVersion: true,
      CreateDate: new Date(NOW),
    });
  });
  test('of a name that is there, in other case or on another path', async () => {
    await create('twice');
    await expect(create('TWICE', '/x/')).rejects.toMatchObject(error('EntityAlreadyExistsException', 409));
  });
  test('that is deleted is gone, and its name is free', async () => {
    const before = await create('gone');
    await iam.send(new DeletePolicyCommand({ PolicyArn: arnOf('gone') }));
    await expect(iam.send(new GetPolicyCommand({ PolicyArn: arnOf('gone') }))).rejects.toMatchObject(
      error('NoSuchEntityException', 404),
    );
    expect((await create('gone')).Policy?.PolicyId).not.toBe(before.Policy?.PolicyId);
  });
});

describe('a document', () => {
  const put = (PolicyDocument: string) =>
    iam.send(new CreatePolicyCommand({ PolicyName: 'document', PolicyDocument }));
  test.each([
    { name: 'no JSON', document: 'deny' },
    { name: 'a principal in it', document: TEXT.replace('"Effect"', '"Principal":"*","Effect"') },
    {
      name: 'an element twice',
      document: TEXT.replace('"Effect":"Allow"', '"Effect":"Allow","Effect":"Deny"'),
    },
    { name: 'a character beyond Latin-1', document: TEXT.replace('none', '\u0142') },
  ])('malformed: $name', async ({ document }) => {
    await expect(put(document)).rejects.toMatchObject(
      error('MalformedPolicyDocumentException', 400, 'The policy is not in the valid format.'),
    );
  });
  test('of one character too many', async () => {
    await expect(put(allowList(6145))).rejects.toMatchObject(
      error('LimitExceededException', 409, 'Cannot exceed quota for PolicySize: 6144'),
    );
  });
  test('of 6,144, white space not counted', async () => {
    await put(allowList(6144, '\n '.repeat(3000)));
    await iam.send(new DeletePolicyCommand({ PolicyArn: arnOf('document') }));
  });
  test('of none', async () => {
    await expect(put('')).rejects.toMatchObject(error('ValidationError', 400));
  });

  /** No ARN may be so long, so several. */
  function allowList(characters: number, pad = ''): string {
    const resources = Array.from({ length: 5 }, () => `arn:aws:s3:::${'x'.repeat(1000)}`);
    const rest =
      characters - JSON.stringify(policy(allow('s3:GetObject', [...resources, 'arn:aws:s3:::']))).length;
    return (
      JSON.stringify(policy(allow('s3:GetObject', [...resources, `arn:aws:s3:::${'x'.repeat(rest)}`]))) + pad
    );
  }
});

describe('versions', () => {
  const ARN = arnOf('versions');
  const ids = async () =>
    (await iam.send(new ListPolicyVersionsCommand({ PolicyArn: ARN }))).Versions?.map(
      ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion ? '*' : ''}`,
    );
  const drop = (VersionId: string) => iam.send(new DeletePolicyVersionCommand({ PolicyArn: ARN, VersionId }));

  test('are five at most, the default one of them, and no id is used twice', async () => {
    await create('versions');
    const second = await addVersion(ARN);
    expect(second.PolicyVersion).toEqual({
      VersionId: 'v2',
      IsDefaultVersion: false,
      CreateDate: new Date(NOW),
    });
    expect((await addVersion(ARN, true)).PolicyVersion?.IsDefaultVersion).toBe(true);
    await addVersion(ARN);
    await addVersion(ARN);
    expect(await ids()).toEqual(['v5', 'v4', 'v3*', 'v2', 'v1']);
    await expect(addVersion(ARN)).rejects.toMatchObject(
      error('LimitExceededException', 409, 'A managed policy can have up to 5 versions'),
    );
    await drop('v5');
    expect((await addVersion(ARN)).PolicyVersion?.VersionId).toBe('v6');
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: ARN, VersionId: 'v1' }));
    expect(await ids()).toEqual(['v6', 'v4', 'v3', 'v2', 'v1*']);
  });
  test('the default one stays', async () => {
    await expect(drop('v1')).rejects.toMatchObject(
      error('DeleteConflictException', 409, 'Cannot delete the default version of a policy.'),
    );
  });
  test('their policy goes with the last', async () => {
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn: ARN }))).rejects.toMatchObject(
      error('DeleteConflictException', 409, 'more than one version'),
    );
    for (const id of ['v2', 'v3', 'v4', 'v6']) await drop(id);
    await iam.send(new DeletePolicyCommand({ PolicyArn: ARN }));
  });
  test.each([
    ['GetPolicyVersion', new GetPolicyVersionCommand({ PolicyArn: arnOf('one'), VersionId: 'v2' })],
    ['SetDefault…', new SetDefaultPolicyVersionCommand({ PolicyArn: arnOf('one'), VersionId: 'v2' })],
    ['DeletePolicyVersion', new DeletePolicyVersionCommand({ PolicyArn: arnOf('one'), VersionId: 'v2' })],
    ['ListPolicyVersions', new ListPolicyVersionsCommand({ PolicyArn: arnOf('none-such') })],
  ])('%s of what is not there', async (_, command) => {
    await create('one').catch(() => undefined);
    await expect(
      (iam.send as (command: unknown) => Promise<unknown>).call(iam, command),
    ).rejects.toMatchObject(error('NoSuchEntityException', 404));
  });
});

describe('attachments', () => {
  const ARN = arnOf('attached');
  const attachedTo = async (RoleName: string) =>
    (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies;
  const entities = async (PolicyArn: string, more = {}) =>
    iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, ...more }));

  test('twice is once, and both sides tell it', async () => {
    await create('attached');
    await attach(ARN);
    await attach(ARN);
    expect(await attachedTo('reader')).toEqual([{ PolicyName: 'attached', PolicyArn: ARN }]);
    expect(await entities(ARN)).toMatchObject({
      PolicyRoles: [{ RoleName: 'reader', RoleId: expect.stringMatching(/^AROALOCAL/) }],
      PolicyUsers: [],
      PolicyGroups: [],
      IsTruncated: false,
    });
    expect((await entities(ARN, { PathPrefix: '/operators/' })).PolicyRoles).toEqual([]);
    expect((await entities(ARN, { EntityFilter: 'User' })).PolicyRoles).toEqual([]);
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: ARN }))).Policy?.AttachmentCount).toBe(1);
  });
  test('keep their policy', async () => {
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn: ARN }))).rejects.toMatchObject(
      error('DeleteConflictException', 409, 'Cannot delete a policy attached to entities.'),
    );
  });
  test('end once', async () => {
    await detach(ARN);
    expect(await attachedTo('reader')).toEqual([]);
    await expect(detach(ARN)).rejects.toMatchObject(error('NoSuchEntityException', 404));
  });
  test('of a role or policy that is not there', async () => {
    await expect(attach(ARN, 'nobody')).rejects.toMatchObject(
      error('NoSuchEntityException', 404, 'The role with name nobody cannot be found.'),
    );
    await expect(attach(arnOf('nothing'))).rejects.toMatchObject(error('NoSuchEntityException', 404));
    await expect(attachedTo('nobody')).rejects.toMatchObject(error('NoSuchEntityException', 404));
  });
  test('are twenty to a role', async () => {
    const names = Array.from({ length: 21 }, (_, number) => `of-many-${number}`);
    for (const name of names) await create(name, '/many/');
    const [last = '', ...others] = names.map((name) => arnOf(name, '/many/'));
    for (const arn of others) await attach(arn, 'broker');
    await expect(attach(last, 'broker')).rejects.toMatchObject(
      error('LimitExceededException', 409, 'Cannot exceed quota for PoliciesPerRole: 20'),
    );
    for (const arn of others) await detach(arn, 'broker');
  });
});

describe('lists', () => {
  test('policies by scope, path and attachment', async () => {
    await create('listed', '/listed/');
    await create('listed-idle', '/listed/');
    await attach(arnOf('listed', '/listed/'));
    const names = async (input: sdk.ListPoliciesCommandInput) =>
      (await iam.send(new ListPoliciesCommand({ PathPrefix: '/listed/', ...input }))).Policies?.map(
        ({ PolicyName }) => PolicyName,
      );
    expect(await names({})).toEqual(['listed', 'listed-idle']);
    expect(await names({ Scope: 'Local', OnlyAttached: true })).toEqual(['listed']);
    expect(await names({ Scope: 'AWS' })).toEqual([]);
    expect(await names({ PathPrefix: '/other/' })).toEqual([]);
    await detach(arnOf('listed', '/listed/'));
  });
  test('roles by path', async () => {
    const { Roles } = await iam.send(new ListRolesCommand({ PathPrefix: '/writ/' }));
    expect(Roles).toEqual([
      {
        Path: '/writ/',
        RoleName: 'reader',
        RoleId: expect.stringMatching(/^AROALOCAL/),
        Arn: world.targetArn,
        CreateDate: new Date(NOW),
        AssumeRolePolicyDocument: expect.stringMatching(/^%7B%22Version%22/),
        MaxSessionDuration: 7200,
      },
    ]);
  });
  test('page by page, all of it once', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(`paged-${name}`, '/paged/');
    const pages: (string | undefined)[][] = [];
    const paginated = paginateListPolicies({ client: iam, pageSize: 2 }, { PathPrefix: '/paged/' });
    for await (const { Policies = [] } of paginated) {
      pages.push(Policies.map(({ PolicyName }) => PolicyName));
      // Whoever was shown already hides nothing when he goes.
      if (pages.length === 1)
        await iam.send(new DeletePolicyCommand({ PolicyArn: arnOf('paged-b', '/paged/') }));
    }
    expect(pages).toEqual([['paged-a', 'paged-b'], ['paged-c', 'paged-d'], ['paged-e']]);
  });
  test('versions, newest first over all pages', async () => {
    await create('paged-versions');
    for (let made = 1; made < 4; made += 1) await addVersion(arnOf('paged-versions'));
    const seen: (string | undefined)[] = [];
    const paginated = paginateListPolicyVersions(
      { client: iam, pageSize: 3 },
      { PolicyArn: arnOf('paged-versions') },
    );
    for await (const { Versions = [] } of paginated) seen.push(...Versions.map(({ VersionId }) => VersionId));
    expect(seen).toEqual(['v4', 'v3', 'v2', 'v1']);
  });
});

describe('a parameter', () => {
  test.each([
    { name: 'a policy name with a slash', input: { PolicyName: 'a/b' } },
    { name: 'a path without its end', input: { Path: '/writ' } },
    { name: 'a path of 513 characters', input: { Path: `/${'a'.repeat(511)}/` } },
  ])('malformed: $name', async ({ input }) => {
    const command = new CreatePolicyCommand({ PolicyName: 'odd', PolicyDocument: TEXT, ...input });
    await expect(iam.send(command)).rejects.toMatchObject(error('ValidationError', 400));
  });
  test.each([{ MaxItems: 0 }, { MaxItems: 1001 }, { Marker: 'x' }, { Marker: '/' }])('%j', async (input) => {
    await expect(iam.send(new ListRolesCommand(input))).rejects.toMatchObject(error('ValidationError', 400));
  });
  test('an ARN that is no policy', async () => {
    await expect(iam.send(new GetPolicyCommand({ PolicyArn: world.targetArn }))).rejects.toMatchObject(
      error('InvalidInputException', 400),
    );
  });
  test('that is not served is not ignored', async () => {
    const command = new CreatePolicyCommand({
      PolicyName: 'tagged',
      PolicyDocument: TEXT,
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    await expect(iam.send(command)).rejects.toMatchObject(error('NotImplemented', 501));
  });
});

test("IAM has one Region, and that is not the others'", async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = world.broker;
  const elsewhere = new IAMClient(world.client({ accessKeyId, secretAccessKey, sessionToken }));
  expect(await elsewhere.config.region()).toBe(REGION);
  await expect(elsewhere.send(new ListRolesCommand({}))).rejects.toMatchObject(
    error('SignatureDoesNotMatch', 403),
  );
});
