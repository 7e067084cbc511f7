import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { isoTime } from '../encoding/iso-time.ts';
import type { Issuer } from '../policy/bundle.ts';
import { identityTag, label } from '../session/encode.ts';
import { isNumericDate } from '../tokens/claims.ts';
import { confirmedKey } from '../tokens/confirmation.ts';

export interface ExplainedClaim {
  readonly claim: string;
  /** JSON text, cut. */
  readonly value: string;
  /** What Writ makes of it; `null`: nothing. */
  readonly means: string | null;
}

const MAX_VALUE_CHARS = 120;

/** Each claim in its order, then those that the configuration names and the token lacks. */
export function explainClaims(
  claims: JsonObject,
  issuer: Issuer | null,
  now: number,
): readonly ExplainedClaim[] {
  const meanings = meaningsOf(claims, issuer, now);
  const there = Object.entries(claims).map(([claim, value]) => ({
    claim,
    value: JSON.stringify(value).slice(0, MAX_VALUE_CHARS),
    means: meanings.get(claim) ?? null,
  }));
  const named = Object.values(issuer?.claims ?? {});
  const missing = [...new Set(named)].filter((claim) => member(claims, claim) === undefined);
  return [
    ...there,
    ...missing.map((claim) => ({ claim, value: '(missing)', means: meanings.get(claim) ?? null })),
  ];
}

function meaningsOf(claims: JsonObject, issuer: Issuer | null, now: number): ReadonlyMap<string, string> {
  const means = new Map<string, string>(Object.entries(standard(claims, now)));
  if (issuer === null) return means;
  const { alias, claims: names } = issuer;
  const add = (name: string | undefined, words: (value: unknown) => string): void => {
    if (name === undefined) return;
    const before = means.get(name);
    const text = words(member(claims, name));
    // One claim may be two things, such as the device and what names it.
    means.set(name, before === undefined || text.startsWith(before) ? text : `${before}; ${text}`);
  };
  means.set('iss', `issuer ${alias}, class ${issuer.class}`);
  add(names.subject, (value) =>
    typeof value === 'string'
      ? `the ${NAMES[issuer.class]}: ${identityTag(alias, value)}${issuer.class === 'subject' ? ', the tag writ:user' : ''}`
      : `the ${NAMES[issuer.class]}, which is needed`,
  );
  add(names.login, (value) =>
    typeof value === 'string'
      ? `the handle in SourceIdentity: ${label(value)}`
      : 'the handle in SourceIdentity would come from it',
  );
  add(names.email, () => 'the e-mail address, recorded as a hash');
  add(names.groups, (value) =>
    Array.isArray(value) || typeof value === 'string'
      ? `groups, in policies: ${[value]
          .flat()
          .slice(0, 8)
          .map((group) => `${alias}:${group}`)
          .join(', ')}`
      : 'groups: without it, none',
  );
  add(names.device, (value) =>
    typeof value === 'string'
      ? `the device: ${identityTag(alias, value)}, the tag writ:device`
      : 'the device',
  );
  add(names.user, () => 'the device’s user, who alone may use it');
  add(names.compliant, () => 'whether the device is compliant, for policies');
  for (const { claim } of issuer.require) {
    const [name = ''] = typeof claim === 'string' ? [claim] : claim;
    add(name, () => 'a rule of the issuer is about it');
  }
  return means;
}

const NAMES = { subject: 'user', actor: 'workload', attestation: 'device', event: 'subject' } as const;

/** What claims mean by their standards (RFC 7519 §4.1, OpenID Connect Core §2, RFC 8693 §4.4, RFC 7800). */
function standard(claims: JsonObject, now: number): { readonly [claim: string]: string } {
  const time = (claim: string, words: string) => {
    const at = member(claims, claim);
    return isNumericDate(at) ? `${words} ${isoTime(at)} (${distance(at - now)})` : `${words} no NumericDate`;
  };
  const cnf = confirmedKey(claims);
  const may_act = member(claims, 'may_act');
  return {
    aud: 'whom it was made for',
    exp: time('exp', 'it ends'),
    iat: time('iat', 'issued'),
    nbf: time('nbf', 'good from'),
    auth_time: time('auth_time', 'the person signed in'),
    acr: 'how strong the sign-in was: context.acr in policies',
    amr: 'by which means: context.amr in policies',
    nonce: 'rule 4a: must be the hash of the device’s key, which is not here to compare',
    jti: 'an actor’s token with it belongs to the first key that shows it',
    azp: 'the client that got it',
    may_act: isJsonObject(may_act) ? 'rule 4b: who may act for the user' : 'no object: refused',
    cnf: cnf === null || cnf === 'unreadable' ? 'no key that can be read' : `bound to the key ${cnf.jkt}`,
    email_verified: 'false: the e-mail address is not recorded',
  };
}

function distance(seconds: number): string {
  const [size, word] =
    Math.abs(seconds) >= 172_800
      ? [Math.round(Math.abs(seconds) / 86_400), 'days']
      : [Math.abs(seconds), 'seconds'];
  return seconds < 0 ? `${size} ${word} ago` : `in ${size} ${word}`;
}
