import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fetchJwks } from '../../adapters/jwks.ts';
import { MAX_JWKS_BYTES } from '../../core/limits.ts';
import { makeKey } from '../support/keys.ts';

const { published } = await makeKey();
const SET = JSON.stringify({ keys: [published] });
const unavailable = { name: 'Fault', code: 'keys_unavailable', message: 'keys_unavailable' };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real server on the loopback. @returns its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/jwks`;
}

const fetchFrom = async (listener: RequestListener) => fetchJwks({ allowHttp: true })(await serve(listener));
const fetchBody = (body: string | Uint8Array) => fetchFrom((_, response) => response.end(body));

test('answers the keys as they stand', async () => {
  expect(await fetchBody(SET)).toEqual([published]);
});

test('an empty set is a set', async () => {
  expect(await fetchBody('{"keys":[],"more":1}')).toEqual([]);
});

describe('the URL', () => {
  test.each(['http://127.0.0.1/jwks', 'file:///etc/passwd', 'data:application/json,{"keys":[]}', 'x', ''])(
    '%s is not fetched',
    async (url) => {
      const spy = vi.spyOn(globalThis, 'fetch');
      await expect(fetchJwks()(url)).rejects.toMatchObject(unavailable);
      expect(spy).not.toHaveBeenCalled();
    },
  );

  test('of http is fetched only on a laptop; file is not even there', async () => {
    await expect(fetchJwks({ allowHttp: true })('file:///etc/passwd')).rejects.toMatchObject(unavailable);
  });

  test('is asked with a time limit and without following redirects', async () => {
    const spy = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(SET));
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    expect(await fetchJwks()('https://login.corp.example/jwks')).toEqual([published]);
    expect(spy).toHaveBeenCalledWith('https://login.corp.example/jwks', {
      redirect: 'error',
      credentials: 'omit',
      headers: { accept: 'application/jwk-set+json, application/json' },
      signal: expect.any(AbortSignal),
    });
    expect(timeout).toHaveBeenCalledWith(3000);
  });
});

describe('is a fault, with nothing of the answer in it', () => {
  test.each([301, 302, 307, 308])('a redirect (%d), which is not followed', async (status) => {
    const asked: (string | undefined)[] = [];
    const fetched = fetchFrom((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { location: '/canary' }).end();
    });
    await expect(fetched).rejects.toMatchObject(unavailable);
    expect(asked).toEqual(['/jwks']);
  });

  test.each([201, 204, 404, 500])('status %d', async (status) => {
    await expect(
      fetchFrom((_, response) => response.writeHead(status).end(status === 204 ? undefined : SET)),
    ).rejects.toMatchObject(unavailable);
  });

  test.each<[string, string | Uint8Array]>([
    ['no JSON', 'canary'],
    ['an array', '[]'],
    ['no keys', '{}'],
    ['keys of another type', '{"keys":{}}'],
    ['a key of text', '{"keys":["canary"]}'],
    ['a key that is null', '{"keys":[null]}'],
    ['keys twice', '{"keys":[],"keys":[]}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a bomb', '{"keys":'.repeat(5000)],
    ['nothing', ''],
  ])('%s', async (_, body) => {
    const fault = await fetchBody(body).catch((error: unknown) => error);
    expect(fault).toMatchObject(unavailable);
    expect(JSON.stringify(fault) + String(fault)).not.toContain('canary');
  });

  test('a document of one byte more than the cap', async () => {
    await expect(fetchBody(SET.padEnd(MAX_JWKS_BYTES + 1))).rejects.toMatchObject(unavailable);
  });

  test('a document without end, which is left at the cap', async () => {
    const fetched = fetchFrom((_, response) => {
      response.write(' '.repeat(MAX_JWKS_BYTES + 1)); // and never ends
    });
    await expect(fetched).rejects.toMatchObject({ ...unavailable, causeName: undefined });
  });

  test.each<[string, RequestListener]>([
    ['an answer that does not come in time', () => undefined],
    ['an answer that begins in time and does not end', (_, response) => void response.write('{"keys":')],
  ])('%s', async (_, listener) => {
    const fetched = fetchJwks({ allowHttp: true, within: 50 })(await serve(listener));
    await expect(fetched).rejects.toMatchObject({ ...unavailable, causeName: 'TimeoutError' });
  });

  test('nobody there', async () => {
    await expect(fetchJwks({ allowHttp: true })('http://127.0.0.1:1/jwks')).rejects.toMatchObject(
      unavailable,
    );
  });
});

test('a document of exactly the cap is read', async () => {
  expect(await fetchBody(SET.padEnd(MAX_JWKS_BYTES))).toEqual([published]);
});
