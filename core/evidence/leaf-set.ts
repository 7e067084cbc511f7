/**
 * Which leaf hashes have been met: 128 bits of each in one table of numbers, since a set of a million strings takes ten times
 * the memory. Two leaves that are alike in 128 bits are the same leaf.
 */
export interface LeafSet {
  /** @param hash - Of at least 16 bytes. @returns whether it was new. */
  add(hash: Uint8Array): boolean;
}

const WORDS = 4;
const FIRST_SLOTS = 1024;

export function leafSet(): LeafSet {
  let slots = FIRST_SLOTS;
  let table = new Uint32Array(slots * WORDS);
  let taken = 0;

  /** Where it is, or would be: open addressing, next slot on collision. All zeros mark a free one. */
  function slotOf(words: Uint32Array): number {
    for (let slot = (words[0] ?? 0) % slots; ; slot = (slot + 1) % slots) {
      const found = table.subarray(slot * WORDS, (slot + 1) * WORDS);
      if (found.every((word, at) => word === words[at]) || found.every((word) => word === 0)) return slot;
    }
  }

  function grow(): void {
    const before = table;
    slots *= 2;
    table = new Uint32Array(slots * WORDS);
    for (let at = 0; at < before.length; at += WORDS) {
      const words = before.subarray(at, at + WORDS);
      if (words.some((word) => word !== 0)) table.set(words, slotOf(words) * WORDS);
    }
  }

  return {
    add: (hash) => {
      const words = Uint32Array.from({ length: WORDS }, (_, at) => Buffer.from(hash).readUInt32BE(at * 4));
      // No hash that anybody can find; but none may look like a free slot.
      if (words.every((word) => word === 0)) words[WORDS - 1] = 1;
      const slot = slotOf(words);
      if (table.subarray(slot * WORDS, (slot + 1) * WORDS).some((word) => word !== 0)) return false;
      table.set(words, slot * WORDS);
      taken++;
      if (taken * 2 > slots) grow();
      return true;
    },
  };
}
