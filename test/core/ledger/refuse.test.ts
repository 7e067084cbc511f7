/** Refusals on a bad day, and many at once: an id that a caller is told has a record behind it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { boundNonce } from '../../../core/tokens/subject-bound.ts';
import { recordOf, recordsOf } from '../../support/attempt.ts';
import { endOf, fault } from '../../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../../support/broker.ts';
import type { TestKey } from '../../support/keys.ts';
import { RND } from '../../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

let people = 0;
/** Somebody of whom nothing was counted yet. */
const somebody = (): string => {
  people += 1;
  return `user-${people}`;
};

/** A good request of this person's, with this key. */
const from = (oid: string, key: TestKey = broker.world.keys.device) =>
  ({
    subject: { claims: { oid, nonce: boundNonce(key.jkt, RND) } },
    attestation: { claims: { cnf: { jwk: key.jwk }, user: undefined } },
    actor: 'attested',
    proof: { key },
  }) satisfies Ask;
/** What policy forbids. */
const SECRET = { details: { permission: 'reports-secret' } };

const exchange = async (change: Ask) => broker.exchange(await broker.ask(change));

/** @returns the id that the caller of a refusal is told. */
async function refusedTo(oid: string, change: Ask = {}): Promise<string> {
  const answer = await exchange({ ...from(oid), ...SECRET, ...change });
  if (answer.ok || answer.refusal.reason !== 'policy_denied' || answer.writ === null) {
    throw new Error(JSON.stringify(answer));
  }
  return answer.writ;
}
const refusedBecause = (reason: string) => ({ ok: false, refusal: { reason } });

/** The next call of one of these fails, once, before or after it took effect. */
function failOnce(call: 'record' | 'spend' | 'count' | 'name', when: 'before' | 'after'): void {
  const { ledger, refusalCounter } = broker.ports;
  const failing =
    <A extends readonly unknown[], T>(plain: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      Object.assign(broker.ports, { ledger, refusalCounter });
      if (when === 'after') await plain(...args);
      throw new Fault('ledger_unavailable');
    };
  if (call === 'record') broker.ports.ledger = { ...ledger, record: failing(ledger.record) };
  if (call === 'spend') broker.ports.ledger = { ...ledger, spend: failing(ledger.spend) };
  if (call === 'count')
    broker.ports.refusalCounter = { ...refusalCounter, count: failing(refusalCounter.count) };
  if (call === 'name')
    broker.ports.refusalCounter = { ...refusalCounter, name: failing(refusalCounter.name) };
}

describe('when something fails', () => {
  test('the record: the caller gets a fault, and the next refusal of the minute is recorded and named', async () => {
    const oid = somebody();
    failOnce('record', 'before');
    expect(await endOf(refusedTo(oid))).toBe(fault('ledger_unavailable'));
    expect(await recordsOf(broker, 'refused', oid)).toEqual([]);

    const writ = await refusedTo(oid);
    expect(await recordOf(broker, writ)).toMatchObject({ type: 'refused', writ, first: writ, count: 2 });
    expect(await refusedTo(oid)).toBe(writ);
    expect(await recordsOf(broker, 'refused', oid)).toHaveLength(1);
  });

  test.each(['before', 'after'] as const)(
    'its name, %s it took effect: a fault, and who comes next is told an id that exists',
    async (when) => {
      const oid = somebody();
      failOnce('name', when);
      expect(await endOf(refusedTo(oid))).toBe(fault('ledger_unavailable'));
      expect(await recordsOf(broker, 'refused', oid)).toHaveLength(1);

      const writ = await refusedTo(oid);
      expect(await recordOf(broker, writ)).toMatchObject({ type: 'refused', writ, first: writ });
      // A name that nobody knows of is given anew: one record twice, and never an id without one.
      expect(await recordsOf(broker, 'refused', oid)).toHaveLength(when === 'before' ? 2 : 1);
      expect(await refusedTo(oid)).toBe(writ);
    },
  );

  test('the count: a fault, and nothing is recorded that was not counted', async () => {
    const oid = somebody();
    failOnce('count', 'after');
    expect(await endOf(refusedTo(oid))).toBe(fault('ledger_unavailable'));
    expect(await recordsOf(broker, 'refused', oid)).toEqual([]);
    const writ = await refusedTo(oid);
    expect(await recordOf(broker, writ)).toMatchObject({ first: writ, count: 2 });
  });

  test('spending what was only counted: a fault, or its proof would be good once more', async () => {
    const oid = somebody();
    await refusedTo(oid);
    failOnce('spend', 'before');
    expect(await endOf(refusedTo(oid))).toBe(fault('ledger_unavailable'));
  });

  test('its place is taken: a fault, and the name is not given', async () => {
    const oid = somebody();
    const { ledger } = broker.ports;
    broker.ports.ledger = { ...ledger, record: async () => 'exists' };
    expect(await endOf(refusedTo(oid))).toBe(fault('ledger_unavailable'));
    broker.ports.ledger = ledger;
    const writ = await refusedTo(oid);
    expect(await recordOf(broker, writ)).toMatchObject({ first: writ, count: 2 });
  });
});

test('the record is durable before it is named', async () => {
  const { refusalCounter } = broker.ports;
  const found: unknown[] = [];
  broker.ports.refusalCounter = {
    ...refusalCounter,
    name: async (principal, reason, minute, writ) => {
      found.push(await recordOf(broker, writ));
      return refusalCounter.name(principal, reason, minute, writ);
    },
  };
  const writ = await refusedTo(somebody());
  expect(found).toMatchObject([{ type: 'refused', writ }]);
});

test('ten in a minute: two records, and each caller is told the first', async () => {
  const oid = somebody();
  const told: string[] = [];
  for (let count = 1; count <= 10; count += 1) told.push(await refusedTo(oid));
  const [first = ''] = told;
  expect(new Set(told)).toEqual(new Set([first]));
  const records = await recordsOf(broker, 'refused', oid);
  expect(records).toHaveLength(2);
  expect(records).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ count: 1, writ: first, first }),
      expect.objectContaining({ count: 10, writ: expect.not.stringMatching(first), first }),
    ]),
  );
});

test('twenty at once: all are told one id, which exists; each costs one record at most', async () => {
  const oid = somebody();
  const told = await Promise.all(Array.from({ length: 20 }, () => refusedTo(oid)));
  const [first = ''] = told;
  expect(new Set(told)).toEqual(new Set([first]));
  expect(await recordOf(broker, first)).toMatchObject({ type: 'refused', writ: first });

  const records = await recordsOf(broker, 'refused', oid);
  const counts = records.map((record) => Reflect.get(Object(record), 'count'));
  expect(new Set(counts).size).toBe(records.length);
  expect(Math.max(...counts)).toBeLessThanOrEqual(20);
  // The race is over with its minute's first: what follows is counted again.
  expect(await refusedTo(oid)).toBe(first);
  expect(await recordsOf(broker, 'refused', oid)).toHaveLength(records.length);
});

describe('a refusal that is only counted', () => {
  /** A proof that fits any body, so that it could be shown again with another. */
  const looseProof = () => {
    people += 1;
    return broker.world.proofToken({ claims: { jti: `loose-${people}` } });
  };
  const actorToken = () => {
    people += 1;
    return broker.world.actorToken({ claims: { jti: `shared-${people}` } });
  };

  test('spends its proof: nothing can be had with it any more', async () => {
    const oid = somebody();
    await refusedTo(oid);
    const proof = looseProof();
    await refusedTo(oid, { proof });
    expect(await recordsOf(broker, 'refused', oid)).toHaveLength(1);
    expect(await exchange({ ...from(oid), proof })).toMatchObject(refusedBecause('dpop_replayed'));
  });

  test('spends its actor token: it belongs to this key from now on', async () => {
    const oid = somebody();
    await refusedTo(oid);
    const actor = actorToken();
    await refusedTo(oid, { actor });
    expect(await exchange({ ...from(oid, broker.world.keys.otherDevice), actor })).toMatchObject(
      refusedBecause('actor_token_of_another_key'),
    );
    expect(await exchange({ ...from(oid), actor })).toMatchObject({ ok: true });
  });

  test('spends its proof, though its actor token is another key’s', async () => {
    const oid = somebody();
    await refusedTo(oid);
    const actor = actorToken();
    const hers = await exchange({ ...from(oid, broker.world.keys.otherDevice), actor });
    expect(hers).toMatchObject({ ok: true });
    const proof = looseProof();
    await refusedTo(oid, { actor, proof });
    expect(await exchange({ ...from(oid), proof })).toMatchObject(refusedBecause('dpop_replayed'));
    // And the token stays hers.
    expect(await exchange({ ...from(oid), actor })).toMatchObject(
      refusedBecause('actor_token_of_another_key'),
    );
  });

  test('is refused for its own reason, though its proof was spent before', async () => {
    const oid = somebody();
    const first = await refusedTo(oid);
    const proof = looseProof();
    expect(await exchange({ ...from(oid), proof })).toMatchObject({ ok: true });
    expect(await refusedTo(oid, { proof })).toBe(first);
  });
});

test('before a token counts nothing is counted, and no id is told', async () => {
  const { refusalCounter } = broker.ports;
  let counted = 0;
  broker.ports.refusalCounter = {
    ...refusalCounter,
    count: (...args) => {
      counted += 1;
      return refusalCounter.count(...args);
    },
  };
  expect(await exchange({ subject: { key: broker.world.keys.device } })).toMatchObject({
    ok: false,
    writ: null,
  });
  expect(counted).toBe(0);
});
