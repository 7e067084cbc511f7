/** What must hold at the end of every schedule. Each breach is one line; none: the schedule is good. */
import { foldWrit } from '../../core/ledger/fold.ts';
import { INTENT, OUTCOME } from '../../core/ledger/keys.ts';
import type { LedgerItem } from '../../core/ports.ts';
import { deniedBefore, endingBreaches } from './ending-properties.ts';
import type { Stage } from './stage.ts';

export function breachesOf(stage: Stage): readonly string[] {
  const items = stage.tables.items();
  const intents = items.filter(({ sk }) => sk === INTENT);
  return [
    ...stage.crashes.map(
      (error) => `an actor crashed: ${error instanceof Error ? error.message : 'unknown'}`,
    ),
    ...intents.flatMap(({ pk }) => outcomeBreaches(items.filter((item) => item.pk === pk))),
    ...(stage.released.length > 1 ? ['two secrets of one writ left'] : []),
    ...stage.released.flatMap((secret) => [
      ...recordBreaches(secret.credential.AccessKeyId, items),
      ...revocationBreaches(secret, stage),
    ]),
    ...endingBreaches(stage),
  ];
}

/** Exactly one outcome, and a story without contradiction. Items are put once: two are two places. */
function outcomeBreaches(story: readonly LedgerItem[]): readonly string[] {
  const outcomes = story.filter(({ sk }) => sk === OUTCOME);
  const { state, conflicts } = foldWrit(story, 0);
  return [
    ...(outcomes.length === 1 ? [] : [`${outcomes.length} outcomes`]),
    ...(state === 'conflict' ? [`a contradiction: ${conflicts.map(({ conflict }) => conflict).join()}`] : []),
  ];
}

/** Never a secret without an *issued* outcome of its own; so an orphan's and a failed one's never leaves. */
function recordBreaches(accessKeyId: string, items: readonly LedgerItem[]): readonly string[] {
  const issued = items.filter(({ sk }) => sk === OUTCOME).map(({ body }) => JSON.parse(body));
  const own = issued.filter(
    (record) => record.outcome === 'issued' && record.accessKeyId === accessKeyId,
  ).length;
  return own === 1 ? [] : ['a secret left without its issued outcome'];
}

/**
 * Either the recheck saw the revocation, and let pass only what AWS issued when its denial was over; or it came before
 * the commit, and then the session is older than the T′ before which AWS denies. There is no third case.
 */
function revocationBreaches(
  { credential, recheckedAt }: Stage['released'][number],
  { revocation, sessions }: Stage,
): readonly string[] {
  const session = sessions.get(credential.AccessKeyId);
  if (session === undefined) return ['a secret that STS never gave'];
  if (revocation === null || revocation.committed === null) return [];
  const { committed, cutoff, lifted, blocks } = revocation;
  const isDenied = cutoff !== null && session.issuedAt < deniedBefore(cutoff);
  if (recheckedAt < committed) {
    return isDenied || cutoff === null
      ? []
      : ['a session that neither the recheck saw nor the denial covers'];
  }
  const isBlocked = blocks && (lifted === null || recheckedAt < lifted);
  return [
    ...(isBlocked ? ['a secret of somebody who was blocked'] : []),
    ...(cutoff === null ? ['a secret left while its revocation was pending'] : []),
    ...(isDenied ? ['a secret of before the cut-off left after it was committed'] : []),
  ];
}
