import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failure } from '../../cli/failure.ts';
import type { Held } from '../../cli/held.ts';
import { type Endpoint, serveEndpoint } from '../../cli/serve-endpoint.ts';
import { WRIT } from './fake-broker.ts';

const HELD: Held = {
  writ: WRIT,
  credentials: {
    Version: 1,
    AccessKeyId: 'ASIALOCAL00000000001',
    SecretAccessKey: 'canary-secret-key',
    SessionToken: 'canary-session-token',
    Expiration: '2026-11-24T12:00:00Z',
    AccountId: '000000000000',
  },
  endsAt: 0,
  lifetime: 900,
};

let take: () => Promise<Held>;
let endpoint: Endpoint;
beforeEach(async () => {
  take = async () => HELD;
  endpoint = await serveEndpoint({ take: () => take(), stop: async () => undefined });
});
afterEach(() => endpoint.close());

interface Said {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: { readonly [member: string]: unknown };
}

/** Node's own client, since `fetch` lets nobody choose a `Host`. */
const ask = (
  change: {
    readonly path?: string;
    readonly method?: string;
    readonly headers?: { readonly [name: string]: string };
  } = {},
): Promise<Said> =>
  new Promise((resolve, reject) => {
    const { port, pathname } = new URL(endpoint.url);
    const { path = pathname, method = 'GET', headers = {} } = change;
    const authorised = { authorization: endpoint.token, ...headers };
    request({ host: '127.0.0.1', port, path, method, headers: authorised }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: text === '' ? {} : JSON.parse(text),
      });
    })
      .on('error', reject)
      .end();
  });

test('answers what every SDK asks for, in UTC with Z, not to be stored', async () => {
  expect(await ask()).toEqual({
    status: 200,
    headers: expect.objectContaining({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }),
    body: {
      AccessKeyId: 'ASIALOCAL00000000001',
      SecretAccessKey: 'canary-secret-key',
      Token: 'canary-session-token',
      Expiration: '2026-11-24T12:00:00Z',
      AccountId: '000000000000',
    },
  });
});

test.each([
  [{ headers: { authorization: '' } }, 401, 'WrongToken'],
  [{ headers: { authorization: 'x'.repeat(43) } }, 401, 'WrongToken'],
  [{ headers: { host: 'rebound.example' } }, 421, 'WrongHost'],
  [{ headers: { host: 'localhost:1' } }, 421, 'WrongHost'],
  [{ headers: { host: '127.0.0.1' } }, 421, 'WrongHost'],
  [{ method: 'POST' }, 405, 'WrongMethod'],
  [{ method: 'OPTIONS' }, 405, 'WrongMethod'],
  [{ path: '/' }, 404, 'NotFound'],
  [{ path: '/credentials/../credentials?x' }, 404, 'NotFound'],
] as const)('%o is %i %s, and tells nothing', async (change, status, Code) => {
  const said = await ask(change);
  expect(said).toMatchObject({ status, body: { Code, Message: expect.any(String) } });
  expect(JSON.stringify(said)).not.toContain('canary');
});

test('HEAD is refused as well', async () => {
  expect((await ask({ method: 'HEAD' })).status).toBe(405);
});

test('each endpoint has a token of its own, of 256 bits', async () => {
  const other = await serveEndpoint({ take: () => take(), stop: async () => undefined });
  expect(other.token).not.toBe(endpoint.token);
  expect(Buffer.from(other.token, 'base64url').length).toBe(32);
  expect((await ask({ headers: { authorization: other.token } })).status).toBe(401);
  await other.close();
});

test('listens on 127.0.0.1 alone', () => {
  expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/credentials$/);
});

test('a refusal is 403 with its reason, why, the next command and the writ', async () => {
  take = () =>
    Promise.reject(
      new Failure({
        exit: 2,
        error: 'invalid_request',
        reason_code: 'device_missing',
        what: 'The broker refused.',
        why: 'The broker does not know this device, or no longer.',
        next: 'writ enroll --profile work',
        writ: WRIT,
      }),
    );
  expect(await ask()).toMatchObject({
    status: 403,
    body: {
      Code: 'device_missing',
      Message: `The broker refused. The broker does not know this device, or no longer. Next: writ enroll --profile work (writ ${WRIT})`,
    },
  });
});

test('a fault is 503, which SDKs try again; what is unexpected is not quoted', async () => {
  take = () =>
    Promise.reject(new Failure({ exit: 4, error: 'not_yet', what: 'A new session is being asked for.' }));
  expect(await ask()).toMatchObject({ status: 503, body: { Code: 'not_yet' } });
  take = () => Promise.reject(new Error('canary of an inner message'));
  const said = await ask();
  expect(said).toMatchObject({ status: 503, body: { Code: 'internal' } });
  expect(JSON.stringify(said)).not.toContain('canary');
});

test('a port that is taken is told in a sentence', async () => {
  const { port } = new URL(endpoint.url);
  await expect(serveEndpoint({ take, stop: async () => undefined }, Number(port))).rejects.toThrow(
    `Port ${port} cannot be used (EADDRINUSE).`,
  );
});
