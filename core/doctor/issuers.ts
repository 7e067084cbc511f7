/** What issuers publish, against what the configuration says of them. */
import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../limits.ts';
import type { Issuer } from '../policy/bundle.ts';
import { isSignatureAlgorithm, verificationKey } from '../tokens/public-key.ts';
import { about, type Check, cannotTell, type Judgement, must, type Verdict } from './check.ts';
import { type Facts, type IssuerFacts, known } from './facts.ts';

export const ISSUER_CHECKS: readonly Check[] = [
  {
    id: 'issuer.keys',
    what: 'An issuer’s keys can be had from its `jwks_uri`.',
    reliesOn: '`jwks_uri` of issuers/*.yaml',
    fault: 'There is no key set at `jwks_uri`.',
    judge: each(({ alias, keys: source }, { keys }, { clock }) => {
      if (!keys.ok && !clock.known) return OFFLINE;
      return must(keys.ok, {
        what: 'No token of this issuer can be verified.',
        proof: `${'jwks_uri' in source ? source.jwks_uri : ''}: ${keys.ok ? '' : keys.problem}`,
        fix: `Correct jwks_uri in config/issuers/${alias}.yaml, or ask whoever runs the issuer`,
      });
    }),
  },
  {
    id: 'issuer.usable-keys',
    what: 'Some published key can verify one of the accepted algorithms.',
    reliesOn: '`algorithms` of issuers/*.yaml, against the published keys',
    fault: 'None of an issuer’s keys is of an accepted algorithm.',
    judge: each(({ alias, algorithms }, { keys }) => {
      if (!keys.ok) return null;
      const strong = keys.value.filter((key) => !hasWrongSize(key));
      if (strong.length === 0 && keys.value.length > 0) return null;
      return must(
        strong.some((key) => fits(key, algorithms)),
        {
          what: 'No token of this issuer can be verified.',
          proof: `accepted: ${algorithms.join(', ')}; published: ${keys.value.map(described).join(', ') || 'nothing'}`,
          fix: `config/issuers/${alias}.yaml: algorithms, as its keys are`,
        },
      );
    }),
  },
  {
    id: 'issuer.key-size',
    what: `RSA keys have ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits.`,
    reliesOn: 'an issuer’s published RSA keys',
    fault: 'An issuer publishes an RSA key that is too short, or far too long: Writ does not use it.',
    judge: each((_, { keys }) => {
      if (!keys.ok) return null;
      const wrong = keys.value.filter(hasWrongSize);
      return must(wrong.length === 0, {
        what: 'Tokens signed with such a key are refused (RFC 7518 §3.3).',
        proof: wrong.map(described).join(', '),
        fix: 'Whoever runs the issuer makes a key of 2048 bits or more',
      });
    }),
  },
  {
    id: 'issuer.discovery',
    what: 'An issuer that people sign in at publishes its metadata.',
    reliesOn: '`iss` of issuers/*.yaml with `login`',
    fault: 'There is no discovery document at an issuer that people sign in at.',
    judge: each(({ alias, iss, login }, { discovery }, { clock }) => {
      if (login === undefined) return null;
      if (!discovery.ok && !clock.known) return OFFLINE;
      return must(discovery.ok && discovery.value !== null, {
        what: '`writ login` cannot find where to sign in (OpenID Connect Discovery §4).',
        proof: `${iss}: ${discovery.ok ? 'no discovery document' : discovery.problem}`,
        fix: `Correct iss in config/issuers/${alias}.yaml`,
      });
    }),
  },
  {
    id: 'issuer.iss',
    what: 'An issuer calls itself what the configuration calls it, to the letter.',
    reliesOn: '`iss` of issuers/*.yaml',
    fault: 'The discovery document names another `issuer`.',
    judge: each(
      published(({ alias, iss }, document) =>
        must(member(document, 'issuer') === iss, {
          what: 'Its tokens carry another iss, and are refused as an unknown issuer’s.',
          proof: `configured: ${iss}; published: ${shown(member(document, 'issuer'))}`,
          fix: `config/issuers/${alias}.yaml: iss: ${shown(member(document, 'issuer'))}, if that is who you trust`,
        }),
      ),
    ),
  },
  {
    id: 'issuer.jwks-uri',
    what: 'The configured `jwks_uri` is the published one.',
    reliesOn: '`jwks_uri` of issuers/*.yaml',
    fault: 'The discovery document names another `jwks_uri`.',
    judge: each(
      published(({ alias, keys }, document) => {
        if (!('jwks_uri' in keys)) return null;
        return must(member(document, 'jwks_uri') === keys.jwks_uri, {
          what: 'The keys may no longer be those that sign: they are kept, or rotated, elsewhere.',
          proof: `configured: ${keys.jwks_uri}; published: ${shown(member(document, 'jwks_uri'))}`,
          fix: `config/issuers/${alias}.yaml: jwks_uri: ${shown(member(document, 'jwks_uri'))}`,
        });
      }),
    ),
  },
  {
    id: 'issuer.algorithms',
    what: 'The issuer signs ID tokens with an accepted algorithm.',
    reliesOn: '`algorithms` of issuers/*.yaml',
    fault: 'The discovery document names none of the accepted algorithms.',
    judge: each(
      published(({ alias, algorithms, ...issuer }, document) => {
        const offered = texts(member(document, 'id_token_signing_alg_values_supported'));
        if (issuer.class !== 'subject' || offered === null) return null;
        return must(
          algorithms.some((algorithm) => offered.includes(algorithm)),
          {
            what: 'Every sign-in is refused: its token is signed with an algorithm that is not accepted.',
            proof: `accepted: ${algorithms.join(', ')}; offered: ${shown(offered.join(', '))}`,
            fix: `config/issuers/${alias}.yaml: algorithms: [${shown(offered.filter(isSignatureAlgorithm).join(', '))}]`,
          },
        );
      }),
    ),
  },
  {
    id: 'issuer.scope',
    what: 'The scopes that a sign-in asks for are offered.',
    reliesOn: '`login.scope` of issuers/*.yaml',
    fault: 'A scope of `login.scope` is none of the issuer’s.',
    judge: each(
      published(({ alias, login }, document) => {
        const offered = texts(member(document, 'scopes_supported'));
        if (login === undefined || offered === null) return null;
        const foreign = login.scope.split(' ').filter((scope) => !offered.includes(scope));
        return must(foreign.length === 0, {
          what: 'The sign-in may be refused, or lack the claims that these scopes stand for.',
          proof: `not offered: ${foreign.join(' ')}; offered: ${shown(offered.join(' '))}`,
          fix: `config/issuers/${alias}.yaml: login.scope, without ${foreign.join(' ')}`,
        });
      }),
    ),
  },
  {
    id: 'issuer.pkce',
    what: 'The issuer takes PKCE with S256, as `writ login` does it (RFC 7636).',
    reliesOn: '`login` of issuers/*.yaml',
    fault: 'The issuer does not offer S256.',
    judge: each(
      published(({ login }, document) => {
        const offered = texts(member(document, 'code_challenge_methods_supported'));
        if (login === undefined || offered === null) return null;
        return must(offered.includes('S256'), {
          what: '`writ login` cannot sign anybody in.',
          proof: `code_challenge_methods_supported: ${shown(offered.join(', ')) || 'none'}`,
          fix: 'Whoever runs the issuer turns PKCE with S256 on for the client',
        });
      }),
    ),
  },
];

/** No fault of an issuer's, where AWS cannot be reached from here either. */
const OFFLINE = cannotTell('This machine reaches neither the issuer nor AWS.');

type JudgeIssuer = (issuer: Issuer, facts: IssuerFacts, all: Facts) => Verdict | null;

function each(judge: JudgeIssuer): Check['judge'] {
  return (all: Facts): readonly Judgement[] =>
    all.policy.bundle.issuers.flatMap((issuer) => {
      const facts = all.issuers[issuer.alias];
      return facts === undefined
        ? []
        : about(`issuer ${issuer.alias}`, known(facts), (of) => judge(issuer, of, all));
    });
}

/** Only where it publishes anything. */
function published(judge: (issuer: Issuer, document: JsonObject) => Verdict | null): JudgeIssuer {
  return (issuer, { discovery }) =>
    discovery.ok && discovery.value !== null ? judge(issuer, discovery.value) : null;
}

const fits = (key: JsonObject, algorithms: readonly string[]): boolean =>
  algorithms.some((algorithm) => verificationKey(key, algorithm) !== null);

function hasWrongSize(key: JsonObject): boolean {
  const bits = rsaBits(key);
  return bits !== null && (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS);
}

function rsaBits(key: JsonObject): number | null {
  const n = member(key, 'n');
  if (member(key, 'kty') !== 'RSA' || typeof n !== 'string') return null;
  const bytes = Buffer.from(n, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24;
}

/** What a key is, never the key. */
function described(key: JsonObject): string {
  const bits = rsaBits(key);
  const kind = bits === null ? shown(member(key, 'crv') ?? member(key, 'kty')) : `RSA ${bits} bits`;
  const alg = member(key, 'alg');
  return alg === undefined ? kind : `${kind} (${shown(alg)})`;
}

const texts = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : null;

/** Text of a stranger's, cut. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return isJsonObject(value) || Array.isArray(value) ? 'something else' : String(value).slice(0, 200);
}
