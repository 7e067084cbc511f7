import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { CLOCK_SKEW_SECONDS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import { identityTag, label } from '../session/encode.ts';
import { readClaims } from './claims.ts';
import { confirmedKey } from './confirmation.ts';
import { notHuman } from './human.ts';
import { asVerified, type Subject } from './identities.ts';
import { checkSubjectKind } from './subject-kind.ts';
import { ACCESS_TOKEN } from './token-types.ts';
import { type IssuerContext, type VerifiedToken, verifyToken } from './verify.ts';

const slot = 'subject_token';
const wrongClaim = (claim: string) => refuse({ reason: 'token_claim', token: slot, claim });

/**
 * Verifies the user's token: an ID token (OIDC Core §2) or a JWT access token (RFC 9068), from an issuer of class
 * `subject`, that shows a person who signed in.
 *
 * @param token_type - RFC 8693 §3 identifier from the request; the token's own `typ` must agree with it.
 * @throws Fault `keys_unavailable`.
 */
export async function verifySubject(
  token: string,
  token_type: string,
  context: IssuerContext,
): Promise<Outcome<Subject>> {
  const { issuers, findKey, now } = context;
  const verified = await verifyToken({ token, slot, expectedClass: 'subject', issuers, findKey, now });
  if (!verified.ok) return verified;
  const kind = checkSubjectKind(verified.value, token_type, slot);
  if (!kind.ok) return kind;
  const problem = notHuman(verified.value.claims);
  if (problem !== null) return refuse({ reason: 'subject_not_human', problem });
  return readSubject(verified.value, token_type, now);
}

function readSubject(verified: VerifiedToken, token_type: string, now: number): Outcome<Subject> {
  const { issuer, claims, hash } = verified;
  const { alias, iss, claims: names } = issuer;
  const read = readClaims(claims);
  const sub = read.requiredText(names.subject);
  const login = read.text(names.login);
  const email = member(claims, 'email_verified') === false ? null : read.text(names.email);
  const groups = read.texts(names.groups);
  const auth_time = read.date('auth_time');
  const acr = read.text('acr');
  const amr = read.texts('amr');
  const exp = read.date('exp');
  const iat = read.date('iat');
  const nonce = read.text('nonce');
  const device_claim = read.text(names.device);
  const bad = read.bad();
  if (bad !== null) return wrongClaim(bad);
  if (names.groups !== undefined && groupsAreElsewhere(claims, names.groups)) return wrongClaim(names.groups);
  if (exp === null) return wrongClaim('exp');
  if (iat === null) return wrongClaim('iat');
  if (auth_time === null || auth_time > now + CLOCK_SKEW_SECONDS) return wrongClaim('auth_time');

  const may_act = readMayAct(claims);
  if (may_act === 'unreadable') return wrongClaim('may_act');
  // Only an access token is presented with a key of its own; an ID token is bound by its nonce.
  const cnf = token_type === ACCESS_TOKEN ? confirmedKey(claims) : null;
  if (cnf === 'unreadable') return wrongClaim('cnf');

  return allow(
    asVerified<Subject>({
      iss,
      sub,
      alias,
      id: identityTag(alias, sub),
      // Without a login name the whole identity: a bare `sub` could spell somebody else's login.
      handle: label(login ?? `${alias}:${sub}`),
      login,
      email,
      groups: groups.map((group) => `${alias}:${group}`),
      auth_time,
      acr,
      amr,
      exp,
      nonce,
      cnf_jkt: cnf?.jkt ?? null,
      may_act,
      device_claim,
      token_type,
      token: hash,
    }),
  );
}

/**
 * Entra's overage and OIDC Core §5.6.2's aggregated claims: a user in too many groups gets a token that only says where
 * to ask. Taken for "no groups", no `forbid` on a group would ever fire.
 */
function groupsAreElsewhere(claims: JsonObject, groups: string): boolean {
  const elsewhere = member(claims, '_claim_names');
  const named = isJsonObject(elsewhere) && Object.hasOwn(elsewhere, groups);
  return named || member(claims, 'hasgroups') === true || member(claims, 'hasgroups') === 'true';
}

/** RFC 8693 §4.4. Without `iss` it names nobody for us, as a subject without its issuer is nobody; still well-formed. */
function readMayAct(claims: JsonObject): Subject['may_act'] | 'unreadable' {
  const may_act = member(claims, 'may_act');
  if (may_act === undefined) return null;
  if (!isJsonObject(may_act)) return 'unreadable';
  const read = readClaims(may_act);
  const sub = read.requiredText('sub');
  const iss = read.text('iss');
  return read.bad() === null ? { iss, sub } : 'unreadable';
}
