/** How a trail file is taken apart before anything in it is parsed. */
import type { EventDamage, FileDamage } from '../../core/audit/result.ts';

/** A record as its bytes lie in the file, or why it is none; `document`: it may hold several, in any form. */
export type Piece =
  | { readonly bytes: Uint8Array; readonly document: boolean }
  | { readonly damage: Extract<EventDamage, 'too_large'> };

export interface Splitter {
  /** @returns the records that end in this chunk. The chunk may be used again afterwards. */
  push(chunk: Uint8Array): readonly Piece[];
  end(): { readonly pieces: readonly Piece[]; readonly damage: FileDamage | null };
}

/**
 * A record, bytes: AWS's are 256 KB at most. It is also how much of a file is parsed at once: so no record of a file that
 * is parsed as a whole can be larger than one that is taken out of a large file.
 */
export const MAX_RECORD_BYTES = 8 * 1024 * 1024;
/** What one file may unpack to, bytes: ours, far beyond any trail's file. */
export const MAX_FILE_BYTES = 16 * 1024 ** 3;
