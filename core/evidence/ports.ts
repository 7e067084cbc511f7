/** What the evidence log needs from outside, and how it lies there (architecture, section 8). */

/**
 * Objects of one log, by their path below its prefix: a bucket, or a folder.
 *
 * | path | what it is |
 * | --- | --- |
 * | `checkpoint` | the newest signed tree head (C2SP tlog-checkpoint); the only object that is ever replaced |
 * | `checkpoints/<size, 12 digits>` | each one that was published, never replaced |
 * | `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]` | C2SP tlog-tiles: hashes, and entries |
 * | `segments/<first index, 12 digits>-<SHA-256>.jsonl` | a batch as it was committed: one body a line, the durable evidence |
 * | `log.vkey` | the verifier key, for convenience: whoever trusts nobody has it from elsewhere |
 */
export interface LogReader {
  /** @returns `null`: there is none. @throws Fault `evidence_unavailable`. */
  read(path: string): Promise<Uint8Array | null>;
}

/** A log whose objects can be listed: what verifies all of it asks what else lies there. */
export interface LogFolder extends LogReader {
  /** @returns paths that begin with the folder's, sorted by code unit. @throws Fault `evidence_unavailable`. */
  list(folder: 'segments/' | 'checkpoints/' | 'tile/'): Promise<readonly string[]>;
}

/** How long an object is held against deletion. */
export type Retention = 'evidence' | 'partial' | 'none';

export interface LogStore extends LogReader {
  /**
   * Writes what was not there (`If-None-Match: *`). The very same bytes are success, as after a retry whose first answer
   * was lost.
   *
   * @throws Fault `evidence_forked` where other bytes stand there: two histories, and nobody goes on;
   *   `evidence_unavailable`.
   */
  create(path: string, bytes: Uint8Array, retention: Retention): Promise<void>;

  /**
   * Replaces `checkpoint` and nothing else; not one of more leaves: a writer that was held up meanwhile must not undo what a
   * faster one has published.
   *
   * @param sizeIn - Tells which of two has more: what nobody signed has -1, and may always be replaced.
   */
  replace(path: 'checkpoint', bytes: Uint8Array, sizeIn: SizeOf): Promise<void>;
}

/** @returns leaves of a checkpoint; -1: it is none of the log's. */
export type SizeOf = (bytes: Uint8Array) => number;

/** Signs checkpoints: Ed25519 (RFC 8032), the whole message. */
export interface LogSigner {
  /** The 32 bytes of the public key. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes. @throws Fault `signing_unavailable`. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The one thing that is trusted about a log while it is written: how far it has come. Stands in control. */
export interface LogHead {
  /** Counts the writes of the head; 0: the log is empty and the head absent. */
  readonly version: number;
  /** Leaves. */
  readonly size: number;
  /** Roots of the perfect subtrees that `size` is the sum of, largest first, 32 bytes each: all that appending needs. */
  readonly edge: readonly Uint8Array[];
  /** Leaves of the newest published checkpoint; below `size` while tiles and checkpoint are still to be written. */
  readonly published: number;
  /** Segments from `published` on, oldest first: from these a crash's rest is finished. */
  readonly pending: readonly string[];
  /** NumericDate: when the newest leaf was committed. */
  readonly at: number;
}

export interface LogHeads {
  /** Strongly consistent. An empty log has version 0. */
  read(): Promise<LogHead>;
  /** Replaces the head of the version before. @returns `lost` where another writer was faster: nothing was written. */
  advance(head: LogHead): Promise<'written' | 'lost'>;
}

/** Where each leaf stands: what receipts are found by, and how a replayed batch finds that it is in the log already. */
export interface LeafIndex {
  /** @param leaves - SHA-256 leaf hashes, hex. @returns the indices of those that are known. */
  find(leaves: readonly LeafKey[]): Promise<ReadonlyMap<string, number>>;
  /** Idempotent. */
  put(leaves: readonly IndexedLeaf[]): Promise<void>;
  /** All leaves of one partition of the ledger (`WRIT#<id>`…), by index. */
  of(pk: string): Promise<readonly IndexedLeaf[]>;
}

export interface LeafKey {
  /** Where the record stands in the ledger. */
  readonly pk: string;
  readonly sk: string;
  /** RFC 6962 leaf hash of the body, lower-case hex. */
  readonly leaf: string;
}

export type IndexedLeaf = LeafKey & { readonly index: number };
