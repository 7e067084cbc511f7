import { decodeBase64url } from '../encoding/base64url.ts';
import { isJsonObject, member, parseIJson } from '../encoding/i-json.ts';
import { decodeUtf8 } from '../encoding/utf8.ts';
import { MAX_RND_BYTES, MAX_TOKEN_CHARS, MIN_RND_BYTES } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { BindingParameter } from '../request.ts';

const malformed = (problem: string) => refuse({ reason: 'request_malformed', parameter: 'binding', problem });

/**
 * Reads `binding`: base64url(JSON `{rnd, first?}`), the opening of the ID token's nonce (rule 4a).
 * `rnd` is base64url of at least 16 bytes: with less, the nonce could be opened by guessing.
 */
export function parseBinding(text: string): Outcome<BindingParameter> {
  const bytes = decodeBase64url(text);
  const json = bytes === null ? null : decodeUtf8(bytes);
  if (json === null) return malformed('not base64url of UTF-8');
  const parsed = parseIJson(json);
  if (!parsed.ok) return malformed(parsed.problem);
  if (!isJsonObject(parsed.value)) return malformed('not an object');
  if (Object.keys(parsed.value).some((name) => name !== 'rnd' && name !== 'first')) {
    return malformed('has a member that is unknown here');
  }
  const rnd = member(parsed.value, 'rnd');
  const length = typeof rnd === 'string' ? (decodeBase64url(rnd)?.length ?? 0) : 0;
  if (typeof rnd !== 'string' || length < MIN_RND_BYTES || length > MAX_RND_BYTES) {
    return malformed(`rnd is not base64url of ${MIN_RND_BYTES} to ${MAX_RND_BYTES} bytes`);
  }
  const first = member(parsed.value, 'first') ?? null;
  if (first !== null && (typeof first !== 'string' || first === '' || first.length > MAX_TOKEN_CHARS)) {
    return malformed('first is not a token');
  }
  return allow({ rnd, first });
}
