import type { JWK } from 'jose';
import { isJsonObject, member, parseIJson } from '../core/encoding/i-json.ts';
import { decodeUtf8 } from '../core/encoding/utf8.ts';
import { Fault } from '../core/fault.ts';
import { JWKS_TIMEOUT_MILLIS, MAX_JWKS_BYTES } from '../core/limits.ts';

/**
 * Fetches a JWK Set (RFC 7517 §5) from a configured URL.
 *
 * A redirect is a fault, not followed: it would let whoever controls one answer choose where keys come from, or send
 * us to an address inside. The document is counted while it streams; `Content-Length` is only a claim.
 *
 * @param allowHttp - For the laptop's own issuers; inside Lambda such a URL never gets here (rule 10).
 * @param within - How long the whole answer may take, milliseconds.
 * @returns the members of `keys` as they stand, each an object; which of them may verify anything, core decides.
 * @throws Fault `keys_unavailable`, always: nothing of what the other side said is in it.
 */
export const fetchJwks =
  ({
    allowHttp = false,
    within = JWKS_TIMEOUT_MILLIS,
  }: {
    readonly allowHttp?: boolean;
    readonly within?: number;
  } = {}) =>
  async (url: string): Promise<readonly JWK[]> => {
    try {
      if (!isAllowed(url, allowHttp)) throw new Fault('keys_unavailable');
      const response = await fetch(url, {
        redirect: 'error',
        credentials: 'omit',
        headers: { accept: 'application/jwk-set+json, application/json' },
        signal: AbortSignal.timeout(within),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Fault('keys_unavailable');
      }
      return parseKeySet(await readCapped(response));
    } catch (error) {
      throw error instanceof Fault ? error : new Fault('keys_unavailable', { cause: error });
    }
  };

function isAllowed(url: string, allowHttp: boolean): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === 'https:' || (allowHttp && protocol === 'http:');
}

/** Leaving the loop early cancels the stream, and with it the connection. */
async function readCapped(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_JWKS_BYTES) throw new Fault('keys_unavailable');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseKeySet(bytes: Uint8Array): readonly JWK[] {
  const text = decodeUtf8(bytes);
  const json = text === null ? null : parseIJson(text);
  const keys = json?.ok && isJsonObject(json.value) ? member(json.value, 'keys') : null;
  if (!Array.isArray(keys) || !keys.every(isJsonObject)) throw new Fault('keys_unavailable');
  return keys;
}
