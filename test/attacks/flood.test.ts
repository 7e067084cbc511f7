/** Rule 2 under load: ten thousand different bad requests, and what is left of them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TTL_ATTRIBUTE } from '../../adapters/tables.ts';
import type { FetchKeys } from '../../core/ports.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { restEvent } from '../lambda/edge/events.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { base64url } from '../support/keys.ts';
import { openWire, type Wire } from '../support/wire.ts';

const STRANGERS = 9_800;
const KNOWN = 200;

let broker: Broker;
let wire: Wire;
let silent: () => void;
beforeAll(async () => {
  silent = silence();
  broker = await openBroker();
  wire = await openWire(broker);
});
afterAll(async () => {
  silent();
  await wire.close();
  await broker.close();
});

/** Not a spy of vitest's, which would keep every line and so grow by itself. */
function silence(): () => void {
  const write = process.stdout.write;
  process.stdout.write = () => true;
  return () => {
    process.stdout.write = write;
  };
}

/** Sends a request as API Gateway hands it over, and says how it ended. */
async function send(form: { readonly [name: string]: string } | string, headers: Headers): Promise<string> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const multiValueHeaders = Object.fromEntries(
    Object.entries({ 'content-type': 'application/x-www-form-urlencoded', ...headers }).map(
      ([name, value]) => [name, [value]],
    ),
  );
  const { status, refusal } = await wire.invoke('exchange', restEvent({ body, multiValueHeaders }));
  return `${status} ${refusal?.reason ?? 'at the edge'}`;
}
type Headers = { readonly [name: string]: string };

/** Of each table: how many items, and how many of them do not go by themselves. */
async function counts(): Promise<{ readonly [table: string]: number }> {
  const { client, tables } = broker.db;
  const found: { [table: string]: number } = {};
  for (const [table, TableName] of Object.entries(tables)) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
    found[table] = Items.length;
    found[`${table}, for ever`] = Items.filter((item) => item[TTL_ATTRIBUTE] === undefined).length;
  }
  return found;
}

/** What a stranger sends: each time something new, of every kind that costs something to look at. */
async function strangersRequests() {
  const good = await broker.ask({ proof: { claims: { bdh: undefined } } });
  const form = Object.fromEntries(new URLSearchParams(good.body));
  const headers = { dpop: String(good.headers.dpop) };
  const details = String(form.authorization_details);
  const jws = (header: object, claims: object) =>
    `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}.${base64url('x'.repeat(64))}`;
  const subject = (header: object, claims: object) => ({ ...form, subject_token: jws(header, claims) });
  const kinds: readonly ((n: number) => Promise<string>)[] = [
    (n) => send(`${good.body}&x${n}=1&x${n}=2`, headers),
    (n) => send(form, { ...headers, 'content-type': `text/plain; boundary=${n}` }),
    (n) => send({ ...form, grant_type: `grant-${n}` }, headers),
    (n) => send({ ...form, audience: `https://${n}.example` }, headers),
    (n) => send({ ...form, authorization_details: details.replace('aws_session', `type-${n}`) }, headers),
    (n) =>
      send({ ...form, authorization_details: `[{"${n}":${'['.repeat(200)}${']'.repeat(200)}}]` }, headers),
    (n) => send({ ...form, binding: base64url(JSON.stringify({ rnd: String(n) })) }, headers),
    (n) => send(form, { dpop: jws({ typ: 'dpop+jwt', alg: 'none' }, { jti: n }) }),
    (n) => send(form, { dpop: jws({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', x: n } }, { jti: n }) }),
    (n) => send(subject({ alg: 'ES256' }, { iss: `https://${n}.example` }), headers),
    (n) => send(subject({ alg: 'ES256', kid: `kid-${n}` }, { iss: 'https://login.corp.example' }), headers),
    (n) => send(subject({ alg: 'ES256', kid: 'corp-1' }, { iss: 'https://login.corp.example', n }), headers),
    (n) => send(subject({ alg: `HS${n}`, kid: 'corp-1' }, { iss: 'https://login.corp.example' }), headers),
  ];
  return (n: number) => kinds[n % kinds.length]?.(n) ?? Promise.reject(new Error('no kind'));
}

test('ten thousand different bad requests leave what rule 2 says, and no more', {
  timeout: 60_000,
}, async () => {
  const { corp, mdm } = broker.world.keys;
  const fetches = vi.fn<FetchKeys>(async () => [corp.published, mdm.published]);
  broker.ports.findKey = keyCache(fetches);
  const empty = await counts();

  const stranger = await strangersRequests();
  const ends = new Map<string, number>();
  const note = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1);
  const flood = async (from: number, to: number) => {
    for (let n = from; n < to; n++) note(await stranger(n));
  };
  await flood(0, STRANGERS / 4);
  const before = heapAfterCollection();
  await flood(STRANGERS / 4, STRANGERS);
  const grown = heapAfterCollection() - before;

  // Some 50 bytes of noise for each; a body that somebody keeps would be 3,000.
  expect(grown / (STRANGERS * 0.75)).toBeLessThan(500);
  expect([...ends.keys()].sort()).toEqual([
    '400 details_malformed',
    '400 dpop_malformed',
    '400 grant_type_unsupported',
    '400 parameter_repeated',
    '400 request_malformed',
    '400 target_foreign',
    '400 token_algorithm',
    '400 token_issuer_unknown',
    '400 token_key_unknown',
    '400 token_signature',
    '415 request_not_form',
  ]);
  // An invented key id asks the issuer at most once a minute, and this was one minute.
  expect(fetches).toHaveBeenCalledTimes(1);
  expect(await counts()).toEqual(empty);

  for (let n = 0; n < KNOWN; n++) {
    const claims = { jti: `known-${n}`, bdh: undefined };
    const received = await broker.ask({
      details: { parameters: { prefix: `invented/${n}` } },
      proof: { claims },
      actor: broker.world.enrolledActorToken({ claims: { jti: 'the same' } }),
    });
    const headers = Object.fromEntries(
      Object.entries(received.headers).map(([name, [value = '']]) => [name, value]),
    );
    expect(await send(received.body, headers)).toBe('400 parameter_invalid');
  }
  // One record at the first, the tenth and the hundredth, each with what is personal in it; the rest is a count.
  expect(await counts()).toEqual({
    ledger: 3,
    'ledger, for ever': 3,
    people: 3,
    'people, for ever': 3,
    // Each proof until its nonce is over, the agent's one token, and the count; and what was there before.
    control: KNOWN + 2 + (empty.control ?? 0),
    'control, for ever': empty['control, for ever'],
  });
  expect(broker.sts.asked).toEqual([]);
});

/** Bytes in use when everything that nobody holds has been collected. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < 4; round++) collect();
  return process.memoryUsage().heapUsed;
}
