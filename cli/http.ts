import { Failure } from './failure.ts';

/** An answer's body, bytes: metadata, key sets and credentials are all far smaller. */
const MAX_ANSWER_BYTES = 256 * 1024;
/** Milliseconds. A cold broker answers in two or three seconds. */
const TIMEOUT_MS = 8000;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a secure URL leads to this machine. */
export const isLoopback = (url: URL): boolean => LOOPBACK.has(url.hostname);

/** A URL that tokens may travel to: https, or plain http on this machine. @throws Failure otherwise. */
export function secureUrl(text: string, whose: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url === null || !secure || url.username !== '' || url.password !== '') {
    throw new Failure({
      exit: 1,
      error: 'address_refused',
      what: `The address of ${whose} cannot be used.`,
      why: 'It must be an https URL, or http on 127.0.0.1, without a user name.',
    });
  }
  return url;
}

/**
 * Fetches without trust in what answers: secure addresses only, no redirect followed, a bounded body, a bounded
 * time. An answer's status is the caller's business.
 *
 * @param redirects - `return` hands a 3xx back to a caller that checks where it leads.
 * @throws Failure with exit 4 where no such answer came. It never quotes what was sent or received.
 */
export const careful =
  (fetchIt: typeof fetch, redirects: 'refuse' | 'return' = 'refuse') =>
  async (address: string, init: RequestInit = {}): Promise<Response> => {
    const url = secureUrl(address, 'the server');
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetchIt(url.href, {
        ...init,
        redirect: 'manual',
        signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
      });
      const redirected = response.status >= 300 && response.status < 400;
      if (redirected && redirects === 'refuse') throw unusable(url, 'It answered with a redirect.');
      return await bounded(response, url);
    } catch (caught) {
      if (caught instanceof Failure) throw caught;
      const late = caught instanceof Error && caught.name === 'TimeoutError';
      throw unusable(url, late ? 'It did not answer in time.' : 'It cannot be reached.');
    }
  };

async function bounded(response: Response, url: URL): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body !== null) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_ANSWER_BYTES) throw unusable(url, 'Its answer is too large.');
      chunks.push(chunk);
    }
  }
  const { status, headers } = response;
  return new Response(size === 0 ? null : Buffer.concat(chunks), { status, headers });
}

const unusable = (url: URL, why: string): Failure =>
  new Failure({
    exit: 4,
    error: 'server_unavailable',
    what: `${url.origin} did not give a usable answer.`,
    why,
    next: 'Try again; if it lasts, ask whoever runs it.',
  });
