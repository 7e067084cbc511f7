/** Who acts, and how: the exchange with its mint, whoever revokes, the sweep, and time itself. */
import { exchange } from '../../core/exchange.ts';
import { Fault } from '../../core/fault.ts';
import { dueHour } from '../../core/ledger/keys.ts';
import { mint } from '../../core/mint.ts';
import type {
  Assumed,
  AssumeRole,
  Credential,
  Cursor,
  ExchangePorts,
  Head,
  Ledger,
  MintPorts,
  ReadHeads,
} from '../../core/ports.ts';
import { sweep } from '../../core/sweep.ts';
import { NOW } from '../support/clock.ts';
import { NONCE_KEYS, SETTINGS } from '../support/tokens.ts';
import { intern, type MemoryTables, memoryTables } from './memory-tables.ts';
import { makeScheduler, type Scheduler } from './scheduler.ts';
import type { World } from './world.ts';

/** How the head of Alice's is set by hand. The last one is wrong on purpose: it stamps without having committed. */
export type Revoking = 'no' | 'end' | 'block' | 'block and lift' | 'end, stamped without committing';

/** The sweep's cursor is not what is explored: it looks at the last two hours, as it always does. */
const UP_TO_DATE: Cursor = { read: async () => NOW, advance: async () => undefined };

/** How the name of a move ends with which something goes wrong. */
export const isMishap = (move: string): boolean => / (?:lost|unanswered)$/.test(move);

/** Seconds by which time moves, one move each, at whatever moment. */
type Ticks = readonly number[];

export interface Scenario {
  readonly name: string;
  /** Seconds after NOW at which it begins. */
  readonly start?: number;
  readonly ticks?: Ticks;
  readonly revoking?: Revoking;
  readonly sweeping?: boolean;
  /** STS's clock against ours, seconds. */
  readonly stsAhead?: number;
  /** Lambda delivers the hand-over twice, or somebody who took exchange's place does. */
  readonly twice?: boolean;
  /** How many calls may go wrong in one schedule. */
  readonly mishaps?: number;
  /** An answer may come later than its effect. Without, only STS's does: fewer schedules, the same races. */
  readonly lateAnswers?: boolean;
  /** What is taken out, to see that the explorer finds it. */
  readonly without?: 'the second recheck' | 'the outcome slot' | 'the pending cut-off';
}

/** A revocation as it went: each moment `null` until it has come. Times are NumericDate, moments are counted. */
export interface Revocation {
  readonly blocks: boolean;
  committed: number | null;
  /** T. */
  cutoff: number | null;
  lifted: number | null;
}

export interface Ran {
  readonly scheduler: Scheduler;
  readonly tables: MemoryTables;
  readonly revocation: Revocation | null;
  /** Every session that STS began, by its access key. */
  readonly sessions: Map<string, Assumed & { readonly issuedAt: number }>;
  /** Secrets that left mint, each with the moment of its recheck; where none was made, of its leaving. */
  readonly released: { readonly credential: Credential; readonly recheckedAt: number }[];
  /** Whatever an actor ended with that is neither an answer nor a fault. */
  readonly crashes: unknown[];
  /** All that later moves depend on, as text. */
  state(): string;
  /** Time goes by, and the sweep runs to its end with nobody beside it. */
  finish(): Promise<void>;
}

const USER = { kind: 'user', value: 'corp:alice' } as const;

/** Starts every actor. Nothing happens until the scheduler is asked to let something happen. */
export function begin(world: World, scenario: Scenario): Ran {
  const { ticks = [], revoking = 'no', stsAhead = 0, lateAnswers = false } = scenario;
  const scheduler = makeScheduler(intern);
  const tables = memoryTables();
  const sessions: Ran['sessions'] = new Map();
  const released: Ran['released'][number][] = [];
  const crashes: unknown[] = [];
  const rechecks = new Map<string, number>();
  let millis = (NOW + (scenario.start ?? 0)) * 1000;
  let moment = 0;
  const atOnce = !lateAnswers;

  /** Counts moments at which tables change, so that two of one second have an order. */
  const happens = <T>(effect: () => T): (() => T) => {
    return () => {
      moment += 1;
      return effect();
    };
  };
  const clockOf = (actor: string) => () => {
    scheduler.note(actor, `@${millis}`);
    return millis;
  };
  const ledgerOf = (actor: string): Ledger => {
    const held = <A extends readonly unknown[], R>(what: string, effect: (...of: A) => R) => {
      return (...of: A): Promise<R> => {
        const failure = (): never => {
          throw new Fault('ledger_unavailable');
        };
        return scheduler.hold({ actor, what, effect: happens(() => effect(...of)), failure, atOnce });
      };
    };
    const { effects } = tables;
    const settle = held('settles', effects.settle);
    return {
      record: held('records', effects.record),
      settle:
        scenario.without === 'the outcome slot'
          ? async (...of) => settle(...of).then(() => 'written' as const)
          : settle,
      spend: held('spends', effects.spend),
      append: held('appends', effects.append),
      // Nothing ever stands in the hour before: to look there is no move.
      due: async (hour, ...of) =>
        hour === dueHour(NOW)
          ? held('looks what is due', effects.due)(hour, ...of)
          : effects.due(hour, ...of),
      read: (pk, sk) => held(`reads ${sk}`, () => effects.read(pk, sk))(),
    };
  };

  const readHeadsOf =
    (actor: string): ReadHeads =>
    (keys, writ) => {
      const isRecheck = writ === null;
      if (isRecheck && scenario.without === 'the second recheck')
        return Promise.resolve({ heads: [], intent: null });
      return scheduler.hold({
        actor,
        what: isRecheck ? 'rechecks' : 'reads intent and heads',
        effect: happens(() => {
          if (isRecheck) rechecks.set(actor, moment);
          const read = tables.effects.readHeads(keys, writ);
          if (!isRecheck || scenario.without !== 'the pending cut-off') return read;
          return { ...read, heads: read.heads.map((head) => ({ ...head, pending: false })) };
        }),
        failure: () => {
          throw new Fault('ledger_unavailable');
        },
        atOnce,
      });
    };

  const assumeRoleOf =
    (actor: string): AssumeRole =>
    (plan) =>
      scheduler.hold<Awaited<ReturnType<AssumeRole>>>({
        actor,
        what: 'asks STS',
        effect: () => {
          const number = sessions.size + 1;
          const issuedAt = Math.floor(millis / 1000) + stsAhead;
          const assumed: Assumed = {
            credential: {
              AccessKeyId: `ASIATEST${String(number).padStart(8, '0')}`,
              SecretAccessKey: `secret-${number}`,
              SessionToken: `token-${number}`,
            },
            expiration: issuedAt + plan.DurationSeconds,
            assumedRoleId: `AROATEST:${plan.RoleSessionName}`,
            requestId: `request-${number}`,
            packedPolicySize: 40,
          };
          sessions.set(assumed.credential.AccessKeyId, { ...assumed, issuedAt });
          return { ok: true, assumed };
        },
        failure: () => ({ ok: false, error: 'NoAnswer', mayExist: true }),
      });

  const mintPortsOf = (actor: string): MintPorts => ({
    policy: world.policy,
    clock: clockOf(actor),
    findKey: world.tokens.findKey,
    readHeads: readHeadsOf(actor),
    assumeRole: assumeRoleOf(actor),
    ledger: ledgerOf(actor),
  });

  /** A fault and a refusal are good ends; anything else is not. */
  const act = (run: () => Promise<unknown>): void =>
    void run().catch((error: unknown) => {
      if (!(error instanceof Fault)) crashes.push(error);
    });

  const mintAs = async (actor: string, handover: Parameters<ExchangePorts['mint']>[0]) => {
    const answer = await mint(handover, mintPortsOf(actor));
    if (answer.ok) {
      released.push({ credential: answer.credential, recheckedAt: rechecks.get(actor) ?? moment });
    }
    return answer;
  };

  let drawn = 0;
  act(() =>
    exchange(world.received, {
      settings: SETTINGS,
      policy: world.policy,
      clock: clockOf('exchange'),
      random: (bytes) => {
        drawn += 1;
        return Buffer.alloc(bytes, drawn);
      },
      findKey: world.tokens.findKey,
      nonceKeys: async () => NONCE_KEYS,
      authorize: world.authorize,
      ledger: ledgerOf('exchange'),
      refusalCounter: { count: () => never('count'), name: () => never('name') },
      mint: async (handover) => {
        await scheduler.hold({ actor: 'exchange', what: 'hands over', effect: () => undefined, atOnce });
        if (scenario.twice === true) act(() => mintAs('mint again', handover));
        return mintAs('mint', handover);
      },
    }),
  );

  const revocation: Revocation | null =
    revoking === 'no'
      ? null
      : { blocks: revoking.startsWith('block'), committed: null, cutoff: null, lifted: null };
  if (revocation !== null) act(() => revoke(revocation));

  /** Pending is committed; after its acknowledgement T is read from a fresh clock; T is stamped. */
  async function revoke(by: Revocation): Promise<void> {
    const clock = clockOf('revoker');
    const head = (state: Partial<Head>): Head => ({
      ...USER,
      pending: false,
      cutoff: null,
      blockedUntil: by.blocks ? NOW + 3600 : null,
      ...state,
    });
    const put = (what: string, effect: () => void): Promise<void> =>
      scheduler.hold({ actor: 'revoker', what, effect: happens(effect), atOnce });

    if (revoking !== 'end, stamped without committing') {
      await put('commits', () => {
        tables.setHead(head({ pending: true }));
        by.committed = moment;
      });
    }
    const cutoff = Math.floor(clock() / 1000);
    await put('stamps', () => {
      tables.setHead(head({ cutoff }));
      by.cutoff = cutoff;
      by.committed ??= moment;
    });
    if (revoking !== 'block and lift') return;
    await put('lifts', () => {
      tables.setHead(head({ cutoff, blockedUntil: 0 }));
      by.lifted = moment;
    });
  }

  if (scenario.sweeping === true) {
    act(async () => {
      await scheduler.hold({ actor: 'sweep', what: 'begins', effect: () => undefined, atOnce: true });
      await sweep({ clock: clockOf('sweep'), ledger: ledgerOf('sweep'), cursor: UP_TO_DATE });
    });
  }
  act(async () => {
    for (const [index, seconds] of ticks.entries()) {
      const what = `${seconds} s go by (${index + 1})`;
      const effect = (): void => {
        millis += seconds * 1000;
      };
      await scheduler.hold({ actor: 'time', what, effect, atOnce: true });
    }
  });

  return {
    scheduler,
    tables,
    revocation,
    sessions,
    released,
    crashes,
    state: () =>
      [
        millis,
        tables.state(),
        scheduler.told(),
        `${revocation?.cutoff} ${(revocation?.committed ?? null) !== null} ${(revocation?.lifted ?? null) !== null}`,
        ghosts(),
        [...sessions].map(([key, { issuedAt }]) => `${key}@${issuedAt}`).join(),
        scheduler.path.filter(isMishap).length,
      ].join('\n'),
    async finish() {
      millis += 60_000;
      const { effects } = tables;
      const alone = { due: later(effects.due), read: later(effects.read), settle: later(effects.settle) };
      await sweep({ clock: () => millis, ledger: { ...ledgerOf('nobody'), ...alone }, cursor: UP_TO_DATE });
    },
  };

  /** Whether each recheck came before the commit or after: what the properties ask, and nothing that is finer. */
  function ghosts(): string {
    const { committed = null, lifted = null } = revocation ?? {};
    const relation = (read: number) =>
      `${committed !== null && read > committed} ${lifted !== null && read > lifted}`;
    const left = released.map((secret, index) => [`secret ${index}`, secret.recheckedAt] as const);
    return [...rechecks, ...left]
      .map(([actor, read]) => `${actor} ${relation(read)}`)
      .sort()
      .join();
  }
}

const never = (what: string): never => {
  throw new Error(`${what} was not expected`);
};

const later =
  <A extends readonly unknown[], R>(effect: (...of: A) => R) =>
  async (...of: A): Promise<R> =>
    effect(...of);
