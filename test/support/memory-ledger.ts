/** The explorer's tables as ports, for tests of one part: they refuse what nobody may do to the ledger. */
import type { Ledger, ReadHeads } from '../../core/ports.ts';
import type { DenyEntry } from '../../core/revocation/entry.ts';
import { type MemoryTables, memoryTables } from '../explorer/memory-tables.ts';

export interface MemoryLedger {
  readonly tables: MemoryTables;
  readonly ledger: Ledger;
  readonly readHeads: ReadHeads;
  /** Active entries of every account. */
  readonly active: DenyEntry[];
  readonly revocations: { entries(account: string): Promise<readonly DenyEntry[]> };
}

export function memoryLedger(): MemoryLedger {
  const tables = memoryTables();
  const { effects } = tables;
  const active: DenyEntry[] = [];
  return {
    tables,
    active,
    ledger: {
      record: async (...of) => effects.record(...of),
      settle: async (...of) => effects.settle(...of),
      spend: async (...of) => effects.spend(...of),
      append: async (...of) => effects.append(...of),
      due: async (...of) => effects.due(...of),
      read: async (...of) => effects.read(...of),
      story: async (...of) => effects.story(...of),
      readMany: async (keys) => {
        // BatchGetItem refuses a key that is asked for twice.
        if (new Set(keys.map(({ pk, sk }) => `${pk} ${sk}`)).size !== keys.length)
          throw new Error('a key twice');
        return effects.readMany(keys);
      },
    },
    readHeads: async (...of) => effects.readHeads(...of),
    revocations: {
      entries: async (account) =>
        active.filter((entry) => entry.account === '*' || entry.account === account),
    },
  };
}
