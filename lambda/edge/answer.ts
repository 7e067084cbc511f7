/** What an endpoint answers. The edge adds the headers that every answer has, and writes the body as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: { readonly [field: string]: unknown };
}

/** A 200 answer; `nonce` is the next server nonce, so that a client need not be refused to learn it (RFC 9449 §8.2). */
export const okAnswer = (body: Answer['body'], nonce: string | null = null): Answer => ({
  status: 200,
  headers: nonceHeader(nonce),
  body,
});

/** `DPoP-Nonce` (RFC 9449 §8), or nothing. */
export const nonceHeader = (nonce: string | null): Answer['headers'] =>
  nonce === null ? {} : { 'DPoP-Nonce': nonce };
