/** Rule 5: where keys come from, and how often anyone is asked for them. Key sets travel over real HTTP. */
import { createServer, type Server } from 'node:http';
import type { JWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchJwks } from '../../adapters/jwks.ts';
import type { Received } from '../../core/request.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { attempt, turnedAway } from '../support/attempt.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { makeKey, type TestKey } from '../support/keys.ts';
import { goTo } from '../support/later.ts';
import type { Changes } from '../support/tokens.ts';

/** The tests say their own numbers, so that none of the rule's changes unseen. */
const TEN_MINUTES = 600;
const HOUR = 3600;
const CAP_BYTES = 102_400;

/** What the key server answers below a path: keys, a redirect, or a status. */
type Reply = readonly JWK[] | { readonly location: string } | number | string;

let broker: Broker;
let server: Server;
let mallory: TestKey;
let origin: string;
const replies = new Map<string, Reply>();
/** Paths, as they were asked for. */
let asked: string[] = [];
const CORP = '/login.corp.example/jwks';
const MALLORY = '/mallory/jwks';
const asksOf = (path: string) => asked.filter((each) => each === path).length;

beforeAll(async () => {
  [broker, mallory] = await Promise.all([openBroker(), makeKey('ES256', 'mallory-1')]);
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const reply = replies.get(path) ?? 404;
    if (typeof reply === 'number') response.writeHead(reply).end();
    else if (typeof reply === 'string') response.end(reply);
    else if ('location' in reply) response.writeHead(302, reply).end();
    else response.end(JSON.stringify({ keys: reply }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await broker.close();
});

beforeEach(() => {
  const { corp, mdm } = broker.world.keys;
  asked = [];
  replies.set(CORP, [corp.published]);
  replies.set('/mdm.example/jwks', [mdm.published]);
  replies.set(MALLORY, [mallory.published]);
  // The function's own way to keys: its cache over the adapter; only the host in the address is the test's.
  const fetchSet = fetchJwks({ allowHttp: true });
  broker.ports.findKey = keyCache((source) => {
    const { host, pathname } = new URL('jwks_uri' in source ? source.jwks_uri : 'kms:none');
    return fetchSet(`${origin}/${host}${pathname}`);
  });
});
afterEach(() => {
  broker.now = NOW * 1000;
});

/** Alice's good request so many seconds later. */
function later(seconds: number, subject: Changes = {}): Promise<Received> {
  const then = goTo(broker, seconds);
  return broker.ask({
    ...then,
    subject: { ...subject, claims: { ...then.subject.claims, ...subject.claims } },
  });
}
const send = async (seconds: number, subject: Changes = {}) => attempt(broker, await later(seconds, subject));
const issued = { refusal: null, sessions: 1 };
const keyUnknown = turnedAway({ reason: 'token_key_unknown', token: 'subject_token' });
const unavailable = { name: 'Fault', code: 'keys_unavailable' };

describe('a token that brings its key', () => {
  test.each(['jku', 'x5u'])('by %s: refused, and nobody is asked for it', async (header) => {
    const subject = { key: mallory, header: { kid: mallory.kid, [header]: origin + MALLORY } };
    expect(await send(0, subject)).toEqual(
      turnedAway({ reason: 'token_malformed', token: 'subject_token', problem: `header has ${header}` }),
    );
    expect(asked).toEqual([]);
  });

  test('by an address as its kid: refused, and the address is never asked', async () => {
    expect(await send(0, { key: mallory, header: { kid: origin + MALLORY } })).toEqual(keyUnknown);
    expect(asked).toEqual([CORP]);
  });

  test('by an address as its issuer: refused, and nobody is asked for anything', async () => {
    expect(await send(0, { key: mallory, claims: { iss: origin + MALLORY } })).toEqual(
      turnedAway({ reason: 'token_issuer_unknown', token: 'subject_token' }),
    );
    expect(asked).toEqual([]);
  });
});

describe('a key server', () => {
  test('that sends us on to another one is not followed: a fault, nothing issued', async () => {
    replies.set(CORP, { location: origin + MALLORY });
    const received = await later(0, { key: mallory, header: { kid: mallory.kid } });
    await expect(broker.exchange(received)).rejects.toMatchObject(unavailable);
    expect(asksOf(MALLORY)).toBe(0);
  });

  test('that never stops sending is cut off: a fault, nothing issued', async () => {
    const keys = JSON.stringify({ keys: [broker.world.keys.corp.published] });
    replies.set(CORP, keys.padEnd(CAP_BYTES + 1));
    await expect(broker.exchange(await later(0))).rejects.toMatchObject(unavailable);
  });

  test('that is down from the start: a fault, nothing issued', async () => {
    replies.set(CORP, 503);
    await expect(broker.exchange(await later(0))).rejects.toMatchObject(unavailable);
  });
});

describe('keys that nobody knows', () => {
  const invented = (kid: string) => ({ key: mallory, header: { kid } });

  test('an invented kid sends us to the issuer once a minute, however many are invented', async () => {
    expect(await send(0)).toMatchObject(issued);
    expect(asksOf(CORP)).toBe(1);
    for (const kid of ['a', 'b', 'c']) expect(await send(59, invented(kid))).toEqual(keyUnknown);
    expect(asksOf(CORP)).toBe(1);
    for (const kid of ['d', 'e', 'f']) expect(await send(60, invented(kid))).toEqual(keyUnknown);
    expect(asksOf(CORP)).toBe(2);
  });

  test('a key that the issuer took up since is found after that minute', async () => {
    const { corp } = broker.world.keys;
    expect(await send(0)).toMatchObject(issued);
    const next = await makeKey('ES256', 'corp-2');
    replies.set(CORP, [corp.published, next.published]);
    const subject = { key: next, header: { kid: next.kid } };
    expect(await send(59, subject)).toEqual(keyUnknown);
    expect(await send(60, subject)).toMatchObject(issued);
  });
});

describe('keys that were good', () => {
  test('a withdrawn key is refused once the set is no longer fresh', async () => {
    expect(await send(0)).toMatchObject(issued);
    const next = await makeKey('ES256', 'corp-2');
    replies.set(CORP, [next.published]);
    expect(await send(TEN_MINUTES - 1)).toMatchObject(issued);
    expect(await send(TEN_MINUTES)).toEqual(keyUnknown);
  });

  test('of an issuer that fell silent serve for an hour and not a second longer', async () => {
    expect(await send(0)).toMatchObject(issued);
    replies.set(CORP, 503);
    expect(await send(HOUR - 1)).toMatchObject(issued);
    expect(asksOf(CORP)).toBe(2);
    await expect(broker.exchange(await later(HOUR))).rejects.toMatchObject(unavailable);
  });
});
