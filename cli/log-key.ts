import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseVerifierKey, type VerifierKey } from '../core/evidence/verifier-key.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';

export interface LogKey {
  readonly key: VerifierKey;
  /** Whether it came from where the evidence came from: then it says nothing about whose evidence it is. */
  readonly fromTheLog: boolean;
}

/**
 * The key that a log is verified with.
 *
 * @param given - `--key`: a verifier key, or a file that holds one.
 * @param own - What the log itself, or a bundle, says its key is; `null`: nothing.
 * @throws Failure of usage where what was given is no key, or there is none at all.
 */
export async function logKey(
  given: string | undefined,
  own: () => Promise<Uint8Array | null>,
  io: Io,
): Promise<LogKey> {
  if (given !== undefined)
    return { key: parseVerifierKey(given) ?? (await keyInFile(given, io)), fromTheLog: false };
  const bytes = await own();
  const key = bytes === null ? null : parseVerifierKey(Buffer.from(bytes).toString());
  if (key !== null) return { key, fromTheLog: true };
  throw new Failure({
    exit: 1,
    error: 'key_missing',
    what: 'No key to verify the log with.',
    why:
      bytes === null ? 'It brings none of its own (log.vkey).' : 'What it calls its key (log.vkey) is none.',
    next: NEXT,
  });
}

async function keyInFile(file: string, io: Io): Promise<VerifierKey> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch(() => null);
  if (text === null) throw usage(`--key ${printable(file)} is neither a verifier key nor a file.`, NEXT);
  const key = parseVerifierKey(text);
  if (key === null) throw usage(`${printable(file)} holds no verifier key.`, NEXT);
  return key;
}

const NEXT = '--key <name>+<8 hex>+<base64>, or the file that holds it';

/** Said wherever the key came from the log. */
export const KEY_WARNING =
  'warning: the key came with the evidence: it shows that nothing is missing or changed, not whose log this is. Give --key.';
