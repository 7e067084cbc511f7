import type { AuditRow, RowFilter } from '../../core/audit/result.ts';

/** Whether a row is listed. A row without a writ has no user, agent or task, so a filter by these leaves it out. */
export function isListed({ finding, writ }: AuditRow, only: RowFilter): boolean {
  const intent = writ?.state.intent ?? null;
  return (
    isOneOf(only.verdicts, finding.verdict) &&
    isOneOf(only.writs, finding.writ) &&
    isOneOf(only.users, intent?.subject.id) &&
    isOneOf(only.agents, intent?.actor.agent) &&
    isOneOf(only.tasks, intent?.task.value)
  );
}

const isOneOf = (wanted: readonly string[], value: string | null | undefined): boolean =>
  wanted.length === 0 || (value !== null && value !== undefined && wanted.includes(value));
