/** A writ's end: once, never before its deadline, and with the revocation that AWS was seen to enforce. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type ClosePorts, close } from '../../core/close.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { Fault } from '../../core/fault.ts';
import { foldWrit } from '../../core/ledger/fold.ts';
import {
  endedItem,
  enforcedItem,
  intentItem,
  issuedItem,
  keyItem,
  outcomeItem,
  revokedItem,
} from '../../core/ledger/keys.ts';
import type { Enforced } from '../../core/ledger/records.ts';
import { endOf, fault } from '../support/bad-day.ts';
import { type MemoryLedger, memoryLedger } from '../support/memory-ledger.ts';
import {
  DEADLINE,
  ENDED,
  ENFORCED,
  FAILED,
  INTENT,
  ISSUED,
  KEY,
  OPENED,
  ORPHANED,
  OTHER_WRIT,
  REVOKED,
  WRIT,
} from './ledger/fixture.ts';

let memory: MemoryLedger;
let ports: ClosePorts;
beforeEach(async () => {
  memory = memoryLedger();
  ports = memory;
  await memory.ledger.record(intentItem(INTENT, jcs(INTENT)), { subject: 'idp:alice', values: {} }, null);
});

const issue = () => memory.ledger.settle(issuedItem(ISSUED, DEADLINE), keyItem(KEY));
const ends = () =>
  memory.tables
    .items()
    .filter(({ sk }) => sk === '30#ended')
    .map(({ body }) => JSON.parse(body));
const enforce = async (change: Partial<Enforced>) => {
  await memory.ledger.append(revokedItem(REVOKED));
  await memory.ledger.append(enforcedItem({ ...ENFORCED, ...change }));
};

const onTime = { ...ENDED, at: DEADLINE, how: 'deadline', revocation: null };
const byRevocation = { ...ENDED, at: ENFORCED.seenRefused, how: 'revoked', revocation: REVOKED.revocation };

describe('a writ whose deadline has passed', () => {
  beforeEach(issue);

  test('ends at its deadline, and its story has no contradiction', async () => {
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'closed', ended: onTime });
    expect(ends()).toEqual([onTime]);
    expect(
      foldWrit(
        memory.tables.items().filter(({ pk }) => pk === `WRIT#${WRIT}`),
        DEADLINE,
      ),
    ).toMatchObject({
      state: 'ended',
      conflicts: [],
    });
  });

  test('ends once, however often it is closed, and however late', async () => {
    await close(WRIT, ports, DEADLINE);
    for (const now of [DEADLINE, DEADLINE + 1, DEADLINE + 86_400]) {
      expect(await close(WRIT, ports, now)).toEqual({ state: 'already' });
    }
    expect(ends()).toEqual([onTime]);
  });

  test('ends once where two close it at once', async () => {
    await Promise.all([close(WRIT, ports, DEADLINE), close(WRIT, ports, DEADLINE + 1)]);
    expect(ends()).toEqual([onTime]);
  });

  test('whose other end came between reading and writing keeps that one', async () => {
    const { readHeads } = memory;
    const withheld = { ...ENDED, how: 'withheld' as const };
    ports = {
      ...memory,
      readHeads: async (...of) => {
        await memory.ledger.append(endedItem(withheld));
        return readHeads(...of);
      },
    };
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'already' });
    expect(ends()).toEqual([withheld]);
  });

  test('a write that fails is a fault, and the next call closes it', async () => {
    const append = async (): Promise<never> => {
      throw new Fault('ledger_unavailable');
    };
    ports = { ...memory, ledger: { ...memory.ledger, append } };
    expect(await endOf(close(WRIT, ports, DEADLINE))).toBe(fault('ledger_unavailable'));
    expect(await close(WRIT, memory, DEADLINE)).toMatchObject({ state: 'closed' });
  });
});

test('one second before its deadline it is not closed, and says when it is due', async () => {
  await issue();
  expect(await close(WRIT, ports, DEADLINE - 1)).toEqual({ state: 'not_due', deadline: DEADLINE });
  expect(ends()).toEqual([]);
});

describe('where no session was handed out there is nothing to end', () => {
  test.each([
    { what: 'no outcome yet', settle: async () => undefined },
    { what: 'a failed one', settle: () => memory.ledger.settle(outcomeItem(FAILED), null) },
    { what: 'an orphan', settle: () => memory.ledger.settle(outcomeItem(ORPHANED), null) },
  ])('$what', async ({ settle }) => {
    await settle();
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'nothing' });
    expect(ends()).toEqual([]);
  });

  test('an id that nobody has', async () => {
    expect(await close(OTHER_WRIT, ports, DEADLINE)).toEqual({ state: 'nothing' });
  });
});

describe('what is no story of this writ is an alarm, and nothing is written', () => {
  const story = memoryStory;
  test.each([
    { what: 'an outcome that is no JSON', change: { '10#outcome': () => 'not JSON' } },
    { what: 'an intent that is no JSON', change: { '00#intent': () => 'not JSON' } },
    {
      what: 'another writ’s intent',
      change: { '00#intent': (body: string) => body.replace(WRIT, OTHER_WRIT) },
    },
    {
      what: 'an intent with a later deadline',
      change: { '00#intent': () => jcs({ ...INTENT, deadline: DEADLINE + 1 }) },
    },
    {
      what: 'an intent with an earlier deadline',
      change: { '00#intent': () => jcs({ ...INTENT, deadline: OPENED }) },
    },
  ])('$what', async ({ change }) => {
    await issue();
    ports = { ...memory, ledger: { ...memory.ledger, story: story(change) } };
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'unreadable' });
    expect(ends()).toEqual([]);
  });
});

/** The same story, some of its bodies changed. */
function memoryStory(change: { readonly [sk: string]: ((body: string) => string) | undefined }) {
  return async (pk: string) => {
    const items = await memory.ledger.story(pk);
    return items.map((item) => ({ ...item, body: change[item.sk]?.(item.body) ?? item.body }));
  };
}

describe('by its own revocation', () => {
  beforeEach(issue);

  test('that was seen refused: revoked, at that time', async () => {
    await enforce({});
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'closed', ended: byRevocation });
  });

  test.each([
    { what: 'written, and never seen', change: { seenRefused: null } },
    { what: 'first seen at the deadline', change: { seenRefused: DEADLINE } },
    { what: 'enforced in another account', change: { account: '111122223333' } },
  ])('$what: on time', async ({ change }) => {
    await enforce(change);
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'closed', ended: onTime });
  });

  test('of two, by the one that was seen first', async () => {
    await enforce({});
    const other = '01jd3v9q2m8x7c4e';
    await memory.ledger.append(revokedItem({ ...REVOKED, revocation: other }));
    await memory.ledger.append(enforcedItem({ ...ENFORCED, revocation: other, seenRefused: OPENED + 104 }));
    expect(await close(WRIT, ports, DEADLINE)).toMatchObject({
      ended: { revocation: other, at: OPENED + 104 },
    });
  });
});

describe('by a principal’s revocation', () => {
  const revocation = '01jd3v9q2m8x7c4f';
  const user = { kind: 'user', value: 'idp:alice' } as const;
  const entry = (change: object = {}) => ({
    ...user,
    account: '*' as const,
    revocation,
    askedAt: (OPENED + 100) * 1000,
    recordedIn: [],
    cutoff: OPENED + 100,
    ...change,
  });
  const seen = (change: Partial<Enforced> = {}) =>
    memory.ledger.append(
      enforcedItem({
        ...ENFORCED,
        revocation,
        writ: null,
        intent: null,
        seenRefused: OPENED + 107,
        ...change,
      }),
    );
  const head = (cutoff: number | null) =>
    memory.tables.setHead({ ...user, pending: false, cutoff, blockedUntil: null });
  beforeEach(issue);

  test('that covers it and was seen refused: revoked, at that time', async () => {
    head(OPENED + 100);
    memory.active.push(entry());
    await seen();
    const ended = { ...ENDED, at: OPENED + 107, how: 'revoked', revocation };
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'closed', ended });
  });

  test('of a device by two names: one revocation, which is read once', async () => {
    memory.tables.setHead({
      kind: 'device',
      value: 'writ:d1',
      pending: false,
      cutoff: OPENED + 100,
      blockedUntil: null,
    });
    memory.active.push(
      entry({ kind: 'device', value: 'writ:d1' }),
      entry({ kind: 'role', value: INTENT.role }),
    );
    await seen();
    expect(await close(WRIT, ports, DEADLINE)).toMatchObject({ ended: { how: 'revoked', revocation } });
  });

  test.each([
    {
      what: 'issued when it was past',
      cutoff: OPENED - 20,
      entries: [entry({ cutoff: OPENED - 20 })],
      as: {},
    },
    { what: 'never seen', cutoff: OPENED + 100, entries: [entry()], as: { seenRefused: null } },
    {
      what: 'seen after the deadline',
      cutoff: OPENED + 100,
      entries: [entry()],
      as: { seenRefused: DEADLINE },
    },
    { what: 'of another user', cutoff: OPENED + 100, entries: [entry({ value: 'idp:bob' })], as: {} },
    { what: 'still pending', cutoff: OPENED + 100, entries: [entry({ cutoff: null })], as: {} },
    { what: 'whose entry has been forgotten', cutoff: OPENED + 100, entries: [], as: {} },
  ])('$what: on time', async ({ cutoff, entries, as }) => {
    head(cutoff);
    memory.active.push(...entries);
    await seen(as);
    expect(await close(WRIT, ports, DEADLINE)).toEqual({ state: 'closed', ended: onTime });
  });

  test('without a head that covers it, the account’s entries are not read', async () => {
    ports = { ...memory, revocations: { entries: () => Promise.reject(new Error('they were')) } };
    head(null);
    expect(await close(WRIT, ports, DEADLINE)).toMatchObject({ state: 'closed' });
  });
});
