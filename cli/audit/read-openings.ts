import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import type { Openings } from '../../core/ports.ts';
import { printable, usage } from '../failure.ts';
import type { Io } from '../io.ts';
import { parseJson } from '../json.ts';

const Shape = z.record(z.string(), z.record(z.string(), z.object({ salt: z.string(), value: z.string() })));

/**
 * @param text - `{"<id of the record>": {"<field>": {"salt", "value"}}}`. Whether a value fits its hash is the evidence's
 *   to say.
 * @returns `null`: it is something else.
 */
export function readOpenings(text: string): ReadonlyMap<string, Openings> | null {
  const openings = parseJson(text, Shape);
  return openings === null ? null : new Map(Object.entries(openings));
}

/** @param file - `undefined`: none was handed over. @throws Failure of usage. */
export async function openingsIn(
  file: string | undefined,
  io: Pick<Io, 'cwd'>,
): Promise<ReadonlyMap<string, Openings>> {
  if (file === undefined) return new Map();
  const openings = readOpenings(await readFile(resolve(io.cwd, file), 'utf8'));
  if (openings !== null) return openings;
  throw usage(`${printable(file)} holds no openings.`, 'A JSON object: record id, field, {"salt", "value"}.');
}
