/** Rule 6: a proof carries a nonce of ours that is minutes old, and names the very URL that was configured. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { receive } from '../../lambda/edge/event.ts';
import { httpApiEvent } from '../lambda/edge/events.ts';
import { attempt, issuedWith, refusedAs, turnedAway } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { NONCE_KEYS, PUBLIC_URL } from '../support/tokens.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
afterAll(() => broker.close());

const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const issued = issuedWith({});
const keysOf = (key: KeyObject | undefined) => (key === undefined ? [] : [key]);
const [current, previous] = NONCE_KEYS;
const at = (seconds: number) => makeNonce(NONCE_KEYS, NOW + seconds);
const foreign = makeNonce([createSecretKey('a key that Mallory made by himsel', 'utf8')], NOW);

/** What is no nonce of ours, or not of now. */
const BAD: readonly (readonly [string, string])[] = [
  ['by a key of Mallory’s', foreign],
  ['of two minutes ago', at(-120)],
  ['of two minutes and a second ago', at(-121)],
  ['of the future', at(6)],
  ['whose time was changed', `${(NOW + 1).toString(36)}${at(0).slice(at(0).indexOf('.'))}`],
  ['with a MAC cut short', at(0).slice(0, -1)],
  ['in other letters', at(0).toUpperCase()],
  ['that is empty', ''],
  ['that is a time alone', NOW.toString(36)],
];

/** What is ours and fresh. */
const GOOD: readonly (readonly [string, string])[] = [
  ['of one second less than two minutes ago', at(-119)],
  ['of a machine of ours that is a little ahead', at(5)],
  ['by the previous key', makeNonce(keysOf(previous), NOW)],
  ['by the current key', makeNonce(keysOf(current), NOW)],
];

describe('a proof with a nonce', () => {
  test.each(BAD)('%s: refused', async (_, nonce) => {
    expect(await send({ proof: { claims: { nonce } } })).toEqual(turnedAway({ reason: 'dpop_nonce_stale' }));
  });

  test.each(GOOD)('%s: issued', async (_, nonce) => {
    expect(await send({ proof: { claims: { nonce } } })).toMatchObject(issued);
  });

  test('left out: refused', async () => {
    expect(await send({ proof: { claims: { nonce: undefined } } })).toEqual(
      turnedAway({ reason: 'dpop_nonce_missing' }),
    );
  });

  test.each([null, 0, [at(0)]])('that is no text (%j): refused', async (nonce) => {
    expect(await send({ proof: { claims: { nonce } } })).toEqual(
      turnedAway({ reason: 'dpop_claim', claim: 'nonce' }),
    );
  });

  test.each([
    ['years behind', 0],
    ['years ahead', NOW * 2],
  ])('of now, by a client whose clock is %s: issued', async (_, iat) => {
    expect(await send({ proof: { claims: { iat } } })).toMatchObject(issued);
  });
});

describe('an enrolled agent’s own token with a nonce', () => {
  test.each(BAD.filter(([, nonce]) => nonce !== ''))('%s: refused', async (_, nonce) => {
    expect(await send({ actor: { claims: { nonce, exp: undefined } } })).toMatchObject(
      refusedAs({ reason: 'dpop_nonce_stale' }),
    );
  });

  test.each(GOOD)('%s: issued', async (_, nonce) => {
    expect(await send({ actor: { claims: { nonce, exp: undefined } } })).toMatchObject(issued);
  });

  test.each([
    ['left out', undefined],
    ['that is empty', ''],
  ])('%s: refused', async (_, nonce) => {
    expect(await send({ actor: { claims: { nonce } } })).toMatchObject(
      refusedAs({ reason: 'token_claim', token: 'actor_token', claim: 'nonce' }),
    );
  });

  test('of now, and an end of its own in years: refused', async () => {
    expect(await send({ actor: { claims: { exp: NOW * 2 } } })).toMatchObject(
      refusedAs({ reason: 'token_claim', token: 'actor_token', claim: 'exp' }),
    );
  });
});

describe('a proof made for', () => {
  const wrong = turnedAway({ reason: 'dpop_claim', claim: 'htu' });
  const { host } = new URL(PUBLIC_URL);

  test.each([
    ['another host', 'https://mallory.example/token'],
    ['the list of permissions', `${PUBLIC_URL}/permissions`],
    ['enrolment', `${PUBLIC_URL}/enroll`],
    ['the broker itself', PUBLIC_URL],
    ['a path below', `${PUBLIC_URL}/token/x`],
    ['the URL with a slash', `${PUBLIC_URL}/token/`],
    ['plain http', `http://${host}/token`],
    ['a user of that name', `https://${host}@mallory.example/token`],
    ['a query that names us', `https://mallory.example/?${PUBLIC_URL}/token`],
    ['a host that begins like ours', `https://${host}.mallory.example/token`],
  ])('%s: refused', async (_, htu) => {
    expect(await send({ proof: { claims: { htu } } })).toEqual(wrong);
  });

  test.each([undefined, null, [`${PUBLIC_URL}/token`]])('%j: refused', async (htu) => {
    expect(await send({ proof: { claims: { htu } } })).toEqual(wrong);
  });

  test.each(['GET', 'post', undefined])('the method %s: refused', async (htm) => {
    expect(await send({ proof: { claims: { htm } } })).toEqual(
      turnedAway({ reason: 'dpop_claim', claim: 'htm' }),
    );
  });

  test('our URL with a query, which RFC 9449 leaves out: issued', async () => {
    expect(await send({ proof: { claims: { htu: `${PUBLIC_URL}/token?x#y` } } })).toMatchObject(issued);
  });
});

test('a proof made for Mallory’s host, through API Gateway, with every header saying that this is it: refused', async () => {
  const domainName = 'mallory.example';
  const htu = `https://${domainName}/token`;
  const { body, headers } = await broker.ask({ proof: { claims: { htu } } });
  const event = httpApiEvent({
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.join()])),
      host: domainName,
      'x-forwarded-host': domainName,
      'x-forwarded-proto': 'https',
      'x-original-url': htu,
      forwarded: `host=${domainName};proto=https`,
    },
    body,
  });
  const received = receive(event, `${PUBLIC_URL}/token`);
  if (!received.ok) throw new Error('the event is good');
  expect(await attempt(broker, received.value)).toEqual(turnedAway({ reason: 'dpop_claim', claim: 'htu' }));
});
