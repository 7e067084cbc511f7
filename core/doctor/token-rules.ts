/** The rules that a token is held to, each by itself: the verifiers stop at the first that does not hold. */
import { type JsonObject, member } from '../encoding/i-json.ts';
import { Fault } from '../fault.ts';
import { CLOCK_SKEW_SECONDS, MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS } from '../limits.ts';
import type { Bundle, Issuer } from '../policy/bundle.ts';
import type { FindKey } from '../ports.ts';
import type { Reason } from '../refusals.ts';
import { claimOf, meets, valueAt } from '../tokens/claim-rule.ts';
import { isNumericDate } from '../tokens/claims.ts';
import { confirmedKey } from '../tokens/confirmation.ts';
import { notHuman } from '../tokens/human.ts';
import type { UnverifiedJws } from '../tokens/jws.ts';
import { isSignatureAlgorithm } from '../tokens/public-key.ts';
import { isSignedBy } from '../tokens/signature.ts';

export interface ExplainedRule {
  readonly rule: string;
  /** `null`: cannot be told here. */
  readonly holds: boolean | null;
  /** What the broker refuses it with, from core/refusals.ts. */
  readonly reason: Reason;
  /** What was seen. */
  readonly says: string;
}

interface RulesContext {
  readonly bundle: Pick<Bundle, 'agents'>;
  readonly findKey: FindKey;
  readonly now: number;
}

/** In the order of the verifiers. */
export async function explainRules(
  token: string,
  jws: UnverifiedJws,
  issuer: Issuer | null,
  context: RulesContext,
): Promise<readonly ExplainedRule[]> {
  const { claims } = jws;
  const known = rule(
    'from a configured issuer',
    issuer !== null,
    'token_issuer_unknown',
    shown(member(claims, 'iss')),
  );
  if (issuer === null) return [known];
  return [
    known,
    rule(
      'typ is the issuer’s',
      issuer.types.includes(jws.typ),
      'token_type_mismatch',
      `typ: ${jws.typ ?? 'none'}`,
    ),
    rule(
      'an accepted algorithm',
      issuer.algorithms.includes(jws.alg) && isSignatureAlgorithm(jws.alg),
      'token_algorithm',
      `alg: ${shown(jws.alg)}; accepted: ${issuer.algorithms.join(', ')}`,
    ),
    ...(await signed(token, jws, issuer, context)),
    audience(claims, issuer),
    ...times(claims, context.now),
    ...issuer.require.map((required) =>
      rule(
        `${claimOf(required)} is one of ours`,
        meets(required, claims),
        issuer.class === 'subject' ? 'subject_rule' : 'token_claim',
        `${claimOf(required)}: ${shown(valueAt(required, claims))}`,
      ),
    ),
    ...ofClass(claims, issuer, context),
  ];
}

async function signed(
  token: string,
  { kid, alg }: UnverifiedJws,
  issuer: Issuer,
  { findKey, now }: RulesContext,
): Promise<readonly ExplainedRule[]> {
  const named = `kid: ${shown(kid)}`;
  try {
    const key = isSignatureAlgorithm(alg) ? await findKey(issuer, kid, alg, now) : null;
    return [
      rule('signed with a published key', key !== null, 'token_key_unknown', named),
      key === null
        ? {
            rule: 'the signature holds',
            holds: null,
            reason: 'token_signature',
            says: 'no key to try it with',
          }
        : rule('the signature holds', await isSignedBy(token, key, alg), 'token_signature', named),
    ];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const says = 'the issuer’s keys could not be had';
    return [
      { rule: 'signed with a published key', holds: null, reason: 'token_key_unknown', says },
      { rule: 'the signature holds', holds: null, reason: 'token_signature', says },
    ];
  }
}

function audience(claims: JsonObject, { audiences }: Issuer): ExplainedRule {
  const aud = member(claims, 'aud');
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return rule(
    'made for us',
    named.every((one) => typeof one === 'string') && audiences.some((own) => named.includes(own)),
    'token_audience',
    `aud: ${named.map(shown).join(', ')}; accepted: ${audiences.join(', ')}`,
  );
}

function times(claims: JsonObject, now: number): readonly ExplainedRule[] {
  const exp = member(claims, 'exp');
  const begins = ['nbf', 'iat'].filter((name) => member(claims, name) !== undefined);
  return [
    isNumericDate(exp)
      ? rule(
          'not over',
          exp > now,
          'token_expired',
          exp > now ? `${exp - now} s left` : `over since ${now - exp} s`,
        )
      : rule('has an end', false, 'token_claim', `exp: ${shown(exp)}`),
    ...begins.map((name) => {
      const from = member(claims, name);
      return isNumericDate(from)
        ? rule(
            `${name} is not ahead`,
            from <= now + CLOCK_SKEW_SECONDS,
            'token_not_yet_valid',
            from > now ? `${from - now} s ahead of this machine’s clock` : `${now - from} s ago`,
          )
        : rule(`${name} is a time`, false, 'token_claim', `${name}: ${shown(from)}`);
    }),
  ];
}

/** What its class asks beyond that. */
function ofClass(claims: JsonObject, issuer: Issuer, context: RulesContext): readonly ExplainedRule[] {
  const { subject } = issuer.claims;
  const who = rule(
    'names who it is about',
    typeof member(claims, subject) === 'string',
    'token_claim',
    `${subject}: ${shown(member(claims, subject))}`,
  );
  switch (issuer.class) {
    case 'subject': {
      const problem = notHuman(claims);
      return [
        rule('a person signed in', problem === null, 'subject_not_human', problem ?? 'auth_time is there'),
        who,
      ];
    }
    case 'actor':
      return [who, ...ofActor(claims, issuer, context)];
    case 'attestation': {
      const key = confirmedKey(claims);
      const jkt = key === null || key === 'unreadable' ? null : key.jkt;
      return [who, rule('names the device’s key', jkt !== null, 'token_claim', `cnf: ${jkt ?? 'no key'}`)];
    }
    case 'event':
      return [who];
  }
}

function ofActor(
  claims: JsonObject,
  { alias, claims: { subject } }: Issuer,
  { bundle, now }: RulesContext,
): readonly ExplainedRule[] {
  const sub = member(claims, subject);
  const agent = bundle.agents.find(({ identities }) =>
    identities.some((identity) => identity.issuer === alias && identity.subject === sub),
  );
  const iat = member(claims, 'iat');
  const young = isNumericDate(iat) && now - iat <= MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS;
  return [
    rule(
      'used by one key alone, or young',
      member(claims, 'jti') !== undefined || young,
      'token_too_old',
      member(claims, 'jti') === undefined ? 'no jti' : 'it has a jti',
    ),
    rule(
      'a registered agent',
      agent !== undefined,
      'actor_unknown',
      agent?.agent ?? `no agent has ${shown(sub)}`,
    ),
    ...(agent === undefined
      ? []
      : [
          rule(
            'its registration has not ended',
            agent.expires > now,
            'actor_expired',
            `agent ${agent.agent}`,
          ),
          rule(
            'its review is not overdue',
            agent.reviewBy > now,
            'actor_review_overdue',
            `agent ${agent.agent}`,
          ),
        ]),
  ];
}

const rule = (name: string, holds: boolean, reason: Reason, says: string): ExplainedRule => ({
  rule: name,
  holds,
  reason,
  says,
});

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 120);
