import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import { loadKey, signDigest, signMessage } from './kms-key.ts';

const TARGET = /^TrentService\.([A-Za-z]{1,64})$/;
const ALGORITHM = 'ECDSA_SHA_256';
const MAX_MESSAGE_BYTES = 4096;
const DIGEST_BYTES = 32;

export interface KmsOptions {
  /** PKCS #8 PEM, 0600; made when it is not there. Without it the key lives as long as the process. */
  readonly keyFile?: string;
  /** Without `alias/`. */
  readonly alias?: string;
}

/** The one key, as callers name it. */
export interface LocalKey {
  readonly keyId: string;
  readonly arn: string;
}

/** One ECC_NIST_P256 signing key, whose key policy leaves everything to IAM (KMS's default policy). */
export function createKms(options: KmsOptions, region: string): { service: Service<'kms'>; key: LocalKey } {
  const privateKey = loadKey(options.keyFile);
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keyId = uuidOf(publicKey);
  const arn = `arn:aws:kms:${region}:${ACCOUNT}:key/${keyId}`;
  const alias = options.alias === undefined ? null : `alias/${options.alias}`;
  const names = [keyId, arn, ...(alias === null ? [] : [alias, `arn:aws:kms:${region}:${ACCOUNT}:${alias}`])];

  /** Parses, notes and authorises: what every operation begins with. */
  function begin(call: Call, action: string, more: (body: Body) => { [name: string]: string }): Body {
    const body = parseBody(call.wire.body);
    const KeyId = typeof body.KeyId === 'string' ? body.KeyId : '';
    const told = more(body);
    call.trail.requestParameters = { keyId: names.includes(KeyId) ? KeyId : null, ...told };
    if (!names.includes(KeyId)) throw new AwsError(400, 'NotFoundException', 'The key does not exist here.');
    call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: arn }];
    if (body.DryRun === true || body.GrantTokens !== undefined) throw notImplemented('DryRun or GrantTokens');
    call.authorize(action, arn, {
      'kms:KeySpec': 'ECC_NIST_P256',
      'kms:KeyUsage': 'SIGN_VERIFY',
      'kms:CallerAccount': ACCOUNT,
      ...(alias === null ? {} : { 'kms:ResourceAliases': [alias] }),
      ...(alias !== null && KeyId.endsWith(alias) ? { 'kms:RequestAlias': alias } : {}),
      ...(told.signingAlgorithm === undefined ? {} : { 'kms:SigningAlgorithm': told.signingAlgorithm }),
      ...(told.messageType === undefined ? {} : { 'kms:MessageType': told.messageType }),
    });
    return body;
  }

  return {
    key: { keyId, arn },
    service: {
      protocol: 'json',
      route: ({ headers }) => TARGET.exec(headers['x-amz-target'] ?? '')?.[1] ?? null,
      operations: {
        Sign: (call) => {
          const body = begin(call, 'kms:Sign', ({ MessageType, SigningAlgorithm }) => ({
            messageType: String(MessageType ?? 'RAW').slice(0, 32),
            signingAlgorithm: String(SigningAlgorithm).slice(0, 64),
          }));
          const Signature = sign(body, privateKey).toString('base64');
          return json({ KeyId: arn, Signature, SigningAlgorithm: ALGORITHM });
        },
        DescribeKey: (call) => {
          begin(call, 'kms:DescribeKey', () => ({}));
          return json({
            KeyMetadata: {
              ...{ KeyId: keyId, Arn: arn, AWSAccountId: ACCOUNT, Enabled: true, KeyState: 'Enabled' },
              ...{ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [ALGORITHM] },
            },
          });
        },
        GetPublicKey: (call) => {
          begin(call, 'kms:GetPublicKey', () => ({}));
          return json({
            KeyId: arn,
            PublicKey: publicKey.toString('base64'),
            KeySpec: 'ECC_NIST_P256',
            CustomerMasterKeySpec: 'ECC_NIST_P256',
            KeyUsage: 'SIGN_VERIFY',
            SigningAlgorithms: [ALGORITHM],
          });
        },
      },
    },
  };
}

type Body = { readonly [name: string]: unknown };

function sign({ Message, MessageType = 'RAW', SigningAlgorithm }: Body, key: KeyObject): Buffer {
  if (SigningAlgorithm !== ALGORITHM)
    throw new AwsError(400, 'InvalidKeyUsageException', `This key signs with ${ALGORITHM} only.`);
  const message = Buffer.from(typeof Message === 'string' ? Message : '', 'base64');
  if (message.length === 0 || message.length > MAX_MESSAGE_BYTES)
    throw new AwsError(400, 'ValidationException', `Message must be 1 to ${MAX_MESSAGE_BYTES} bytes.`);
  switch (MessageType) {
    case 'RAW':
      return signMessage(message, key);
    case 'DIGEST':
      if (message.length !== DIGEST_BYTES)
        throw new AwsError(
          400,
          'ValidationException',
          'Digest is invalid length for algorithm ECDSA_SHA_256.',
        );
      return signDigest(message, key);
    default:
      throw new AwsError(400, 'ValidationException', 'MessageType must be RAW or DIGEST.');
  }
}

function parseBody(bytes: Buffer): Body {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    // Falls through to the refusal: what JSON.parse says would quote the body.
  }
  throw new AwsError(400, 'SerializationException', 'The request body is no JSON object.');
}

/** An id in KMS's form that stays with the key, whatever process loads it. */
const uuidOf = (publicKey: Buffer): string =>
  createHash('sha256')
    .update(publicKey)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const json = (value: { readonly [name: string]: unknown }): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(value),
});
