/** Whoever is blocked gets no new word of Writ's to show elsewhere. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import type { HeadKey } from '../../core/ports.ts';
import { recordOf, recordsOf } from '../support/attempt.ts';
import { endOf, fault } from '../support/bad-day.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';

let broker: Broker;
let signatures = 0;
beforeAll(async () => {
  broker = await openBroker();
});
beforeEach(() => {
  broker.reset();
  const { signer } = broker.ports;
  signatures = 0;
  broker.ports.signer = {
    ...signer,
    sign: (data) => {
      signatures += 1;
      return signer.sign(data);
    },
  };
});
afterAll(() => broker.close());

const enroll = async (oid = 'alice') =>
  broker.enroll(
    await broker.ask({
      endpoint: 'enroll',
      attestation: null,
      subject: { claims: { oid } },
      form: {
        grant_type: undefined,
        actor_token: undefined,
        actor_token_type: undefined,
        authorization_details: undefined,
      },
    }),
  );

/** Another person's each time: repeats of one would only be counted. */
let people = 0;
const user = (oid: string): HeadKey => ({ kind: 'user', value: `corp:${oid}` });
const all = (): HeadKey => ({ kind: 'all', value: '*' });
const device = (): HeadKey => ({ kind: 'device', value: `writ:${broker.world.keys.device.jkt}` });

/** Sets a head for the length of one attempt. */
async function whileHead<T>(
  key: HeadKey,
  head: Parameters<Broker['setHead']>[1],
  attempt: () => Promise<T>,
): Promise<T> {
  await broker.setHead(key, head);
  try {
    return await attempt();
  } finally {
    await broker.setHead(key, { cutoff: 1 });
  }
}

test('nobody is blocked: enrolled, and recorded', async () => {
  const device = `writ:${broker.world.keys.device.jkt}`;
  expect(await enroll('nobody-special')).toMatchObject({ ok: true, value: { device } });
  expect(signatures).toBe(1);
  expect(await recordsOf(broker, 'enrolled', 'nobody-special')).toMatchObject([{ device }]);
});

describe.each([
  ['the user', user],
  ['the key', device],
  ['everybody', all],
] as const)('of %s', (_, keyOf) => {
  let oid: string;
  let key: HeadKey;
  beforeEach(() => {
    people += 1;
    oid = `user-${people}`;
    key = keyOf(oid);
  });
  const enrolling = () => enroll(oid);

  test('a block: refused, nothing signed, and the record says why', async () => {
    const answer = await whileHead(key, { blockedUntil: NOW + 1 }, enrolling);
    expect(answer).toMatchObject({ ok: false, refusal: { reason: 'revoked', kind: key.kind } });
    expect(signatures).toBe(0);
    expect(await recordOf(broker, answer.ok ? null : answer.writ)).toMatchObject({
      type: 'refused',
      endpoint: 'enroll',
      reason: 'revoked',
      detail: { kind: key.kind },
      decision: { effect: 'permit' },
    });
  });

  test('a block that is over: enrolled', async () => {
    expect(await whileHead(key, { blockedUntil: NOW }, enrolling)).toMatchObject({ ok: true });
  });

  test('a cut-off that is pending: a fault, and nothing signed', async () => {
    expect(await whileHead(key, { pending: true }, () => endOf(enrolling()))).toBe(
      fault('revocation_pending'),
    );
    expect(signatures).toBe(0);
  });

  test('an end: who signs in afresh, and waits until the denial is past, may enroll again', async () => {
    expect(await whileHead(key, { cutoff: NOW - 2 }, () => endOf(enrolling()))).toBe(
      fault('revocation_pending'),
    );
    expect(await whileHead(key, { cutoff: NOW - 3 }, enrolling)).toMatchObject({ ok: true });
  });
});

test('a block of somebody else’s is nothing to Alice', async () => {
  expect(
    await whileHead({ kind: 'user', value: 'corp:bob' }, { blockedUntil: NOW + 60 }, () => enroll()),
  ).toMatchObject({ ok: true });
});

test('heads that cannot be read: a fault, and nothing signed', async () => {
  broker.ports.readHeads = async () => {
    throw new Fault('ledger_unavailable');
  };
  expect(await endOf(enroll())).toBe(fault('ledger_unavailable'));
  expect(signatures).toBe(0);
});
