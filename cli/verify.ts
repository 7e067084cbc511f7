import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkReceipt, MAX_BUNDLE_BYTES, parseBundle, verifyBundle } from '../core/evidence/bundle-file.ts';
import { VERIFIER_KEY_PATH } from '../core/evidence/checkpoint.ts';
import { verifyLog } from '../core/evidence/verify.ts';
import { evidenceFailure, isFolder, openEvidence } from './evidence-place.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { logKey } from './log-key.ts';
import { progressOn } from './progress-line.ts';
import { tellReceipts, tellVerification } from './verify-output.ts';

export interface VerifyFlags {
  /** A verifier key, or a file that holds one. */
  readonly key?: string;
  /** A file: a checkpoint of before. */
  readonly since?: string;
  /** A file: a tlog-proof. */
  readonly receipt?: string;
  readonly json?: boolean;
}

/**
 * `writ verify`: a log in a folder or bucket, a record with its receipt, or a bundle.
 *
 * @param place - A folder, an S3 URL, a file that holds a bundle; with `receipt`, a file that holds a record's body.
 * @returns the exit code: 0 where all of it holds, 2 where something does not.
 * @throws Failure: 1 usage, 4 what cannot be read.
 */
export async function verify(place: string, flags: VerifyFlags, io: Io): Promise<0 | 2> {
  if (place.startsWith('s3:') || (await isFolder(resolve(io.cwd, place))))
    return verifyPlace(place, flags, io);
  if (flags.since !== undefined) throw usage('--since compares logs.', 'Name the folder or bucket of one.');
  const bytes = await read(place, io);
  return flags.receipt === undefined
    ? verifyBundleFile(place, bytes, flags, io)
    : verifyRecord(bytes, flags.receipt, flags, io);
}

async function verifyPlace(place: string, flags: VerifyFlags, io: Io): Promise<0 | 2> {
  const [since, receipt] = await Promise.all([optional(flags.since, io), optional(flags.receipt, io)]);
  const progress = progressOn(io.stderr, flags.json === true);
  try {
    const folder = await openEvidence(place, io);
    const { key, fromTheLog } = await logKey(flags.key, () => folder.read(VERIFIER_KEY_PATH), io);
    const verified = await verifyLog(folder, key, {
      ...(since && { since }),
      ...(receipt && { receipt }),
      progress: progress.show,
    });
    progress.clear();
    tellVerification(verified, fromTheLog, flags.json === true, io);
    return verified.holds ? 0 : 2;
  } catch (caught) {
    progress.clear();
    throw evidenceFailure(caught, place);
  }
}

async function verifyBundleFile(
  place: string,
  bytes: Uint8Array,
  flags: VerifyFlags,
  io: Io,
): Promise<0 | 2> {
  const bundle = parseBundle(bytes);
  if (bundle === null) {
    throw new Failure({
      exit: 4,
      error: 'not_a_bundle',
      what: `${printable(place)} is no bundle of evidence.`,
      next: 'A record and its receipt: writ verify <record> --receipt <file>',
    });
  }
  const { key, fromTheLog } = await logKey(flags.key, () => Promise.resolve(Buffer.from(bundle.vkey)), io);
  return tellReceipts(verifyBundle(bundle, key), { key, fromTheLog, json: flags.json === true }, io);
}

async function verifyRecord(bytes: Uint8Array, receipt: string, flags: VerifyFlags, io: Io): Promise<0 | 2> {
  if (flags.key === undefined) {
    throw usage('A receipt brings no key along.', 'Give --key <verifier key, or a file that holds it>');
  }
  const { key, fromTheLog } = await logKey(flags.key, () => Promise.resolve(null), io);
  // A shell's `>` and editors end a file with a line feed; a body never has one.
  const body = Buffer.from(bytes)
    .toString()
    .replace(/\r?\n$/, '');
  const checked = checkReceipt(await read(receipt, io), body, key);
  return tellReceipts([checked], { key, fromTheLog, json: flags.json === true }, io);
}

const optional = (file: string | undefined, io: Io): Promise<Uint8Array | undefined> =>
  file === undefined ? Promise.resolve(undefined) : read(file, io);

/** @throws Failure where there is no such file, or it is too long to be one of ours. */
async function read(file: string, io: Io): Promise<Uint8Array> {
  const bytes = await readFile(resolve(io.cwd, file)).catch(() => null);
  if (bytes === null) throw usage(`There is no file ${printable(file)}, or it cannot be read.`);
  if (bytes.length > MAX_BUNDLE_BYTES)
    throw usage(`${printable(file)} is too long to be evidence of one writ.`);
  return bytes;
}
