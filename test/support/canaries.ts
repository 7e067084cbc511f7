/** Finds a secret again, in whatever spelling it may have got somewhere. */
import type { Received } from '../../core/request.ts';

/** Name and text: what a request showed, or what STS gave. */
export type Canaries = ReadonlyMap<string, string>;

/** The secret parts of a request. Of a token each part for itself: one of them would be enough to know it by. */
export function canariesOf({ body, headers }: Received): Canaries {
  const form = new URLSearchParams(body);
  const found = new Map<string, string>();
  const add = (name: string, text: string | null | undefined) => {
    if (text === null || text === undefined || text === '') return;
    found.set(name, text);
    const [, claims, signature] = text.split('.');
    if (claims) found.set(`${name}: claims`, claims);
    if (signature) found.set(`${name}: signature`, signature);
  };
  for (const name of ['subject_token', 'actor_token', 'binding']) add(name, form.get(name));
  for (const name of ['dpop', 'oauth-client-attestation']) add(name, headers[name]?.[0]);
  const binding = form.get('binding');
  if (binding !== null) {
    const { rnd, first } = JSON.parse(Buffer.from(binding, 'base64url').toString());
    add('rnd', rnd);
    add('first', first);
  }
  return found;
}

/** As it stands; inside something that was base64-encoded, wherever it began there; as hex. */
function spellings(text: string): readonly string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString('base64url');
    // The first and last characters depend on what stands beside it.
    return shifted.slice(offset === 0 ? 0 : offset + 1, -2);
  });
  return [text, ...encoded, Buffer.from(text).toString('hex')];
}

/** @returns the names of those that stand in the text. */
export function findIn(text: string, canaries: Canaries): readonly string[] {
  const plain = text.replaceAll('+', '-').replaceAll('/', '_');
  return [...canaries]
    .filter(([, canary]) =>
      spellings(canary).some((spelled) => text.includes(spelled) || plain.includes(spelled)),
    )
    .map(([name]) => name);
}
