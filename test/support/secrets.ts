/** Which secrets there were, in which forms each could have leaked, and a search for all of them in all places. */
import type { Message } from './recording.ts';

export interface Secret {
  readonly name: string;
  readonly value: string;
  /** Names of the places where it may stand, and must: without it there, the search would prove nothing. */
  readonly home?: RegExp;
}

export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface Finding {
  readonly secret: string;
  readonly place: string;
}

/** Shorter texts occur by chance. */
const LEAST_CHARS = 12;

/** Everything that was found, where it may stand and where it may not. */
export function search(places: readonly Place[], secrets: readonly Secret[]): readonly Finding[] {
  const wanted = secrets.map(({ name, value }) => ({ name, forms: formsOf(value) }));
  return places.flatMap(({ name: place, bytes }) =>
    wanted
      .filter(({ forms }) => forms.some((form) => bytes.includes(form)))
      .map(({ name: secret }) => ({ secret, place })),
  );
}

/** Findings in other places than the secret's home. */
export const strays = (findings: readonly Finding[], secrets: readonly Secret[]): readonly Finding[] =>
  findings.filter(({ secret, place }) =>
    secrets.some(({ name, home }) => name === secret && home?.test(place) !== true),
  );

/** A JWT leaks with its claims or its signature alone; what all JWTs begin with is no secret. */
const piecesOf = (value: string): readonly string[] => {
  const [, ...parts] = /^[\w-]+\.([\w-]+)\.([\w-]+)$/.exec(value) ?? [];
  const long = (parts.length === 2 ? parts : [value]).filter((part) => part.length >= LEAST_CHARS);
  if (long.length === 0) throw new RangeError('too short to be looked for');
  return long;
};

/** As it is, and as what it passes through could have written it. */
export function formsOf(value: string): readonly Buffer[] {
  const forms = piecesOf(value).flatMap((piece) => {
    const bytes = Buffer.from(piece);
    const decoded = /^[\w+/-]{24,}={0,2}$/.test(piece) ? Buffer.from(piece, 'base64') : null;
    return [
      bytes,
      Buffer.from(encodeURIComponent(piece)),
      Buffer.from(JSON.stringify(piece).slice(1, -1)),
      ...encodingsOf(bytes),
      ...(decoded === null ? [] : [decoded, ...encodingsOf(decoded)]),
    ];
  });
  return [...new Map(forms.map((form) => [form.toString('latin1'), form])).values()];
}

function encodingsOf(bytes: Buffer): readonly Buffer[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), ...[0, 1, 2].flatMap((before) => insideBase64(bytes, before))].map((text) =>
    Buffer.from(text),
  );
}

/** What of it can be read in the base64 of a longer text, `before` bytes after a boundary: without the edges. */
function insideBase64(bytes: Buffer, before: number): readonly string[] {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const whole = padded.subarray(0, padded.length - (padded.length % 3));
  const from = before === 0 ? 0 : 4;
  return [whole.toString('base64').slice(from), whole.toString('base64url').slice(from)];
}

const TOKENS = [
  'subject_token',
  'actor_token',
  'id_token',
  'access_token',
  'refresh_token',
  'client_attestation',
];
const IN_FORMS = [...TOKENS, 'code', 'code_verifier', 'password'];
const IN_HEADERS = ['dpop', 'oauth-client-attestation', 'authorization'];

/** Every secret that a message carried, either way. */
export function secretsIn({ url, request, answer }: Message): readonly Secret[] {
  const form = new URLSearchParams(request.body);
  const said = jsonObject(answer.body);
  const location = answer.headers.find(([name]) => name === 'location')?.[1];
  const redirect = location === undefined ? null : new URL(location, url);
  const binding = jsonObject(Buffer.from(form.get('binding') ?? '', 'base64url').toString());
  const issued = jsonObject(Buffer.from(String(said.access_token ?? ''), 'base64url').toString());
  const found: readonly (readonly [name: string, value: unknown])[] = [
    ...IN_FORMS.map((name) => [name, form.get(name)] as const),
    ...TOKENS.map((name) => [name, said[name]] as const),
    ...IN_HEADERS.map((name) => [name, request.headers.find(([header]) => header === name)?.[1]] as const),
    ...answer.headers
      .filter(([name]) => name === 'set-cookie')
      .map(([, text]) => ['cookie', cookieIn(text)] as const),
    ['code', redirect?.searchParams.get('code')],
    ['binding', form.get('binding')],
    ['rnd', binding.rnd],
    ['first', binding.first],
    ['SecretAccessKey', issued.SecretAccessKey],
    ['SessionToken', issued.SessionToken],
  ];
  return found.flatMap(([name, value]) =>
    typeof value === 'string' && value.length >= LEAST_CHARS ? [{ name, value }] : [],
  );
}

const cookieIn = (header: string): string => /^[^=]+=([^;]*)/.exec(header)?.[1] ?? '';

function jsonObject(text: string): { readonly [member: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
