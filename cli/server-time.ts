import type { IAMClient } from '@aws-sdk/client-iam';

/**
 * AWS's clock, as its last answer to this client said; before the first one, this machine's.
 *
 * @returns milliseconds since 1970.
 */
export function serverTime(client: IAMClient, clock: () => number): () => number {
  let ahead = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const at = Date.parse(dateOf(result.response));
      if (!Number.isNaN(at)) ahead = at - clock();
      return result;
    },
    { step: 'deserialize', name: 'serverTime' },
  );
  return () => clock() + ahead;
}

function dateOf(response: unknown): string {
  const { headers = {} } = (response ?? {}) as { readonly headers?: { readonly [name: string]: string } };
  return headers.date ?? '';
}
