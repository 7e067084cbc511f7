/**
 * Writes how a writ ended, once, however often it is called: by its schedule, by the sweep, by a stream that is read
 * again from its start. IAM denies the session by its deadline all by itself; this is the ledger's word for it.
 */
import { sha256Hex } from './encoding/hash.ts';
import { ENDED, endedItem, INTENT, OUTCOME, writKey } from './ledger/keys.ts';
import { recordIn } from './ledger/read-item.ts';
import type { Ended, Enforced, Intent, Issued } from './ledger/records.ts';
import type { LedgerItem } from './ports.ts';
import { type EndedBy, type EnforcedAgainstPorts, enforcedAgainst } from './revocation/enforced-against.ts';

export type ClosePorts = EnforcedAgainstPorts;

export type Closing =
  /** This call wrote the end. */
  | { readonly state: 'closed'; readonly ended: Ended }
  /** Somebody else had written one, this end or another: it stands. */
  | { readonly state: 'already' }
  /** No session was handed out, so there is nothing to end. */
  | { readonly state: 'nothing' }
  /** It is still alive. Whoever asks decides when to ask again; NumericDate. */
  | { readonly state: 'not_due'; readonly deadline: number }
  /** What stands there is no intent and outcome of this writ: an alarm. */
  | { readonly state: 'unreadable' };

/**
 * Closes a writ whose deadline has passed: *revoked* where AWS was seen to refuse it before, else *deadline*.
 *
 * @param now - NumericDate.
 * @throws Fault `ledger_unavailable`: nothing was written, or nobody knows; calling again is harmless.
 */
export async function close(writ: string, ports: ClosePorts, now: number): Promise<Closing> {
  const story = await ports.ledger.story(writKey(writ));
  if (at(story, ENDED) !== undefined) return { state: 'already' };
  const slot = at(story, OUTCOME);
  if (slot === undefined) return { state: 'nothing' };
  const outcome = recordIn(slot);
  if (outcome?.type !== 'outcome') return { state: 'unreadable' };
  if (outcome.outcome !== 'issued') return { state: 'nothing' };

  const item = at(story, INTENT);
  const intent = recordIn(item);
  if (item === undefined || intent?.type !== 'intent' || sha256Hex(item.body) !== outcome.intent) {
    return { state: 'unreadable' };
  }
  if (now < intent.deadline) return { state: 'not_due', deadline: intent.deadline };

  const ended = draftEnded(intent, outcome, await endOf(intent, outcome, story, ports));
  const written = await ports.ledger.append(endedItem(ended));
  return written === 'written' ? { state: 'closed', ended } : { state: 'already' };
}

/** The writ's own revocations stand in its story; principals' are looked for only where it has none that was seen. */
async function endOf(
  intent: Intent,
  outcome: Issued,
  story: readonly LedgerItem[],
  ports: ClosePorts,
): Promise<EndedBy | null> {
  const own = story.map(recordIn).filter((record) => record?.type === 'enforced');
  return earliest(own, intent) ?? earliest(await enforcedAgainst(intent, outcome.issuedAt, ports), intent);
}

/** Asked for and written are not enough, and what was first seen after the deadline ended nothing. */
function earliest(enforced: readonly Enforced[], { account, deadline }: Intent): EndedBy | null {
  const [first] = enforced
    .flatMap(({ revocation, seenRefused, account: where }) =>
      where === account && seenRefused !== null && seenRefused < deadline
        ? [{ revocation, at: seenRefused }]
        : [],
    )
    .sort((one, other) => one.at - other.at || (one.revocation < other.revocation ? -1 : 1));
  return first ?? null;
}

const draftEnded = ({ writ, deadline }: Intent, { intent }: Issued, by: EndedBy | null): Ended => ({
  v: 1,
  type: 'ended',
  writ,
  at: by?.at ?? deadline,
  intent,
  how: by === null ? 'deadline' : 'revoked',
  revocation: by?.revocation ?? null,
});

const at = (story: readonly LedgerItem[], place: string): LedgerItem | undefined =>
  story.find(({ sk }) => sk === place);
