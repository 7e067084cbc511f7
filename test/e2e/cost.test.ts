/**
 * What docs/cost.md multiplies: each call to AWS that one exchange, deadline, revocation, minute and probe makes, counted on
 * the running stack. Counted anew: `npx vitest run test/e2e/cost.test.ts -u && node docs/generate-cost.ts`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startDynamoDb } from '../../local/dynoxide.ts';
import type { Part } from '../../local/parts.ts';
import { freePort } from '../support/dynamodb.ts';
import { type EndingStack, openEnding, PATIENCE, recordsOf } from '../support/ending.ts';
import { type Meter, type Metered, meterBefore, trailed } from '../support/meter.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let world: EndingStack;
let meter: Meter;
const parts: Part[] = [];
beforeAll(async () => {
  const engine = await startDynamoDb(await freePort(), {});
  meter = await meterBefore(engine.endpoint);
  parts.push(engine, meter);
  vi.stubEnv('DYNAMODB_ENDPOINT', meter.endpoint);
  world = await openEnding();
});
afterAll(async () => {
  await world.close();
  vi.unstubAllEnvs();
  for (const part of parts.reverse()) await part.close();
});

/** Of which there are as many as IAM takes time, and none is billed. */
const LOOKS = new Set(['dynamodb:ListTables', 'dynamodb:DescribeTable']);
/** Lambda's pollers ask whether there is anything or not: docs/cost/prices.json says how often. */
const POLLED = /^sqs:(?:Receive|Delete)Message/;

interface Unit {
  /** By who made them. */
  readonly calls: { readonly [duty: string]: { readonly [call: string]: number } };
  readonly invocations: { readonly [duty: string]: number };
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Each is a change of the stream, which at its worst wakes schedule by itself. */
  readonly ledgerWrites: number;
  /** What stays, for ever: in the ledger, and among the people. */
  readonly keptKilobytes: number;
}

/** Counts what these functions do until it is over. */
async function during(duties: readonly string[], act: () => Promise<unknown>): Promise<Unit> {
  const { stack } = world;
  const { ledger, people } = stack.local.tables;
  await pause(300);
  await stack.aws.flush();
  const seen = new Set((await trailed(stack.local.cloudtrail_dir)).map(({ id }) => id));
  const before = meter.calls.length;
  await act();
  await pause(300);
  await stack.aws.flush();
  const events = (await trailed(stack.local.cloudtrail_dir)).filter(({ id }) => !seen.has(id));
  const dutyOf = (accessKeyId: string): string =>
    /:assumed-role\/writ-([\w-]+)\//.exec(stack.aws.registry.session(accessKeyId)?.arn ?? '')?.[1] ?? '';
  const made: readonly Metered[] = [
    ...meter.calls.slice(before),
    ...events
      .filter(({ call }) => !call.startsWith('dynamodb:'))
      .map(({ call, accessKeyId }) => ({ call, accessKeyId, units: { read: 0, write: 0 }, puts: {} })),
  ];
  const ours = made
    .map((each) => ({ ...each, duty: dutyOf(each.accessKeyId) }))
    .filter(({ duty, call }) => duties.includes(duty) && !LOOKS.has(call) && !POLLED.test(call));
  const invoked = events
    .filter(({ call }) => call === 'lambda:Invoke')
    .map(({ of }) => of.replace(/^.*writ-/, ''))
    // How many changes the stream hands over at once differs.
    .filter((duty) => duties.includes(duty) && duty !== 'schedule');
  return {
    calls: Object.fromEntries(
      [...Map.groupBy(ours, ({ duty }) => duty)]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([duty, of]) => [duty, tallied(of.map(({ call }) => call))]),
    ),
    invocations: tallied(invoked),
    readUnits: total(ours.map(({ units }) => units.read)),
    writeUnits: total(ours.map(({ units }) => units.write)),
    ledgerWrites: ours.filter(({ puts }) => ledger in puts).length,
    keptKilobytes: Math.ceil(total(ours.map(({ puts }) => (puts[ledger] ?? 0) + (puts[people] ?? 0))) / 1024),
  };
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

const tallied = (names: readonly string[]): { readonly [name: string]: number } =>
  Object.fromEntries(
    [...Map.groupBy(names, (name) => name)]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, all]) => [name, all.length]),
  );

/** Each minute's probe is the first of its minute, whose refusal is recorded (rule 2). */
async function forgetRefusals(): Promise<void> {
  const { dynamodb, local } = world.stack;
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: local.tables.control }));
  for (const { pk, sk } of Items) {
    if (pk?.S?.startsWith('REFUSED#') !== true || sk === undefined) continue;
    await dynamodb.send(new DeleteItemCommand({ TableName: local.tables.control, Key: { pk, sk } }));
  }
}

test('counts are those that docs/cost.md was made from', async () => {
  const { stack } = world;
  const issue = () => world.issue(world.alice, { duration: 900 });
  const enroll = () => world.alice.writ('enroll', '--profile', 'local');
  await stack.invoke('sweep', {});
  // While nothing is due: what is due it reads by the page.
  const sweepMinute = await during(['sweep'], () => stack.invoke('sweep', {}));
  // Each once before: what starts a process, and fetches keys, is no part of the next one.
  const warm = await issue();
  await world.revoke(world.carol, warm.writ);
  await world.untilDenied(warm);
  await enroll();
  await stack.invoke('probe', {});

  const exchange = await during(['metadata', 'exchange', 'mint'], issue);
  const enrolment = await during(['metadata', 'enroll'], enroll);
  const deadline = await during(['schedule', 'close'], async () => {
    const { writ } = await world.issue(world.alice, { duration: 5 });
    await vi.waitFor(
      async () => expect(recordsOf(await world.story(`WRIT#${writ}`), 'ended')).toHaveLength(1),
      PATIENCE,
    );
  });
  const live = await issue();
  const revocation = await during(['metadata', 'revoke', 'reconcile'], async () => {
    await world.revoke(world.carol, live.writ);
    await vi.waitFor(
      async () => expect(recordsOf(await world.story(`WRIT#${live.writ}`), 'ended')).toHaveLength(1),
      PATIENCE,
    );
  });
  const reconcileMinute = await during(['reconcile'], () => stack.invoke('reconcile', {}));
  await forgetRefusals();
  const probe = await during(
    ['probe', 'probe-keys', 'metadata', 'enroll', 'exchange', 'mint', 'revoke', 'reconcile'],
    () => stack.invoke('probe', {}),
  );
  const counts = { exchange, enrolment, deadline, revocation, reconcileMinute, sweepMinute, probe };
  await expect(`${JSON.stringify(counts, null, 2)}\n`).toMatchFileSnapshot('../../docs/cost/counts.json');
});
