import { base64 } from '../../core/encoding/base64.ts';
import { formatVerifierKey, keyTitle, type VerifierKey } from '../../core/evidence/verifier-key.ts';

const ECDSA = 0x02;

/** A verifier key as text (C2SP signed-note), from the key itself: what was given may have been a file. */
export function verifierKeyText(key: VerifierKey): string {
  if (key.algorithm === 'Ed25519') return formatVerifierKey(key.name, ed25519Bytes(key));
  const spki = key.key.export({ type: 'spki', format: 'der' });
  return `${keyTitle(key)}+${base64(Buffer.concat([Uint8Array.of(ECDSA), spki]))}`;
}

const ed25519Bytes = ({ key }: VerifierKey): Uint8Array =>
  Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
