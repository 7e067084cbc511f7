import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetPublicKeyCommand, KMSClient, SignCommand, type SignCommandInput } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKms } from '../../../local/aws/kms.ts';
import { allow, policy, REGION, startWorld, type World } from './world.ts';

const dir = mkdtempSync(join(tmpdir(), 'local-kms-'));
const keyFile = join(dir, 'key.pem');
let world: World;
let kms: KMSClient;
beforeAll(async () => {
  world = await startWorld({ kms: { keyFile, alias: 'enrolment' } });
  kms = new KMSClient(world.client(await world.assume()));
});
afterAll(async () => {
  await world.close();
  rmSync(dir, { recursive: true });
});

const message = Buffer.from('message');
const digest = createHash('sha256').update(message).digest();
const sign = (change: Partial<SignCommandInput> = {}) =>
  kms.send(
    new SignCommand({
      KeyId: 'alias/enrolment',
      Message: message,
      SigningAlgorithm: 'ECDSA_SHA_256',
      ...change,
    }),
  );
const publicKey = async () => {
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: world.aws.kmsKey.arn }));
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
};

test('RAW: the DER signature verifies with the key that GetPublicKey gives', async () => {
  const { Signature, KeyId } = await sign();
  expect(KeyId).toBe(world.aws.kmsKey.arn);
  expect(verify('sha256', message, await publicKey(), Signature ?? new Uint8Array())).toBe(true);
});

test('DIGEST: so does one over a digest, time and again', async () => {
  const key = await publicKey();
  for (let n = 0; n < 20; n += 1) {
    const { Signature } = await sign({ MessageType: 'DIGEST', Message: digest });
    expect(verify('sha256', message, key, Signature ?? new Uint8Array())).toBe(true);
  }
});

test.each<{ name: string; change: Partial<SignCommandInput>; error: string }>([
  { name: 'another key', change: { KeyId: 'alias/none' }, error: 'NotFoundException' },
  {
    name: 'another algorithm',
    change: { SigningAlgorithm: 'ECDSA_SHA_384' },
    error: 'InvalidKeyUsageException',
  },
  {
    name: 'a digest of 31 bytes',
    change: { MessageType: 'DIGEST', Message: digest.subarray(1) },
    error: 'ValidationException',
  },
  { name: 'a message of 4097 bytes', change: { Message: Buffer.alloc(4097) }, error: 'ValidationException' },
  { name: 'an empty message', change: { Message: new Uint8Array() }, error: 'ValidationException' },
  { name: 'a dry run', change: { DryRun: true }, error: 'NotImplemented' },
])('$name: $error', async ({ change, error }) => {
  await expect(sign(change)).rejects.toMatchObject({ name: error });
});

test('kms:Sign is authorised, kms:GetPublicKey by itself', async () => {
  const Policy = JSON.stringify(policy(allow('kms:GetPublicKey', world.aws.kmsKey.arn)));
  const narrow = new KMSClient(world.client(await world.assume({ Policy })));
  await narrow.send(new GetPublicKeyCommand({ KeyId: world.aws.kmsKey.keyId }));
  const refused = new SignCommand({
    KeyId: world.aws.kmsKey.keyId,
    Message: message,
    SigningAlgorithm: 'ECDSA_SHA_256',
  });
  await expect(narrow.send(refused)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect((await world.events()).at(-1)).toMatchObject({
    eventName: 'Sign',
    readOnly: true,
    requestParameters: {
      messageType: 'RAW',
      signingAlgorithm: 'ECDSA_SHA_256',
      keyId: world.aws.kmsKey.keyId,
    },
    resources: [{ type: 'AWS::KMS::Key', ARN: world.aws.kmsKey.arn }],
    errorCode: 'AccessDenied',
  });
});

test('the key stays, in a file that only its owner reads', () => {
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(createKms({ keyFile }, REGION).key).toEqual(world.aws.kmsKey);
});

describe('an Ed25519 key', () => {
  const message64 = Buffer.from('a log’s checkpoint');
  let ed: KMSClient;
  let other: World;
  beforeAll(async () => {
    other = await startWorld({ kms: { others: [{ alias: 'log', spec: 'ECC_NIST_EDWARDS25519' }] } });
    ed = new KMSClient(other.client(await other.assume()));
  });
  afterAll(() => other.close());
  const signing = (change: Partial<SignCommandInput> = {}) =>
    ed.send(
      new SignCommand({
        ...{ KeyId: 'alias/log', Message: message64, SigningAlgorithm: 'ED25519_SHA_512' },
        ...change,
      }),
    );

  test('signs the message itself, and says what it is', async () => {
    const { Signature = new Uint8Array() } = await signing();
    const { PublicKey, KeySpec } = await ed.send(new GetPublicKeyCommand({ KeyId: 'alias/log' }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect([KeySpec, key.asymmetricKeyType]).toEqual(['ECC_NIST_EDWARDS25519', 'ed25519']);
    expect(verify(null, message64, key, Signature)).toBe(true);
  });

  test.each<{ name: string; change: Partial<SignCommandInput>; error: string }>([
    { name: 'ECDSA', change: { SigningAlgorithm: 'ECDSA_SHA_256' }, error: 'InvalidKeyUsageException' },
    { name: 'a digest', change: { MessageType: 'DIGEST', Message: digest }, error: 'ValidationException' },
  ])('takes no $name', async ({ change, error }) => {
    await expect(signing(change)).rejects.toMatchObject({ name: error });
  });
});
