import { isJsonObject } from '../core/encoding/i-json.ts';

/**
 * Which items of a batch a function's answer calls failed, by Lambda's rules for `ReportBatchItemFailures`: an answer
 * without a list is success, and a list that names what was not in the batch fails all of it.
 *
 * @param ids - The batch, in order: message ids of a queue, sequence numbers of a stream.
 */
export function failedItems(answer: unknown, ids: readonly string[]): ReadonlySet<string> {
  const list = isJsonObject(answer) ? answer.batchItemFailures : null;
  if (list === null || list === undefined) return new Set();
  const all = new Set(ids);
  if (!Array.isArray(list)) return all;
  const failed = list.map((item: unknown) => (isJsonObject(item) ? item.itemIdentifier : null));
  const known = failed.filter((id) => typeof id === 'string').filter((id) => all.has(id));
  return known.length === failed.length ? new Set(known) : all;
}
