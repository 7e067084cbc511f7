/** A writ of five seconds on the running stack: the stream makes its schedule, which closes it, and it is live no more. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStack, type RunningStack } from '../support/stack.ts';

let running: RunningStack;
beforeAll(async () => {
  running = await openStack();
});
afterAll(() => running.close());

async function itemsOf(
  pk: string,
): Promise<{ readonly [place: string]: { readonly [name: string]: unknown } }> {
  const { dynamodb, local } = running.stack;
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: local.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
    }),
  );
  return Object.fromEntries(Items.map(({ sk, body }) => [sk?.S ?? '', JSON.parse(body?.S ?? 'null')]));
}

test('a writ of five seconds has its end in the ledger, by its schedule and once', async () => {
  const alice = await running.signIn('alice');
  const { stdout, stderr } = await alice.writ(
    ...['credentials', '--profile', 'local', '--permission', 'reports-read', '--account', 'prod'],
    ...['--parameter', 'prefix=q3', '--agent', 'report-writer', '--task', 'T-1', '--purpose', 'End on time'],
    ...['--duration', '5'],
  );
  expect(stdout, stderr).toContain('ASIALOCAL');
  const writ = await writOf(JSON.parse(stdout).AccessKeyId);

  await vi.waitFor(async () => expect(await itemsOf(`WRIT#${writ}`)).toHaveProperty('30#ended'), {
    timeout: 20_000,
    interval: 200,
  });
  const story = await itemsOf(`WRIT#${writ}`);
  expect(story['30#ended']).toMatchObject({
    how: 'deadline',
    at: story['00#intent']?.deadline,
    revocation: null,
  });
  // The schedule has called it, and is gone; the sweep, which would be later, had nothing to do.
  const log = await readFile(join(running.stack.local.logs_dir, 'writ-close.log'), 'utf8');
  expect(log).toContain(`"writ":"${writ}","state":"closed"`);
  expect(running.troubles).toEqual([]);
}, 40_000);

async function writOf(accessKeyId: string): Promise<string> {
  const { '00#key': pointer } = await itemsOf(`KEY#${accessKeyId}`);
  return String(pointer?.writ);
}
