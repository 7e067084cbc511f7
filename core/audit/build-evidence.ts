/** What the leaves of a log say, arranged for the join. */
import { groupedBy } from '../grouped.ts';
import { foldRead } from '../ledger/fold.ts';
import type { Openings } from '../ports.ts';
import { type ByName, byName, endingsOf } from './endings.ts';
import type { Evidence, KeySpan, Leaf, LogFacts, WritEvidence } from './evidence.ts';
import { openAll } from './open.ts';
import { damaged, type Placed, placed } from './placed.ts';
import { shortNameOf } from './session.ts';

const WRIT = 'WRIT#';

/**
 * Total: whatever the records say, and in whatever order the leaves come.
 *
 * @param openings - By the id of the record that has their hashes. One that does not fit becomes a flaw of the log, and
 *   its value is not shown.
 */
export function buildEvidence(
  leaves: readonly Leaf[],
  facts: LogFacts,
  openings: ReadonlyMap<string, Openings>,
): Evidence {
  const items = placed(leaves);
  const principals = byName(items.filter(({ pk }) => !pk.startsWith(WRIT)));
  const own = groupedBy(
    items.filter(({ pk }) => pk.startsWith(WRIT)),
    ({ pk }) => pk.slice(WRIT.length),
  );
  const lost = damaged(leaves);
  const writs = [...new Set([...own.keys(), ...lost.keys()])].map((writ) =>
    writOf(writ, own.get(writ) ?? [], lost.get(writ) ?? [], principals),
  );
  const opened = openAll(items, openings);
  return {
    log: { ...facts, flaws: [...facts.flaws, ...opened.flaws] },
    writs: new Map(writs.map((each) => [each.writ, each])),
    ...indexOf(writs),
    openings: opened.values,
  };
}

function writOf(
  writ: string,
  own: readonly Placed[],
  lost: readonly Leaf[],
  principals: ByName,
): WritEvidence {
  // Whether it is live is not asked: the trail says what was done with it, and when.
  const state = foldRead(
    own.map(({ pk, sk, record, leaf: { body } }) => ({ pk, sk, record, body })),
    0,
  );
  const { intent, outcome } = state;
  const issued = outcome?.outcome === 'issued' ? outcome : null;
  return {
    writ,
    state,
    // The first of a place, where somebody made two.
    leaves: Object.fromEntries([
      ...own.toReversed().map(({ sk, leaf }) => [sk, leaf] as const),
      ...lost.map((leaf) => [`unreadable#${leaf.index}`, leaf] as const),
    ]),
    issuedAt: issued?.issuedAt ?? null,
    deadline: issued === null ? null : (intent?.deadline ?? null),
    endings: intent === null || issued === null ? [] : endingsOf(intent, own, issued.issuedAt, principals),
  };
}

function indexOf(
  writs: readonly WritEvidence[],
): Pick<Evidence, 'byRequestId' | 'byAccessKey' | 'roles' | 'roleNames'> {
  const byRequestId = new Map<string, string>();
  const byAccessKey = new Map<string, readonly KeySpan[]>();
  const roles = new Set<string>();
  const roleNames = new Map<string, string>();
  for (const { writ, state } of writs) {
    const { intent, outcome } = state;
    if (intent === null) continue;
    const { role } = intent;
    roles.add(role);
    const shortName = shortNameOf(role);
    if (shortName !== null) roleNames.set(shortName, role);
    if (outcome?.outcome !== 'issued') continue;
    const { requestId, accessKeyId, assumedRoleId, issuedAt, expiration } = outcome;
    roleNames.set(assumedRoleId.split(':', 1)[0] ?? '', role);
    // The first to claim a request has it: of whoever else claims it, names and request then disagree.
    if (!byRequestId.has(requestId)) byRequestId.set(requestId, writ);
    const span: KeySpan = { writ, role, from: issuedAt, to: expiration };
    byAccessKey.set(accessKeyId, [...(byAccessKey.get(accessKeyId) ?? []), span]);
  }
  return { byRequestId, byAccessKey, roles, roleNames };
}
