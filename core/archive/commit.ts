/** How leaves get into the log, whoever else is at it and wherever somebody crashed. */
import {
  CHECKPOINT_PATH,
  keptCheckpointPath,
  openCheckpoint,
  signCheckpoint,
  sizeUnder,
} from '../evidence/checkpoint.ts';
import { tilesToWrite } from '../evidence/growth.ts';
import { append, leafHash, rootOf } from '../evidence/merkle.ts';
import type { IndexedLeaf, LeafIndex, LogHead, LogHeads, LogSigner, LogStore } from '../evidence/ports.ts';
import { encodeSegment, entryOf, parseSegment, segmentPath } from '../evidence/segment.ts';
import { Fault } from '../fault.ts';
import { placeOf } from '../ledger/keys.ts';
import { ARCHIVE_TRIES } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { isCurrent, keyOfLog } from './history.ts';
import { leafOfBody, type NewLeaf, placeOfLeaf } from './leaf.ts';

export interface CommitPorts {
  /** The log's name, and its key's (C2SP tlog-checkpoint). */
  readonly origin: string;
  readonly log: LogStore;
  readonly heads: LogHeads;
  readonly index: LeafIndex;
  readonly signer: LogSigner;
  readonly clock: Clock;
}

export interface Committed {
  /** Those of the leaves that were not in the log before. */
  readonly added: readonly NewLeaf[];
  /** Leaves of the log, all of them published. */
  readonly size: number;
}

/**
 * Appends what is not in the log yet, as one batch, and publishes it.
 *
 * Order of the steps, each of which may be the last: is the head the log's → finish what is pending → leave out what the index knows → segment →
 * compare-and-set of the head → tiles → checkpoint → index → compare-and-set. A batch counts from its compare-and-set on:
 * before, only an orphaned segment is left; after, the next one finds it in `pending` and goes on. Tiles never come before:
 * two writers at one size would write different bytes to one path.
 *
 * @throws Fault `evidence_unavailable`, `ledger_unavailable`, `signing_unavailable`: to be called again with the same;
 *   `evidence_forked`: somebody has to look, and nothing goes on.
 */
export async function commit(leaves: readonly NewLeaf[], ports: CommitPorts): Promise<Committed> {
  for (let tried = 0; tried < ARCHIVE_TRIES; tried++) {
    const head = await settled(ports);
    if (head === null) continue;
    const added = await unknown(leaves, ports.index);
    if (added.length === 0) return { added, size: head.size };
    const grown = await grow(head, added, ports);
    if ((await ports.heads.advance(grown)) === 'lost') continue;
    // Another may be faster here as well, and has done the same.
    await finish(grown, ports);
    return { added, size: grown.size };
  }
  throw new Fault('evidence_unavailable');
}

/** In one order, whoever asks, and none twice: the same batch makes the same segment. */
async function unknown(leaves: readonly NewLeaf[], index: LeafIndex): Promise<readonly NewLeaf[]> {
  const known = await index.find(leaves);
  const left = new Map(leaves.flatMap((leaf) => (known.has(leaf.leaf) ? [] : [[leaf.leaf, leaf]])));
  return [...left.values()].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
const keyOf = (leaf: NewLeaf): string => `${placeOf(leaf)} ${leaf.leaf}`;

async function grow(head: LogHead, added: readonly NewLeaf[], { log, clock }: CommitPorts): Promise<LogHead> {
  const bodies = added.map(({ body }) => body);
  const segment = encodeSegment(bodies);
  const path = segmentPath(head.size, segment);
  await log.create(path, segment, 'evidence');
  return {
    version: head.version + 1,
    size: head.size + bodies.length,
    edge: append(
      head.edge,
      head.size,
      bodies.map((body) => leafHash(entryOf(body))),
    ),
    published: head.published,
    pending: [path],
    at: Math.floor(clock() / 1000),
  };
}

/**
 * The head, once it is seen that it is the published log's, and with nothing pending.
 *
 * @returns `null` where somebody else has moved it meanwhile.
 * @throws Fault as `commit` does.
 */
export async function settled(ports: CommitPorts): Promise<LogHead | null> {
  const head = await ports.heads.read();
  return (await isCurrent(head, ports)) ? finish(head, ports) : null;
}

/**
 * Publishes what the head has committed and nobody has published yet. All of it may be done twice, by two at once.
 *
 * @returns the head with nothing pending; `null` where somebody else has moved it meanwhile.
 */
async function finish(head: LogHead, ports: CommitPorts): Promise<LogHead | null> {
  const [path, ...more] = head.pending;
  if (path === undefined) return head;
  if (more.length > 0) throw new Fault('evidence_forked');
  const { log, index } = ports;
  const bodies = await segmentOf(path, head, log);
  for (const { path, bytes, retention } of await tilesToWrite(head, bodies.map(entryOf), log)) {
    await log.create(path, bytes, retention);
  }
  await log.replace(CHECKPOINT_PATH, await keptCheckpoint(head, ports), sizeUnder(keyOfLog(ports)));
  await index.put(bodies.flatMap((body, at) => indexed(body, head.published + at)));
  const finished = { ...head, version: head.version + 1, published: head.size, pending: [] };
  return (await ports.heads.advance(finished)) === 'written' ? finished : null;
}

/**
 * Signs the head and keeps that. Two who do so at once, or one again after a crash, need not have made the same signature:
 * what stands there counts if it is the same tree's under the same key.
 */
async function keptCheckpoint(head: LogHead, ports: CommitPorts): Promise<Uint8Array> {
  const { origin, log, signer } = ports;
  const tree = { origin, size: head.size, root: rootOf(head.edge) };
  const path = keptCheckpointPath(tree.size);
  const checkpoint = await signCheckpoint(tree, signer);
  try {
    await log.create(path, checkpoint, 'evidence');
    return checkpoint;
  } catch (caught) {
    if (!(caught instanceof Fault && caught.code === 'evidence_forked')) throw caught;
    const standing = await log.read(path);
    const opened = standing === null ? null : openCheckpoint(standing, keyOfLog(ports));
    if (standing === null || opened === null || 'flaw' in opened) throw caught;
    const { size, root } = opened.checkpoint;
    if (size !== tree.size || Buffer.compare(root, tree.root) !== 0) throw caught;
    return standing;
  }
}

/** What no archiver made has no place, and is in the log all the same. */
function indexed(body: string, index: number): readonly IndexedLeaf[] {
  const place = placeOfLeaf(body);
  return place === null ? [] : [{ ...place, leaf: leafOfBody(body), index }];
}

/** @throws Fault `evidence_forked`: what lies there is not what was committed. */
async function segmentOf(path: string, head: LogHead, log: LogStore): Promise<readonly string[]> {
  const bytes = await log.read(path);
  if (bytes === null) throw new Fault('evidence_unavailable');
  const bodies = parseSegment(bytes);
  // That they are the very ones is seen where tiles are made of them: these must lead to the head's edge.
  if (bodies?.length !== head.size - head.published) throw new Fault('evidence_forked');
  return bodies;
}
