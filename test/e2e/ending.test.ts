/**
 * Bad days of ending on the running stack: each function down in its turn, IAM slow, somebody's hand on the deny policy,
 * nobody there who verifies. No revocation is lost, and the ledger has each step of it once.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { HEALTH_SECONDS } from '../../core/limits.ts';
import { denyPolicyArn } from '../../core/revocation/names.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import { type EndingStack, type Live, openEnding, PATIENCE, recordsOf } from '../support/ending.ts';

// What is waited for takes some real seconds, and on a slow machine more.
vi.setConfig({ testTimeout: 60_000 });

let world: EndingStack;
beforeAll(async () => {
  world = await openEnding();
});
afterAll(() => world.close());
afterEach(() => {
  world.stack.aws.setIamDelay(0);
  for (const duty of DUTIES) world.stack.setDown(duty, false);
});

const DUTIES = ['revoke', 'reconcile', 'schedule', 'close', 'sweep', 'mint', 'exchange'] as const;

const reconcile = (): Promise<unknown> => world.stack.invoke('reconcile', {});

/** Denied by AWS, and asked, enforced and ended once in the ledger: by then nothing of it is left to do. */
async function converged({ writ, ...live }: Live, revocations = 1): Promise<void> {
  await world.untilDenied({ writ, ...live });
  await vi.waitFor(async () => {
    const story = await world.story(`WRIT#${writ}`);
    expect(recordsOf(story, 'revoked')).toHaveLength(revocations);
    expect(recordsOf(story, 'enforced')).toHaveLength(revocations);
    expect(recordsOf(story, 'ended')).toMatchObject([{ how: 'revoked' }]);
  }, PATIENCE);
}

test('IAM takes its time: seen refused is not claimed before it is', async () => {
  const delay = 2000;
  const live = await world.issue(world.alice);
  world.stack.aws.setIamDelay(delay);
  await world.revoke(world.carol, live.writ);
  const calls: { readonly answered: number; readonly said: string }[] = [];
  await vi.waitFor(async () => {
    const said = await world.use(live);
    calls.push({ answered: Date.now(), said });
    expect(said).toBe('denied');
  }, PATIENCE);
  await converged(live);
  const { defaultVersion } = world.stack.aws.registry.policies.get(denyPolicyArn(ACCOUNT)) ?? {};
  const written = defaultVersion?.createdAt ?? 0;
  // Before it is spread the session works, whatever the ledger has of it.
  const before = calls.filter(({ answered }) => answered < written + delay);
  expect(before.filter(({ said }) => said !== 'works')).toEqual([]);
  const [enforced] = recordsOf(await world.story(`WRIT#${live.writ}`), 'enforced');
  expect(Number(enforced?.seenRefused)).toBeGreaterThanOrEqual(Math.floor((written + delay) / 1000));
  expect(Number(enforced?.written)).toBeLessThan(Number(enforced?.seenRefused));
});

describe('a function is down, and comes back', () => {
  test('revoke: nothing was done, and the same request is done once', async () => {
    const live = await world.issue(world.alice);
    const again = () => world.revoke(world.carol, live.writ, '--request-id', `down-${live.writ}`);
    world.stack.setDown('revoke', true);
    expect(await again()).toMatchObject({ exit: 4, stderr: expect.stringContaining('--request-id') });
    expect(recordsOf(await world.story(`WRIT#${live.writ}`), 'revoked')).toEqual([]);
    world.stack.setDown('revoke', false);
    expect([(await again()).exit, (await again()).exit]).toEqual([0, 0]);
    await converged(live);
  });

  test('revoke: killed in the middle of it, wherever that is, and asked again it is done once', async () => {
    const lives = [await world.issue(world.alice), await world.issue(world.alice)];
    // Awake first: a start would take most of the time.
    await world.revoke(world.carol, '0123456789abcdef');
    for (const [at, live] of [...lives, ...lives].entries()) {
      const ask = () => world.revoke(world.carol, live.writ, '--request-id', `killed-${live.writ}`);
      const asked = ask();
      await pause(at * 8);
      world.stack.setDown('revoke', true);
      await asked;
      world.stack.setDown('revoke', false);
      expect(await ask()).toMatchObject({ exit: 0 });
    }
    for (const live of lives) await converged(live);
  });

  test.each(['mint', 'exchange'] as const)('%s: what is live can be ended all the same', async (duty) => {
    const live = await world.issue(world.alice);
    world.stack.setDown(duty, true);
    expect((await world.tries(world.alice)).granted).toBeNull();
    expect(await world.revoke(world.carol, live.writ)).toMatchObject({ exit: 0 });
    await converged(live);
    world.stack.setDown(duty, false);
    expect(await world.use(await world.issue(world.alice))).toBe('works');
  });

  test('schedule, close and sweep: a session is ended early though nobody could end it on time', async () => {
    for (const duty of ['schedule', 'close', 'sweep'] as const) world.stack.setDown(duty, true);
    const live = await world.issue(world.alice);
    expect(await world.revoke(world.carol, live.writ)).toMatchObject({ exit: 0 });
    await converged(live);
    for (const duty of ['schedule', 'close', 'sweep'] as const) world.stack.setDown(duty, false);
    await world.stack.invoke('sweep', {});
    await converged(live);
  });

  // The queue's message is hidden for a while from here on: what is left to do is done by the minute's own run.
  test('reconcile: asked and recorded, and denied when it is back: a writ, and a principal', async () => {
    const [one, other] = [await world.issue(world.alice), await world.issue(world.alice, { task: 'K-down' })];
    world.stack.setDown('reconcile', true);
    expect(await world.revoke(world.carol, one.writ)).toMatchObject({ exit: 0 });
    const asked = await world.revoke(world.carol, 'K-down', '--kind', 'task', '--json');
    expect(await world.use(one)).toBe('works');
    expect(await world.use(other)).toBe('works');
    world.stack.setDown('reconcile', false);
    await reconcile();
    await converged(one);
    await world.untilDenied(other);
    const story = await world.story(`REVOCATION#${JSON.parse(asked.stdout).revocation}`);
    expect(story.map(({ record }) => record.type)).toEqual(['revoked', 'stamped', 'enforced']);
  });

  test('reconcile: killed in the middle of it, while IAM spreads', async () => {
    const live = await world.issue(world.alice);
    world.stack.aws.setIamDelay(500);
    await world.revoke(world.carol, live.writ);
    for (const millis of [0, 40, 120, 400]) {
      const running = reconcile().catch(() => undefined);
      await pause(millis);
      world.stack.setDown('reconcile', true);
      await running;
      world.stack.setDown('reconcile', false);
    }
    await vi.waitFor(reconcile, PATIENCE);
    await converged(live);
  });
});

describe('somebody’s hand on the deny policy', () => {
  const PolicyArn = denyPolicyArn(ACCOUNT);
  let iam: IAMClient;
  let live: Live;
  beforeAll(async () => {
    iam = administrator();
    live = await world.issue(world.alice);
    await world.revoke(world.carol, live.writ);
    await reconcile();
    await converged(live);
  });
  afterAll(() => iam.destroy());

  function administrator(): IAMClient {
    const { registry, endpoint } = world.stack.aws;
    const Statement = [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] as const;
    const inline = { iam: { Version: '2012-10-17', Statement } } as const;
    registry.putRole({ name: 'administrator', trust: { Version: '2012-10-17', Statement: [] }, inline });
    const session = registry.issue({
      roleName: 'administrator',
      roleSessionName: 'dave',
      durationSeconds: 3600,
    });
    const { accessKeyId, secretAccessKey, sessionToken } = session;
    return new IAMClient({
      region: 'us-east-1',
      endpoint,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
  }

  /** As the reconciler remembers it: long ago, so that IAM has had its time to spread it. */
  async function longAgo(): Promise<void> {
    const { dynamodb, local } = world.stack;
    const key = { pk: { S: `WRITTEN#${ACCOUNT}` }, sk: { S: 'written' } };
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: local.tables.control, Key: key }));
    const body = JSON.stringify({ ...JSON.parse(Item?.body?.S ?? '{}'), at: Date.now() - 60_000 });
    await dynamodb.send(
      new PutItemCommand({ TableName: local.tables.control, Item: { ...key, body: { S: body } } }),
    );
  }

  /** How often the log has told of it. */
  async function alarms(drift: string): Promise<number> {
    const log = await readFile(join(world.stack.local.logs_dir, 'writ-reconcile.log'), 'utf8');
    return log
      .split('\n')
      .filter((line) => line.includes('"message":"drift"'))
      .map((line) => JSON.parse(line))
      .filter(({ level, account, what }) => level === 'ERROR' && account === ACCOUNT && what === drift)
      .length;
  }

  const detachAll = async (): Promise<void> => {
    const { PolicyRoles = [] } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    for (const { RoleName } of PolicyRoles)
      await iam.send(new DetachRolePolicyCommand({ PolicyArn, RoleName }));
  };
  const HANDS: readonly {
    readonly what: string;
    readonly drift: string;
    readonly act: () => Promise<void>;
  }[] = [
    {
      what: 'edited',
      drift: 'default_differs',
      async act() {
        const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
        const old = Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
        for (const { VersionId } of old)
          await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
        const nothing = { Effect: 'Deny', Action: 'sqs:SendMessage', Resource: '*' };
        const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [nothing] });
        await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }));
      },
    },
    {
      what: 'detached',
      drift: 'role_detached:reports-read',
      act: async () =>
        void (await iam.send(new DetachRolePolicyCommand({ PolicyArn, RoleName: 'reports-read' }))),
    },
    {
      what: 'deleted',
      drift: 'policy_missing',
      async act() {
        await detachAll();
        const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
        for (const { VersionId } of Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion))
          await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
        await iam.send(new DeletePolicyCommand({ PolicyArn }));
      },
    },
  ];

  test.each(HANDS)(
    '$what: undone by the next run, told as an alarm, and denied again',
    async ({ drift, act }) => {
      await longAgo();
      const before = await alarms(drift);
      // Nor does the minute's own run come in between.
      world.stack.setDown('reconcile', true);
      await act();
      expect(await world.use(live)).toBe('works');
      world.stack.setDown('reconcile', false);
      await reconcile();
      expect(await world.use(live)).toBe('denied');
      expect(await alarms(drift)).toBe(before + 1);
      await converged(live);
    },
  );
});

test('nobody has verified an account for ten minutes: no credential, until somebody has', async () => {
  // Nor will the minute's own run, in the middle of this test.
  world.stack.setDown('reconcile', true);
  const { dynamodb, local } = world.stack;
  const key = { pk: { S: `HEALTH#${ACCOUNT}` }, sk: { S: 'health' } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: local.tables.control, Key: key }));
  const verifiedAt = Math.floor(Date.now() / 1000) - HEALTH_SECONDS - 1;
  const body = JSON.stringify({ ...JSON.parse(Item?.body?.S ?? '{}'), verifiedAt });
  await dynamodb.send(
    new PutItemCommand({
      TableName: local.tables.control,
      Item: { ...key, verifiedAt: { N: String(verifiedAt) }, body: { S: body } },
    }),
  );
  const refused = await world.tries(world.alice);
  expect(refused).toMatchObject({ granted: null, said: expect.stringContaining('503') });
  expect(await world.carol.writ('status', '--profile', 'local')).toMatchObject({ exit: 4 });
  world.stack.setDown('reconcile', false);
  await reconcile();
  expect(await world.use(await world.issue(world.alice))).toBe('works');
  expect(await world.carol.writ('status', '--profile', 'local')).toMatchObject({ exit: 0 });
});
