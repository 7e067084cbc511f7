/** The same with tools that are not ours: lines for a shell. */
import type { Leaf } from '../../core/audit/evidence.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { parseSegmentPath } from '../../core/evidence/segment.ts';
import type { VerifierKey } from '../../core/evidence/verifier-key.ts';
import { printable } from '../failure.ts';
import { verifierKeyText } from './vkey.ts';

const EVENT_ID = /^[\w-]{1,64}$/;

export interface ByHand {
  readonly event: { readonly event: TrailEvent; readonly path: string } | null;
  readonly leaf: Leaf | null;
  /** As it was named: a folder, or an S3 URL. */
  readonly evidence: string;
  /** The same folder, absolute. */
  readonly folder: string;
  /** Paths of the log. */
  readonly segments: readonly string[];
  readonly key: VerifierKey;
}

/** Each line works by itself after the one before, in a folder where files may be made. */
export function byHand({ event, leaf, evidence, folder, segments, key }: ByHand): readonly string[] {
  const at = (path: string): string => quoted(`${evidence.replace(/\/$/, '')}/${path}`);
  const isBucket = evidence.startsWith('s3:');
  const fetched = (path: string): string => (isBucket ? `aws s3 cp ${at(path)} - |` : `cat ${at(path)} |`);
  const segment = leaf === null ? null : segmentOf(leaf.index, segments);
  return [
    ...(event !== null && EVENT_ID.test(event.event.eventId)
      ? [`gzip -dcf ${quoted(event.path)} | jq '..|objects|select(.eventID=="${event.event.eventId}")'`]
      : []),
    ...(leaf !== null && segment !== null
      ? [
          `${fetched(segment.path)} sed -n ${leaf.index - segment.first + 1}p | tr -d '\\n' >record.json`,
          `(printf '\\0'; cat record.json) | sha256sum   # ${leaf.leaf}`,
        ]
      : []),
    ...(key.algorithm === 'Ed25519'
      ? [
          `${fetched('checkpoint')} tee checkpoint | sed '/^$/,$d' >note`,
          `grep -F ${quoted(`— ${key.name} `)} checkpoint | sed 's/.* //' | base64 -d | tail -c +5 >signature`,
          `(echo '-----BEGIN PUBLIC KEY-----'; echo ${spkiOf(key)}; echo '-----END PUBLIC KEY-----') >log.pem`,
          'openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in note -sigfile signature',
        ]
      : []),
    `echo ${quoted(verifierKeyText(key))} >log.vkey`,
    `fsck --storage_url=${isBucket ? '<a copy of it>' : quoted(`file://${folder}`)} --public_key=log.vkey --ui=false --N=16`,
  ];
}

/** The segment that a leaf was committed with: the last one that begins at it or before. */
function segmentOf(
  index: number,
  paths: readonly string[],
): { readonly path: string; readonly first: number } | null {
  const before = paths.flatMap((path) => {
    const first = parseSegmentPath(path)?.first;
    return first === undefined || first > index ? [] : [{ path, first }];
  });
  return before.toSorted((one, other) => one.first - other.first).at(-1) ?? null;
}

const spkiOf = ({ key }: VerifierKey): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64');

/** A word that the shell hands on as it is, and that leaves the terminal alone. */
function quoted(word: string): string {
  const safe = printable(word);
  return /^[\w./:=@,-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
