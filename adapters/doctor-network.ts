/** What issuers and the broker publish, and what time it is where they are. */
import type { ClockReading, Fact, IssuerFacts, Reading } from '../core/doctor/facts.ts';
import { known, unknown } from '../core/doctor/facts.ts';
import { isJsonObject, type JsonObject, member, parseIJson } from '../core/encoding/i-json.ts';
import { JWKS_TIMEOUT_MILLIS, MAX_JWKS_BYTES } from '../core/limits.ts';
import type { Issuer } from '../core/policy/bundle.ts';
import type { Clock } from '../core/ports.ts';

export interface Network {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** `Date` has whole seconds, cut off: on average it is half a second later. */
const HALF_SECOND = 500;

export async function issuerFacts({ iss, keys }: Issuer, network: Network): Promise<IssuerFacts> {
  const base = iss.replace(/\/$/, '');
  const discovery = await json(`${base}/.well-known/openid-configuration`, network);
  const source = 'jwks_uri' in keys ? await json(keys.jwks_uri, network) : null;
  return {
    clock: source?.clock.known === true ? source.clock : discovery.clock,
    // Who signs in nobody needs none.
    discovery: discovery.status === 404 ? { ok: true, value: null } : discovery.document,
    keys: source === null ? { ok: true, value: [] } : keySet(source.document),
  };
}

/** RFC 8414 §3.1: the path of the issuer stands behind the well-known one. */
export async function brokerMetadata(publicUrl: string, network: Network): Promise<Reading<JsonObject>> {
  const { origin, pathname } = new URL(publicUrl);
  const path = pathname === '/' ? '' : pathname;
  const at = `${origin}/.well-known/oauth-authorization-server${path}`;
  const { status, document } = await json(at, network);
  // An API without a domain of its own has a stage in its path, and can answer only below that.
  if (status === 200 || path === '') return document;
  return (await json(`${publicUrl}/.well-known/oauth-authorization-server`, network)).document;
}

/** Any answer has the time. */
export async function clockOf(url: string, network: Network): Promise<Fact<ClockReading>> {
  return (await json(url, network)).clock;
}

interface Answer {
  /** 0: none. */
  readonly status: number;
  readonly document: Reading<JsonObject>;
  readonly clock: Fact<ClockReading>;
}

async function json(url: string, { fetch, clock }: Network): Promise<Answer> {
  const no = (problem: string): Answer => ({
    status: 0,
    document: { ok: false, problem },
    clock: unknown('It does not answer.'),
  });
  const sent = clock();
  try {
    const response = await fetch(url, {
      // As functions do it: nobody else says where keys are.
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(JWKS_TIMEOUT_MILLIS),
    });
    const received = clock();
    const { status } = response;
    const document: Reading<JsonObject> =
      status === 200 ? await parsed(response) : { ok: false, problem: `answered ${status}` };
    if (status !== 200) await response.body?.cancel();
    return { status, document, clock: reading(response.headers, sent, received) };
  } catch (error) {
    return no(
      error instanceof Error && error.name === 'TimeoutError'
        ? 'did not answer in time'
        : 'cannot be reached',
    );
  }
}

async function parsed(response: Response): Promise<Reading<JsonObject>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_JWKS_BYTES) return { ok: false, problem: `answered more than ${MAX_JWKS_BYTES} bytes` };
    chunks.push(chunk);
  }
  const read = parseIJson(Buffer.concat(chunks).toString('utf8'));
  return read.ok && isJsonObject(read.value)
    ? { ok: true, value: read.value }
    : { ok: false, problem: 'answered what is no JSON object' };
}

function keySet(document: Reading<JsonObject>): IssuerFacts['keys'] {
  if (!document.ok) return document;
  const keys = member(document.value, 'keys');
  return Array.isArray(keys) && keys.every(isJsonObject)
    ? { ok: true, value: keys }
    : { ok: false, problem: 'answered what is no key set (RFC 7517 §5)' };
}

/** An answer out of a cache has the time at which it was made, and says for how long it was kept (RFC 9111 §5.1). */
function reading(headers: Headers, sent: number, received: number): Fact<ClockReading> {
  const made = Date.parse(headers.get('date') ?? '');
  const kept = headers.get('age');
  const age = kept === null ? 0 : /^\d{1,9}$/.test(kept) ? Number(kept) * 1000 : Number.NaN;
  if (Number.isNaN(made + age)) return unknown('Its answer does not say what time it is.');
  const half = (received - sent) / 2;
  const whole = kept === null ? HALF_SECOND : 2 * HALF_SECOND;
  return known({ ahead: made + age + whole - (sent + half), within: whole + half });
}
