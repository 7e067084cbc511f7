import type { AuditResult } from '../../core/audit/result.ts';

/**
 * @param logIsFlawed - Something of the log does not verify: then no verdict is worth its word.
 * @returns 4 before 2: what cannot be trusted finds nothing; 2 before a damaged file's 4: what was found was found.
 */
export function exitCodeOf(
  { counts, alarms, inputs, coverage }: AuditResult,
  logIsFlawed: boolean,
): 0 | 2 | 3 | 4 {
  if (logIsFlawed) return 4;
  if (alarms.shown.length > 0) return 2;
  if (inputs.damaged.shown.length > 0 || counts.unreadable > 0 || coverage.digests.flaws.shown.length > 0)
    return 4;
  const judged = Object.values(counts.verdicts).reduce((sum, count) => sum + count, 0);
  return judged === 0 ? 3 : 0;
}
