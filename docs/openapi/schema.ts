import { z } from 'zod';

/** JSON Schema 2020-12, which OpenAPI 3.1 takes as it is; its own dialect needs no `$schema` in each. */
export function plainSchema(schema: z.ZodType): object {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input' });
  return plain;
}
