import { describe, expect, test } from 'vitest';
import { brokerMetadata, clockOf, issuerFacts } from '../../adapters/doctor-network.ts';
import type { Issuer } from '../../core/policy/bundle.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0); // fixed
const ISS = 'https://login.example.com/tenant';

/** A network on which each address has one answer, and each request takes 200 ms there and back. */
function network(answers: { readonly [url: string]: Response }) {
  let at = NOW;
  const asked: string[] = [];
  return {
    asked,
    fetch: (async (url: string) => {
      asked.push(url);
      at += 200;
      const answer = answers[url];
      if (answer === undefined) throw new TypeError('quotes what it was given');
      return answer;
    }) as unknown as typeof fetch,
    clock: () => at,
  };
}
const json = (value: unknown, headers: { readonly [name: string]: string } = {}) =>
  new Response(JSON.stringify(value), { headers: { date: new Date(NOW).toUTCString(), ...headers } });

const issuer = { iss: ISS, keys: { jwks_uri: `${ISS}/jwks` } } as unknown as Issuer;
const DISCOVERY = `${ISS}/.well-known/openid-configuration`;

describe('an issuer', () => {
  test('its document, its keys and its time', async () => {
    const facts = await issuerFacts(
      issuer,
      network({ [DISCOVERY]: json({ issuer: ISS }), [`${ISS}/jwks`]: json({ keys: [{ kty: 'EC' }] }) }),
    );
    expect(facts).toEqual({
      discovery: { ok: true, value: { issuer: ISS } },
      keys: { ok: true, value: [{ kty: 'EC' }] },
      // Half a second later than it says, less the 300 ms that had gone by half-way through the second request.
      clock: { known: true, value: { ahead: 200, within: 600 } },
    });
  });

  test('that publishes nothing of itself', async () => {
    const absent = new Response('', { status: 404 });
    const { discovery } = await issuerFacts(
      issuer,
      network({ [DISCOVERY]: absent, [`${ISS}/jwks`]: json({ keys: [] }) }),
    );
    expect(discovery).toEqual({ ok: true, value: null });
  });

  test.each([
    [
      'a redirect',
      new Response(null, { status: 302, headers: { location: 'https://x.example' } }),
      'answered 302',
    ],
    ['no JSON', new Response('<html>'), 'answered what is no JSON object'],
    ['no key set', json({ keys: 'none' }), 'answered what is no key set (RFC 7517 §5)'],
    ['far too much', new Response(' '.repeat(200_000)), 'answered more than 102400 bytes'],
  ])('that answers %s has no keys', async (_, answer, problem) => {
    const { keys } = await issuerFacts(issuer, network({ [DISCOVERY]: json({}), [`${ISS}/jwks`]: answer }));
    expect(keys).toEqual({ ok: false, problem });
  });

  test('that is not there: in our words, and its clock is not known', async () => {
    const { keys, clock } = await issuerFacts(issuer, network({}));
    expect(keys).toEqual({ ok: false, problem: 'cannot be reached' });
    expect(clock.known).toBe(false);
  });
});

describe('the time of an answer out of a cache', () => {
  const hourAgo = new Date(NOW - 3_600_000).toUTCString();

  test('is when it was made, and how long ago that was', async () => {
    const from = network({ 'https://x.example/': json({}, { date: hourAgo, age: '3600' }) });
    expect(await clockOf('https://x.example/', from)).toEqual({
      known: true,
      value: { ahead: 900, within: 1100 },
    });
  });

  test.each(['yes', '-1', ''])('is not known where its age is %j', async (age) => {
    const from = network({ 'https://x.example/': json({}, { date: hourAgo, age }) });
    expect((await clockOf('https://x.example/', from)).known).toBe(false);
  });
});

describe('the broker', () => {
  test('is asked where RFC 8414 has it', async () => {
    const from = network({
      'https://writ.example/.well-known/oauth-authorization-server': json({ issuer: 'w' }),
    });
    expect(await brokerMetadata('https://writ.example', from)).toEqual({ ok: true, value: { issuer: 'w' } });
  });

  test('below a stage, at last, where API Gateway can answer', async () => {
    const below = 'https://api.example/writ/.well-known/oauth-authorization-server';
    const from = network({
      'https://api.example/.well-known/oauth-authorization-server/writ': new Response('', { status: 403 }),
      [below]: json({ issuer: 'w' }),
    });
    expect(await brokerMetadata('https://api.example/writ', from)).toEqual({
      ok: true,
      value: { issuer: 'w' },
    });
  });
});
