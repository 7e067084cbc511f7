import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { KeyFacts, SecretFacts } from '../core/doctor/facts.ts';
import { orNull } from './doctor-answer.ts';

/** @returns `null` where there is no such key. */
export const describedKey = (client: KMSClient, KeyId: string): Promise<KeyFacts | null> =>
  orNull(async () => {
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    const { KeySpec = 'unknown', KeyUsage = 'unknown', KeyState = 'unknown' } = KeyMetadata ?? {};
    return { spec: KeySpec, usage: KeyUsage, state: KeyState };
  }, ['NotFoundException']);

/** What a secret is like, never what it holds. @returns `null` where there is none. */
export const describedSecret = (
  client: SecretsManagerClient,
  SecretId: string,
): Promise<SecretFacts | null> =>
  orNull(async () => {
    const {
      CreatedDate,
      VersionIdsToStages = {},
      DeletedDate,
    } = await client.send(new DescribeSecretCommand({ SecretId }));
    return {
      name: SecretId,
      createdAt: Math.floor((CreatedDate?.getTime() ?? 0) / 1000),
      // A secret that waits to be deleted answers nobody.
      stages: DeletedDate === undefined ? [...new Set(Object.values(VersionIdsToStages).flat())].sort() : [],
    };
  }, ['ResourceNotFoundException']);
