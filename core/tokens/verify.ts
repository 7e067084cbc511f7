import { type JsonObject, member } from '../encoding/i-json.ts';
import { CLOCK_SKEW_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { Issuer, IssuerClass } from '../policy/bundle.ts';
import type { FindKey } from '../ports.ts';
import type { Slot } from '../refusals.ts';
import { claimOf, meets } from './claim-rule.ts';
import { isNumericDate } from './claims.ts';
import { readJws, type UnverifiedJws } from './jws.ts';
import { isSignatureAlgorithm } from './public-key.ts';
import { isSignedBy } from './signature.ts';

/** What every verifier of tokens stands on. */
export interface IssuerContext {
  /** All configured issuers, Writ's own among them. */
  readonly issuers: readonly Issuer[];
  readonly findKey: FindKey;
  /** NumericDate. */
  readonly now: number;
}

export interface TokenToVerify extends IssuerContext {
  readonly token: string;
  readonly slot: Slot;
  readonly expectedClass: IssuerClass;
  /** Only for `first`, which proves how a session began and not that it lasts. */
  readonly mayBeExpired?: boolean;
}

/** A token of a configured issuer: signed by it, for us, for this slot, now, and meeting the issuer's rules. */
export interface VerifiedToken {
  readonly issuer: Issuer;
  readonly claims: JsonObject;
  readonly header: JsonObject;
  readonly typ: string | null;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
}

/**
 * Verifies a token in the order of RFC 8725 §3: issuer, class, type, algorithm, key, signature, audience, time.
 *
 * The issuer is found by its exact string and says all the rest: nothing in the token chooses a key, an address or an
 * algorithm that the configuration did not name. The caller checks what its slot asks beyond that.
 *
 * @throws Fault `keys_unavailable`.
 */
export async function verifyToken(options: TokenToVerify): Promise<Outcome<VerifiedToken>> {
  const { token, slot, now } = options;
  const read = readJws(token, { jwk: 'forbidden' });
  if (!read.ok) return refuse({ reason: 'token_malformed', token: slot, problem: read.problem });
  const { jws } = read;

  const found = findIssuer(jws, options);
  if (!found.ok) return found;
  const issuer = found.value;
  if (!issuer.types.includes(jws.typ)) {
    return refuse({ reason: 'token_type_mismatch', token: slot, problem: 'typ is not one of the issuer’s' });
  }
  if (!issuer.algorithms.includes(jws.alg) || !isSignatureAlgorithm(jws.alg)) {
    return refuse({ reason: 'token_algorithm', token: slot });
  }
  const key = await options.findKey(issuer, jws.kid, jws.alg, now);
  if (key === null) return refuse({ reason: 'token_key_unknown', token: slot });
  if (!(await isSignedBy(token, key, jws.alg))) return refuse({ reason: 'token_signature', token: slot });

  const checked = checkClaims(jws.claims, issuer, options);
  if (!checked.ok) return checked;
  return allow({ issuer, claims: jws.claims, header: jws.header, typ: jws.typ, hash: jws.hash });
}

/** RFC 8725 §3.8. Two entries for one string would let the order in a file decide: no issuer. */
function findIssuer(jws: UnverifiedJws, { issuers, slot, expectedClass }: TokenToVerify): Outcome<Issuer> {
  const iss = member(jws.claims, 'iss');
  const [issuer, ...others] = issuers.filter((known) => known.iss === iss);
  if (issuer === undefined || others.length > 0) {
    return refuse({ reason: 'token_issuer_unknown', token: slot });
  }
  if (issuer.class !== expectedClass) {
    return refuse({ reason: 'token_wrong_class', token: slot, issuerClass: issuer.class });
  }
  return allow(issuer);
}

function checkClaims(claims: JsonObject, issuer: Issuer, options: TokenToVerify): Outcome<null> {
  const { slot } = options;
  if (!isForUs(member(claims, 'aud'), issuer.audiences)) {
    return refuse({ reason: 'token_audience', token: slot });
  }
  const timely = checkTimes(claims, options);
  if (!timely.ok) return timely;

  for (const rule of issuer.require) {
    if (meets(rule, claims)) continue;
    const claim = claimOf(rule);
    return slot === 'subject_token' || slot === 'first'
      ? refuse({ reason: 'subject_rule', claim })
      : refuse({ reason: 'token_claim', token: slot, claim });
  }
  return allow(null);
}

/** RFC 7519 §4.1.3: a string or an array of strings, compared exactly. */
function isForUs(aud: unknown, audiences: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return named.every((one) => typeof one === 'string') && audiences.some((own) => named.includes(own));
}

/** `exp` needs no tolerance: a token that is over is renewed. `nbf` and `iat` do, as the issuer's clock may be ahead. */
function checkTimes(claims: JsonObject, { slot, now, mayBeExpired }: TokenToVerify): Outcome<null> {
  const exp = member(claims, 'exp');
  if (!isNumericDate(exp)) return refuse({ reason: 'token_claim', token: slot, claim: 'exp' });
  if (exp <= now && mayBeExpired !== true) return refuse({ reason: 'token_expired', token: slot, exp, now });
  for (const claim of ['nbf', 'iat']) {
    const from = member(claims, claim);
    if (from === undefined) continue;
    if (!isNumericDate(from)) return refuse({ reason: 'token_claim', token: slot, claim });
    if (from > now + CLOCK_SKEW_SECONDS)
      return refuse({ reason: 'token_not_yet_valid', token: slot, from, now });
  }
  return allow(null);
}
