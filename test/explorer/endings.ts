/** Who ends sessions: `core/revoke.ts` and `core/reconcile.ts` as they are, on ports that the scheduler holds. */
import { liveSessions } from '../../core/live.ts';
import type { Mode } from '../../core/parse/revocation.ts';
import type { HeadKey } from '../../core/ports.ts';
import { type ReconcilePorts, reconcile } from '../../core/reconcile.ts';
import type { AccountPorts, Commit, Revocations } from '../../core/revocation/ports.ts';
import { revoke } from '../../core/revoke.ts';
import { makeReceived, SETTINGS } from '../support/tokens.ts';
import { counted, ledgerOf, unavailable } from './held-ports.ts';
import { intern } from './memory-tables.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** One request to end something. */
export interface Asked {
  /** A writ is Alice's own: it is asked for as soon as it was handed over. */
  readonly kind: 'user' | 'writ' | 'device';
  readonly mode?: Mode;
  /** Who sends the same one is one asker, who tries twice. */
  readonly request: string;
}

/** A revocation as it went. Moments are counted; `null`: it has not come. */
export interface Ending {
  /** What it ends, less the writs that it may name by their user. */
  readonly keys: readonly HeadKey[];
  readonly blocks: boolean;
  readonly committed: number;
  stamped: number | null;
}

const RESPONDER = 'arn:aws:sts::111122223333:assumed-role/incident-response/carol';
const USER = 'corp:alice';

/** By a responder, whose signature costs no token: the ways of proving who asks are not what is explored. */
export async function revokeOnce(
  actor: string,
  { kind, mode = 'end', request }: Asked,
  writ: string,
  world: World,
  stage: Stage,
  onDeath?: () => void,
): Promise<void> {
  const device = `writ:${world.tokens.keys.device.jkt}`;
  const body = new URLSearchParams({
    token: { user: USER, writ, device }[kind],
    token_type_hint: kind,
    mode,
    reason: 'found in a paste',
    request_id: request,
  }).toString();
  const ledger = ledgerOf(actor, stage, onDeath);
  let drawn = 0;
  await revoke(
    { ...makeReceived({ body, endpoint: 'revoke' }), caller: RESPONDER },
    {
      settings: SETTINGS,
      policy: world.policy,
      clock: stage.clockOf(actor),
      random: (bytes) => {
        drawn += 1;
        return Buffer.alloc(bytes, drawn);
      },
      ledger,
      // A writ that was over by then is refused, and nobody else is.
      refusalCounter: { count: async () => ({ count: 1, first: null }), name: async (_, __, ___, id) => id },
      revocations: revocationsOf(actor, stage, onDeath),
      // The number is for people. The names of a machine are looked for before anything is decided.
      live: { count: async () => 0, namesOf: liveSessions(ledger).namesOf },
      // Reconcilers run anyway, at whatever moment.
      wake: async () => undefined,
      findKey: unexpected,
      nonceKeys: unexpected,
      authorize: unexpected,
      readHeads: unexpected,
    },
  );
}

/**
 * One run. Only what others could see in between is held: the account's notes are its alone; so are IAM and what it
 * records of principals, where no other reconciler is beside it.
 */
export async function reconcileOnce(actor: string, stage: Stage, onDeath?: () => void): Promise<void> {
  const { account, scheduler } = stage;
  /** What it sees of its own account at once is part of what it knows. */
  const noted =
    <A extends readonly unknown[], R>(what: string, call: (...of: A) => Promise<R>) =>
    async (...of: A): Promise<R> => {
      const answer = await call(...of);
      scheduler.note(actor, `${what}=${intern(answer)}`);
      return answer;
    };
  const { policy, state, iam } = account;
  let slept = 0;
  const held: AccountPorts = {
    ...account,
    policy: {
      ...policy,
      read: noted('IAM', policy.read),
      write: isAlone(stage)
        ? noted('written to IAM', policy.write)
        : (text) =>
            scheduler.hold({
              actor,
              what: 'writes IAM',
              effect: counted(stage, () => iam.take(text)),
              failure: unavailable,
              atOnce: true,
              ...(onDeath && { onDeath }),
            }),
    },
    probe: noted('probe', account.probe),
    state: { ...state, written: noted('written', state.written) },
  };
  await reconcile(held, {
    clock: stage.clockOf(actor),
    // First for the second that there must be between two versions; then, where another wrote over what it wrote, until
    // its patience is at an end.
    sleep: () => {
      slept += 1;
      const seconds = slept === 1 ? 1 : 10;
      return scheduler.hold({
        actor,
        what: `sleeps ${seconds} s`,
        effect: () => {
          stage.millis += seconds * 1000;
        },
        atOnce: true,
      });
    },
    ledger: ledgerOf(actor, stage, onDeath),
    revocations: revocationsOf(actor, stage, onDeath),
  });
}

/** A run with nobody beside it: what it makes of everything stays. */
export async function reconcileLast(stage: Stage): Promise<void> {
  const { effects } = stage.tables;
  const ports: ReconcilePorts = {
    clock: () => stage.millis,
    sleep: async (millis) => {
      stage.millis += millis;
    },
    ledger: { readMany: async (...of) => effects.readMany(...of) },
    revocations: {
      entries: async (...of) => effects.entries(...of),
      entriesOf: async (...of) => effects.entriesOf(...of),
      stamp: async (...of) => effects.stamp(...of),
      recordEnforced: async (...of) => effects.recordEnforced(...of),
      forget: async (...of) => effects.forget(...of),
    },
  };
  stage.last = await reconcile(stage.account, ports);
}

function revocationsOf(actor: string, stage: Stage, onDeath?: () => void): Revocations {
  const { scheduler, endings } = stage;
  const { effects } = stage.tables;
  const held = <R>(what: string, effect: () => R): Promise<R> =>
    scheduler.hold({
      actor,
      what,
      effect: counted(stage, effect),
      failure: unavailable,
      atOnce: true,
      ...(onDeath && { onDeath }),
    });
  /** Two that are pending are stamped side by side. */
  const numberOf = (revocation: string): number => [...endings.keys()].indexOf(revocation) + 1;
  return {
    commit: (commit) =>
      held('commits', () => {
        const committed = effects.commit(commit);
        if (committed === 'written') noteEnding(commit, stage);
        return committed;
      }),
    stamp: (entries, cutoff, item) => {
      const revocation = entries[0]?.revocation ?? '';
      return held(`stamps ${numberOf(revocation)}`, () => {
        const stamped = effects.stamp(entries, cutoff, item);
        const ending = endings.get(revocation);
        if (stamped === 'stamped' && ending) ending.stamped ??= stage.moment;
        return stamped;
      });
    },
    entries: (account) => held('reads what is denied', () => effects.entries(account)),
    entriesOf: (revocation) =>
      held(`reads entries of ${numberOf(revocation)}`, () => effects.entriesOf(revocation)),
    recordEnforced: async (enforced, account) => {
      const record = () => effects.recordEnforced(enforced, account);
      const isSeen = !isAlone(stage) || enforced.some(({ entry }) => entry.kind === 'writ');
      return isSeen ? held('records what was enforced', record) : record();
    },
    forget: async (...of) => effects.forget(...of),
  };
}

function noteEnding({ item, heads }: Commit, { endings, moment }: Stage): void {
  const { revocation, mode } = JSON.parse(item.body);
  if (mode === 'lift') return;
  const keys = heads.map(({ kind, value }) => ({ kind, value }));
  endings.set(revocation, { keys, blocks: mode === 'block', committed: moment, stamped: null });
}

const isAlone = ({ scenario }: Stage): boolean => (scenario.reconcilers ?? 0) < 2;

const unexpected = (): never => {
  throw new Error('A responder needs nothing of the kind.');
};
