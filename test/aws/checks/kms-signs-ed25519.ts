import { createPublicKey, verify } from 'node:crypto';
import { CreateAliasCommand, CreateKeyCommand, GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import { onceSpread } from '../eventually.ts';
import { nameOf } from '../laboratory.ts';
import { removeKey, scheduleDeletion } from '../removals.ts';

const NOTE = Buffer.from('log.example/writ\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n');

export const kmsSignsEd25519: Check = {
  id: 'kms-signs-ed25519',
  sentence:
    'A signature of KMS (ECC_NIST_EDWARDS25519, ED25519_SHA_512, MessageType RAW) is plain Ed25519 of RFC 8032, which any verifier takes.',
  reliedOnBy: ['docs/architecture.md'],
  otherwise:
    'Checkpoints need another signature type: ECDSA P-256 by KMS, which fewer verifiers of C2SP notes read.',
  withoutAccount: 'stand-in',
  minutes: 1,
  async run(lab) {
    const { kms } = lab.clients;
    const alias = `alias/${nameOf(lab, 'log')}`;
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        KeySpec: 'ECC_NIST_EDWARDS25519',
        KeyUsage: 'SIGN_VERIFY',
        Description: 'Of a test of Writ',
        Tags: [{ TagKey: 'writ-test', TagValue: lab.run }],
      }),
    );
    const KeyId = KeyMetadata?.KeyId;
    // Its tag, by which the tester may use it, has to spread.
    const spread = <T>(what: string, call: () => Promise<T>) =>
      onceSpread(lab.patience, what, ['AccessDeniedException'], call);
    await lab.cleanup.make(
      `key ${alias}, ${KeyId}`,
      () =>
        spread('the key is named', () =>
          kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyId })),
        ).catch(async (error) => {
          // Without its name no sweep would find it.
          await scheduleDeletion(kms, KeyId);
          throw error;
        }),
      () => removeKey(kms, alias),
    );
    const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({ KeyId, Message: NOTE, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' }),
    );
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    expect(key.asymmetricKeyType).toBe('ed25519');
    expect(Signature.length).toBe(64);
    expect(verify(null, NOTE, key, Signature)).toBe(true);
    expect(verify(null, Buffer.concat([NOTE, NOTE]), key, Signature)).toBe(false);
  },
};
