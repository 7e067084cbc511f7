/**
 * Base64url without padding (RFC 7515 §2), canonical only.
 *
 * Node skips characters it does not know and ignores stray bits at the end, so that many texts would mean the same
 * bytes; a token could then be varied without breaking its signature (RFC 8725 §2.8 and its successor).
 *
 * @returns the bytes, or `null`.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
