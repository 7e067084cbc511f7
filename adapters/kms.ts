import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { JWK } from 'jose';
import { Fault } from '../core/fault.ts';
import type { EnrolmentSigner } from '../core/ports.ts';

/**
 * Signs with Writ's enrolment key (ECC_NIST_P256): the key itself never leaves KMS.
 *
 * @param keyId - Id or ARN; it is also the `kid`, so that a verifier finds the key by what the token says.
 * @returns a port that throws Fault `signing_unavailable` alone.
 */
export const kmsSigner = (client: KMSClient, keyId: string): EnrolmentSigner => ({
  kid: keyId,
  async sign(data) {
    try {
      const { Signature } = await client.send(
        new SignCommand({
          KeyId: keyId,
          Message: data,
          MessageType: 'RAW',
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      );
      if (Signature === undefined) throw new Fault('signing_unavailable');
      return joseSignature(Signature);
    } catch (error) {
      throw error instanceof Fault ? error : new Fault('signing_unavailable', { cause: error });
    }
  },
});

/**
 * The public half, as a key set of one, `kid` the id that was given.
 *
 * @throws Fault `keys_unavailable`, also for a key on another curve: ES256 is all that `kmsSigner` can do.
 */
export async function kmsKeys(client: KMSClient, keyId: string): Promise<readonly JWK[]> {
  try {
    const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }));
    if (PublicKey === undefined) throw new Fault('keys_unavailable');
    const jwk = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    if (jwk.crv !== 'P-256') throw new Fault('keys_unavailable');
    return [{ ...(jwk as JWK), kid: keyId, alg: 'ES256', use: 'sig' }];
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('keys_unavailable', { cause: error });
  }
}

const COORDINATE_BYTES = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * KMS answers DER (`SEQUENCE { INTEGER r, INTEGER s }`, RFC 3279 §2.2.3); JWS wants `R ‖ S` (RFC 7518 §3.4).
 *
 * @throws Fault for anything else: it would pass for a signature until somebody verifies it.
 */
function joseSignature(der: Uint8Array): Uint8Array {
  const joined = new Uint8Array(2 * COORDINATE_BYTES);
  let at = 2;
  for (const end of [COORDINATE_BYTES, 2 * COORDINATE_BYTES]) {
    const start = at + 2;
    at = start + (der[at + 1] ?? 0);
    if (der[start - 2] !== INTEGER || at > der.length) throw new Fault('signing_unavailable');
    // DER drops leading zeros, and adds one where the first bit is set.
    const digits = der.subarray(der[start] === 0 ? start + 1 : start, at);
    if (digits.length > COORDINATE_BYTES) throw new Fault('signing_unavailable');
    joined.set(digits, end - digits.length);
  }
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || at !== der.length)
    throw new Fault('signing_unavailable');
  return joined;
}
