/** Rule 4d: a proof that names its body fits no other request, and a permission may demand that it does. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import { attempt, issuedWith, refusedAs, turnedAway } from '../support/attempt.ts';
import { type Broker, openBroker } from '../support/broker.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
afterAll(() => broker.close());

const bound = { permission: 'reports-bound' };
const withoutHash = { claims: { bdh: undefined } };
const mismatch = turnedAway({ reason: 'dpop_body_mismatch' });

test.each([
  ['another permission', 'reports-read', 'reports-bound'],
  ['another task', 'FIN-1234', 'FIN-6666'],
  ['another purpose', 'Summarise', 'Publish'],
  ['another prefix', '%22q3%22', '%22q4%22'],
  ['a longer duration', 'duration%22%3A900', 'duration%22%3A1800'],
  ['a parameter more', 'grant_type', 'x=1&grant_type'],
  ['another spelling of the same', 'FIN-1234', 'FIN%2D1234'],
])('a captured request with %s than the proof covers: refused', async (_, find, replace) => {
  const received = await broker.ask();
  const body = received.body.replace(find, replace);
  expect(await attempt(broker, { ...received, body })).toEqual(mismatch);
});

test('a proof taken from one request and put before another: refused', async () => {
  const [captured, other] = [await broker.ask(), await broker.ask({ details: { task: 'FIN-6666' } })];
  expect(await attempt(broker, { ...other, headers: captured.headers })).toEqual(mismatch);
});

test.each([
  ['of nothing', sha256Base64url('')],
  ['that is empty', ''],
])('a hash %s: refused', async (_, bdh) => {
  expect(await attempt(broker, await broker.ask({ proof: { claims: { bdh } } }))).toEqual(mismatch);
});

test.each([
  ['null', null],
  ['a list', [sha256Base64url('')]],
])('a hash that is %s is not taken for none: refused', async (_, bdh) => {
  expect(await attempt(broker, await broker.ask({ proof: { claims: { bdh } } }))).toEqual(
    turnedAway({ reason: 'dpop_claim', claim: 'bdh' }),
  );
});

test('a permission that demands the hash, with a proof that fits any body: refused', async () => {
  const received = await broker.ask({ details: bound, proof: withoutHash });
  const came = await attempt(broker, received);
  expect(came).toMatchObject(refusedAs({ reason: 'body_hash_required', permission: 'reports-bound' }));
  expect(came.record).toMatchObject({ binding: { request: null } });
});

test('the permission that demands the hash, with it: issued, and the record says that the body was covered', async () => {
  expect(await attempt(broker, await broker.ask({ details: bound }))).toMatchObject(
    issuedWith({ binding: { request: 'bdh' } }),
  );
});

test('a plain client without the hash is served, and the record says that the body was not covered', async () => {
  expect(await attempt(broker, await broker.ask({ proof: withoutHash }))).toMatchObject(
    issuedWith({ binding: { request: null } }),
  );
});
