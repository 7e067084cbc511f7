import * as z from 'zod/mini';
import { ALIAS } from '../core/session/encode.ts';
import { Failure, usage } from './failure.ts';
import { careful, secureUrl } from './http.ts';
import { parseJson } from './json.ts';

const LOGIN = z.object({
  alias: z.string().check(z.regex(ALIAS)),
  issuer: z.string(),
  client_id: z.string(),
  scope: z.string(),
  max_age: z.number().check(z.int(), z.nonnegative()),
});

/** Broker metadata (RFC 8414 §2), as far as this command needs it, with where people sign in. */
export const METADATA = z.object({
  issuer: z.string(),
  token_endpoint: z.string(),
  writ_enrolment_endpoint: z.string(),
  writ_login: z.array(LOGIN).check(z.minLength(1)),
});

export type Metadata = z.output<typeof METADATA>;
export type LoginOffer = z.output<typeof LOGIN>;

/** Reads `<broker>/.well-known/oauth-authorization-server`. @throws Failure (exit 1 or 4). */
export async function readMetadata(broker: string, fetchIt: typeof fetch): Promise<Metadata> {
  const url = secureUrl(broker, 'the broker');
  const base = url.href.replace(/\/$/, '');
  const wellKnown = new URL(url);
  // RFC 8414 §3.1: the path of an issuer comes after the well-known part.
  wellKnown.pathname = `/.well-known/oauth-authorization-server${url.pathname.replace(/\/$/, '')}`;
  const response = await careful(fetchIt)(wellKnown.href, { headers: { accept: 'application/json' } });
  const metadata = response.ok ? parseJson(await response.text(), METADATA) : null;
  if (metadata === null) throw noBroker(`${wellKnown.href} does not describe one.`);
  // RFC 8414 §3.3: else one server could speak in another's name.
  if (metadata.issuer !== base) throw noBroker('It calls itself by another address.');
  for (const endpoint of [metadata.token_endpoint, metadata.writ_enrolment_endpoint]) {
    secureUrl(endpoint, 'an endpoint of the broker');
  }
  return metadata;
}

/** The place to sign in: the only one, or the one named. */
export function chooseLogin(metadata: Metadata, alias: string | undefined): LoginOffer {
  const offers = metadata.writ_login;
  const chosen =
    alias === undefined && offers.length === 1 ? offers[0] : offers.find((o) => o.alias === alias);
  if (chosen !== undefined) return chosen;
  throw usage(
    alias === undefined
      ? 'This broker knows several places to sign in.'
      : 'This broker knows no such place to sign in.',
    `Add --issuer ${offers.map((offer) => offer.alias).join(', or --issuer ')}.`,
  );
}

const noBroker = (why: string): Failure =>
  new Failure({
    exit: 4,
    error: 'broker_unknown',
    what: 'There is no broker at that address.',
    why,
    next: 'Check --broker.',
  });
