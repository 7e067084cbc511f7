import { sha256Base64url, sha256Hex } from '../encoding/hash.ts';
import { type JsonObject, member } from '../encoding/i-json.ts';
import { jcs } from '../encoding/jcs.ts';
import { MAX_FIRST_AGE_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import type { SubjectRequest } from '../request.ts';
import { isNumericDate } from './claims.ts';
import type { Binding, Device, Proof, Subject } from './identities.ts';
import { readJws } from './jws.ts';
import { checkSubjectKind } from './subject-kind.ts';
import { ID_TOKEN } from './token-types.ts';
import { type IssuerContext, verifyToken } from './verify.ts';

const unbound = (problem: string) => refuse({ reason: 'subject_not_bound_to_device', problem });

/** The nonce that a sign-in for this key carries: base64url(SHA-256(JCS({v:1,jkt,rnd}))) (rule 4a). */
export const boundNonce = (jkt: string, rnd: string): string => sha256Base64url(jcs({ v: 1, jkt, rnd }));

/**
 * (a) subject → device: the user signed in for the key that proves this request. The first way that holds is
 * answered, the strongest first: the ID token's nonce; the nonce of the original ID token, where a refreshed one lost
 * it (OIDC Core §12.2); the access token's `cnf.jkt`; the attestation, if it names this user.
 *
 * @param of - `device: null` while a device is being enrolled: nothing attests it yet.
 * @returns which way held; if none, `first`'s own refusal where one was shown, or `subject_not_bound_to_device`.
 * @throws Fault `keys_unavailable`.
 */
export async function subjectBoundToDevice(
  of: {
    readonly request: SubjectRequest;
    readonly subject: Subject;
    readonly proof: Proof;
    readonly device: Device | null;
  },
  context: IssuerContext,
): Promise<Outcome<Binding['subject']>> {
  const { subject, proof, device, request } = of;
  // A token that is bound to a key is worth nothing with another (RFC 9449 §6.1), whatever else would hold.
  if (subject.cnf_jkt !== null && subject.cnf_jkt !== proof.jkt) {
    return unbound('the access token is bound to another key');
  }
  const user = device?.user ?? null;
  const isUsers = user !== null && user.iss === subject.iss && user.sub === subject.sub;
  // Somebody else's device, by the word of who manages it: whatever else holds, the record would name two people.
  if (user !== null && !isUsers) return unbound('the attestation names another user');
  const byNonce = await boundByNonce(request, subject, proof, context);
  if (byNonce.ok) return byNonce;
  if (subject.cnf_jkt === proof.jkt) return allow('cnf');
  return isUsers ? allow('attestation') : byNonce;
}

async function boundByNonce(
  request: SubjectRequest,
  subject: Subject,
  proof: Proof,
  context: IssuerContext,
): Promise<Outcome<'nonce' | 'first_nonce'>> {
  if (subject.token_type !== ID_TOKEN) return unbound('an access token without cnf.jkt');
  if (request.binding === null) return unbound('binding is missing');
  const expected = boundNonce(proof.jkt, request.binding.rnd);
  if (subject.nonce !== null) {
    // A refreshed token's nonce, if it has one, is the original's (OIDC Core §12.2): `first` could add nothing.
    return subject.nonce === expected ? allow('nonce') : unbound('the nonce was made for another key');
  }
  if (request.binding.first === null) return unbound('the ID token has no nonce, and first is missing');
  const first = await verifyFirst(request.binding.first, request.subject_token, subject, context);
  if (!first.ok) return first;
  return member(first.value, 'nonce') === expected
    ? allow('first_nonce')
    : unbound('the nonce of first was made for another key');
}

/**
 * The ID token with which the session began: of the same issuer, user, audience and sign-in as the one shown, and at
 * most MAX_FIRST_AGE_SECONDS old. It may be over; it proves how the session began, not that it lasts.
 */
async function verifyFirst(
  token: string,
  subjectToken: string,
  subject: Subject,
  { issuers, findKey, now }: IssuerContext,
): Promise<Outcome<JsonObject>> {
  const slot = 'first';
  const verified = await verifyToken({
    token,
    slot,
    expectedClass: 'subject',
    issuers,
    findKey,
    now,
    mayBeExpired: true,
  });
  if (!verified.ok) return verified;
  const kind = checkSubjectKind(verified.value, ID_TOKEN, slot);
  if (!kind.ok) return kind;
  const { claims, issuer } = verified.value;
  const iat = member(claims, 'iat');
  if (!isNumericDate(iat)) return refuse({ reason: 'token_claim', token: slot, claim: 'iat' });
  if (now - iat > MAX_FIRST_AGE_SECONDS) return refuse({ reason: 'token_too_old', token: slot, iat, now });

  // Read again, not trusted again: these are the very bytes that were verified as the subject token.
  const shown = readJws(subjectToken, { jwk: 'forbidden' });
  if (!shown.ok || sha256Hex(subjectToken) !== subject.token)
    return unbound('not the verified subject token');
  for (const claim of ['iss', 'sub', 'aud', 'auth_time', issuer.claims.subject]) {
    const value = member(claims, claim);
    if (value === undefined || JSON.stringify(value) !== JSON.stringify(member(shown.jws.claims, claim))) {
      return refuse({ reason: 'token_claim', token: slot, claim });
    }
  }
  return allow(claims);
}
