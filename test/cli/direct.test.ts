import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { denyPolicyArn } from '../../core/revocation/names.ts';
import type { PolicyStatement } from '../../core/session/policy-document.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import { type IamWorld, startIamWorld } from '../local/aws/iam-world.ts';
import { allow, BUCKET, NOW, policy } from '../local/aws/world.ts';
import { newWorld, type Ran } from './world.ts';

const WRIT = '01jd3v9q2m8x7c4b';
const OTHER = '01jd3v9q2m8x7c4c';
const WHY = ['--reason', 'the broker itself is suspect'];
const directDenyArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:policy/writ-direct/${name}`;
/** What a responder needs, and no more. */
const RESPONDER: PolicyStatement[] = [
  allow(['iam:ListRoles', 'iam:ListPolicies'], '*'),
  allow(
    [
      'iam:CreatePolicy',
      'iam:GetPolicyVersion',
      'iam:ListPolicyVersions',
      'iam:CreatePolicyVersion',
      'iam:DeletePolicyVersion',
      'iam:DeletePolicy',
      'iam:ListEntitiesForPolicy',
    ],
    directDenyArn('*'),
  ),
  allow(['iam:AttachRolePolicy', 'iam:DetachRolePolicy'], `arn:aws:iam::${ACCOUNT}:role/writ/*`),
];

let aws: IamWorld;
beforeAll(async () => {
  aws = await startIamWorld();
  aws.aws.registry.putRole({ name: 'writer', path: '/writ/', trust: policy() });
  aws.aws.registry.putRole({ name: 'bystander', path: '/', trust: policy() });
});
afterAll(() => aws.close());

beforeEach(() => {
  const session = credentialsOf(RESPONDER);
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
    AWS_ENDPOINT_URL_IAM: aws.aws.endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
  })) {
    vi.stubEnv(name, value);
  }
  vi.stubEnv('AWS_PROFILE', undefined);
});
afterEach(() => vi.unstubAllEnvs());

let operators = 0;
function credentialsOf(statements: readonly PolicyStatement[]) {
  operators += 1;
  const name = `responder-${operators}`;
  aws.aws.registry.putRole({
    name,
    path: '/operators/',
    trust: policy(),
    inline: { may: policy(...statements) },
  });
  return aws.aws.registry.issue({ roleName: name, roleSessionName: 'carol', durationSeconds: 3600 });
}
function become(statements: readonly PolicyStatement[]): void {
  const session = credentialsOf(statements);
  vi.stubEnv('AWS_ACCESS_KEY_ID', session.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', session.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', session.sessionToken);
}

/** In an empty home: neither broker nor sign-in nor configuration is anywhere. */
async function writ(...argv: string[]): Promise<Ran> {
  return (await newWorld()).writ(['revoke', '--direct', ...argv]);
}
async function json(...argv: string[]) {
  const ran = await writ(...argv, '--json');
  return { exit: ran.exit, said: JSON.parse(ran.stdout || ran.stderr) };
}
const attachedTo = async (name: string) => {
  const PolicyArn = directDenyArn(name);
  const { PolicyRoles = [] } = await aws.iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
  return PolicyRoles.map(({ RoleName }) => RoleName);
};
async function textOf(name: string): Promise<string> {
  const PolicyArn = directDenyArn(name);
  const { Policy } = await aws.iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await aws.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return decodeURIComponent(PolicyVersion?.Document ?? '');
}
const statementOf = async (name: string) => JSON.parse(await textOf(name)).Statement[0];

/** A session of Alice's, and whether a real read of it is let through. */
async function sessionOf(writId: string): Promise<() => Promise<string>> {
  const credentials = await aws.assume({
    RoleSessionName: `triage+${writId}`,
    SourceIdentity: `alice+${writId}`,
    Tags: [
      { Key: 'writ:id', Value: writId },
      { Key: 'writ:user', Value: 'corp:alice' },
      { Key: 'writ:agent', Value: 'report-writer' },
    ],
  });
  const s3 = new S3Client(aws.client(credentials));
  return async () => {
    try {
      await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
      return 'allowed';
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  };
}

describe('one writ', () => {
  test('is denied by its source identity in every target role, and by nothing else', async () => {
    const [mine, other] = [await sessionOf(WRIT), await sessionOf(OTHER)];
    expect(await mine()).toBe('allowed');

    const ran = await writ(WRIT, ...WHY);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(ran.stdout).toContain(`writ ${WRIT}`);
    expect(ran.stdout).toMatch(/attached to: +reader, writer/);
    expect(ran.stdout).toContain(`writ revoke --direct --undo end.writ.${WRIT}`);
    expect(await attachedTo(`end.writ.${WRIT}`)).toEqual(['reader', 'writer']);
    expect(await mine()).toBe('AccessDenied');
    expect(await other()).toBe('allowed');

    expect(await json('--undo', `end.writ.${WRIT}`)).toEqual({
      exit: 0,
      said: {
        direct: `end.writ.${WRIT}`,
        policy: directDenyArn(`end.writ.${WRIT}`),
        detached: ['reader', 'writer'],
        failed: [],
        deleted: true,
      },
    });
    expect(await mine()).toBe('allowed');
  });
});

describe('a principal', () => {
  test('is denied by tag and issue time, by AWS’s clock and not by this machine’s', async () => {
    const session = await sessionOf(WRIT);
    const { exit, said } = await json('corp:alice', '--kind', 'user', ...WHY);
    expect(exit).toBe(0);
    // T + 3 s rounded up to 10 s: this machine’s clock has nothing to do with it.
    const before = new Date(NOW + 10_000).toISOString().replace('.000', '');
    expect(said).toEqual({
      direct: 'end.user.corp-3aalice',
      policy: directDenyArn('end.user.corp-3aalice'),
      account: ACCOUNT,
      kind: 'user',
      value: 'corp:alice',
      mode: 'end',
      refused_before: before,
      attached: ['reader', 'writer'],
      failed: [],
    });
    expect(await statementOf(said.direct)).toEqual({
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: {
        StringEquals: { 'aws:PrincipalTag/writ:user': ['corp:alice'] },
        DateLessThanIfExists: { 'aws:TokenIssueTime': before },
      },
    });
    expect(await session()).toBe('AccessDenied');
    expect((await writ('--undo', said.direct)).exit).toBe(0);
  });

  test('asked for again it denies what was issued since, however often', async () => {
    const name = 'end.agent.report-2dwriter';
    const again = () => writ('report-writer', '--kind', 'agent', ...WHY);
    expect((await again()).exit).toBe(0);
    const first = await textOf(name);
    expect((await again()).exit).toBe(0);
    expect(await textOf(name)).toBe(first);
    for (let run = 0; run < 7; run += 1) {
      aws.clock.at += 20_000;
      expect((await again()).exit).toBe(0);
    }
    expect(await textOf(name)).not.toBe(first);
    const { Versions } = await aws.iam.send(
      new ListPolicyVersionsCommand({ PolicyArn: directDenyArn(name) }),
    );
    expect(Versions?.length).toBe(5);
    expect((await writ('--undo', name)).exit).toBe(0);
  });

  test('blocked, it is denied whenever it was issued, under a name of its own', async () => {
    const { said } = await json('report-writer', '--kind', 'agent', '--block', ...WHY);
    expect(said).toMatchObject({ direct: 'block.agent.report-2dwriter', refused_before: null });
    aws.clock.at += 20_000;
    expect(await (await sessionOf(OTHER))()).toBe('AccessDenied');
    expect((await writ('--undo', said.direct)).exit).toBe(0);
  });

  test('all of them, but for the canaries', async () => {
    const session = await sessionOf(WRIT);
    const { said } = await json('--kind', 'all', ...WHY);
    expect(said.direct).toBe('end.all');
    expect(await session()).toBe('AccessDenied');
    expect((await statementOf('end.all')).Condition.ArnNotLike).toBeDefined();
    expect((await writ('--undo', 'end.all')).exit).toBe(0);
  });

  test('a role by its ARN', async () => {
    const session = await sessionOf(WRIT);
    const { said } = await json(aws.targetArn, '--kind', 'role', ...WHY);
    expect(await session()).toBe('AccessDenied');
    expect((await writ('--undo', said.direct)).exit).toBe(0);
  });
});

describe('half-way', () => {
  test('what fails is listed, exit 4, and asking again carries on', async () => {
    become([
      ...RESPONDER,
      { ...allow('iam:AttachRolePolicy', `arn:aws:iam::${ACCOUNT}:role/writ/reader`), Effect: 'Deny' },
    ]);
    const half = await json(WRIT, ...WHY);
    expect(half.exit).toBe(4);
    expect(half.said).toMatchObject({
      attached: ['writer'],
      failed: [{ role: 'reader', error: expect.stringMatching(/^AccessDenied/) }],
    });
    expect((await writ(WRIT, ...WHY)).stdout).toContain('Run the same command again');

    become(RESPONDER);
    expect(await json(WRIT, ...WHY)).toMatchObject({
      exit: 0,
      said: { attached: ['reader', 'writer'], failed: [] },
    });
  });

  test('the same on the way back: what is still attached is not deleted', async () => {
    const name = `end.writ.${WRIT}`;
    become([
      ...RESPONDER,
      { ...allow('iam:DetachRolePolicy', `arn:aws:iam::${ACCOUNT}:role/writ/reader`), Effect: 'Deny' },
    ]);
    expect(await json('--undo', name)).toMatchObject({
      exit: 4,
      said: { detached: ['writer'], failed: [{ role: 'reader' }], deleted: false },
    });
    become(RESPONDER);
    expect(await json('--undo', name)).toMatchObject({
      exit: 0,
      said: { detached: ['reader'], deleted: true },
    });
    expect((await writ('--undo', name)).exit).toBe(3);
  });
});

describe('nothing is done', () => {
  test.each([
    { argv: [WRIT], says: /--reason/ },
    { argv: [WRIT, ...WHY, '--key'], says: /--key is for/ },
    { argv: [WRIT, ...WHY, '--responder'], says: /--responder is for/ },
    { argv: [WRIT, ...WHY, '--broker', 'https://b.example'], says: /--broker is for/ },
    { argv: ['corp:bob', '--kind', 'user', '--lift', ...WHY], says: /--undo/ },
    { argv: [WRIT, '--undo', 'x'], says: /--undo takes back/ },
    { argv: ['--undo', 'a/b'], says: /--undo takes the name/ },
    { argv: ['ASIALOCAL00000000001', ...WHY], says: /name its writ/ },
  ])('$says: usage', async ({ argv, says }) => {
    const ran = await writ(...argv);
    expect(ran).toMatchObject({ exit: 1, stdout: '' });
    expect(ran.stderr).toMatch(says);
  });

  test('where IAM says no: exit 2, without its words', async () => {
    become([allow('iam:ListPolicies', '*')]);
    const ran = await writ(WRIT, ...WHY);
    expect(ran).toMatchObject({ exit: 2, stdout: '' });
    expect(ran.stderr).toContain('Nothing was denied.');
    expect(ran.stderr).not.toContain('arn:aws');
  });

  test('without credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    expect(await writ(WRIT, ...WHY)).toMatchObject({ exit: 1, stdout: '' });
  });

  test('without a target role', async () => {
    const empty = await startIamWorld({});
    try {
      for (const role of empty.aws.registry.roles('/writ/')) {
        empty.aws.registry.putRole({ ...role, path: '/elsewhere/' });
      }
      const session = empty.aws.registry.issue({
        roleName: 'broker',
        roleSessionName: 'x',
        durationSeconds: 3600,
      });
      empty.aws.registry.putRole({
        name: 'broker',
        trust: policy(),
        inline: { may: policy(allow('iam:*')) },
      });
      vi.stubEnv('AWS_ENDPOINT_URL_IAM', empty.aws.endpoint);
      vi.stubEnv('AWS_ACCESS_KEY_ID', session.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', session.secretAccessKey);
      vi.stubEnv('AWS_SESSION_TOKEN', session.sessionToken);
      expect(await writ(WRIT, ...WHY)).toMatchObject({ exit: 3, stdout: '' });
    } finally {
      await empty.close();
    }
  });
});

test('the reconciler’s own policy and other people’s attachments are left alone', async () => {
  const { iam } = aws;
  const own = denyPolicyArn(ACCOUNT);
  await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'deny',
      Path: '/writ/',
      PolicyDocument: JSON.stringify(policy(allow('s3:GetObject'))),
    }),
  );
  await iam.send(new AttachRolePolicyCommand({ PolicyArn: own, RoleName: 'reader' }));
  const { said } = await json(WRIT, ...WHY);
  await writ('--undo', said.direct);
  const { PolicyRoles } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: own }));
  expect(PolicyRoles?.map(({ RoleName }) => RoleName)).toEqual(['reader']);
  expect(await writ('--undo', 'deny')).toMatchObject({ exit: 3 });
  await iam.send(new DetachRolePolicyCommand({ PolicyArn: own, RoleName: 'reader' }));
});

test('with the stack’s profile it is the stack’s IAM, whatever the shell says', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_IAM', 'http://127.0.0.1:1');
  const { home, writ: run } = await newWorld();
  const file = path.join(home, 'local.json');
  const stack = {
    broker: 'http://127.0.0.1:1',
    aws_endpoint: aws.aws.endpoint,
    region: 'eu-central-1',
    users: [],
  };
  await writeFile(file, JSON.stringify(stack), { mode: 0o600 });
  const argv = ['revoke', '--direct', '--profile', 'local', WRIT, ...WHY];
  const ran = await run(argv, { env: { WRIT_LOCAL_FILE: file } });
  expect(ran.exit).toBe(0);
  expect(
    (
      await run(['revoke', '--profile', 'local', '--undo', `end.writ.${WRIT}`], {
        env: { WRIT_LOCAL_FILE: file },
      })
    ).exit,
  ).toBe(0);
  await expect(readFile(path.join(home, '.local', 'state', 'writ'), 'utf8')).rejects.toThrow();
});
