import type * as z from 'zod/mini';

/** Parsed JSON of a known shape, or null. The parser's own message quotes its input, and is dropped. */
export function parseJson<T extends z.ZodMiniType>(text: string, shape: T): z.output<T> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = shape.safeParse(value);
  return parsed.success ? parsed.data : null;
}
