/** Access that stands: an AI service, or a known agent, with credentials that nobody issued for a task. */
import { AGENT_USER_AGENTS, AI_SERVICES } from './ai-names.ts';
import type { Reason } from './reasons.ts';
import { isServiceLinked } from './session.ts';
import type { TrailEvent } from './trail-event.ts';

/** @param role - The caller's, which Writ does not broker; `null`: it has none, or none that is told. */
export function standingOf(
  { eventSource, userAgent, identity }: TrailEvent,
  role: string | null,
): Reason | null {
  const { type, accessKeyId } = identity;
  const isLongTerm = type === 'IAMUser' || type === 'Root' || (accessKeyId ?? '').startsWith('AKIA');
  if (AI_SERVICES.test(eventSource)) {
    if (isLongTerm) return 'ai_service_by_long_term_key';
    // A service's own role is AWS at work: nobody can give it to an agent.
    return type === 'AssumedRole' && !isServiceLinked(role) ? 'ai_service_by_other_role' : null;
  }
  return isLongTerm && AGENT_USER_AGENTS.test(userAgent ?? '') ? 'agent_by_long_term_key' : null;
}
