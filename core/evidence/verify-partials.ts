import { ahead } from './ahead.ts';
import type { Checking } from './checking.ts';
import { HASH_BYTES, leafHash, sameHash } from './merkle.ts';
import type { JudgedTile } from './proven-tiles.ts';
import { decodeBundle, decodeTile, parseTilePath, TILE_WIDTH, type TilePlace, widthOf } from './tiles.ts';

const AT_ONCE = 16;

/**
 * What else lies among the tiles: partial ones of earlier sizes, each of which must be the beginning of the tile that it
 * became. And nothing that is not named as tiles are.
 *
 * @returns how many were compared.
 */
export async function verifyPartials({ folder, log, progress }: Checking): Promise<number> {
  const size = log.checkpoint?.size ?? 0;
  const paths = await folder.list('tile/');
  const partials: (TilePlace & { readonly path: string })[] = [];
  for (const path of paths) {
    const place = parseTilePath(path);
    if (place === null) log.tell({ where: path, flaw: 'not how a tile or bundle is named' });
    else if (place.width < TILE_WIDTH && place.width <= widthOf(levelOf(place), place.index, size)) {
      partials.push({ ...place, path });
    }
  }
  const load = async (at: number) => {
    const partial = partials[at];
    return partial && ([partial, await folder.read(partial.path)] as const);
  };
  let done = 0;
  for await (const loaded of ahead(partials.length, AT_ONCE, load)) {
    if (loaded === undefined) continue;
    const [partial, bytes] = loaded;
    const tile = await log.tiles.judge(levelOf(partial), partial.index);
    // Of a tile that itself does not lead to the root, that has been told, and nothing can be said of its beginning.
    if (tile.proven && !isBeginning(bytes, partial, tile)) {
      log.tell({ where: partial.path, flaw: 'not the beginning of the tile that it became' });
    }
    progress(++done, partials.length);
  }
  return done;
}

const levelOf = ({ level }: TilePlace): number => (level === 'entries' ? 0 : level);

function isBeginning(bytes: Uint8Array | null, { level, width }: TilePlace, { hashes }: JudgedTile): boolean {
  const found =
    bytes === null ? null : level === 'entries' ? hashesOf(bytes, width) : decodeTile(bytes, width);
  const whole = level === 'entries' || bytes?.length === width * HASH_BYTES;
  return whole && found?.every((hash, at) => sameHash(hash, hashes?.[at] ?? new Uint8Array())) === true;
}

function hashesOf(bytes: Uint8Array, width: number): readonly Uint8Array[] | null {
  const { entries, flaw } = decodeBundle(bytes, width);
  return flaw === null ? entries.map(leafHash) : null;
}
