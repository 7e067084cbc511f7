/** One request and its answer, whole, secrets included: what a test needs to know in order to look for them. */
export interface Message {
  readonly url: string;
  readonly request: { readonly headers: readonly (readonly [string, string])[]; readonly body: string };
  readonly status: number;
  readonly answer: { readonly headers: readonly (readonly [string, string])[]; readonly body: string };
}

/** A `fetch` that does what the given one does, and hands every message to `keep`. */
export const recording =
  (plain: typeof fetch, keep: (message: Message) => void): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const sent = await request.clone().text();
    const response = await plain(request);
    keep({
      url: request.url,
      request: { headers: [...request.headers], body: sent },
      status: response.status,
      answer: { headers: [...response.headers], body: await response.clone().text() },
    });
    return response;
  };
