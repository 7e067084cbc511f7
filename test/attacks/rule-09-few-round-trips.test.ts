/** Rule 9: five calls to AWS for a writ, few for a refusal, none for a stranger; and nothing is begun twice. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { FetchKeys, Handover } from '../../core/ports.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { exchangePorts } from '../../lambda/edge/compose.ts';
import { startOnce } from '../../lambda/edge/once.ts';
import { endOf, handedOver, mintOf } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { PUBLIC_URL } from '../support/tokens.ts';

let broker: Broker;
/** Commands of the SDK, in the order in which they were sent; STS among them. */
let calls: string[] = [];
beforeAll(async () => {
  broker = await openBroker();
  broker.db.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls.push(commandName.replace(/Command$/, ''));
        return next(args);
      },
    { step: 'initialize' },
  );
});
beforeEach(() => {
  broker.reset();
  broker.sts.before = async () => {
    calls.push('AssumeRole');
  };
});
afterAll(() => broker.close());

async function callsOf(sent: () => Promise<unknown>): Promise<readonly string[]> {
  calls = [];
  await sent();
  return calls;
}
const exchanged = async (change: Ask = {}) => {
  const received = await broker.ask(change);
  return callsOf(() => broker.exchange(received));
};

test('a writ costs one transaction, one read, AssumeRole, and one write beside one read', async () => {
  const [record, read, assume, ...after] = await exchanged();
  expect([record, read, assume]).toEqual(['TransactWriteItems', 'BatchGetItem', 'AssumeRole']);
  expect(after.sort()).toEqual(['BatchGetItem', 'TransactWriteItems']);
});

test('what mint does is the same for the second writ as for the first', async () => {
  expect(await exchanged()).toEqual(await exchanged());
});

describe('settle and second recheck', () => {
  /** Both take their time, and say when they begin and end. */
  async function eventsOf(): Promise<readonly string[]> {
    const handover = await handedOver(broker);
    const events: string[] = [];
    const slowly = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      events.push(`${name} begins`);
      const result = await call();
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      events.push(`${name} ends`);
      return result;
    };
    const { ledger, readHeads } = broker.ports;
    broker.sts.after = async () => {
      events.push('STS has answered');
    };
    broker.ports.ledger = {
      ...ledger,
      settle: (...of) => slowly('settle', () => ledger.settle(...of)),
    };
    broker.ports.readHeads = (heads, writ, account) => {
      const read = () => readHeads(heads, writ, account);
      return writ === null ? slowly('recheck', read) : read();
    };
    expect(await mintOf(broker, handover)).toMatchObject({ ok: true });
    return events;
  }

  test('begin when STS has answered, and neither waits for the other', async () => {
    const events = await eventsOf();
    expect(events[0]).toBe('STS has answered');
    expect(events.slice(1, 3).sort()).toEqual(['recheck begins', 'settle begins']);
    expect(events.slice(3).sort()).toEqual(['recheck ends', 'settle ends']);
  });

  test('a writ that must not begin costs no call to STS', async () => {
    await broker.setHead({ kind: 'task', value: 'blocked' }, { blockedUntil: NOW + 60 });
    expect(await exchanged({ details: { task: 'blocked' } })).toEqual([
      'TransactWriteItems',
      'BatchGetItem',
      'PutItem',
    ]);
  });
});

describe('a refusal', () => {
  const wrong: Ask = { details: { account: 'production' } };

  test('costs a count, its record and that record’s name; its repeat a count, and the proof it spends', async () => {
    expect(await exchanged(wrong)).toEqual(['UpdateItem', 'TransactWriteItems', 'UpdateItem']);
    expect(await exchanged(wrong)).toEqual(['UpdateItem', 'TransactWriteItems']);
  });

  test('of a stranger costs nothing', async () => {
    expect(await exchanged({ subject: { claims: { tid: 'another' } } })).toEqual([]);
    expect(await exchanged({ proof: 'no proof' })).toEqual([]);
  });
});

test('other endpoints: one call for a list; one read and one transaction for an enrolment', async () => {
  const list = await broker.ask({ endpoint: 'permissions' });
  expect(await callsOf(() => broker.permissions(list))).toEqual(['TransactWriteItems']);
  const enrolment = await broker.ask({ endpoint: 'enroll' });
  expect(await callsOf(() => broker.enroll(enrolment))).toEqual(['BatchGetItem', 'TransactWriteItems']);
});

test('three writs fetch each key set once', async () => {
  const { corp, mdm } = broker.world.keys;
  const fetched: string[] = [];
  const fetch: FetchKeys = async (source) => {
    const url = 'jwks_uri' in source ? source.jwks_uri : source.kms;
    fetched.push(url);
    return [corp.published, mdm.published].filter(({ kid }) => url.includes(String(kid).split('-')[0] ?? ''));
  };
  broker.ports.findKey = keyCache(fetch);
  for (let writ = 0; writ < 3; writ += 1) {
    expect(await endOf(broker.exchange(await broker.ask()))).toMatchObject({ ok: true });
  }
  expect(fetched.sort()).toEqual(['https://login.corp.example/jwks', 'https://mdm.example/jwks']);
});

describe('a function', () => {
  test('starts when it is made, and once however often it is called', () => {
    let starts = 0;
    const get = startOnce(() => {
      starts += 1;
      return {};
    });
    expect(starts).toBe(1);
    const first = get();
    for (let call = 0; call < 100; call += 1) expect(get()).toBe(first);
    expect(starts).toBe(1);
  });

  test('whose start met a fault tries again at the next call', () => {
    let starts = 0;
    const get = startOnce(() => {
      starts += 1;
      if (starts < 3) throw new Fault('bundle_mismatch');
      return starts;
    });
    expect(get).toThrow('bundle_mismatch');
    expect(get()).toBe(3);
    expect(get()).toBe(3);
  });
});

describe('exchange', () => {
  const config = {
    publicUrl: PUBLIC_URL,
    ledgerTable: 'ledger',
    peopleTable: 'people',
    controlTable: 'control',
    mintFunction: 'mint',
    nonceKeys: { secret: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:nonce' },
    enrolmentKey: 'key',
    region: 'eu-central-1',
  };
  const handover: Handover = { writ: '0000000000000000', subject_token: 'x', intent: '{}', openings: {} };
  const payload = (value: object) => ({ Payload: new TextEncoder().encode(JSON.stringify(value)) });

  test('wakes mint while it starts itself, and the first caller waits for that one and starts no second', async () => {
    const awake = Promise.withResolvers<object>();
    const lambda = mockClient(LambdaClient);
    lambda.on(InvokeCommand).callsFake(() => awake.promise);
    const { policy, authorize } = broker.ports;
    const ports = exchangePorts(config, policy, authorize);
    const sent = () =>
      lambda
        .commandCalls(InvokeCommand)
        .map(({ args: [{ input }] }) => JSON.parse(String(Buffer.from(Object(input.Payload)))));
    expect(sent()).toEqual([{ wake: true }]);

    const minted = ports.mint(handover);
    await new Promise(setImmediate);
    expect(sent()).toEqual([{ wake: true }]);
    lambda
      .on(InvokeCommand)
      .resolves(payload({ ok: false, refusal: { reason: 'revoked', kind: 'all' } }) as never);
    awake.resolve(payload({ awake: true }));
    expect(await minted).toMatchObject({ ok: false });
    expect(sent()).toEqual([{ wake: true }, handover]);
  });

  test('a mint that could not be woken is called all the same', async () => {
    const lambda = mockClient(LambdaClient);
    lambda
      .on(InvokeCommand)
      .rejectsOnce(new Error('cold'))
      .resolves(payload({ ok: false, refusal: { reason: 'revoked', kind: 'all' } }) as never);
    const { policy, authorize } = broker.ports;
    expect(await exchangePorts(config, policy, authorize).mint(handover)).toMatchObject({ ok: false });
  });
});
