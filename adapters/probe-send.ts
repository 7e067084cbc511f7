import { isJsonObject, parseIJson } from '../core/encoding/i-json.ts';
import { decodeUtf8 } from '../core/encoding/utf8.ts';
import { MAX_BODY_BYTES } from '../core/limits.ts';
import type { ProbePorts } from '../core/probe/ports.ts';

/**
 * The prober's POSTs, one try each. A redirect is no answer: tokens go to the configured URL and nowhere else.
 *
 * @param within - How long a whole answer may take, milliseconds.
 */
export const probeSend =
  (within: number): ProbePorts['send'] =>
  async (url, body, headers) => {
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        credentials: 'omit',
        headers: { ...headers },
        body,
        signal: AbortSignal.timeout(within),
      });
      const nonce = response.headers.get('dpop-nonce');
      return { status: response.status, nonce, body: objectIn(await readCapped(response)) };
    } catch {
      // Whatever it was, there is no answer; what fetch says of it could quote the request.
      return null;
    }
  };

/** Leaving the loop early cancels the stream, and with it the connection. */
async function readCapped(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new RangeError('too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function objectIn(bytes: Uint8Array): { readonly [field: string]: unknown } {
  const text = decodeUtf8(bytes);
  const json = text === null ? null : parseIJson(text);
  return json?.ok && isJsonObject(json.value) ? json.value : {};
}
