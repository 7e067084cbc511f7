import { createPublicKey, verify } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kmsLogSigner } from '../../adapters/kms-log-signer.ts';
import { startWorld, type World } from '../local/aws/world.ts';
import { expectFault } from './fault.ts';

let world: World;
let kms: KMSClient;
beforeAll(async () => {
  world = await startWorld({
    kms: { alias: 'enrolment', others: [{ alias: 'evidence', spec: 'ECC_NIST_EDWARDS25519' }] },
  });
  kms = new KMSClient(world.client(await world.assume()));
});
afterAll(() => world.close());

test('a signature verifies with the 32 bytes that it names', async () => {
  const { publicKey, sign } = await kmsLogSigner(kms, 'alias/evidence');
  expect(publicKey).toHaveLength(32);
  const message = Buffer.from('log\n1\nroot\n');
  const signature = await sign(message);
  expect(signature).toHaveLength(64);
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
  expect(verify(null, message, key, signature)).toBe(true);
});

test('it asks for the whole message to be signed, by Ed25519 alone', async () => {
  const { sign } = await kmsLogSigner(kms, 'alias/evidence');
  await sign(Buffer.from('x'));
  expect((await world.events()).at(-1)).toMatchObject({
    eventName: 'Sign',
    requestParameters: { messageType: 'RAW', signingAlgorithm: 'ED25519_SHA_512' },
  });
});

test.each(['alias/enrolment', 'alias/none'])('%s is no log’s key', async (key) => {
  await expectFault(kmsLogSigner(kms, key), 'signing_unavailable');
});
