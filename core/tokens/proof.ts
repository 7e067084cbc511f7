import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { JWK } from 'jose';
import { sha256Base64url } from '../encoding/hash.ts';
import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { MAX_JTI_CHARS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Received } from '../request.ts';
import { asVerified, type Proof } from './identities.ts';
import { readJws } from './jws.ts';
import { checkNonce } from './nonce.ts';
import { holdsPrivateKey, verificationKey } from './public-key.ts';
import { importPublic, isSignedBy } from './signature.ts';
import { thumbprint } from './thumbprint.ts';
import { DPOP_TYPE } from './token-types.ts';

/**
 * What a proof may be signed with; published as `dpop_signing_alg_values_supported` (RFC 9449 §5.1). ES256 is what
 * clients use. Proof keys are made for the purpose, so nothing older is carried along: no PKCS #1 v1.5.
 */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256'];

const JTI = new RegExp(`^[\\x21-\\x7e]{1,${MAX_JTI_CHARS}}$`);

export interface ProofContext {
  /** Current key first. */
  readonly nonceKeys: readonly KeyObject[];
  /** NumericDate. */
  readonly now: number;
}

const malformed = (problem: string) => refuse({ reason: 'dpop_malformed', problem });
const wrong = (claim: string) => refuse({ reason: 'dpop_claim', claim });

/**
 * Verifies the DPoP proof of a request, in the order of RFC 9449 §4.3.
 *
 * `iat` is not compared with a clock: the nonce is ours, always demanded, and says when (rule 6; RFC 9449
 * §11.1). That the proof is new is decided where it is spent, in the transaction of the record it causes.
 *
 * @returns the proof; `dpop_nonce_missing` and `dpop_nonce_stale` ask the client to come again with a fresh nonce.
 * @throws Fault `nonce_keys_unavailable`.
 */
export async function verifyProof(received: Received, context: ProofContext): Promise<Outcome<Proof>> {
  const header = oneHeader(received);
  if (!header.ok) return header;
  const key = await readKeyAndClaims(header.value);
  if (!key.ok) return key;
  const { jwk, jkt, claims } = key.value;

  const jti = member(claims, 'jti');
  if (typeof jti !== 'string' || !JTI.test(jti)) return wrong('jti');
  if (member(claims, 'htm') !== 'POST') return wrong('htm');
  if (!isSameUrl(member(claims, 'htu'), received.url)) return wrong('htu');
  if (typeof member(claims, 'iat') !== 'number') return wrong('iat');

  const nonce = member(claims, 'nonce');
  if (nonce === undefined) return refuse({ reason: 'dpop_nonce_missing' });
  if (typeof nonce !== 'string') return wrong('nonce');
  const fresh = checkNonce(nonce, context.nonceKeys, context.now);
  if (fresh === 'stale' || fresh === 'bad') return refuse({ reason: 'dpop_nonce_stale' });

  const bdh = member(claims, 'bdh');
  if (bdh !== undefined && typeof bdh !== 'string') return wrong('bdh');
  if (bdh !== undefined && !isSameText(bdh, sha256Base64url(received.body))) {
    return refuse({ reason: 'dpop_body_mismatch' });
  }
  return allow(
    asVerified<Proof>({
      jkt,
      jwk,
      jti,
      coversBody: bdh !== undefined,
      spentUntil: fresh.until,
    }),
  );
}

/** Step 1. Proxies join two headers of one name with a comma, which no JWT contains. */
function oneHeader(received: Received): Outcome<string> {
  const [header, ...others] = received.headers.dpop ?? [];
  if (header === undefined || header === '') return refuse({ reason: 'dpop_missing' });
  if (others.length > 0 || header.includes(',')) return refuse({ reason: 'dpop_repeated' });
  return allow(header);
}

/** Steps 2 to 7: a JWT of type `dpop+jwt`, signed by the public key in its own header. */
async function readKeyAndClaims(
  proof: string,
): Promise<Outcome<{ readonly jwk: JWK; readonly jkt: string; readonly claims: JsonObject }>> {
  const read = readJws(proof, { jwk: 'required' });
  if (!read.ok) return malformed(read.problem);
  const { header, claims, alg, typ } = read.jws;
  if (typ !== DPOP_TYPE) return malformed('typ is not dpop+jwt');
  if (!PROOF_ALGORITHMS.includes(alg)) return malformed('alg is not accepted');
  const shown = member(header, 'jwk');
  if (!isJsonObject(shown)) return malformed('jwk is not an object');
  if (holdsPrivateKey(shown)) return malformed('jwk holds a private key');
  const jwk = verificationKey(shown, alg);
  const key = jwk === null ? null : await importPublic(jwk, alg);
  const jkt = jwk === null ? null : thumbprint(jwk);
  if (jwk === null || key === null || jkt === null) return malformed('jwk does not fit alg');
  if (!(await isSignedBy(proof, key, alg))) return refuse({ reason: 'dpop_signature' });
  return allow({ jwk, jkt, claims });
}

/**
 * Step 9: `htu` without query and fragment is the configured URL, as text. Clients copy it from our metadata; the
 * equivalences of RFC 3986 §6 would only widen what matches.
 */
const isSameUrl = (htu: unknown, url: string): boolean =>
  typeof htu === 'string' && htu.replace(/[?#].*$/s, '') === url;

function isSameText(given: string, own: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(own);
  return a.length === b.length && timingSafeEqual(a, b);
}
