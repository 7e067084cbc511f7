/**
 * Explains a token line by line against the configuration: what each claim is to Writ, and which rules it keeps. For an
 * admin who connects an issuer; nothing here lets anybody in, and nothing of the signature is shown.
 */
import { member } from '../encoding/i-json.ts';
import { Fault } from '../fault.ts';
import type { Bundle, Issuer } from '../policy/bundle.ts';
import type { FindKey } from '../ports.ts';
import type { Reason, Refusal, Slot } from '../refusals.ts';
import { readJws, type UnverifiedJws } from '../tokens/jws.ts';
import { verifySubject } from '../tokens/subject.ts';
import {
  ACCESS_TOKEN,
  ACCESS_TOKEN_TYPE,
  DPOP_TYPE,
  ENROLLED_ACTOR_TYPE,
  ID_TOKEN,
} from '../tokens/token-types.ts';
import { verifyToken } from '../tokens/verify.ts';
import { type ExplainedClaim, explainClaims } from './token-claims.ts';
import { type ExplainedRule, explainRules } from './token-rules.ts';

export interface TokenContext {
  readonly bundle: Pick<Bundle, 'issuers' | 'agents'>;
  readonly findKey: FindKey;
  /** NumericDate. */
  readonly now: number;
}

export interface ExplainedToken {
  /** What it is, in words. */
  readonly kind: string;
  /** Alias and class; `null`: of no configured issuer. */
  readonly issuer: Pick<Issuer, 'alias' | 'class'> | null;
  readonly claims: readonly ExplainedClaim[];
  readonly rules: readonly ExplainedRule[];
  /**
   * What the broker's own verifier says: `null` where it takes it, a reason of core/refusals.ts, or that keys could not
   * be had.
   */
  readonly refusal: Reason | 'keys_unavailable' | null;
}

/** @param token - A compact JWS; whatever else it is, it is `token_malformed`. Nothing of it is in an error. */
export async function explainToken(token: string, context: TokenContext): Promise<ExplainedToken> {
  const read = readJws(token, { jwk: isProof(token) ? 'required' : 'forbidden' });
  if (!read.ok) {
    const rules = [
      { rule: 'a compact JWS', holds: false, reason: 'token_malformed', says: read.problem } as const,
    ];
    return { kind: 'no token', issuer: null, claims: [], rules, refusal: 'token_malformed' };
  }
  const { jws } = read;
  const issuer = context.bundle.issuers.find(({ iss }) => iss === member(jws.claims, 'iss')) ?? null;
  const claims = explainClaims(jws.claims, issuer, context.now);
  const own = ownKind(jws);
  if (own !== null) return { kind: own, issuer: null, claims, rules: [], refusal: null };
  const rules = await explainRules(token, jws, issuer, context);
  const refusal = await refusalOf(token, jws, issuer, context);
  return {
    kind: kindOf(jws, issuer),
    issuer: issuer && { alias: issuer.alias, class: issuer.class },
    claims,
    rules: [...rules, ...unexplained(rules, refusal)],
    refusal: typeof refusal === 'object' ? (refusal?.reason ?? null) : refusal,
  };
}

/** The verifier has the last word: what none of the lines above shows stands in one of its own. */
function unexplained(
  rules: readonly ExplainedRule[],
  refusal: Refusal | 'keys_unavailable' | null,
): readonly ExplainedRule[] {
  if (refusal === null || refusal === 'keys_unavailable') return [];
  const { reason } = refusal;
  if (rules.some((one) => one.holds === false && one.reason === reason)) return [];
  const says = 'claim' in refusal ? `claim ${refusal.claim}` : 'problem' in refusal ? refusal.problem : '';
  return [{ rule: 'all else that its class asks', holds: false, reason, says }];
}

/** A proof has a key in its header, which no other token may. */
function isProof(token: string): boolean {
  const read = readJws(token, { jwk: 'required' });
  return read.ok && read.jws.typ === DPOP_TYPE;
}

/** What devices sign by themselves is good for one request, together with a nonce and a key that are not here. */
function ownKind({ typ }: UnverifiedJws): string | null {
  if (typ === DPOP_TYPE) return 'a DPoP proof (RFC 9449): good for one request, and judged with it';
  if (typ === ENROLLED_ACTOR_TYPE)
    return 'an enrolled agent’s own token: judged with the proof of its device';
  return null;
}

function kindOf({ typ }: UnverifiedJws, issuer: Issuer | null): string {
  if (issuer === null) return 'a token of an issuer that is not configured';
  if (issuer.class !== 'subject') return `a token of class ${issuer.class}`;
  return typ === ACCESS_TOKEN_TYPE ? 'an access token (RFC 9068)' : 'an ID token (OpenID Connect Core §2)';
}

const SLOTS = { subject: 'subject_token', actor: 'actor_token', attestation: 'client_attestation' } as const;

/** Of no configured issuer it is judged as a user's token: so the refusal has its name. */
export const slotOf = (issuer: Issuer | null): Slot =>
  issuer === null || issuer.class === 'event' ? 'subject_token' : SLOTS[issuer.class];

async function refusalOf(
  token: string,
  jws: UnverifiedJws,
  issuer: Issuer | null,
  { bundle: { issuers }, findKey, now }: TokenContext,
): Promise<Refusal | 'keys_unavailable' | null> {
  const context = { issuers, findKey, now };
  try {
    const outcome =
      issuer === null || issuer.class === 'subject'
        ? await verifySubject(token, subjectType(jws), context)
        : await verifyToken({ token, slot: slotOf(issuer), expectedClass: issuer.class, ...context });
    return outcome.ok ? null : outcome.refusal;
  } catch (error) {
    if (error instanceof Fault) return 'keys_unavailable';
    throw error;
  }
}

export const subjectType = ({ typ }: Pick<UnverifiedJws, 'typ'>): string =>
  typ === ACCESS_TOKEN_TYPE ? ACCESS_TOKEN : ID_TOKEN;
