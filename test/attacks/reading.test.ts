/** POST /writs and POST /status: what may not be read is as if it were not there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { Fault } from '../../core/fault.ts';
import { intentItem, issuedItem, keyItem } from '../../core/ledger/keys.ts';
import { INTENT, ISSUED, KEY } from '../core/ledger/fixture.ts';
import { recordOf } from '../support/attempt.ts';
import { endOf, fault } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { malloryClaims, onMallorysLaptop } from '../support/mallory.ts';
import { memoryLedger } from '../support/memory-ledger.ts';
import { type Narrowed, reads, readsSigned } from '../support/reading.ts';
import { byResponder, ENDING, issue } from '../support/revoking.ts';
import { NONCE_KEYS } from '../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker(ENDING);
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

let people = 0;
/** Somebody of whom the tables know nothing yet, on Alice's machine; `groups` are without the issuer. */
function somebody(...groups: readonly string[]): { readonly id: string; readonly who: Ask } {
  people += 1;
  const claims = { oid: `reader-${people}`, groups };
  return {
    id: `corp:reader-${people}`,
    who: { subject: { claims }, attestation: { claims: { user: undefined } } },
  };
}

const good = <T>(answer: { readonly ok: boolean; readonly value?: T }): T => {
  if (answer.value === undefined) throw new Error(JSON.stringify(answer));
  return answer.value;
};
const list = async (narrowed: Narrowed = {}, who: Ask = {}) =>
  good(await broker.writs(await reads(broker, 'writs', narrowed, who)));
const ids = async (narrowed: Narrowed = {}, who: Ask = {}) =>
  (await list(narrowed, who)).writs.map(({ writ }) => writ);
const signed = async (narrowed: Narrowed = {}) =>
  good(await broker.writs(await readsSigned(broker, 'writs', narrowed)));
const refusalOf = async (narrowed: Narrowed, who: Ask = {}) => {
  const answer = await broker.writs(await reads(broker, 'writs', narrowed, who));
  return answer.ok ? null : answer.refusal;
};

describe('who is live', () => {
  test('one’s own sessions, with all that they can be ended by', async () => {
    const alone = somebody('finance');
    const { writ } = await issue(broker, alone.who);
    broker.now += 60_000;
    expect(await list({ user: alone.id }, alone.who)).toEqual({
      writs: [
        {
          writ,
          user: alone.id,
          device: 'mdm:SN-1',
          agent: 'helper',
          task: 'FIN-1234',
          permission: 'reports-read',
          account: 'prod',
          issued_at: NOW,
          deadline: NOW + 900,
          seconds_left: 840,
          denied: false,
        },
      ],
      next: null,
    });
  });

  test.each([
    { what: 'another user’s is not there', groups: [] },
    { what: 'nor for a colleague', groups: ['staff'] },
  ])('$what', async ({ groups }) => {
    const theirs = somebody('finance');
    await issue(broker, theirs.who);
    expect(await list({ user: theirs.id }, somebody(...groups).who)).toEqual({ writs: [], next: null });
  });

  test('it is there for the group that answers for its agent', async () => {
    const theirs = somebody('finance');
    const { writ } = await issue(broker, theirs.who);
    // `finance` owns both agents of this installation.
    expect(await ids({ user: theirs.id }, somebody('finance').who)).toEqual([writ]);
  });

  test('for responders, and for a signed caller without any proof', async () => {
    const theirs = somebody('finance');
    const { writ } = await issue(broker, theirs.who);
    expect(await ids({ user: theirs.id }, somebody('responders').who)).toEqual([writ]);
    expect((await signed({ user: theirs.id })).writs).toMatchObject([{ writ }]);
  });

  test('a responder of another issuer is nobody', async () => {
    const theirs = somebody('finance');
    await issue(broker, theirs.who);
    expect(await ids({ user: theirs.id }, somebody('x:responders').who)).toEqual([]);
  });

  test('what has ended, is over, or was never issued is not live', async () => {
    const alone = somebody('finance');
    const { writ } = await issue(broker, alone.who);
    broker.sts.failure = { error: 'AccessDenied', mayExist: false };
    await endOf(issue(broker, alone.who));
    broker.sts.failure = null;
    expect(await ids({ user: alone.id }, alone.who)).toEqual([writ]);
    broker.now += 900_000 - 1;
    expect((await signed({ user: alone.id })).writs).toMatchObject([{ seconds_left: 1 }]);
    broker.now += 1;
    expect((await signed({ user: alone.id })).writs).toEqual([]);
  });

  test('one that is being ended says so', async () => {
    const alone = somebody('finance');
    const { writ } = await issue(broker, alone.who);
    await broker.revoke(await byResponder(broker, { token: writ }));
    expect((await list({ user: alone.id }, alone.who)).writs).toMatchObject([{ writ, denied: true }]);
  });

  test('so does each of a user’s', async () => {
    const alone = somebody('finance');
    await issue(broker, alone.who);
    await broker.revoke(await byResponder(broker, { token: alone.id, token_type_hint: 'user' }));
    broker.now += 20_000;
    await issue(broker, { ...alone.who, actor: 'attested' });
    const denied = (await signed({ user: alone.id })).writs.map((each) => each.denied);
    expect(denied).toEqual([true, false]);
  });

  test('narrowed by each kind, and by several at once', async () => {
    const alone = somebody('finance');
    const { writ } = await issue(broker, { ...alone.who, details: { task: 'FIN-9' } });
    await issue(broker, { ...alone.who, details: { task: 'FIN-8' } });
    const { jkt } = broker.world.keys.device;
    const fits: Narrowed = {
      user: alone.id,
      device: 'mdm:SN-1',
      agent: 'helper',
      task: 'FIN-9',
      permission: 'reports-read',
      account: 'prod',
    };
    for (const narrowed of [fits, { ...fits, device: `writ:${jkt}` }, { ...fits, account: '111122223333' }]) {
      expect(await ids(narrowed, alone.who)).toEqual([writ]);
    }
    const others = {
      user: 'corp:bob',
      device: 'mdm:SN-2',
      agent: 'reporter',
      task: 'FIN-7',
      permission: 'x',
    };
    for (const [name, value] of Object.entries({ ...others, account: 'dev' })) {
      expect(await ids({ ...fits, [name]: value }, alone.who)).toEqual([]);
    }
  });

  test.each([
    ['user', 'bob'],
    ['device', '*'],
    ['agent', 'No Such'],
    ['task', 'FIN\u0000'],
    ['permission', '../x'],
    ['account', 'a b'],
  ])('a %s that nobody could have is refused, not an empty list', async (parameter, value) => {
    expect(await refusalOf({ [parameter]: value }, somebody().who)).toMatchObject({
      reason: 'request_malformed',
      parameter,
    });
  });
});

describe('an attacker', () => {
  test('with Alice’s leaked token and a key of his own: refused', async () => {
    const { proof } = onMallorysLaptop(broker.world);
    expect(await refusalOf({}, { proof, attestation: null })).toMatchObject({
      reason: 'subject_not_bound_to_device',
    });
  });

  test('as himself: an empty list', async () => {
    await issue(broker);
    const { proof } = onMallorysLaptop(broker.world);
    const claims = { ...malloryClaims(broker.world), groups: [] };
    const who = { subject: { claims }, proof, attestation: null };
    expect(await list({}, who)).toMatchObject({ writs: [] });
  });

  test.each(['writs', 'status'] as const)(
    'with a key and no token reads no %s: refused',
    async (endpoint) => {
      const none = { subject_token: undefined, subject_token_type: undefined };
      expect(await broker[endpoint](await reads(broker, endpoint, none))).toMatchObject({
        ok: false,
        refusal: { reason: 'request_malformed', parameter: 'subject_token' },
        writ: null,
      });
    },
  );

  test.each(['writs', 'status'] as const)('shows a captured proof again to %s: refused', async (endpoint) => {
    const received = await reads(broker, endpoint, {}, somebody().who);
    expect(await broker[endpoint](received)).toMatchObject({ ok: true });
    const again = await broker[endpoint](received);
    expect(again).toMatchObject({ ok: false, refusal: { reason: 'dpop_replayed' } });
    expect(await recordOf(broker, again.ok ? null : again.writ)).toMatchObject({
      type: 'refused',
      endpoint,
      reason: 'dpop_replayed',
    });
  });

  test('uses the proof for another request: refused', async () => {
    const received = await reads(broker, 'writs', {}, somebody().who);
    const other = { ...received, body: `${received.body}&user=corp%3Abob` };
    expect(await broker.writs(other)).toMatchObject({ ok: false, refusal: { reason: 'dpop_body_mismatch' } });
  });
});

describe('page by page', () => {
  /** A ledger in memory with so many live writs of Alice's, ten of each second. */
  async function fill(count: number): Promise<readonly string[]> {
    const memory = memoryLedger();
    const made: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const writ = `01jd3v9q2m8x${String(n).padStart(4, '0')}`;
      const deadline = NOW + 100 + Math.floor(n / 10);
      const subject = { ...INTENT.subject, id: 'corp:alice' };
      const intent = { ...INTENT, writ, deadline, subject };
      const outcome = { ...ISSUED, writ, accessKeyId: `ASIA${n}`, intent: sha256Hex(jcs(intent)) };
      await memory.ledger.record(
        intentItem(intent, jcs(intent)),
        { subject: 'corp:alice', values: {} },
        null,
      );
      await memory.ledger.settle(
        issuedItem(outcome, deadline),
        keyItem({ ...KEY, writ, accessKeyId: outcome.accessKeyId }),
      );
      made.push(writ);
    }
    const { due, readMany } = memory.ledger;
    broker.ports.ledger = { ...broker.ports.ledger, due, readMany };
    return made;
  }
  const next = async (narrowed: Narrowed, who: Ask = {}) => (await list(narrowed, who)).next ?? '';

  test('each once, soonest first, a hundred at a time', async () => {
    const made = await fill(250);
    const pages: (readonly string[])[] = [];
    let page: string | null = '';
    while (page !== null) {
      const answer = await list(page === '' ? {} : { page });
      pages.push(answer.writs.map(({ writ }) => writ));
      page = answer.next;
    }
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(pages.flat()).toEqual(made);
  });

  test('where time has passed the page’s place, from now on', async () => {
    const made = await fill(250);
    const page = await next({});
    broker.now += 115_000;
    expect((await signed()).writs[0]?.writ).toBe(made[160]);
    expect((await list({ page })).writs[0]?.writ).toBe(made[160]);
  });

  test('who may read nothing is shown nothing, page after page, and no page names a writ', async () => {
    const made = await fill(2100);
    const reader = somebody();
    const answer = await list({}, reader.who);
    expect(answer.writs).toEqual([]);
    expect(answer.next).not.toBeNull();
    for (const writ of made) expect(answer.next).not.toContain(writ);
    expect(await list({ page: answer.next ?? '' }, reader.who)).toEqual({ writs: [], next: null });
  });

  describe('a page’s token', () => {
    let page: string;
    beforeEach(async () => {
      await fill(150);
      page = await next({});
    });
    const malformed = { reason: 'request_malformed', parameter: 'page' };

    test.each([
      { what: 'of our making', forge: (token: string) => token, refused: false },
      {
        what: 'with a later time',
        forge: (token: string) => `zzzzzz.${token.split('.').slice(1).join('.')}`,
        refused: true,
      },
      {
        what: 'with another place',
        forge: (token: string) => token.replace(/\.[\w-]{4}/, '.AAAA'),
        refused: true,
      },
      {
        what: 'with another tag',
        forge: (token: string) => `${token.slice(0, -43)}${'A'.repeat(43)}`,
        refused: true,
      },
      { what: 'that is no token', forge: () => 'x', refused: true },
      { what: 'that is ours with more behind it', forge: (token: string) => `${token}.A`, refused: true },
    ])('$what', async ({ forge, refused }) => {
      const refusal = await refusalOf({ page: forge(page) });
      if (refused) expect(refusal).toMatchObject(malformed);
      else expect(refusal).toBeNull();
    });

    test('is no good for another reader', async () => {
      expect(await refusalOf({ page }, somebody('responders').who)).toMatchObject(malformed);
    });

    test('is no good for another question', async () => {
      expect(await refusalOf({ page, task: 'FIN-1234' })).toMatchObject(malformed);
    });

    test('outlives a rotation of the keys, and not two', async () => {
      const [, previous = NONCE_KEYS[0]] = NONCE_KEYS;
      broker.ports.nonceKeys = async () => (previous ? [previous] : []);
      const fromPrevious = good(await broker.writs(await readsSigned(broker, 'writs'))).next;
      broker.ports.nonceKeys = async () => NONCE_KEYS;
      expect(
        await broker.writs(await readsSigned(broker, 'writs', { page: fromPrevious ?? '' })),
      ).toMatchObject({
        ok: true,
      });
      broker.ports.nonceKeys = async () => NONCE_KEYS.slice(0, 1);
      expect(
        await broker.writs(await readsSigned(broker, 'writs', { page: fromPrevious ?? '' })),
      ).toMatchObject({
        ok: false,
        refusal: malformed,
      });
    });
  });
});

test('the list believes the table and not the index', async () => {
  const alone = somebody('finance');
  const { writ } = await issue(broker, alone.who);
  const { ledger } = broker.ports;
  broker.ports.ledger = {
    ...ledger,
    // Names what is over, what never was, and what is no outcome.
    due: async () => ({
      keys: [
        { pk: `WRIT#${writ}`, sk: '00#intent' },
        { pk: 'WRIT#0000000000000000', sk: '10#outcome' },
        { pk: `WRIT#${writ}`, sk: '10#outcome' },
      ],
      next: null,
    }),
  };
  broker.now += 900_000;
  expect((await signed({ user: alone.id })).writs).toEqual([]);
});

describe('POST /status', () => {
  beforeEach(() => {
    broker.ports.stateOf = () => ({ health: async () => null, measured: async () => [] });
  });
  const read = async (who: Ask) => good(await broker.status(await reads(broker, 'status', {}, who)));

  test('before any reconcile there is nothing verified, and nothing measured', async () => {
    expect(await read(somebody('responders').who)).toEqual({
      accounts: [{ account: 'prod', id: '111122223333', verified: null, enforced_within: null }],
    });
  });

  test.each([
    { whom: 'somebody in no group', groups: [] },
    { whom: 'staff', groups: ['finance', 'staff'] },
    { whom: 'a responder of another issuer', groups: ['x:responders'] },
  ])('to $whom it says nothing of any account', async ({ groups }) => {
    expect(await read(somebody(...groups).who)).toEqual({ accounts: [] });
  });

  test('to a signed caller it says all: age, policy, times, and direct denies', async () => {
    broker.ports.stateOf = () => ({
      health: async () => ({
        verifiedAt: NOW - 42,
        version: 'v7',
        rung: 'principal',
        entries: 12,
        characters: 1234,
        directDenies: ['paste-2026'],
      }),
      measured: async () => [900, 100, 200, 1000, 300, 400, 500, 600, 700, 800],
    });
    expect(await broker.status(await readsSigned(broker, 'status'))).toEqual({
      ok: true,
      value: {
        accounts: [
          {
            account: 'prod',
            id: '111122223333',
            verified: {
              at: NOW - 42,
              age: 42,
              version: 'v7',
              rung: 'principal',
              entries: 12,
              characters: 1234,
              direct_denies: ['paste-2026'],
            },
            enforced_within: { p50: 500, p99: 1000, measurements: 10 },
          },
        ],
      },
    });
  });

  test('where the state cannot be read it is a fault, and no empty answer', async () => {
    broker.ports.stateOf = () => ({
      health: () => Promise.reject(new Fault('ledger_unavailable')),
      measured: async () => [],
    });
    expect(await endOf(broker.status(await readsSigned(broker, 'status')))).toBe(fault('ledger_unavailable'));
  });
});
