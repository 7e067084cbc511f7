import { request as httpRequest } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, type Credentials, NOW, REGION, startWorld, type World } from './world.ts';

let world: World;
let good: Credentials;
beforeAll(async () => {
  world = await startWorld();
  good = await world.assume();
});
afterAll(() => world.close());

const clients = {
  sts: (c: Credentials, more = {}) =>
    new STSClient({ ...world.client(c), ...more }).send(new GetCallerIdentityCommand({})),
  s3: (c: Credentials, more = {}) =>
    new S3Client({ ...world.client(c), ...more }).send(new ListObjectsV2Command({ Bucket: BUCKET })),
  dynamodb: (c: Credentials, more = {}) =>
    new DynamoDBClient({ ...world.client(c), ...more }).send(
      new GetItemCommand({ TableName: 'orders', Key: {} }),
    ),
};

describe.each([
  {
    service: 'sts',
    unknown: 'InvalidClientTokenId',
    token: 'InvalidClientTokenId',
    signature: 'SignatureDoesNotMatch',
    skewed: 'SignatureDoesNotMatch',
  },
  {
    service: 's3',
    unknown: 'InvalidAccessKeyId',
    token: 'InvalidToken',
    signature: 'SignatureDoesNotMatch',
    skewed: 'RequestTimeTooSkewed',
  },
  {
    service: 'dynamodb',
    unknown: 'UnrecognizedClientException',
    token: 'UnrecognizedClientException',
    signature: 'InvalidSignatureException',
    skewed: 'InvalidSignatureException',
  },
] as const)('$service', ({ service, unknown, token, signature, skewed }) => {
  const send = clients[service];
  test('an unknown key', async () => {
    await expect(send({ ...good, accessKeyId: 'ASIALOCALAAAAAAAAAAA' })).rejects.toMatchObject({
      name: unknown,
    });
  });
  test('a wrong secret', async () => {
    await expect(send({ ...good, secretAccessKey: 'x'.repeat(40) })).rejects.toMatchObject({
      name: signature,
    });
  });
  test("another session's token", async () => {
    const { sessionToken } = await world.assume();
    await expect(send({ ...good, sessionToken })).rejects.toMatchObject({ name: token });
  });
  test('no token', async () => {
    await expect(send({ ...good, sessionToken: '' })).rejects.toMatchObject({ name: unknown });
  });
  test.each([-5 * 60_000 - 2000, 5 * 60_000 + 2000])('a clock that is off by %i ms', async (off) => {
    const systemClockOffset = NOW + off - Date.now();
    await expect(send(good, { systemClockOffset })).rejects.toMatchObject({ name: skewed });
  });
  test('another Region', async () => {
    await expect(send(good, { region: 'us-east-1' })).rejects.toMatchObject({ name: signature });
  });
});

/** One signed GetCallerIdentity, which each test then changes on the way. */
async function signed() {
  const signer = new SignatureV4({ credentials: good, region: REGION, service: 'sts', sha256: Sha256 });
  const { host } = new URL(world.aws.endpoint);
  return signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/',
      query: {},
      headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    },
    { signingDate: new Date(NOW) },
  );
}
const post = async (path: string, headers: { [name: string]: string }, body: string) => {
  // `fetch` would normalise path and headers.
  const { port } = new URL(world.aws.endpoint);
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode, body: Buffer.concat(parts).toString() }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
};

interface Change {
  readonly path?: string;
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
}

describe('a request changed on its way', () => {
  test('unchanged, it is served', async () => {
    const { headers, body } = await signed();
    expect(await post('/', headers, body)).toMatchObject({ status: 200 });
  });
  test.each<{ name: string; change: Change }>([
    { name: 'body', change: { body: 'Action=GetCallerIdentity&Version=2011-06-16' } },
    { name: 'query', change: { path: '/?a=b' } },
    { name: 'path', change: { path: '/x' } },
    { name: 'a broken escape', change: { path: '/?%zz' } },
    {
      name: 'a header that was signed',
      change: { headers: { 'content-type': 'application/x-www-form-urlencoded; x' } },
    },
    { name: 'an added x-amz- header', change: { headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' } } },
    { name: 'the date', change: { headers: { 'x-amz-date': '20261124T110001Z' } } },
    {
      name: 'a promise of an unsigned body',
      change: { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    },
  ])('$name', async ({ change }) => {
    const { headers, body } = await signed();
    const sent = { path: '/', body, ...change };
    const answer = await post(sent.path, { ...headers, ...change.headers }, sent.body);
    expect(answer).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    });
  });
  test('without a signature', async () => {
    const { headers, body } = await signed();
    const { authorization: _, ...rest } = headers;
    expect(await post('/', rest, body)).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    });
  });
  test.each(['AWS4-HMAC-SHA256 x', 'AWS4-ECDSA-P256-SHA256 Credential=a', 'Bearer abc', ''])(
    'with %j',
    async (authorization) => {
      const { headers, body } = await signed();
      expect(await post('/', { ...headers, authorization }, body)).toMatchObject({
        status: 400,
        body: expect.stringContaining('<Code>IncompleteSignature</Code>'),
      });
    },
  );
});

test('what was not authenticated is in no trail', async () => {
  const names = (await world.events()).map(({ eventName }) => eventName);
  expect(names).not.toContain('ListObjects');
  expect(names.filter((name) => name === 'GetCallerIdentity')).toHaveLength(1);
});
