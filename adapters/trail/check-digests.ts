/** Whether the log files are those that CloudTrail delivered, as far as digests say: offline, wherever the files lie now. */
import { verify } from 'node:crypto';
import type { DigestCoverage, DigestFlaw } from '../../core/audit/result.ts';
import { type Digest, fileName, signedText } from './digest.ts';
import type { DigestKeys } from './digest-keys.ts';
import { eventTime } from './trail-time.ts';

export interface LogFile {
  readonly name: string;
  /** SHA-256 of what it unpacks to, hex; `null`: it could not be read to its end. */
  readonly contentSha256: string | null;
}

export interface Checked extends Omit<DigestCoverage, 'flaws'> {
  readonly flaws: readonly DigestFlaw[];
}

/**
 * @param unreadable - Names of digest files that are none.
 * @param keys - `null`: none was given. Hashes are compared all the same, and signatures are not claimed.
 * @param asked - NumericDates, `to` exclusive: a log file of another time need not be here.
 */
export function checkDigests(
  digests: readonly Digest[],
  unreadable: readonly string[],
  logs: readonly LogFile[],
  keys: DigestKeys | null,
  asked: { readonly from: number | null; readonly to: number | null },
): Checked {
  const flaws: DigestFlaw[] = unreadable.map((name) => ({ name, flaw: 'digest_unreadable' }));
  const bySignedName = new Map(digests.map((digest) => [fileName(digest.object), digest]));
  const signatures = signaturesOf(digests);
  const oldest = oldestOfChains(digests);
  const logsByName = new Map(logs.map((log) => [fileName(log.name), log]));
  const covered = new Set<string>();
  let verified = 0;
  for (const digest of digests) {
    const link = linkFlaw(digest, bySignedName, oldest);
    if (link !== null) flaws.push({ name: digest.name, flaw: link });
    const signature = keys === null ? null : signatureFlaw(digest, signatures.get(digest), keys);
    if (signature !== null) flaws.push({ name: digest.name, flaw: signature });
    if (keys !== null && signature === null) verified++;
    const counts = signature === null;
    for (const { object, sha256, oldestEventTime, newestEventTime } of digest.logFiles) {
      const log = logsByName.get(fileName(object));
      if (log === undefined) {
        if (overlaps(oldestEventTime, newestEventTime, asked))
          flaws.push({ name: object, flaw: 'log_file_missing' });
      } else if (log.contentSha256 !== sha256) flaws.push({ name: log.name, flaw: 'log_file_altered' });
      else if (counts) covered.add(log.name);
    }
  }
  return {
    files: digests.length + unreadable.length,
    signatures: worthOf(digests.length, verified, keys),
    verified,
    filesCovered: covered.size,
    filesUncovered: logs.length - covered.size,
    flaws,
  };
}

/** A digest's signature stands in its object's metadata, and in the digest that follows it. */
function signaturesOf(digests: readonly Digest[]): ReadonlyMap<Digest, string> {
  const following = new Map<string, string>();
  for (const { previous, previousSignature } of digests) {
    if (previous !== null && previousSignature !== null) following.set(previous.object, previousSignature);
  }
  return new Map(
    digests.flatMap((digest) => {
      const signature = digest.signature ?? following.get(digest.object);
      return signature === undefined ? [] : [[digest, signature] as const];
    }),
  );
}

function signatureFlaw(
  digest: Digest,
  signature: string | undefined,
  keys: DigestKeys,
): DigestFlaw['flaw'] | null {
  const key = keys.get(digest.fingerprint);
  if (key === undefined) return 'key_unknown';
  if (signature === undefined) return 'signature_missing';
  const holds = verify('RSA-SHA256', Buffer.from(signedText(digest)), key, Buffer.from(signature, 'hex'));
  return holds ? null : 'signature_invalid';
}

/** Without a link where CloudTrail says that there is none: logging had been off. */
function linkFlaw(
  { object, previous }: Digest,
  digests: ReadonlyMap<string, Digest>,
  oldest: ReadonlySet<string>,
): DigestFlaw['flaw'] | null {
  if (previous === null) return null;
  const before = digests.get(fileName(previous.object));
  if (before === undefined) return oldest.has(object) ? null : 'previous_digest_missing';
  return before.sha256 === previous.sha256 ? null : 'previous_digest_altered';
}

/** `…_20260528T200500Z.json.gz`, or with `_backfill`: what is before it names the chain. */
const CHAIN = /^(.*_)(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$/s;

/** Where what was handed over begins; the digest before is somebody else's. */
function oldestOfChains(digests: readonly Digest[]): ReadonlySet<string> {
  const oldest = new Map<string, { readonly time: string; readonly object: string }>();
  for (const { object } of digests) {
    const [, start = object, time = '', backfill = ''] = CHAIN.exec(fileName(object)) ?? [];
    const known = oldest.get(start + backfill);
    if (known === undefined || time < known.time) oldest.set(start + backfill, { time, object });
  }
  return new Set([...oldest.values()].map(({ object }) => object));
}

function overlaps(
  oldest: string | null,
  newest: string | null,
  { from, to }: { readonly from: number | null; readonly to: number | null },
): boolean {
  const [first, last] = [eventTime(oldest ?? ''), eventTime(newest ?? '')];
  return (from === null || last === null || last >= from) && (to === null || first === null || first < to);
}

function worthOf(digests: number, verified: number, keys: DigestKeys | null): DigestCoverage['signatures'] {
  if (digests === 0) return 'none';
  if (keys === null) return 'no_keys';
  return verified === digests ? 'verified' : verified === 0 ? 'failed' : 'partly';
}
