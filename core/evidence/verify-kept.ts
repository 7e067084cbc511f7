import { ahead } from './ahead.ts';
import type { Checking } from './checking.ts';
import { keptCheckpointPath, openCheckpoint } from './checkpoint.ts';
import { CHECKPOINT_FLAWS } from './load.ts';
import { headFlaw } from './verify-head.ts';

const AT_ONCE = 16;
const NAMED = /^checkpoints\/[0-9]{12}$/;

/**
 * Every checkpoint that was published: signed, of the size that its name says, and the beginning of this log. So nothing that
 * was once signed has been taken back.
 *
 * @param paths - All below `checkpoints/`.
 * @returns how many there are.
 */
export async function verifyKept(
  paths: readonly string[],
  { folder, log, key, progress }: Checking,
): Promise<number> {
  // What is no name of ours is not even opened: it can be anything.
  const read = async (at: number) => (NAMED.test(paths[at] ?? '') ? folder.read(paths[at] ?? '') : null);
  let at = 0;
  for await (const bytes of ahead(paths.length, AT_ONCE, read)) {
    const path = paths[at++] ?? '';
    const flaw = await flawOf(path, bytes);
    if (flaw !== null) log.tell({ where: path, flaw });
    progress(at, paths.length);
  }
  const newest = keptCheckpointPath(log.checkpoint?.size ?? 0);
  if (log.checkpoint?.size !== 0 && !paths.includes(newest)) {
    log.tell({ where: newest, flaw: 'missing: the newest checkpoint was not kept' });
  }
  return paths.length;

  async function flawOf(path: string, bytes: Uint8Array | null): Promise<string | null> {
    if (!NAMED.test(path)) return 'not how a checkpoint is named';
    if (bytes === null) return 'listed, and not there';
    const opened = openCheckpoint(bytes, key);
    if ('flaw' in opened) return CHECKPOINT_FLAWS[opened.flaw];
    const { checkpoint } = opened;
    if (path !== keptCheckpointPath(checkpoint.size))
      return `of ${checkpoint.size} leaves, which its name does not say`;
    return headFlaw(checkpoint, log);
  }
}
