import type { CryptoKey, JWK } from 'jose';
import { isJsonObject, member } from '../encoding/i-json.ts';
import { Fault } from '../fault.ts';
import {
  JWKS_FRESH_SECONDS,
  JWKS_LAST_KNOWN_GOOD_SECONDS,
  JWKS_RETRY_SECONDS,
  JWKS_UNKNOWN_KID_SECONDS,
  MAX_KEY_SOURCES,
} from '../limits.ts';
import type { Issuer } from '../policy/bundle.ts';
import type { FetchKeys, FindKey } from '../ports.ts';
import { verificationKey } from './public-key.ts';
import { importPublic } from './signature.ts';

/** One fetched key set. It is replaced whole, so that a withdrawn key goes with everything made from it. */
interface KeySet {
  readonly keys: readonly JWK[];
  /** NumericDate of the fetch that brought it. */
  readonly at: number;
  /** `<index> <alg>` → imported key: at most keys × algorithms. */
  readonly imported: Map<string, Promise<CryptoKey | null>>;
}

interface Source {
  set: KeySet | null;
  /** NumericDate of the last fetch that was begun, and of the last that failed. */
  triedAt: number;
  failedAt: number;
  /** The fetch that everyone waits for. */
  running: Promise<void> | null;
}

/**
 * Finds verification keys, and decides when an issuer is asked (rule 5): its set is fresh for 10 min, usable
 * for 1 h where the issuer cannot be reached, and asked for again because of an unknown `kid` at most once a minute,
 * since anyone can invent a `kid`. Lookups at the same time share one fetch.
 *
 * @returns a `FindKey`; its `now` is a NumericDate. It answers `null` where no single key of the set fits, and throws
 *   `keys_unavailable` where there is no usable set at all.
 */
export function keyCache(fetchKeys: FetchKeys): FindKey {
  const sources = new Map<string, Source>();

  return async (issuer, kid, alg, now) => {
    const source = sourceOf(sources, issuer.keys);
    if (!isYounger(source.set, JWKS_FRESH_SECONDS, now)) {
      await refresh(source, issuer.keys, fetchKeys, now);
    }
    if (!isYounger(source.set, JWKS_LAST_KNOWN_GOOD_SECONDS, now)) throw new Fault('keys_unavailable');

    const known = await select(source.set, kid, alg);
    if (known !== null) return known;
    if (now - source.triedAt < JWKS_UNKNOWN_KID_SECONDS && source.running === null) return null;
    await refresh(source, issuer.keys, fetchKeys, now);
    return source.set === null ? null : select(source.set, kid, alg);
  };
}

function sourceOf(sources: Map<string, Source>, keys: Issuer['keys']): Source {
  const name = 'kms' in keys ? `kms ${keys.kms}` : `jwks_uri ${keys.jwks_uri}`;
  const known = sources.get(name);
  if (known !== undefined) return known;
  // The names come from configuration; the bound only holds should a process outlive many configurations.
  const oldest = sources.keys().next();
  if (sources.size >= MAX_KEY_SOURCES && !oldest.done) sources.delete(oldest.value);
  const source: Source = { set: null, triedAt: -Infinity, failedAt: -Infinity, running: null };
  sources.set(name, source);
  return source;
}

const isYounger = (set: KeySet | null, seconds: number, now: number): set is KeySet =>
  set !== null && now - set.at < seconds;

/** Fetches, or waits for whoever is fetching. A failure leaves the set that stands; its age then decides. */
async function refresh(
  source: Source,
  keys: Issuer['keys'],
  fetchKeys: FetchKeys,
  now: number,
): Promise<void> {
  if (source.running === null) {
    if (now - source.failedAt < JWKS_RETRY_SECONDS) return;
    source.triedAt = now;
    source.running = fetchInto(source, keys, fetchKeys, now).finally(() => {
      source.running = null;
    });
  }
  await source.running;
}

async function fetchInto(
  source: Source,
  keys: Issuer['keys'],
  fetchKeys: FetchKeys,
  now: number,
): Promise<void> {
  try {
    source.set = { keys: await fetchKeys(keys), at: now, imported: new Map() };
  } catch {
    // Whatever happened, the outcome is the same: no new keys. The adapter's fault has no message to lose.
    source.failedAt = now;
  }
}

/**
 * The one key that the header can mean. Two keys under one `kid` are none: which of them was meant would be the
 * caller's choice. Without a `kid` the set must leave no choice either (RFC 7515 §4.1.4, RFC 7517 §4.5).
 */
async function select(set: KeySet, kid: string | undefined, alg: string): Promise<CryptoKey | null> {
  const fits = (jwk: JWK) => isJsonObject(jwk) && verificationKey(jwk, alg) !== null;
  const named = set.keys.flatMap((jwk, index) => {
    const isCandidate = kid === undefined ? fits(jwk) : isJsonObject(jwk) && member(jwk, 'kid') === kid;
    return isCandidate ? [index] : [];
  });
  const [index] = named;
  const jwk = index === undefined || named.length !== 1 ? undefined : set.keys[index];
  const key = jwk !== undefined && isJsonObject(jwk) ? verificationKey(jwk, alg) : null;
  if (key === null) return null;

  const name = `${index} ${alg}`;
  const imported = set.imported.get(name) ?? importPublic(key, alg);
  set.imported.set(name, imported);
  return imported;
}
