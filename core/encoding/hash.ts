import { hash } from 'node:crypto';

/** SHA-256 of UTF-8 text or bytes, lower-case hex. */
export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** SHA-256 of UTF-8 text or bytes, base64url without padding (RFC 7515 §2). */
export const sha256Base64url = (data: string | Uint8Array): string => hash('sha256', data, 'base64url');
