/**
 * Events of one credential are judged together, so they lie together. Of an event without a writ nothing else matters: it
 * lies by its id, or one busy role would fill a partition.
 *
 * @param group - As `groupOf` says.
 */
export function partitionOf(group: string, eventId: string, partitions: number): number {
  const by = group.startsWith('writ:') ? group : eventId;
  let hashed = 0x811c_9dc5;
  // FNV-1a. Ids are AWS's and Writ's: nobody can steer many of them into one partition.
  for (let at = 0; at < by.length; at++) hashed = Math.imul(hashed ^ by.charCodeAt(at), 0x0100_0193);
  return ((hashed ^ (hashed >>> 15)) >>> 0) % partitions;
}

/**
 * So many that one of them is read back in some megabytes: by the size of what is read, packed as it usually is.
 *
 * @param bytes - Of all files.
 */
export function partitionsFor(bytes: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, bytes / PACKED_BYTES)));
  return Math.min(MOST, Math.max(FEWEST, wanted));
}
const PACKED_BYTES = 4 * 1024 * 1024;
const FEWEST = 8;
const MOST = 512;
