import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../../core/encoding/hash.ts';
import type { Protocol } from './call.ts';
import { type SharedFailure, sharedError } from './errors.ts';
import type { Registry, Session } from './registry.ts';
import { type Claimed, parseAmzDate, parseAuthorization, unsignedHeader, verifySignature } from './sigv4.ts';
import type { Wire } from './wire.ts';

/** A signature's date may be this far from now, milliseconds (SigV4: five minutes). */
const SKEW = 5 * 60 * 1000;

/** S3 takes a body whose hash is not signed, when the header says so. */
const UNSIGNED_BODIES: readonly string[] = ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'];

/**
 * Who signed this request, or the refusal that AWS gives: key known, session token the key's own, signature
 * over what arrived, date within five minutes, session not expired.
 *
 * @param region - The only Region that this AWS has.
 * @param now - Milliseconds since 1970.
 * @throws AwsError
 */
export function authenticate(
  wire: Wire,
  protocol: Protocol,
  options: { readonly registry: Registry; readonly region: string; readonly now: number },
): Session {
  const fail = (failure: SharedFailure, message?: string) => sharedError(failure, protocol, message);

  const header = wire.headers.authorization;
  if (header === undefined) throw fail('missingAuthentication');
  const claimed = parseAuthorization(header);
  const date = parseAmzDate(wire.headers['x-amz-date']);
  if (claimed === null || date === null) throw fail('malformedAuthentication');

  const session = options.registry.session(claimed.accessKeyId);
  if (session === null) throw fail('unknownKey');
  const token = wire.headers['x-amz-security-token'] ?? '';
  // Without its token a session's key is no key at all: S3 knows the two failures apart.
  if (token === '') throw fail('unknownKey');
  if (!sameText(token, session.sessionToken)) throw fail('wrongSessionToken');

  if (unsignedHeader(wire, claimed) !== null)
    throw fail('wrongSignature', 'A header that must be signed was not signed.');
  if (wire.headers['x-amz-date']?.slice(0, 8) !== claimed.date)
    throw fail(
      'wrongSignature',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.',
    );
  if (claimed.region !== options.region)
    throw fail('wrongSignature', `Credential should be scoped to a valid region: ${options.region}.`);
  if (!verified(wire, claimed, protocol, session.secretAccessKey)) throw fail('wrongSignature');

  if (Math.abs(options.now - date) > SKEW) throw fail('skewed');
  if (options.now >= session.expiration) throw fail('expired');
  return session;
}

/** The body's hash is always taken from the body that arrived; the header is only compared with it. */
function verified(wire: Wire, claimed: Claimed, protocol: Protocol, secret: string): boolean {
  const said = wire.headers['x-amz-content-sha256'];
  const unsigned = protocol === 's3' && said !== undefined && UNSIGNED_BODIES.includes(said);
  const payloadHash = unsigned ? said : sha256Hex(wire.body);
  if (said !== undefined && said !== payloadHash) return false;
  try {
    return verifySignature(wire, claimed, payloadHash, secret);
  } catch {
    return false; // A broken percent escape cannot have been signed by anyone.
  }
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sha256Hex(given)), Buffer.from(sha256Hex(expected))];
  return timingSafeEqual(a, b);
}
