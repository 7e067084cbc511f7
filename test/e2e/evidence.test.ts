/**
 * The evidence log of the running stack: what the ledger has is in it, byte for byte; what is done to the ledger is too;
 * receipts; forgetting; and no evidence, no credential.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ARCHIVE_MARK } from '../../adapters/dynamodb-control.ts';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { openCheckpoint } from '../../core/evidence/checkpoint.ts';
import { bundlePath, decodeBundle, TILE_WIDTH, widthOf } from '../../core/evidence/tiles.ts';
import { verifyReceipt } from '../../core/evidence/tlog-proof.ts';
import { parseVerifierKey } from '../../core/evidence/verifier-key.ts';
import { REGION, TABLES } from '../../local/names.ts';
import { type EndingStack, openEnding, PATIENCE } from '../support/ending.ts';

vi.setConfig({ testTimeout: 60_000 });

let world: EndingStack;
beforeAll(async () => {
  world = await openEnding();
});
afterAll(() => world.close());

const vkey = () => {
  const key = parseVerifierKey(world.stack.local.evidence_vkey);
  if (key === null) throw new Error('no verifier key');
  return key;
};

/** As an auditor reads the folder. */
async function leaves(): Promise<readonly string[]> {
  const log = evidenceFolder(world.stack.local.evidence_dir);
  const opened = openCheckpoint((await log.read('checkpoint')) ?? new Uint8Array(), vkey());
  if ('flaw' in opened) throw new Error(opened.flaw);
  const { size } = opened.checkpoint;
  const bodies: string[] = [];
  for (let at = 0; at * TILE_WIDTH < size; at++) {
    const width = widthOf(0, at, size);
    const { entries } = decodeBundle((await log.read(bundlePath(at, width))) ?? new Uint8Array(), width);
    bodies.push(...entries.map((entry) => Buffer.from(entry).toString()));
  }
  return bodies;
}

async function ledger(): Promise<readonly string[]> {
  const { Items = [] } = await world.stack.dynamodb.send(new ScanCommand({ TableName: TABLES.ledger }));
  return Items.map(({ body }) => body?.S ?? '');
}

const archived = () =>
  vi.waitFor(async () => {
    const inLog = await leaves();
    expect((await ledger()).filter((body) => !inLog.includes(body))).toEqual([]);
    return inLog;
  }, PATIENCE);

async function receipt(id: string, method = 'GET', as: 'auditor' | 'privacy' | null = 'auditor') {
  const url = new URL(`/receipts/${id}`, world.stack.local.broker);
  if (as === null) return fetch(url, { method });
  const keys = world.stack.local[as];
  const signer = new SignatureV4({
    service: 'execute-api',
    region: REGION,
    sha256: Sha256,
    credentials: {
      accessKeyId: keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
      sessionToken: keys.AWS_SESSION_TOKEN,
    },
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      ...{
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        port: Number(url.port),
        path: url.pathname,
      },
      headers: { host: url.host },
    }),
  );
  return fetch(url, { method, headers });
}

test('what the ledger has is in the log, each once, and nothing else', async () => {
  const { writ } = await world.issue(world.alice);
  const inLog = await archived();
  expect(inLog.filter((body) => body.includes(writ)).length).toBeGreaterThanOrEqual(2);
  expect([...inLog].sort()).toEqual([...(await ledger())].sort());
  expect(world.troubles).toEqual([]);
});

test('what is done to the ledger is a leaf, and the gap sweep tells of nothing twice', async () => {
  const [pk, sk] = ['WRIT#tampered', '00#intent'];
  const at = { TableName: TABLES.ledger };
  const item = (text: string) => ({ pk: { S: pk }, sk: { S: sk }, body: { S: text } });
  await world.stack.dynamodb.send(new PutItemCommand({ ...at, Item: item('forged') }));
  await world.stack.dynamodb.send(new PutItemCommand({ ...at, Item: item('changed') }));
  await world.stack.dynamodb.send(new DeleteItemCommand({ ...at, Key: { pk: { S: pk }, sk: { S: sk } } }));
  const told = async () =>
    (await leaves()).flatMap((body) => {
      const record = JSON.parse(body);
      return record.type === 'tamper' && record.pk === pk ? [record.what] : [];
    });
  await vi.waitFor(
    async () => expect((await told()).sort()).toEqual(['modified', 'removed', 'unreadable']),
    PATIENCE,
  );
  const before = await leaves();
  await world.stack.invoke('archive', { gaps: true });
  expect(await leaves()).toEqual(before);
});

describe('receipts', () => {
  test('of a writ: each proof leads from the body in the ledger to a signed checkpoint', async () => {
    const { writ } = await world.issue(world.alice);
    const inLog = await archived();
    const answer = await receipt(writ);
    expect(answer.status).toBe(200);
    const { checkpoint, entries } = (await answer.json()) as {
      readonly checkpoint: string;
      readonly entries: readonly { readonly sk: string; readonly index: number; readonly proof: string }[];
    };
    expect(openCheckpoint(Buffer.from(checkpoint), vkey())).toHaveProperty('checkpoint');
    expect(entries.map(({ sk }) => sk)).toEqual(['00#intent', '10#outcome']);
    for (const { index, proof } of entries) {
      const body = Buffer.from(inLog[index] ?? '');
      expect(verifyReceipt(Buffer.from(proof), body, vkey())).toMatchObject({ index });
    }
    expect(JSON.stringify(entries)).not.toContain('corp:alice');
  });

  test.each(['0000000000000000', 'nothing', 'a%2Fb', 'WRIT%23x'])('of %s: not found', async (id) => {
    const answer = await receipt(id);
    expect([answer.status, await answer.json()]).toEqual([404, { error: 'not_found' }]);
  });

  test('not for who has not signed, or may not ask', async () => {
    expect((await receipt('0000000000000000', 'GET', null)).status).toBe(403);
    expect((await receipt('0000000000000000', 'GET', 'privacy')).status).toBe(403);
  });

  test('another method is 405', async () => {
    const answer = await receipt('0000000000000000', 'POST', null);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });
});

describe('forgetting', () => {
  const people = async (pk: string) => {
    const { Items = [] } = await world.stack.dynamodb.send(new ScanCommand({ TableName: TABLES.people }));
    return Items.filter((item) => item.pk?.S === pk);
  };

  test('a person: the openings are gone, the ledger says so, and every record still stands in the log', async () => {
    const { writ } = await world.issue(world.bob);
    const openings = await people('corp:bob');
    const ofAlice = await people('corp:alice');
    expect(openings.length).toBeGreaterThan(0);
    const before = await archived();
    const said = await world.bob.writ('forget', 'corp:bob', '--profile', 'local', '--yes', '--json');
    expect(said.exit, said.stderr).toBe(0);
    const told = JSON.parse(said.stdout);
    expect(told).toMatchObject({ forgotten: 'corp:bob', openings: openings.length });
    expect(await people('corp:bob')).toEqual([]);
    expect(await people('corp:alice')).toEqual(ofAlice);
    const after = await archived();
    expect(after.slice(0, before.length)).toEqual(before);
    const records = after.map((body) => JSON.parse(body));
    expect(records.filter(({ type }) => type === 'forgotten')).toEqual([
      {
        ...{ v: 1, type: 'forgotten', forgetting: told.forgetting, at: expect.any(Number) },
        ...{ subject: 'corp:bob', openings: openings.length },
        by: expect.stringMatching(/^arn:aws:sts::000000000000:assumed-role\/writ-privacy\//),
      },
    ]);
    expect(after.some((body) => body.includes(writ))).toBe(true);
  });

  test.each([
    { name: 'again', args: ['corp:bob', '--yes'], exit: 3, error: 'nothing_to_forget' },
    { name: 'without a yes', args: ['corp:alice'], exit: 1, error: 'usage' },
    { name: 'nobody', args: ['alice', '--yes'], exit: 1, error: 'usage' },
  ])('$name: nothing', async ({ args, exit, error }) => {
    const before = (await ledger()).length;
    const said = await world.bob.writ('forget', ...args, '--profile', 'local', '--json');
    expect([said.exit, JSON.parse(said.stderr || said.stdout).error]).toEqual([exit, error]);
    expect((await ledger()).length).toBe(before);
  });
});

test('the log cannot be followed any more: nothing is issued, until it can again', async () => {
  const { dynamodb, invoke } = world.stack;
  await dynamodb.send(new DeleteItemCommand({ TableName: TABLES.control, Key: ARCHIVE_MARK }));
  expect((await world.tries(world.alice)).granted).toBeNull();
  await invoke('archive', {});
  expect((await world.tries(world.alice)).granted).not.toBeNull();
});

test('the archiver is down for a while: what happened meanwhile is in the log afterwards', async () => {
  world.stack.setDown('archive', true);
  const { writ } = await world.issue(world.alice);
  expect((await leaves()).some((body) => body.includes(writ))).toBe(false);
  world.stack.setDown('archive', false);
  expect((await archived()).some((body) => body.includes(writ))).toBe(true);
});

test('writ verify agrees, and finds a byte that was changed in a copy', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'writ-evidence-copy-'));
  try {
    const { evidence_dir, evidence_vkey } = world.stack.local;
    await archived();
    const key = join(copy, 'log.vkey');
    await writeFile(key, evidence_vkey);
    const good = await world.alice.writ('verify', evidence_dir, '--key', key, '--json');
    expect(good.exit, good.stderr + good.stdout).toBe(0);
    expect(await readFile(join(evidence_dir, 'log.vkey'), 'utf8')).toBe(evidence_vkey);
  } finally {
    await rm(copy, { recursive: true });
  }
});
