import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import { loadKey, signDigest, signMessage, signWhole } from './kms-key.ts';

const TARGET = /^TrentService\.([A-Za-z]{1,64})$/;
/** The specs of keys that there are here, and how each signs: an Ed25519 key hashes for itself, and takes no digest. */
const SPECS = {
  ECC_NIST_P256: { algorithm: 'ECDSA_SHA_256', algorithms: ['ECDSA_SHA_256'] },
  ECC_NIST_EDWARDS25519: {
    algorithm: 'ED25519_SHA_512',
    // The second one is a key's as well; nobody here asks for it.
    algorithms: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'],
  },
} as const;
type Spec = keyof typeof SPECS;
const MAX_MESSAGE_BYTES = 4096;
const DIGEST_BYTES = 32;

export interface KmsOptions {
  /** PKCS #8 PEM, 0600; made when it is not there. Without it the key lives as long as the process. */
  readonly keyFile?: string;
  /** Without `alias/`. */
  readonly alias?: string;
  /** Default ECC_NIST_P256. */
  readonly spec?: Spec;
  /** Further keys. */
  readonly others?: readonly Omit<KmsOptions, 'others'>[];
}

/** A key, as callers name it. */
export interface LocalKey {
  readonly keyId: string;
  readonly arn: string;
}

interface Kept extends LocalKey {
  readonly spec: Spec;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** With `alias/`. */
  readonly alias: string | null;
  /** All that `KeyId` may say. */
  readonly names: readonly string[];
}

function keep(options: KmsOptions, region: string): Kept {
  const { spec = 'ECC_NIST_P256' } = options;
  const privateKey = loadKey(options.keyFile, spec === 'ECC_NIST_P256' ? 'P-256' : 'Ed25519');
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keyId = uuidOf(publicKey);
  const arn = `arn:aws:kms:${region}:${ACCOUNT}:key/${keyId}`;
  const alias = options.alias === undefined ? null : `alias/${options.alias}`;
  const names = [keyId, arn, ...(alias === null ? [] : [alias, `arn:aws:kms:${region}:${ACCOUNT}:${alias}`])];
  return { spec, keyId, arn, privateKey, publicKey, alias, names };
}

/**
 * Signing keys, whose key policies leave everything to IAM (KMS's default policy).
 *
 * @returns `key` is the first one, `keys` are all, in the order of the options.
 */
export function createKms(
  options: KmsOptions,
  region: string,
): { service: Service<'kms'>; key: LocalKey; keys: readonly LocalKey[] } {
  const first = keep(options, region);
  const kept = [first, ...(options.others ?? []).map((other) => keep(other, region))];

  /** Parses, notes and authorises: what every operation begins with. */
  function begin(
    call: Call,
    action: string,
    more: (body: Body) => { [name: string]: string },
  ): { readonly body: Body; readonly key: Kept } {
    const body = parseBody(call.wire.body);
    const KeyId = typeof body.KeyId === 'string' ? body.KeyId : '';
    const told = more(body);
    const key = kept.find(({ names }) => names.includes(KeyId));
    call.trail.requestParameters = { keyId: key === undefined ? null : KeyId, ...told };
    if (key === undefined) throw new AwsError(400, 'NotFoundException', 'The key does not exist here.');
    const { spec, arn, alias } = key;
    call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: arn }];
    if (body.DryRun === true || body.GrantTokens !== undefined) throw notImplemented('DryRun or GrantTokens');
    call.authorize(action, arn, {
      'kms:KeySpec': spec,
      'kms:KeyUsage': 'SIGN_VERIFY',
      'kms:CallerAccount': ACCOUNT,
      ...(alias === null ? {} : { 'kms:ResourceAliases': [alias] }),
      ...(alias !== null && KeyId.endsWith(alias) ? { 'kms:RequestAlias': alias } : {}),
      ...(told.signingAlgorithm === undefined ? {} : { 'kms:SigningAlgorithm': told.signingAlgorithm }),
      ...(told.messageType === undefined ? {} : { 'kms:MessageType': told.messageType }),
    });
    return { body, key };
  }

  const named = ({ keyId, arn }: Kept): LocalKey => ({ keyId, arn });
  return {
    key: named(first),
    keys: kept.map(named),
    service: {
      protocol: 'json',
      route: ({ headers }) => TARGET.exec(headers['x-amz-target'] ?? '')?.[1] ?? null,
      operations: {
        Sign: (call) => {
          const { body, key } = begin(call, 'kms:Sign', ({ MessageType, SigningAlgorithm }) => ({
            messageType: String(MessageType ?? 'RAW').slice(0, 32),
            signingAlgorithm: String(SigningAlgorithm).slice(0, 64),
          }));
          const Signature = sign(body, key).toString('base64');
          return json({ KeyId: key.arn, Signature, SigningAlgorithm: SPECS[key.spec].algorithm });
        },
        DescribeKey: (call) => {
          const { spec, keyId, arn } = begin(call, 'kms:DescribeKey', () => ({})).key;
          return json({
            KeyMetadata: {
              ...{ KeyId: keyId, Arn: arn, AWSAccountId: ACCOUNT, Enabled: true, KeyState: 'Enabled' },
              ...{
                KeySpec: spec,
                KeyUsage: 'SIGN_VERIFY',
                SigningAlgorithms: SPECS[spec].algorithms,
              },
            },
          });
        },
        GetPublicKey: (call) => {
          const { spec, arn, publicKey } = begin(call, 'kms:GetPublicKey', () => ({})).key;
          return json({
            KeyId: arn,
            PublicKey: publicKey.toString('base64'),
            KeySpec: spec,
            CustomerMasterKeySpec: spec,
            KeyUsage: 'SIGN_VERIFY',
            SigningAlgorithms: SPECS[spec].algorithms,
          });
        },
      },
    },
  };
}

type Body = { readonly [name: string]: unknown };

function sign(
  { Message, MessageType = 'RAW', SigningAlgorithm }: Body,
  { spec, privateKey: key }: Kept,
): Buffer {
  const { algorithm } = SPECS[spec];
  if (SigningAlgorithm !== algorithm)
    throw new AwsError(400, 'InvalidKeyUsageException', `This key signs with ${algorithm} only.`);
  const message = Buffer.from(typeof Message === 'string' ? Message : '', 'base64');
  if (message.length === 0 || message.length > MAX_MESSAGE_BYTES)
    throw new AwsError(400, 'ValidationException', `Message must be 1 to ${MAX_MESSAGE_BYTES} bytes.`);
  switch (MessageType) {
    case 'RAW':
      return spec === 'ECC_NIST_P256' ? signMessage(message, key) : signWhole(message, key);
    case 'DIGEST':
      if (spec !== 'ECC_NIST_P256')
        throw new AwsError(400, 'ValidationException', 'MessageType must be RAW for this key.');
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
