/** The form's `binding`. @param first - The original ID token, where the one shown lacks our nonce. */
export const bindingParameter = (rnd: string, first: string | null): string =>
  Buffer.from(JSON.stringify(first === null ? { rnd } : { rnd, first })).toString('base64url');
