/** Rule 4c: an enrolled agent, its device and the proof are one key; no machine borrows another's word. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import { attempt, issuedWith, refusedAs } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { onMallorysLaptop } from '../support/mallory.ts';
import { corp } from '../support/tokens.ts';

let broker: Broker;
let laptop: ReturnType<typeof onMallorysLaptop>;
beforeAll(async () => {
  broker = await openBroker();
  laptop = onMallorysLaptop(broker.world);
});
afterAll(() => broker.close());

const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const otherKey = refusedAs({ reason: 'actor_key_mismatch' });

/** Mallory's laptop, of which the MDM says that Alice may use it too: nothing but the agent is in question. */
const shared = (): Ask => ({
  ...laptop,
  attestation: { claims: { ...laptop.attestation.claims, user: { iss: corp.iss, sub: 'alice' } } },
});

test('an enrolled agent’s token signed by another key: refused', async () => {
  expect(await send({ actor: { key: broker.world.keys.otherDevice } })).toMatchObject(
    refusedAs({ reason: 'token_signature', token: 'actor_token' }),
  );
});

test('an enrolled agent’s token that is another key’s, signature and issuer: refused', async () => {
  expect(await send({ actor: laptop.actor })).toMatchObject(otherKey);
});

test('an enrolled agent’s token in the name of another key: refused', async () => {
  const iss = KEY_THUMBPRINT_URI + broker.world.keys.otherDevice.jkt;
  expect(await send({ actor: { claims: { iss } } })).toMatchObject(otherKey);
});

test('the word of the agent on Alice’s device, copied to another machine: refused', async () => {
  expect(await send({ ...shared(), actor: {} })).toMatchObject(otherKey);
});

test('an enrolled agent’s token whose issuer is no key: refused', async () => {
  expect(await send({ actor: { claims: { iss: 'https://platform.example' } } })).toMatchObject(
    refusedAs({ reason: 'token_issuer_unknown', token: 'actor_token' }),
  );
});

test('the attestation of a device, beside the agent and proof of another key: refused', async () => {
  expect(await send({ ...laptop, attestation: {} })).toMatchObject(
    refusedAs({ reason: 'attestation_key_mismatch' }),
  );
});

test('an attestation that names no key at all: refused', async () => {
  expect(await send({ attestation: { claims: { cnf: undefined } } })).toMatchObject(
    refusedAs({ reason: 'token_claim', token: 'client_attestation', claim: 'cnf' }),
  );
});

test('a platform’s token that is bound to another key than the proof’s: refused', async () => {
  const cnf = { jkt: broker.world.keys.otherDevice.jkt };
  const actor = broker.world.actorToken({ claims: { cnf, jti: 'bound' } });
  expect(await send({ actor })).toMatchObject(otherKey);
});

test('one key for all: issued, and the record says so', async () => {
  expect(await send(shared())).toMatchObject(
    issuedWith({ binding: { actor_device: 'one_key', subject: 'attestation' } }),
  );
});

test('an attested agent is of no device, and the record does not claim it', async () => {
  expect(await send({ actor: 'attested' })).toMatchObject(issuedWith({ binding: { actor_device: null } }));
});
