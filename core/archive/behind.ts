import { MAX_ARCHIVE_LAG_SECONDS } from '../limits.ts';

/**
 * Whether too much is not in the evidence log yet for anything to be issued: the ledger's stream forgets after a day, and what
 * is issued then would have to be believed.
 *
 * @param archivedTo - NumericDate; `null`: nobody has looked.
 */
export const isArchiveBehind = (archivedTo: number | null, now: number): boolean =>
  archivedTo === null || now - archivedTo > MAX_ARCHIVE_LAG_SECONDS;
