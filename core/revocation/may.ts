/** Who may end what: a fixed rule for each road, and for people policy (decision 4). */
import type { RevocationRefused } from '../ledger/records.ts';
import type { Mode } from '../parse/revocation.ts';
import type { LoadedBundle } from '../policy/bundle.ts';
import { type Decision, decideRevoke } from '../policy/decide.ts';
import type { Authorize, HeadKey, ReadHeads } from '../ports.ts';
import type { Seen } from '../seen.ts';
import { resourceOf } from './resource.ts';
import { isWrit, isWritOver, type Target } from './target.ts';
import type { Revoker } from './who.ts';

export type Why = RevocationRefused['why'];

export type Verdict =
  | { readonly may: true; readonly decision: Decision | null }
  | { readonly may: false; readonly why: Why; readonly decision: Decision | null };

export interface MayPorts {
  readonly policy: LoadedBundle;
  readonly authorize: Authorize;
  readonly readHeads: ReadHeads;
}

/** Who asks for what. */
export interface MayAsked<T extends Target | null> {
  readonly mode: Mode;
  readonly revoker: Revoker;
  /** `null`: there is no such thing. */
  readonly target: T;
  /** Hash of the source address, as the record will hold it. */
  readonly address: string;
}

type Person = Extract<Revoker, { readonly road: 'person' }>;

const no = (why: Why, decision: Decision | null = null): Verdict => ({ may: false, why, decision });
const yes = (decision: Decision | null = null): Verdict => ({ may: true, decision });

/**
 * May this be ended by whoever asks? What is over is told only to those who could have ended it.
 *
 * @throws Fault `ledger_unavailable`, `policy_engine_failed`.
 */
export async function mayRevoke(
  asked: MayAsked<Target | null>,
  seen: Seen,
  ports: MayPorts,
): Promise<Verdict> {
  const { target } = asked;
  if (target === null) return no('unknown');
  const verdict = await byRoad({ ...asked, target }, seen, ports);
  return verdict.may && isWrit(target) && isWritOver(target, seen.now)
    ? no('over', verdict.decision)
    : verdict;
}

async function byRoad(
  { revoker, ...asked }: MayAsked<Target>,
  seen: Seen,
  ports: MayPorts,
): Promise<Verdict> {
  const { mode, target } = asked;
  switch (revoker.road) {
    case 'responder':
      return yes();
    case 'key':
      return isOwnOf(revoker.proof.jkt, mode, target) ? yes() : no('not_theirs');
    case 'person':
      if (mode === 'lift' && (await isOwnBlock(revoker, target, seen.now, ports.readHeads)))
        return no('own_block');
      return byPolicy(revoker, asked, seen, ports);
  }
}

/** A key gives back what it got, and can do nothing else: whoever found it must not stop its owner. */
const isOwnOf = (jkt: string, mode: Mode, target: Target): boolean =>
  mode === 'end' && isWrit(target) && target.intent.device.jkt === jkt;

/**
 * Nobody lifts a block on himself. Nor does anybody who is blocked lift another: a machine has more names than this
 * request need have shown.
 */
async function isOwnBlock(
  { subject, devices }: Person,
  target: Target,
  now: number,
  readHeads: ReadHeads,
): Promise<boolean> {
  const own: readonly HeadKey[] = [
    { kind: 'user', value: subject.id },
    ...devices.map((value): HeadKey => ({ kind: 'device', value })),
  ];
  if (own.some(({ kind, value }) => kind === target.kind && value === target.value)) return true;
  const { heads } = await readHeads(own, null, null);
  return heads.some(({ blockedUntil }) => blockedUntil !== null && blockedUntil > now);
}

function byPolicy(
  { subject }: Person,
  { mode, target, address }: Omit<MayAsked<Target>, 'revoker'>,
  seen: Seen,
  { policy, authorize }: MayPorts,
): Verdict {
  const asked = {
    subject,
    address: seen.received.sourceAddress,
    now: seen.now,
    mode,
    of: resourceOf(target, policy.bundle),
  };
  const { decision, outcome } = decideRevoke(asked, { address }, policy, authorize);
  return outcome.ok ? yes(decision) : no('policy', decision);
}
