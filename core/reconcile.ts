/**
 * Brings one account's deny policy to what is revoked, waits until AWS is seen to refuse, and says so:
 *
 *     entries → stamp what is pending → document → IAM's default version, attachments → canaries → ledger → health
 *
 * It never believes what it once wrote: IAM is read each time. Runs may be cut off anywhere and may overlap: each looks
 * again after it has written, so whoever writes last has seen what the others wrote for.
 */
import type { Fault } from './fault.ts';
import { LOOK_EVERY_MILLIS, RECONCILE_MILLIS, SPREAD_WITHIN_MILLIS } from './limits.ts';
import { type Drift, driftOf } from './revocation/drift.ts';
import { type Enforce, type EnforcePorts, enforcer } from './revocation/enforce.ts';
import { type Found, type Keeper, keeper, rolesToDeny } from './revocation/keep.ts';
import type { AccountPorts, Revocations } from './revocation/ports.ts';
import { stampAll } from './revocation/stamp.ts';
import { newSteps, type Steps } from './revocation/steps.ts';
import { type Wanted, wantedNow } from './revocation/wanted.ts';
import { type SeenRefused, watch } from './revocation/watch.ts';

export interface ReconcilePorts extends EnforcePorts {
  readonly sleep: (millis: number) => Promise<void>;
  readonly revocations: Omit<Revocations, 'commit'>;
}

export interface Reconciled {
  readonly account: string;
  /** What somebody else had done to the policy: each is an alarm, and is repaired unless a fault says otherwise. */
  readonly drift: readonly Drift[];
  /** Whether a document of this run was seen in force, and nothing failed: then health says so. */
  readonly verified: boolean;
  /** Whether the newest one was not: a later run goes on waiting. */
  readonly behind: boolean;
  /** Versions written, entries recorded as enforced, and entries that were over. */
  readonly written: number;
  readonly enforced: number;
  readonly forgotten: number;
  /** Entries that no session can fit: an alarm, as nobody should have written them. They deny nothing. */
  readonly impossible: number;
  /** Length of the newest document: near MAX_MANAGED_POLICY_CHARS entries climb. */
  readonly characters: number;
  /** What did not work. The rest was done, no entry is lost, and the next run goes on. */
  readonly fault: Fault | null;
}

/** @returns within RECONCILE_MILLIS and the time of a few calls. Never throws a Fault: it is in what is returned. */
export async function reconcile(account: AccountPorts, ports: ReconcilePorts): Promise<Reconciled> {
  const steps = newSteps();
  const wanted = await look(account, ports, steps);
  const found = await findPolicy(account, steps);
  if (wanted === null || found === null) {
    return { ...NOTHING, account: account.account, fault: steps.fault() };
  }
  const drift = driftOf(found, wanted.sha256, rolesToDeny(account), ports.clock());
  const { seen, newest, written, enforced } = await pursue(wanted, found, account, ports, steps);

  const { over } = newest;
  if (over.length > 0) await steps.take('forget', () => ports.revocations.forget(over));
  const verified = seen !== null && steps.fault() === null;
  if (verified) await steps.take('health', () => setHealth(seen, account));
  return {
    account: account.account,
    drift,
    verified: verified && steps.fault() === null,
    behind: !isOf(seen, newest),
    written,
    enforced,
    forgotten: over.length,
    impossible: newest.impossible,
    characters: newest.document.characters,
    fault: steps.fault(),
  };
}

const NOTHING = {
  drift: [],
  verified: false,
  behind: true,
  written: 0,
  enforced: 0,
  forgotten: 0,
  impossible: 0,
  characters: 0,
} as const;

interface Pursued {
  /** The newest document that was seen in force; `newest` is what was wanted at the end. */
  readonly seen: SeenRefused | null;
  readonly newest: Wanted;
  readonly written: number;
  readonly enforced: number;
}

/** Writes and watches, and writes again at once what is revoked meanwhile, until the newest document is seen in force. */
async function pursue(
  first: Wanted,
  found: Found,
  account: AccountPorts,
  ports: ReconcilePorts,
  steps: Steps,
): Promise<Pursued> {
  const { clock } = ports;
  const policy = keeper(account, found, clock);
  const canaries = watch(account.probe, clock);
  const enforce = enforcer(account, ports);
  const begun = clock();
  let [wanted, changed, written, enforced] = [first, begun, 0, 0];
  let seen: SeenRefused | null = null;
  let recorded = true;
  for (;;) {
    const newest = wanted;
    const held = await steps.take('write', () => policy.hold(newest));
    if (held === 'wrote') [written, changed] = [written + 1, clock()];
    await steps.take('attach', () => policy.attachOnce());
    const flight = policy.flight();
    if (flight !== null) canaries.add(flight);

    if (!isOf(seen, newest)) {
      const refused = await steps.take('probe', () => canaries.look());
      if (refused !== null) [seen, recorded] = [refused, false];
    }
    // The canary speaks for the roles that carry the policy: while it is missing on one, nothing is said of any.
    const unrecorded: SeenRefused | null = policy.isEverywhere() && !recorded ? seen : null;
    if (unrecorded !== null) {
      const count: number | null = await steps.take('record', () => record(unrecorded, policy, enforce));
      // Other accounts write to the same entries at the same moment: whoever lost tries again.
      recorded = count !== null;
      enforced += count ?? 0;
    }
    // What was written and seen in one turn is looked at once more: somebody may have revoked, or written, meanwhile.
    if (isOf(seen, newest) && held === 'stands' && (recorded || !policy.isEverywhere())) break;
    const now = clock();
    if (now - changed >= SPREAD_WITHIN_MILLIS || now - begun >= RECONCILE_MILLIS) break;
    if (held !== 'wrote' || !isOf(seen, newest)) await ports.sleep(LOOK_EVERY_MILLIS);
    wanted = (await look(account, ports, steps)) ?? newest;
  }
  return { seen, newest: wanted, written, enforced };
}

const isOf = (seen: SeenRefused | null, { sha256 }: Wanted): boolean => seen?.flight.wanted.sha256 === sha256;

/** What is wanted, after all that could be stamped is. `null`: nobody knows. */
async function look(account: AccountPorts, ports: ReconcilePorts, steps: Steps): Promise<Wanted | null> {
  const stood = await steps.take('look', () => wantedNow(account, ports));
  if (stood === null) return null;
  const stamped = await steps.take('stamp', () => stampAll(stood.pending, ports));
  if (stood.pending.length === 0) return stood;
  const now = await steps.take('look', () => wantedNow(account, ports));
  // Whoever revokes stamps too, and every account's reconciler: to come second in that is no failure. Else whoever ends
  // his own sessions again and again could keep all accounts from being verified.
  const isStamped = now !== null && !now.pending.some((revocation) => stood.pending.includes(revocation));
  if (stamped === null && isStamped) steps.forgive('stamp');
  return now;
}

/** What we remember is not needed to end a session: without it nobody is accused, and that is all. */
async function findPolicy({ policy, state }: AccountPorts, steps: Steps): Promise<Found | null> {
  const [actual, written] = await Promise.all([
    steps.take('find', async () => ({ actual: await policy.read() })),
    steps.take('remember', () => state.written()),
  ]);
  return actual && { ...actual, written };
}

/** The ledger first: what is not in it yet is recorded by whoever sees the document next. */
async function record(seen: SeenRefused, policy: Keeper, enforce: Enforce): Promise<number> {
  const enforced = await enforce(seen);
  await policy.seen(seen);
  return enforced;
}

async function setHealth({ flight, at }: SeenRefused, { policy, state }: AccountPorts): Promise<void> {
  const { document, entries } = flight.wanted;
  await state.setHealth({
    verifiedAt: Math.floor(at / 1000),
    version: flight.version,
    rung: document.rung,
    entries: entries.length,
    characters: document.characters,
    directDenies: await policy.directDenies(),
  });
}
