/** POST /permissions: shows what would be granted, to whoever could be granted it, and to nobody else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jcs } from '../../core/encoding/jcs.ts';
import type { Refusal } from '../../core/refusals.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { recordOf } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { FILES } from '../support/installation.ts';
import { onMallorysLaptop } from '../support/mallory.ts';
import { PUBLIC_URL, platform, RND } from '../support/tokens.ts';

const agent = (name: string, registration: object) => ({
  [`agents/${name}.yaml`]: {
    ...Object(FILES['agents/helper.yaml']),
    identities: [{ issuer: 'platform', subject: `workload/${name}` }],
    permissions: [],
    ...registration,
  },
});

let broker: Broker;
beforeAll(async () => {
  const reports = Object(FILES['permissions/reports-read.yaml']);
  broker = await openBroker({
    ...agent('of-nobody', {}),
    ...agent('of-alice', { users: ['corp:alice'] }),
    ...agent('of-finance', { groups: ['corp:finance'] }),
    ...agent('of-reading', { permissions: ['reports-read'] }),
    'accounts.yaml': {
      ...Object(FILES['accounts.yaml']),
      old: { id: '444455556666', region: 'eu-central-1', state: 'closed' },
    },
    'permissions/reports-read.yaml': { ...reports, accounts: ['prod', 'old'] },
  });
});
afterAll(() => broker.close());

const asking = (change: Ask = {}) =>
  broker.ask({
    endpoint: 'permissions',
    ...change,
    form: { authorization_details: undefined, ...change.form },
  });

/** Names with their accounts, or the refusal and its record. STS is never asked. */
async function list(change: Ask = {}): Promise<unknown> {
  const before = broker.sts.asked.length;
  const answer = await broker.permissions(await asking(change));
  if (broker.sts.asked.length > before) return 'STS was asked';
  if (answer.ok) return answer.value.map(({ permission, accounts }) => `${permission} in ${accounts}`);
  return { refusal: answer.refusal, record: await recordOf(broker, answer.writ) };
}
const as = (name: string): Ask => ({ actor: { claims: { sub: name } } });
const refused = (refusal: Refusal) => ({
  refusal,
  record: { type: 'refused', endpoint: 'permissions', reason: refusal.reason, permission: null },
});
const turnedAway = (refusal: Refusal) => ({ refusal, record: null });

/** Alice on her second laptop, where she signed in, too. */
function onSecondLaptop(): Ask {
  const { proof, attestation } = onMallorysLaptop(broker.world);
  const nonce = boundNonce(broker.world.keys.otherDevice.jkt, RND);
  return { proof, attestation, subject: { claims: { nonce } } };
}

const READ = 'reports-read in prod';
const BOUND = 'reports-bound in prod';

describe('the list', () => {
  test('leaves out what policy forbids, and accounts that are closed', async () => {
    expect(await list()).toEqual([BOUND, READ]);
  });

  test('leaves out what the agent is not registered for', async () => {
    expect(await list(as('of-reading'))).toEqual([READ]);
  });

  test.each([
    ['user', 'of-alice'],
    ['group', 'of-finance'],
  ])('of an agent that is registered for this %s is what the user may have', async (_, name) => {
    expect(await list(as(name))).toEqual([BOUND, READ]);
  });

  test('of an agent that the token’s may_act names is what the user may have', async () => {
    const sub = 'workload/of-reading';
    const actor = broker.world.actorToken({ claims: { sub, jti: 'named' } });
    const may_act = { iss: platform.iss, sub };
    expect(await list({ actor, subject: { claims: { may_act } } })).toEqual([BOUND, READ]);
  });

  test('is empty for a user who may have nothing', async () => {
    expect(await list({ subject: { claims: { groups: ['staff'] } } })).toEqual([]);
  });

  test('agrees with what an exchange would say', async () => {
    const ann = {
      ...as('of-reading'),
      subject: { claims: { oid: 'ann' } },
      attestation: { claims: { user: undefined } },
    };
    const granted = [];
    for (const permission of ['reports-bound', 'reports-read', 'reports-secret']) {
      const answer = await broker.exchange(await broker.ask({ ...ann, details: { permission } }));
      if (answer.ok) granted.push(`${permission} in prod`);
    }
    expect(await list(ann)).toEqual(granted);
  });

  test('writes nothing but what it spends, and asks STS for nothing', async () => {
    const [before, sessions] = [await items(), broker.sts.asked.length];
    expect(await list()).toEqual([BOUND, READ]);
    const added = [...(await items())].filter((item) => !before.has(item)).sort();
    expect(added).toEqual([
      expect.stringContaining(`"pk":{"S":"PROOF#${broker.world.keys.device.jkt}"}`),
      expect.stringContaining(`"jkt":{"S":"${broker.world.keys.device.jkt}"},"pk":{"S":"ACTOR#`),
    ]);
    expect(broker.sts.asked).toHaveLength(sessions);
  });
});

describe('whoever asks', () => {
  test('with Alice’s leaked token on his own laptop: refused', async () => {
    expect(await list(onMallorysLaptop(broker.world))).toMatchObject(
      refused({ reason: 'subject_not_bound_to_device', problem: 'the nonce was made for another key' }),
    );
  });

  test('as an agent that is registered for nobody: refused', async () => {
    expect(await list(as('of-nobody'))).toMatchObject(
      refused({ reason: 'actor_not_for_subject', agent: 'of-nobody' }),
    );
  });

  test('from a device that nobody knows: refused', async () => {
    expect(await list({ attestation: null })).toMatchObject(refused({ reason: 'device_missing' }));
  });

  test('with an agent’s token of another key: refused', async () => {
    expect(await list({ actor: onMallorysLaptop(broker.world).actor })).toMatchObject(
      refused({ reason: 'actor_key_mismatch' }),
    );
  });

  test('with an attested agent’s token that was used from another key: refused', async () => {
    const actor = broker.world.actorToken({ claims: { jti: 'used' } });
    expect(await list({ actor })).toEqual([BOUND, READ]);
    expect(await list({ ...onSecondLaptop(), actor })).toMatchObject(
      refused({ reason: 'actor_token_of_another_key' }),
    );
    const exchanged = await broker.exchange(await broker.ask({ ...onSecondLaptop(), actor }));
    expect(exchanged).toMatchObject({ ok: false, refusal: { reason: 'actor_token_of_another_key' } });
  });

  test('with one token as user and agent: refused', async () => {
    const token = broker.world.subjectToken();
    expect(await list({ subject: token, actor: token })).toEqual(
      turnedAway({ reason: 'token_in_two_slots', token: 'actor_token', also: 'subject_token' }),
    );
  });

  test('without a proof: refused', async () => {
    expect(await list({ headers: { dpop: [] } })).toEqual(turnedAway({ reason: 'dpop_missing' }));
  });

  test('with a proof of no nonce: refused', async () => {
    expect(await list({ proof: { claims: { nonce: undefined } } })).toEqual(
      turnedAway({ reason: 'dpop_nonce_missing' }),
    );
  });

  test('with a proof made for an exchange: refused', async () => {
    expect(await list({ proof: { claims: { htu: `${PUBLIC_URL}/token` } } })).toEqual(
      turnedAway({ reason: 'dpop_claim', claim: 'htu' }),
    );
  });

  test('with a proof made for another body: refused', async () => {
    expect(await list({ proof: { claims: { bdh: 'another' } } })).toEqual(
      turnedAway({ reason: 'dpop_body_mismatch' }),
    );
  });

  test('with a proof that has been used for a list: refused, and recorded', async () => {
    const received = await asking();
    expect(await broker.permissions(received)).toMatchObject({ ok: true });
    const again = await broker.permissions(received);
    expect(again).toMatchObject({ ok: false, refusal: { reason: 'dpop_replayed' } });
    expect(await recordOf(broker, again.ok ? null : again.writ)).toMatchObject({
      type: 'refused',
      endpoint: 'permissions',
      reason: 'dpop_replayed',
    });
  });
});

/** Every item of every table, each as text. */
async function items(): Promise<ReadonlySet<string>> {
  const tables: readonly (readonly unknown[])[] = JSON.parse(await broker.everything());
  return new Set(tables.flat().map(jcs));
}
