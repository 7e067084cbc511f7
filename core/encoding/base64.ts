/**
 * Base64 with padding (RFC 4648 §4), canonical only: Node skips characters it does not know and ignores stray bits, so that
 * many texts would mean the same bytes.
 *
 * @returns the bytes, or `null`.
 */
export function decodeBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
