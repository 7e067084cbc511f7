import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  InternalServiceError,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileNonceKeys, secretNonceKeys } from '../../adapters/nonce-keys.ts';
import { NOW } from '../support/clock.ts';
import { CANARY, expectFault } from './fault.ts';

const key = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const plain = (keys: readonly KeyObject[]) => keys.map((each) => each.export().toString('hex'));
const hex = (...bytes: number[]) => bytes.map((byte) => Buffer.from(key(byte)).toString('hex'));

/** A clock that a test moves. */
function movable(millis = NOW * 1000) {
  let now = millis;
  return {
    clock: () => now,
    pass(by: number) {
      now += by;
    },
  };
}

describe('a file', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writ-nonce-'));
    path = join(folder, 'keys');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each([
    { name: 'one key', content: text(key(1)), keys: hex(1) },
    { name: 'two, the newest first', content: `${text(key(2))}\n${text(key(1))}\n`, keys: hex(2, 1) },
    { name: 'lines of Windows', content: `${text(key(2))}\r\n${text(key(1))}\r\n`, keys: hex(2, 1) },
  ])('$name', async ({ content, keys }) => {
    await writeFile(path, content);
    expect(plain(await fileNonceKeys(path, movable().clock)())).toEqual(keys);
  });

  test.each([
    { name: 'nothing', content: '' },
    { name: 'a short key', content: text(key(1, 31)) },
    { name: 'a long key', content: text(key(1, 33)) },
    { name: 'a short second key', content: `${text(key(1))}\n${text(key(2, 16))}` },
    { name: 'an empty line between', content: `${text(key(1))}\n\n${text(key(2))}` },
    { name: 'something else', content: `{"key":"${CANARY}"}` },
  ])('that holds $name is refused', async ({ content }) => {
    await writeFile(path, content);
    await expectFault(fileNonceKeys(path, movable().clock)(), 'nonce_keys_unavailable');
  });

  test('that is not there is a fault, which does not say where it was sought', async () => {
    await expectFault(fileNonceKeys(join(folder, CANARY), movable().clock)(), 'nonce_keys_unavailable');
  });

  test('is read again after a minute by the clock, and not before', async () => {
    const time = movable();
    await writeFile(path, text(key(1)));
    const keys = fileNonceKeys(path, time.clock);
    await keys();
    await writeFile(path, text(key(2)));
    time.pass(59_999);
    expect(plain(await keys())).toEqual(hex(1));
    time.pass(1);
    expect(plain(await keys())).toEqual(hex(2));
  });

  test('that is gone after the minute is a fault; that comes back is read at once', async () => {
    const time = movable();
    await writeFile(path, text(key(1)));
    const keys = fileNonceKeys(path, time.clock);
    await keys();
    await writeFile(path, '');
    time.pass(60_000);
    await expectFault(keys(), 'nonce_keys_unavailable');
    await writeFile(path, text(key(3)));
    expect(plain(await keys())).toEqual(hex(3));
  });
});

describe('a secret', () => {
  const CONFIG = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const none = new ResourceNotFoundException({ message: CANARY, $metadata: {} });
  type Version = Partial<GetSecretValueCommandOutput> | Error;

  function stored(current: Version, previous: Version) {
    const client = new SecretsManagerClient(CONFIG);
    const mock = mockClient(client);
    for (const [VersionStage, version] of Object.entries({ AWSCURRENT: current, AWSPREVIOUS: previous })) {
      const asked = mock.on(GetSecretValueCommand, { VersionStage });
      if (version instanceof Error) asked.rejects(version);
      else asked.resolves(version);
    }
    const time = movable();
    return { mock, time, keys: secretNonceKeys(client, 'writ-nonce', time.clock) };
  }
  const binary = (byte: number, length?: number): Version => ({ SecretBinary: key(byte, length) });

  test('the current version signs, the previous one is still accepted', async () => {
    const { mock, keys } = stored(binary(2), binary(1));
    expect(plain(await keys())).toEqual(hex(2, 1));
    expect(mock.calls().map(({ args: [command] }) => command.input)).toEqual([
      { SecretId: 'writ-nonce', VersionStage: 'AWSCURRENT' },
      { SecretId: 'writ-nonce', VersionStage: 'AWSPREVIOUS' },
    ]);
  });

  test('before the first rotation there is one', async () => {
    expect(plain(await stored(binary(2), none).keys())).toEqual(hex(2));
  });

  test('text holds base64', async () => {
    const { keys } = stored({ SecretString: text(key(2)) }, { SecretString: text(key(1)) });
    expect(plain(await keys())).toEqual(hex(2, 1));
  });

  test('is asked for once a minute by the clock', async () => {
    const { mock, time, keys } = stored(binary(2), binary(1));
    await keys();
    time.pass(59_999);
    await keys();
    expect(mock.calls()).toHaveLength(2);
    time.pass(1);
    await keys();
    expect(mock.calls()).toHaveLength(4);
  });

  const down = new InternalServiceError({ message: CANARY, $metadata: {} });
  test.each([
    { name: 'no secret', current: none, previous: none },
    { name: 'no answer for the current version', current: down, previous: binary(1) },
    { name: 'no answer for the previous version', current: binary(2), previous: down },
    { name: 'a short current key', current: binary(2, 16), previous: binary(1) },
    { name: 'a short previous key', current: binary(2), previous: binary(1, 31) },
    { name: 'an empty answer', current: {}, previous: none },
    {
      name: '32 characters that are no base64 of 32 bytes',
      current: { SecretString: 'x'.repeat(32) },
      previous: none,
    },
    {
      name: 'JSON, as the console writes it',
      current: { SecretString: `{"key":"${CANARY}"}` },
      previous: none,
    },
  ])('$name: a fault', async ({ current, previous }) => {
    await expectFault(stored(current, previous).keys(), 'nonce_keys_unavailable');
  });

  test('a fault is not kept: the next call asks again', async () => {
    const { mock, keys } = stored(down, none);
    await expectFault(keys(), 'nonce_keys_unavailable');
    mock.on(GetSecretValueCommand, { VersionStage: 'AWSCURRENT' }).resolves({ SecretBinary: key(4) });
    expect(plain(await keys())).toEqual(hex(4));
  });
});
