import { ALIAS } from '../../session/encode.ts';
import { claimOf } from '../../tokens/claim-rule.ts';
import {
  ACCESS_TOKEN_TYPE,
  ATTESTATION_TYPE,
  DPOP_TYPE,
  ENROLLED_ACTOR_TYPE,
} from '../../tokens/token-types.ts';
import { WRIT_ALIAS } from '../../tokens/writ-issuer.ts';
import type { Issuer } from '../bundle.ts';
import { tenancyProblem } from './multi-tenant.ts';
import type { IssuerFile } from './schemas.ts';
import type { Problem } from './source.ts';
import type { Parsed } from './yaml.ts';

/** `typ` headers that a class's tokens have, without `application/`: OIDC Core §2, RFC 9068 §2.1, RFC 8417 §2.3. */
const TYPES: { readonly [C in Issuer['class']]: readonly (string | null)[] } = {
  subject: ['jwt', ACCESS_TOKEN_TYPE, null],
  actor: ['jwt', null],
  attestation: [ATTESTATION_TYPE],
  event: ['secevent+jwt'],
};

/** Which claims a class's `claims` may name, besides `subject`. */
const CLAIMS: { readonly [C in Issuer['class']]: readonly string[] } = {
  subject: ['login', 'email', 'groups', 'device'],
  actor: [],
  attestation: ['device', 'user', 'compliant'],
  event: [],
};

/** The issuer of a file that has no problems: `typ` by its class, and `sub` as subject, where the file says nothing. */
export function issuer({ name, value }: Parsed<IssuerFile>): Issuer {
  const claims = value.claims ?? {};
  return {
    alias: name,
    iss: value.iss,
    class: value.class,
    audiences: value.audiences,
    types: value.types ?? TYPES[value.class],
    algorithms: value.algorithms,
    keys: { jwks_uri: value.jwks_uri },
    require: value.require ?? [],
    claims: { ...claims, subject: claims.subject ?? 'sub' },
    ...(value.login && { login: value.login }),
  };
}

/**
 * What the schema cannot see: an alias that tags can hold, exact https URLs, a rule where others' tokens would verify
 * too (rule 2), and claims that mean something in the issuer's class.
 *
 * @param local - Whether plain http to the loopback is taken: on a laptop only.
 */
export function issuerProblems(file: Parsed<IssuerFile>, local: boolean): Problem[] {
  const { value, problem } = file;
  const found: Problem[] = [];
  if (!ALIAS.test(file.name)) {
    found.push(problem([], 'the file must be named by its alias: at most 16 of a-z 0-9 -, a letter first'));
  }
  if (file.name === WRIT_ALIAS)
    found.push(problem([], 'the alias writ is reserved for what Writ itself signs'));
  // Who revokes is called by an issuer's alias, an ARN or a key's URN, in one field: no user may be spelled as those.
  if (file.name === 'arn' || file.name === 'urn')
    found.push(problem([], `the alias ${file.name} is reserved: its users would be spelled as others are`));
  for (const key of ['iss', 'jwks_uri'] as const) {
    const wrong = urlProblem(value[key], local);
    if (wrong !== null) found.push(problem([key], wrong));
  }
  const required = (value.require ?? []).map(claimOf);
  const tenancy = tenancyProblem(value.iss, value.multiTenant ?? false, required);
  if (tenancy !== null) found.push(problem(['require'], tenancy));
  for (const type of value.types ?? []) {
    // What a device's own key signs must not pass for the word of an issuer (RFC 8725 §3.11).
    if (type === DPOP_TYPE || type === ENROLLED_ACTOR_TYPE) {
      found.push(problem(['types'], `${type} is what devices sign, not issuers`));
    }
  }
  for (const claim of Object.keys(value.claims ?? {})) {
    if (claim !== 'subject' && !CLAIMS[value.class].includes(claim)) {
      found.push(problem(['claims', claim], `means nothing in class ${value.class}`));
    }
  }
  if (value.login !== undefined && value.class !== 'subject') {
    found.push(problem(['login'], 'is for issuers of class subject'));
  }
  return found;
}

function urlProblem(text: string, local: boolean): string | null {
  if (!/^[!-~]+$/.test(text) || /[*?#\\]/.test(text))
    return 'must be an exact URL, without wildcard, query or fragment';
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return 'must be an exact URL';
  if (url.protocol === 'https:' && text.startsWith('https://')) return null;
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (local && loopback && text.startsWith('http://')) return null;
  return local ? 'must begin with https://, or http:// and a loopback address' : 'must begin with https://';
}

/** One issuer, one class: with two entries for one `iss`, which rules hold would depend on the order of files. */
export function sharedIssuers(files: readonly Parsed<IssuerFile>[]): Problem[] {
  const first = new Map<string, string>();
  return files.flatMap(({ name, value, problem }) => {
    const other = first.get(value.iss);
    first.set(value.iss, other ?? name);
    return other === undefined
      ? []
      : [problem(['iss'], `is already the issuer of ${other}: an issuer serves one class`)];
  });
}
