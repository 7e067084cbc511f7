import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { Fault } from '../core/fault.ts';
import { NONCE_KEY_BYTES, NONCE_KEYS_FRESH_SECONDS } from '../core/limits.ts';
import type { Clock, NonceKeys } from '../core/ports.ts';

/**
 * `AWSCURRENT` and, where there is one, `AWSPREVIOUS`; asked for once in NONCE_KEYS_FRESH_SECONDS.
 *
 * @param SecretId - Of a secret of NONCE_KEY_BYTES bytes, binary or as base64 text.
 * @param clock - Milliseconds.
 * @returns a port that throws Fault `nonce_keys_unavailable` alone; keys that are not fresh are never used instead.
 */
export function secretNonceKeys(client: SecretsManagerClient, SecretId: string, clock: Clock): NonceKeys {
  const version = async (VersionStage: string): Promise<KeyObject> => {
    const { SecretBinary, SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId, VersionStage }),
    );
    return checked(SecretBinary ?? Buffer.from(SecretString ?? '', 'base64'));
  };
  return cached(clock, async () => {
    const current = await version('AWSCURRENT');
    const previous = await version('AWSPREVIOUS').catch(noneYet);
    return previous === null ? [current] : [current, previous];
  });
}

/** Before the first rotation there is no previous version. */
function noneYet(error: unknown): null {
  if (error instanceof ResourceNotFoundException) return null;
  throw error;
}

/** The laptop's: a file with one base64 key a line, the newest first. Lambda refuses to start with it (rule 10). */
export const fileNonceKeys = (path: string, clock: Clock): NonceKeys =>
  cached(clock, async () =>
    (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => checked(Buffer.from(line, 'base64'))),
  );

/** A short key would sign all the same, and be guessed. */
function checked(key: Uint8Array): KeyObject {
  if (key.length !== NONCE_KEY_BYTES) throw new Fault('nonce_keys_unavailable');
  return createSecretKey(key);
}

function cached(clock: Clock, load: NonceKeys): NonceKeys {
  let held: { readonly keys: readonly KeyObject[]; readonly until: number } | null = null;
  return async () => {
    if (held !== null && clock() < held.until) return held.keys;
    try {
      held = { keys: await load(), until: clock() + NONCE_KEYS_FRESH_SECONDS * 1000 };
      return held.keys;
    } catch (error) {
      throw error instanceof Fault ? error : new Fault('nonce_keys_unavailable', { cause: error });
    }
  };
}
