/** Rule 8: what is revoked is not begun, and what is revoked while STS answers is dropped. No lock, no third case. */
import {
  type AttributeValue,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamodbReadHeads } from '../../adapters/dynamodb-control.ts';
import { Fault } from '../../core/fault.ts';
import { foldWrit } from '../../core/ledger/fold.ts';
import { HEALTH_SECONDS, MAX_ARCHIVE_LAG_SECONDS, RECONCILED_EVERY_SECONDS } from '../../core/limits.ts';
import type { Handover, HeadKey, HeadKind, ReadHeads } from '../../core/ports.ts';
import { tagValue } from '../../core/session/encode.ts';
import { endOf, fault, handedOver, mintOf } from '../support/bad-day.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { ENGINE_CLIENT } from '../support/dynamodb.ts';
import { putHealth, VERIFIED_AT } from '../support/health.ts';

const KINDS = ['writ', 'user', 'device', 'agent', 'task', 'permission', 'role', 'all'] as const;
const BLOCKED = { blockedUntil: NOW + 60 };
const PENDING = { pending: true } as const;

let broker: Broker;
let handover: Handover;
const set: HeadKey[] = [];
beforeAll(async () => {
  broker = await openBroker();
});
beforeEach(async () => {
  broker.reset();
  handover = await handedOver(broker);
});
afterEach(async () => {
  for (const key of set.splice(0)) await forget(key);
  await broker.setHealth(VERIFIED_AT);
});
afterAll(() => broker.close());

const controlKey = ({ kind, value }: HeadKey) => ({
  pk: { S: `REVOKED#${kind}#${value}` },
  sk: { S: 'head' },
});
const forget = (key: HeadKey) =>
  broker.db.client.send(new DeleteItemCommand({ TableName: broker.db.tables.control, Key: controlKey(key) }));

/** What `openBroker`'s good request is, by the tags of its session; spelled here, so that a forgotten kind is found. */
const headValue = (kind: HeadKind): string =>
  ({
    writ: handover.writ,
    user: 'corp:alice',
    device: 'mdm:SN-1',
    agent: 'helper',
    task: 'FIN-1234',
    permission: 'reports-read',
    role: 'arn:aws:iam::111122223333:role/writ/reports-read',
    all: '*',
  })[kind];

/** Revokes something of the writ that was handed over; forgotten after the test. */
const revoke = (kind: HeadKind, head: Parameters<Broker['setHead']>[1]): Promise<void> =>
  revokeAt({ kind, value: headValue(kind) }, head);
async function revokeAt(key: HeadKey, head: Parameters<Broker['setHead']>[1]): Promise<void> {
  set.push(key);
  await broker.setHead(key, head);
}

const minted = () => mintOf(broker, handover);
const sessions = () => broker.sts.asked.length;
const revoked = (kind: HeadKind) => ({ ok: false, refusal: { reason: 'revoked', kind } });
const story = async () =>
  (await broker.items(handover.writ)).slice(1).map(({ sk, body }) => {
    const { outcome, error, how } = JSON.parse(body);
    return { sk, said: error ?? how ?? outcome };
  });
const FAILED = [{ sk: '10#outcome', said: 'revoked' }];
const WITHHELD = [
  { sk: '10#outcome', said: 'issued' },
  { sk: '30#ended', said: 'withheld' },
];

/** For how long the caller is told to wait, seconds; `null`: not at all. */
const waited = (): Promise<number | null> =>
  broker.ports.mint(handover).then(
    () => null,
    (error: unknown) =>
      error instanceof Fault && error.code === 'revocation_pending' ? error.retryAfter : null,
  );

test('nothing is revoked: a secret, so that all below is refused for its own reason', async () => {
  expect(await minted()).toMatchObject({ ok: true });
});

describe.each(KINDS)('of this writ, revoked: %s', (kind) => {
  test(`${kind}, blocked before: refused, STS is not asked, and the outcome says why`, async () => {
    await revoke(kind, BLOCKED);
    expect(await minted()).toEqual(revoked(kind));
    expect(sessions()).toBe(0);
    expect(await story()).toEqual(FAILED);
  });

  test(`${kind}, pending before: nobody’s refusal but a fault, and STS is not asked`, async () => {
    await revoke(kind, PENDING);
    expect(await waited()).toBe(1);
    expect(sessions()).toBe(0);
  });

  test(`${kind}, cut off just now: no session begins that the denial would still cover`, async () => {
    await revoke(kind, { cutoff: NOW });
    expect(await minted()).toEqual(kind === 'writ' ? revoked(kind) : fault('revocation_pending'));
    expect(sessions()).toBe(0);
  });

  test(`${kind}, blocked while STS answers: the secret is dropped, and the ledger says withheld`, async () => {
    broker.sts.after = () => revoke(kind, BLOCKED);
    expect(await minted()).toEqual(revoked(kind));
    expect(sessions()).toBe(1);
    expect(await story()).toEqual(WITHHELD);
    expect(foldWrit(await broker.items(handover.writ), NOW)).toMatchObject({ state: 'ended', live: false });
  });

  test(`${kind}, pending while STS answers: the secret is dropped, and the caller asks again`, async () => {
    broker.sts.before = () => revoke(kind, PENDING);
    expect(await minted()).toBe(fault('revocation_pending'));
    expect(await story()).toEqual(WITHHELD);
  });

  test(`${kind}, cut off while STS answers: the secret is dropped`, async () => {
    broker.sts.after = () => revoke(kind, { cutoff: NOW });
    expect(await minted()).toEqual(kind === 'writ' ? revoked(kind) : fault('revocation_pending'));
    expect(await story()).toEqual(WITHHELD);
  });
});

describe('the cut-off T, and T′ before which what was issued is denied', () => {
  // T + 3 s, rounded up to 10 s; NOW is a multiple of ten.
  test.each([
    { cutoff: -100, wait: null },
    { cutoff: -3, wait: null },
    { cutoff: -2, wait: 10 },
    { cutoff: 0, wait: 10 },
    { cutoff: 1, wait: 10 },
    { cutoff: 7, wait: 10 },
    { cutoff: 8, wait: 20 },
  ])('before STS, T is now and $cutoff s: the caller waits $wait s', async ({ cutoff, wait }) => {
    await revoke('user', { cutoff: NOW + cutoff });
    expect(await waited()).toBe(wait);
    expect(sessions()).toBe(wait === null ? 1 : 0);
  });

  test('at T′ itself, and not a second before, the user’s new sessions begin', async () => {
    await revoke('user', { cutoff: NOW - 2 });
    broker.now += 9_999;
    expect(await minted()).toBe(fault('revocation_pending'));
    const later = await handedOver(broker);
    broker.now += 1;
    expect(await mintOf(broker, later)).toMatchObject({ ok: true });
  });

  test.each([
    { issued: -1, kept: false, wait: 11 },
    { issued: 0, kept: false, wait: 10 },
    { issued: 9, kept: false, wait: 1 },
    { issued: 10, kept: true, wait: null },
    { issued: 11, kept: true, wait: null },
  ])(
    'after STS, T′ is now and 10 s: a session that STS issued at now and $issued s is kept: $kept',
    async ({ issued, kept, wait }) => {
      issuedAt(NOW + issued);
      broker.sts.after = () => revoke('user', { cutoff: NOW });
      expect(await waited()).toBe(wait);
      expect(await story()).toEqual(kept ? WITHHELD.slice(0, 1) : WITHHELD);
    },
  );

  test('STS’s issue time decides and not our clock, which may be ahead of it', async () => {
    issuedAt(NOW);
    broker.sts.after = async () => {
      await revoke('user', { cutoff: NOW });
      broker.now += 60_000;
    };
    expect(await minted()).toBe(fault('revocation_pending'));
  });

  test('a writ’s own cut-off has no end: no later session of it could be spared', async () => {
    await revoke('writ', { cutoff: NOW - 1000 });
    expect(await minted()).toEqual(revoked('writ'));
    expect(sessions()).toBe(0);
  });

  /** STS has a clock of its own. */
  function issuedAt(issued: number): void {
    broker.ports.assumeRole = async (plan) => {
      const answer = await broker.sts.assumeRole(plan);
      if (!answer.ok) return answer;
      return { ok: true, assumed: { ...answer.assumed, expiration: issued + plan.DurationSeconds } };
    };
  }
});

describe('a block', () => {
  test.each([
    { until: 1, ok: false },
    { until: 0, ok: true },
    { until: -1, ok: true },
  ])('until now and $until s: a session begins: $ok', async ({ until, ok }) => {
    await revoke('user', { blockedUntil: NOW + until });
    expect(await minted()).toMatchObject({ ok });
    expect(sessions()).toBe(ok ? 1 : 0);
  });

  test('that was lifted, with a cut-off of long ago, holds nobody up', async () => {
    await revoke('user', { cutoff: NOW - 3600, blockedUntil: 0 });
    expect(await minted()).toMatchObject({ ok: true });
  });

  test('counts more than a cut-off that is still pending: the caller is not told to come again', async () => {
    await revoke('user', PENDING);
    await revoke('device', BLOCKED);
    expect(await minted()).toEqual(revoked('device'));
  });

  test('of anybody or anything else touches nobody', async () => {
    const others = ['writ', 'user', 'device', 'agent', 'task', 'permission', 'role'] as const;
    for (const kind of others) await revokeAt({ kind, value: 'corp:bob' }, BLOCKED);
    await revokeAt({ kind: 'agent', value: 'corp:alice' }, BLOCKED);
    await revokeAt({ kind: 'user', value: 'alice' }, BLOCKED);
    expect(await minted()).toMatchObject({ ok: true });
  });
});

test.each([
  { what: 'longer than a tag', task: `FIN-1234 ${'and so on '.repeat(12)}` },
  { what: 'with characters that no tag has', task: 'FIN-1234 (urgent) 100% = now' },
])('a task $what is found under its tag’s spelling', async ({ task }) => {
  handover = await handedOver(broker, { details: { task } });
  await revokeAt({ kind: 'task', value: tagValue(task) }, BLOCKED);
  expect(await minted()).toEqual(revoked('task'));
});

test('a user whose id no tag could hold is found under its tag’s spelling', async () => {
  handover = await handedOver(broker, {
    subject: { claims: { oid: 'al=ice (α)' } },
    attestation: { claims: { user: undefined } },
  });
  await revokeAt({ kind: 'user', value: tagValue('corp:al=ice (α)') }, BLOCKED);
  expect(await minted()).toEqual(revoked('user'));
});

test('a key that is blocked as Writ’s own device is blocked under its MDM’s name too', async () => {
  await revokeAt({ kind: 'device', value: tagValue(`writ:${broker.world.keys.device.jkt}`) }, BLOCKED);
  expect(await minted()).toEqual(revoked('device'));
});

describe('an enrolment', () => {
  const enrolled = async () => endOf(broker.enroll(await broker.ask({ endpoint: 'enroll' })));
  const HERS: readonly (() => HeadKey)[] = [
    () => ({ kind: 'user', value: 'corp:alice' }),
    () => ({ kind: 'device', value: tagValue(`writ:${broker.world.keys.device.jkt}`) }),
    () => ({ kind: 'all', value: '*' }),
  ];

  test('with nothing revoked is signed', async () => {
    expect(await enrolled()).toMatchObject({ ok: true });
  });

  test('of a blocked user or key, or while all is blocked, gets no new word of ours', async () => {
    for (const key of HERS) {
      await revokeAt(key(), BLOCKED);
      expect(await enrolled()).toMatchObject({ ok: false, refusal: { reason: 'revoked', kind: key().kind } });
      await forget(key());
    }
  });

  test('while a revocation is pending is a fault', async () => {
    await revokeAt({ kind: 'user', value: 'corp:alice' }, PENDING);
    expect(await enrolled()).toBe(fault('revocation_pending'));
  });
});

describe('what was not read is not “never revoked”', () => {
  /** The table answers, but says that it left the heads unread. */
  function leavingUnread(): ReadHeads {
    const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: broker.db.endpoint });
    const { control } = broker.db.tables;
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const output = answer.output as BatchGetItemCommandOutput;
        const Keys = (output.Responses?.[control] ?? []).map(({ pk = { S: '' }, sk = { S: '' } }) => ({
          pk,
          sk,
        }));
        const Responses = { ...output.Responses, [control]: [] };
        return { ...answer, output: { ...output, Responses, UnprocessedKeys: { [control]: { Keys } } } };
      },
      { step: 'initialize' },
    );
    return dynamodbReadHeads(client, broker.db.tables);
  }

  test('keys left unprocessed before STS: a fault, and STS is not asked', async () => {
    await revoke('user', BLOCKED);
    broker.ports.readHeads = leavingUnread();
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(0);
  });

  test('keys left unprocessed after STS: a fault, and the secret is dropped', async () => {
    broker.sts.after = async () => {
      await revoke('user', BLOCKED);
      broker.ports.readHeads = leavingUnread();
    };
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(1);
  });

  test('both reads are strongly consistent: a copy may not know of a revocation yet', async () => {
    const client = new DynamoDBClient({ ...ENGINE_CLIENT, endpoint: broker.db.endpoint });
    const consistent: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        const { RequestItems = {} } = args.input as BatchGetItemCommandInput;
        consistent.push(...Object.values(RequestItems).map(({ ConsistentRead }) => ConsistentRead));
        return next(args);
      },
      { step: 'initialize' },
    );
    broker.ports.readHeads = dynamodbReadHeads(client, broker.db.tables);
    expect(await minted()).toMatchObject({ ok: true });
    expect(consistent).toEqual([true, true, true]);
  });

  const DAMAGED: readonly { readonly what: string; readonly head: Record<string, AttributeValue> }[] = [
    { what: 'says nothing', head: {} },
    { what: 'has a cut-off that is no number', head: { cutoff: { S: 'tomorrow' } } },
    { what: 'has a negative block', head: { blockedUntil: { N: '-1' } } },
    { what: 'has an empty cut-off', head: { cutoff: { NULL: true } } },
  ];
  test.each(DAMAGED)('a head that $what is a fault', async ({ head }) => {
    const key: HeadKey = { kind: 'user', value: 'corp:alice' };
    set.push(key);
    const Item = { ...controlKey(key), ...head };
    await broker.db.client.send(new PutItemCommand({ TableName: broker.db.tables.control, Item }));
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(0);
  });

  test('the second recheck fails: a fault, the secret is dropped, and the ledger says withheld', async () => {
    const { readHeads } = broker.ports;
    broker.ports.readHeads = async (heads, writ, account) => {
      if (writ === null) throw new Fault('ledger_unavailable');
      return readHeads(heads, writ, account);
    };
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(1);
    expect(await story()).toEqual(WITHHELD);
  });

  test('that it was withheld cannot be written: a fault, and the secret is dropped all the same', async () => {
    broker.sts.after = () => revoke('user', BLOCKED);
    broker.ports.ledger = {
      ...broker.ports.ledger,
      append: () => Promise.reject(new Fault('ledger_unavailable')),
    };
    expect(await minted()).toBe(fault('ledger_unavailable'));
  });
});

describe('no evidence, no credential: the evidence log has all that was due', () => {
  afterEach(() => broker.setArchivedTo(VERIFIED_AT));

  test('up to half a day ago: a secret', async () => {
    await broker.setArchivedTo(NOW - MAX_ARCHIVE_LAG_SECONDS);
    expect(await minted()).toMatchObject({ ok: true });
  });

  test('a second less: a fault, STS is not asked, and the caller comes back', async () => {
    await broker.setArchivedTo(NOW - MAX_ARCHIVE_LAG_SECONDS - 1);
    expect(await minted()).toBe(fault('archive_behind'));
    expect(sessions()).toBe(0);
    expect(await story()).toEqual([]);
    await expect(broker.ports.mint(handover)).rejects.toMatchObject({ retryAfter: 60 });
  });

  test('nobody ever looked: a fault, and STS is not asked', async () => {
    await broker.setArchivedTo(null);
    expect(await minted()).toBe(fault('archive_behind'));
    expect(sessions()).toBe(0);
  });

  test('a mark that cannot be read is a fault', async () => {
    const Item = { pk: { S: 'ARCHIVE#mark' }, sk: { S: 'mark' }, settledTo: { S: 'today' } };
    await broker.db.client.send(new PutItemCommand({ TableName: broker.db.tables.control, Item }));
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(0);
  });

  test('what is blocked is refused for that, however far behind the log is', async () => {
    await broker.setArchivedTo(null);
    await revoke('user', BLOCKED);
    expect(await minted()).toEqual(revoked('user'));
  });
});

describe('no revoke, no credential: the account’s deny policy was verified', () => {
  test('so many seconds ago: a secret', async () => {
    await broker.setHealth(NOW - HEALTH_SECONDS);
    expect(await minted()).toMatchObject({ ok: true });
  });

  test('never: a fault, and STS is not asked', async () => {
    await broker.setHealth(null);
    expect(await minted()).toBe(fault('account_unverified'));
    expect(sessions()).toBe(0);
    expect(await story()).toEqual([]);
  });

  test('a second longer ago: a fault, and STS is not asked', async () => {
    await broker.setHealth(NOW - HEALTH_SECONDS - 1);
    expect(await minted()).toBe(fault('account_unverified'));
    expect(sessions()).toBe(0);
  });

  test('so long ago that it became too long while STS answered: the secret is dropped, and the ledger says withheld', async () => {
    await broker.setHealth(NOW - HEALTH_SECONDS);
    broker.sts.after = async () => {
      broker.now += 1000;
    };
    expect(await minted()).toBe(fault('account_unverified'));
    expect(await story()).toEqual(WITHHELD);
  });

  test('but control lost it while STS answered: the secret is dropped, and the ledger says withheld', async () => {
    broker.sts.after = () => broker.setHealth(null);
    expect(await minted()).toBe(fault('account_unverified'));
    expect(await story()).toEqual(WITHHELD);
  });

  test('the caller is told to come back when it has been verified again', async () => {
    await broker.setHealth(null);
    await expect(broker.ports.mint(handover)).rejects.toMatchObject({ retryAfter: RECONCILED_EVERY_SECONDS });
  });

  test('what is blocked is refused for that, whatever the account’s health', async () => {
    await broker.setHealth(null);
    await revoke('user', BLOCKED);
    expect(await minted()).toEqual(revoked('user'));
  });

  test('another account’s health does not count', async () => {
    await broker.setHealth(null);
    await putHealth(broker.db, '999988887777', NOW);
    expect(await minted()).toBe(fault('account_unverified'));
  });

  test('a health that cannot be read is a fault', async () => {
    const Item = { pk: { S: 'HEALTH#111122223333' }, sk: { S: 'health' }, verifiedAt: { S: 'today' } };
    await broker.db.client.send(new PutItemCommand({ TableName: broker.db.tables.control, Item }));
    expect(await minted()).toBe(fault('ledger_unavailable'));
    expect(sessions()).toBe(0);
  });
});

test('whole: whoever is revoked while he asks gets no secret, at whatever moment it happens', async () => {
  const moments = {
    before: () => revoke('user', BLOCKED),
    asked: () => {
      broker.sts.before = () => revoke('user', BLOCKED);
    },
    answered: () => {
      broker.sts.after = () => revoke('user', BLOCKED);
    },
  };
  for (const moment of Object.values(moments)) {
    broker.reset();
    await moment();
    expect(await endOf(broker.exchange(await broker.ask()))).toMatchObject({
      ok: false,
      refusal: { kind: 'user' },
    });
    await forget({ kind: 'user', value: 'corp:alice' });
  }
});
