import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { LogSigner } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';

const SIGNATURE_BYTES = 64;

/**
 * Signs checkpoints with the log's key (ECC_NIST_EDWARDS25519), which never leaves KMS. Its public half is asked for once, and
 * here: what a checkpoint names is the key that signs it.
 *
 * @param keyId - Id, alias or ARN.
 * @returns a signer whose `sign` throws Fault `signing_unavailable` alone.
 * @throws Fault `signing_unavailable`, also for a key of another kind: a note has one algorithm for one key.
 */
export async function kmsLogSigner(client: KMSClient, keyId: string): Promise<LogSigner> {
  const publicKey = await publicKeyOf(client, keyId);
  return {
    publicKey,
    async sign(message) {
      const { Signature } = await guarded(
        client.send(
          new SignCommand({
            KeyId: keyId,
            Message: message,
            // Ed25519 hashes the whole message itself: KMS takes no digest for it.
            MessageType: 'RAW',
            SigningAlgorithm: 'ED25519_SHA_512',
          }),
        ),
      );
      if (Signature?.length !== SIGNATURE_BYTES) throw new Fault('signing_unavailable');
      return Signature;
    },
  };
}

/** KMS answers SubjectPublicKeyInfo (RFC 8410 §4), a JWK has the 32 bytes bare. */
async function publicKeyOf(client: KMSClient, keyId: string): Promise<Uint8Array> {
  const { PublicKey } = await guarded(client.send(new GetPublicKeyCommand({ KeyId: keyId })));
  try {
    const jwk = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' }).export({
      format: 'jwk',
    });
    if (jwk.crv === 'Ed25519' && typeof jwk.x === 'string') return Buffer.from(jwk.x, 'base64url');
  } catch {
    // Falls through: no key at all.
  }
  throw new Fault('signing_unavailable');
}

async function guarded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Fault('signing_unavailable', { cause: error });
  }
}
