import { sha256Hex } from '../encoding/hash.ts';
import { ahead } from './ahead.ts';
import type { Checking } from './checking.ts';
import type { OpenLog } from './load.ts';
import { leafHash, sameHash } from './merkle.ts';
import { entryOf, parseSegment, parseSegmentPath } from './segment.ts';
import { TILE_WIDTH } from './tiles.ts';

/** Segments loaded side by side: some megabytes each at most. */
const AT_ONCE = 4;

/**
 * The batches as they were committed against the leaves: each has the bytes that its name says, all its lines are leaves from
 * its index on, and together they leave out none.
 *
 * A batch that another archiver overtook lies there without being part of the log. Its records came in with a later one, or
 * something that was seen has been left out.
 *
 * @returns how many were compared.
 */
export async function verifySegments({ folder, log, progress }: Checking): Promise<number> {
  const size = log.checkpoint?.size ?? 0;
  const paths = await folder.list('segments/');
  const overtaken = new Map<string, string>();
  let [covered, done, compared] = [0, 0, 0];
  for await (const segment of ahead(paths.length, AT_ONCE, (at) => load(paths[at] ?? ''))) {
    progress(++done, paths.length);
    if (segment === null || segment.first >= size) continue;
    compared++;
    if (await areLeaves(segment, log)) {
      if (segment.first > covered) tellGap(covered, segment.first);
      covered = Math.max(covered, segment.first + segment.leaves.length);
    } else for (const leaf of segment.leaves) overtaken.set(Buffer.from(leaf).toString('hex'), segment.path);
  }
  if (covered < size) tellGap(covered, size);
  if (overtaken.size > 0) await strikeOut(overtaken, log);
  for (const path of new Set(overtaken.values())) {
    log.tell({
      where: path,
      flaw: 'its lines are not the leaves at its index, and some are nowhere in the log',
    });
  }
  return compared;

  /** `null`: it is none, and that has been told. */
  async function load(path: string): Promise<Segment | null> {
    const name = parseSegmentPath(path);
    if (name === null) return tell(path, 'not how a segment is named');
    // Committed after this checkpoint, or while it is read.
    if (name.first >= size) return { path, first: name.first, leaves: [] };
    const bytes = await folder.read(path);
    if (bytes === null) return tell(path, 'listed, and not there');
    if (sha256Hex(bytes) !== name.sha256) return tell(path, 'its SHA-256 is not the one in its name');
    const bodies = parseSegment(bytes);
    if (bodies === null) return tell(path, 'not one record a line');
    return { path, first: name.first, leaves: bodies.map((body) => leafHash(entryOf(body))) };
  }

  function tell(where: string, flaw: string): null {
    log.tell({ where, flaw });
    return null;
  }

  function tellGap(from: number, to: number): void {
    log.tell({
      where: `leaves ${from} to ${to - 1}`,
      flaw: 'in no segment: the batch that they came in is missing or damaged',
    });
  }
}

interface Segment {
  readonly path: string;
  readonly first: number;
  readonly leaves: readonly Uint8Array[];
}

async function areLeaves({ first, leaves }: Segment, { tiles }: OpenLog): Promise<boolean> {
  for (let at = 0; at < leaves.length; at++) {
    const index = first + at;
    const { hashes } = await tiles.judge(0, Math.floor(index / TILE_WIDTH));
    const expected = hashes?.[index % TILE_WIDTH];
    const leaf = leaves[at];
    if (expected === undefined || leaf === undefined || !sameHash(leaf, expected)) return false;
  }
  return true;
}

/** Takes off the list what is a leaf, wherever it stands. */
async function strikeOut(listed: Map<string, string>, { tiles, checkpoint }: OpenLog): Promise<void> {
  for (let at = 0; at * TILE_WIDTH < (checkpoint?.size ?? 0) && listed.size > 0; at++) {
    const { hashes } = await tiles.judge(0, at);
    for (const hash of hashes ?? []) listed.delete(Buffer.from(hash).toString('hex'));
  }
}
