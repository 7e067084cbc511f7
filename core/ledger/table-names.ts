/** The ledger's only index: what is due, by UTC hour. Keys only, since no decision reads it. */
export const DUE_INDEX = 'due';

/** Attribute by which control's spent proofs and counters are forgotten: housekeeping, never a rule. */
export const TTL_ATTRIBUTE = 'expires';
