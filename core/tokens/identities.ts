/** Who and what was verified. Only the verifiers of this folder make these: an unverified claim has no such type. */

import type { JWK } from 'jose';
import type { Agent } from '../policy/bundle.ts';

declare const verified: unique symbol;
interface Verified<Kind extends string> {
  readonly [verified]: Kind;
}

/** The user on whose authority the agent acts (RFC 8693 `subject_token`). Identity is always (iss, sub). */
export interface Subject extends Verified<'subject'> {
  readonly iss: string;
  /** The subject claim chosen per issuer, as it stands in the token. */
  readonly sub: string;
  readonly alias: string;
  /** `<issuer alias>:<subject>`, encoded: the tag `writ:user` and the Cedar entity. */
  readonly id: string;
  /** Names the user in `SourceIdentity`: directory login name where the issuer's entry vouches for it. */
  readonly handle: string;
  readonly login: string | null;
  readonly email: string | null;
  /** `<issuer alias>:<group>`, as Cedar's `Writ::Group` entities. */
  readonly groups: readonly string[];
  /** NumericDate of the sign-in itself (OIDC Core §2). */
  readonly auth_time: number;
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly exp: number;
  readonly nonce: string | null;
  /** RFC 7800 `cnf.jkt`, where the access token is bound to a key. */
  readonly cnf_jkt: string | null;
  /** RFC 8693 §4.4 `may_act`. */
  readonly may_act: { readonly iss: string | null; readonly sub: string } | null;
  /** The issuer's own word about the device: the weakest proof there is. */
  readonly device_claim: string | null;
  readonly token_type: string;
  /** SHA-256 of the token, hex. */
  readonly token: string;
}

/** The agent's workload identity (RFC 8693 `actor_token`). */
export interface Actor extends Verified<'actor'> {
  /** `attested`: a platform signs it; `enrolled`: the device's own key signs it. */
  readonly kind: 'attested' | 'enrolled';
  /** The agent's name in `config/agents`. */
  readonly agent: string;
  readonly iss: string;
  readonly sub: string;
  /** `<issuer alias>:<sub>` or `writ:<agent>` for an enrolled one, encoded. */
  readonly id: string;
  /** Thumbprint of the key that signed an enrolled actor's token. */
  readonly jkt: string | null;
  readonly jti: string | null;
  readonly exp: number;
  /** SHA-256 of the token, hex. */
  readonly token: string;
}

/** An actor, and the entry of `config/agents` that it is. */
export interface RegisteredActor {
  readonly actor: Actor;
  readonly agent: Agent;
}

/** A verified DPoP proof (RFC 9449 §4.3): someone holds this key, now, for this request. */
export interface Proof extends Verified<'proof'> {
  /** RFC 7638 thumbprint of the key, base64url. */
  readonly jkt: string;
  readonly jwk: JWK;
  readonly jti: string;
  /** Whether the proof covers the body (`bdh`). */
  readonly coversBody: boolean;
  /** NumericDate after which its nonce is refused, so that remembering its `jti` is no longer needed. */
  readonly spentUntil: number;
}

export interface Device extends Verified<'device'> {
  /** `attested`: an MDM signs; `enrolled`: Writ signed it; `claimed`: only a claim of the subject token. */
  readonly kind: 'attested' | 'enrolled' | 'claimed';
  /** `<issuer alias>:<device>`, encoded: the tag `writ:device`. */
  readonly id: string;
  readonly iss: string | null;
  readonly jkt: string;
  readonly compliant: boolean | null;
  /** The device's user, where the attestation names one: (iss, sub). */
  readonly user: { readonly iss: string; readonly sub: string } | null;
  readonly exp: number | null;
  /** SHA-256 of the attestation, hex. */
  readonly attestation: string | null;
}

/** How user, device, agent and request were shown to belong together (rule 4). */
export interface Binding extends Verified<'binding'> {
  readonly subject: 'nonce' | 'first_nonce' | 'cnf' | 'attestation';
  readonly actor: 'user' | 'group' | 'permission' | 'may_act';
  /** `one_key`: the enrolled agent's key is the device's; `null`: the agent is attested by its platform. */
  readonly actor_device: 'one_key' | null;
  readonly request: 'bdh' | null;
}

/** The verifiers' stamp. Called in this folder only (the architecture test looks). */
export const asVerified = <T extends Verified<string>>(fields: Omit<T, typeof verified>): T => fields as T;
