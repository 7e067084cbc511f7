/** `writ doctor` on the whole laptop stack: nothing on a good one, and each fault that can be made there by its name. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteItemCommand,
  PutItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TTL_ATTRIBUTE } from '../../adapters/tables.ts';
import { denyPolicyArn } from '../../core/revocation/names.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import type { Role, RoleInput } from '../../local/aws/registry.ts';
import { CLOSE_DEAD_LETTERS, REGION, TABLES } from '../../local/names.ts';
import { newWorld } from '../cli/world.ts';
import { ROOT } from '../support/source-tree.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

let running: RunningStack;
beforeAll(async () => {
  running = await openStack();
}, 60_000);
afterAll(() => running?.close());

interface Told {
  readonly counts: { readonly [verdict: string]: number };
  readonly checks: readonly { readonly id: string; readonly verdict: string }[];
  readonly mended: readonly {
    readonly check: string;
    readonly did: string;
    readonly failed: string | null;
  }[];
}

async function doctor(...flags: readonly string[]): Promise<Told & { readonly exit: number }> {
  const { writ } = await newWorld({ WRIT_LOCAL_FILE: running.stack.file });
  const { exit, stdout, stderr } = await writ(['doctor', '--profile', 'local', '--json', ...flags], {
    cwd: ROOT,
  });
  expect(stderr).toBe('');
  return { exit, ...JSON.parse(stdout) };
}

const withVerdict = ({ checks }: Told, wanted: string): readonly string[] =>
  checks.filter(({ verdict }) => verdict === wanted).map(({ id }) => id);

/** What the laptop's AWS does not have: settings of CloudTrail and of backups, and a secret that is rotated. */
const CANNOT_TELL = /^(?:trail\..*|table\.recovery|nonce\..*)$/;
/** There is no organisation and no cluster. */
const NOTHING = /^(?:guard\..*|cluster\.access)$/;

test('a good stack: no fault, and what cannot be told there is what a laptop does not have', async () => {
  const told = await doctor();
  expect([told.exit, withVerdict(told, 'fault')]).toEqual([0, []]);
  expect(withVerdict(told, 'cannot_tell').filter((id) => !CANNOT_TELL.test(id))).toEqual([]);
  expect(withVerdict(told, 'nothing').filter((id) => !NOTHING.test(id))).toEqual([]);
  expect(told.counts.ok).toBeGreaterThan(55);
});

const registry = () => running.stack.aws.registry;
const role = (name: string): Role => {
  const found = registry().roleByName(name);
  if (found === null) throw new Error('no such role');
  return found;
};
/** Puts a role that differs, and takes it back. */
const changed =
  (name: string, change: (role: Role) => Partial<RoleInput>): Plant =>
  async () => {
    const before = role(name);
    registry().putRole({ ...before, ...change(before) });
    return async () => {
      registry().putRole(before);
    };
  };
const reworded = (document: RoleInput['trust'], from: string, to: string): RoleInput['trust'] => {
  const text = JSON.stringify(document);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
};
const DENY = denyPolicyArn(ACCOUNT);

/** Makes a fault. @returns what takes it back. */
type Plant = () => Promise<() => Promise<void>>;

const PLANTED: readonly (readonly [check: string, fault: string, plant: Plant])[] = [
  [
    'role.trust',
    'a target role that trusts the account',
    changed('reports-read', ({ trust }) => ({ trust: reworded(trust, 'role/writ-mint', 'root') })),
  ],
  [
    'role.permissions',
    'a wider target role',
    changed('reports-read', ({ inline = {} }) => ({
      inline: {
        ...inline,
        permissions: reworded(
          role('reports-read').inline?.permissions ?? role('x').trust,
          's3:GetObject',
          's3:*',
        ),
      },
    })),
  ],
  [
    'role.fence',
    'a target role without fence',
    changed('reports-read', ({ inline }) => ({
      inline: { permissions: inline?.permissions ?? role('x').trust },
    })),
  ],
  [
    'role.max-session',
    'a target role for twelve hours',
    changed('reports-read', () => ({ maxSessionDuration: 43_200 })),
  ],
  [
    'role.other-policies',
    'a target role with a policy of somebody’s',
    changed('reports-read', ({ inline = {} }) => ({
      inline: {
        ...inline,
        mine: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
      },
    })),
  ],
  [
    'role.boundary',
    'a boundary that was rewritten',
    async () => {
      const arn = role('reports-read').boundaryArn ?? '';
      const { policies } = registry();
      const { text, id } = policies.get(arn).defaultVersion;
      const other = policies.createVersion(arn, text.replace('s3:GetObject', 's3:*'), true);
      return async () => {
        policies.setDefaultVersion(arn, id);
        policies.deleteVersion(arn, other.id);
      };
    },
  ],
  [
    'part.trust',
    'a canary that the account may take',
    changed('canary', ({ trust }) => ({ trust: reworded(trust, 'role/writ-reconcile', 'root') })),
  ],
  [
    'part.permissions',
    'a reconciler that may do anything',
    changed('reconciler', ({ inline = {} }) => ({
      inline: { permissions: reworded(inline.permissions ?? role('x').trust, 'iam:GetPolicy', 'iam:*') },
    })),
  ],
  [
    'deny.attached',
    'a deny policy that was detached',
    async () => {
      registry().policies.detach(DENY, 'reports-read');
      return async () => registry().policies.attach(DENY, 'reports-read');
    },
  ],
  [
    'deny.direct',
    'a direct deny that was left',
    async () => {
      const { arn } = registry().policies.create({
        name: 'end.all',
        path: '/writ-direct/',
        document: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
      });
      return async () => registry().policies.delete(arn);
    },
  ],
  [
    'table.deletion-protection',
    'a ledger that can be deleted',
    async () => {
      const protect = (DeletionProtectionEnabled: boolean) =>
        running.stack.dynamodb.send(
          new UpdateTableCommand({ TableName: TABLES.ledger, DeletionProtectionEnabled }),
        );
      await protect(false);
      return async () => void (await protect(true));
    },
  ],
  [
    'table.expiry',
    'a control that forgets nothing',
    async () => {
      const expire = (Enabled: boolean) =>
        running.stack.dynamodb.send(
          new UpdateTimeToLiveCommand({
            TableName: TABLES.control,
            TimeToLiveSpecification: { Enabled, AttributeName: TTL_ATTRIBUTE },
          }),
        );
      await expire(false);
      return async () => void (await expire(true));
    },
  ],
];

test.each(PLANTED)('%s: %s, and no other check says anything', async (check, _, plant) => {
  const undo = await plant();
  try {
    const told = await doctor();
    expect([told.exit, withVerdict(told, 'fault')]).toEqual([4, [check]]);
  } finally {
    await undo();
  }
  expect(withVerdict(await doctor('--only', check), 'fault')).toEqual([]);
});

test('a configuration that was changed and not deployed', async () => {
  // The example without the laptop's own rules: other bytes, and everything else as it is there.
  const { stack } = running;
  const { writ } = await newWorld({ WRIT_LOCAL_FILE: stack.file });
  const flags = ['doctor', '--profile', 'local', '--json', '--only', 'configuration', '--config', 'config'];
  const { exit, stdout } = await writ(flags, { cwd: ROOT });
  expect([exit, withVerdict(JSON.parse(stdout), 'fault')]).toEqual([4, ['configuration.deployed']]);
});

test('--fix: attaches what was detached, and looks again', async () => {
  registry().policies.detach(DENY, 'tickets-write');
  const told = await doctor('--fix');
  expect([told.exit, withVerdict(told, 'fault')]).toEqual([0, []]);
  expect(told.mended).toEqual([
    {
      check: 'deny.attached',
      did: `attached the deny policy to role tickets-write in account ${ACCOUNT}`,
      failed: null,
    },
  ]);
});

test('--fix: wakes the reconciler where a version of somebody’s stands, and where nobody has looked', async () => {
  registry().policies.createVersion(
    DENY,
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    true,
  );
  const key = { pk: { S: `HEALTH#${ACCOUNT}` }, sk: { S: 'health' } };
  await running.stack.dynamodb.send(new DeleteItemCommand({ TableName: TABLES.control, Key: key }));
  expect(withVerdict(await doctor(), 'fault')).toEqual(['deny.valid', 'deny.verified']);
  const told = await doctor('--fix');
  expect([told.exit, withVerdict(told, 'fault')]).toEqual([0, []]);
  // One repair for both.
  expect(told.mended.map(({ did }) => did)).toEqual([
    'invoked writ-reconcile, which puts the deny policy back',
  ]);
}, 60_000);

test('--fix: what IAM does not let it mend is told, and is still a fault', async () => {
  const protect = (DeletionProtectionEnabled: boolean) =>
    running.stack.dynamodb.send(
      new UpdateTableCommand({ TableName: TABLES.people, DeletionProtectionEnabled }),
    );
  await protect(false);
  const told = await doctor('--fix', '--only', 'table');
  await protect(true);
  expect([told.exit, withVerdict(told, 'fault')]).toEqual([4, ['table.deletion-protection']]);
  expect(told.mended).toEqual([
    {
      check: 'table.deletion-protection',
      did: `turned deletion protection on for ${TABLES.people}`,
      // The laptop's AWS serves no administration of tables.
      failed: 'NotImplemented',
    },
  ]);
});

test('an end that was never delivered', async () => {
  registry().putRole({
    name: 'sender',
    trust: { Version: '2012-10-17', Statement: [] },
    inline: {
      send: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
      },
    },
  });
  const { accessKeyId, secretAccessKey, sessionToken } = registry().issue({
    roleName: 'sender',
    roleSessionName: 'test',
    durationSeconds: 900,
  });
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const { endpoint } = running.stack.aws;
  const sqs = new SQSClient({ region: REGION, endpoint, credentials });
  const QueueUrl = `${endpoint}/${ACCOUNT}/${CLOSE_DEAD_LETTERS}`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  expect(withVerdict(await doctor(), 'fault')).toEqual(['queue.dead-letters']);
});

test('a real token, taken apart: every rule holds, and it is nowhere to be seen', async () => {
  const file = join(running.dir, 'device-attestation.jwt');
  const { writ } = await newWorld({ WRIT_LOCAL_FILE: running.stack.file });
  const { exit, stdout } = await writ(['doctor', '--profile', 'local', '--token', file], { cwd: ROOT });
  expect([exit, stdout]).toEqual([0, expect.stringContaining('the device: mdm:laptop-1')]);
  for (const part of (await readFile(file, 'utf8')).trim().split('.')) expect(stdout).not.toContain(part);
});

test('an old verification is a fault of its own', async () => {
  const key = { pk: { S: `HEALTH#${ACCOUNT}` }, sk: { S: 'health' } };
  const health = { verifiedAt: 1, version: 'v1', rung: 'writ', entries: 0, characters: 1, directDenies: [] };
  await running.stack.dynamodb.send(
    new PutItemCommand({
      TableName: TABLES.control,
      Item: { ...key, verifiedAt: { N: '1' }, body: { S: JSON.stringify(health) } },
    }),
  );
  const told = await doctor('--only', 'deny.verified');
  expect([told.exit, withVerdict(told, 'fault')]).toEqual([4, ['deny.verified']]);
});
