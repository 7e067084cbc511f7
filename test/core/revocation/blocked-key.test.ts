/** A device's key can be shown under three names: blocked as Writ's own, it is blocked under each. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { boundNonce } from '../../../core/tokens/subject-bound.ts';
import { type Ask, type Broker, openBroker } from '../../support/broker.ts';
import { NOW } from '../../support/clock.ts';
import { onMallorysLaptop } from '../../support/mallory.ts';
import { RND } from '../../support/tokens.ts';

let broker: Broker;
let enrolled: string;
beforeAll(async () => {
  broker = await openBroker();
  const form = { grant_type: undefined, actor_token: undefined, actor_token_type: undefined };
  const answer = await broker.enroll(
    await broker.ask({
      endpoint: 'enroll',
      attestation: null,
      form: { ...form, authorization_details: undefined },
    }),
  );
  if (!answer.ok) throw new Error(JSON.stringify(answer.refusal));
  enrolled = answer.value.client_attestation;
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

const SHOWN: readonly { readonly name: string; readonly as: () => Ask; readonly kind: string }[] = [
  { name: 'by its MDM', as: () => ({}), kind: 'attested' },
  { name: 'by Writ', as: () => ({ attestation: enrolled }), kind: 'enrolled' },
  {
    name: 'by a claim alone',
    as: () => ({ attestation: null, subject: { claims: { device: 'laptop-7' } } }),
    kind: 'claimed',
  },
];

const exchange = async (change: Ask) => broker.exchange(await broker.ask(change));
const key = () => ({ kind: 'device', value: `writ:${broker.world.keys.device.jkt}` }) as const;
const block = (blockedUntil: number) => broker.setHead(key(), { blockedUntil });

describe.each(SHOWN)('a key that is shown $name', ({ as, kind }) => {
  test('is not blocked: a session, so that what follows is refused for its own reason', async () => {
    await block(NOW);
    expect(await exchange(as())).toMatchObject({ ok: true, value: { grant: { device: { kind } } } });
  });

  test('is blocked: refused, and STS is not asked', async () => {
    await block(NOW + 60);
    expect(await exchange(as())).toMatchObject({
      ok: false,
      refusal: { reason: 'revoked', kind: 'device' },
    });
    expect(broker.sts.asked).toEqual([]);
  });

  test('is blocked while STS answers: the secret is dropped', async () => {
    await block(NOW);
    broker.sts.after = () => block(NOW + 60);
    expect(await exchange(as())).toMatchObject({
      ok: false,
      refusal: { reason: 'revoked', kind: 'device' },
    });
    expect(broker.sts.asked).toHaveLength(1);
  });
});

test('another key is not', async () => {
  await block(NOW + 60);
  const { keys } = broker.world;
  const subject = { claims: { nonce: boundNonce(keys.otherDevice.jkt, RND) } };
  expect(await exchange({ ...onMallorysLaptop(broker.world), subject })).toMatchObject({ ok: true });
});
