/** What the actors of one schedule share: tables, time, and what STS and mint gave away. */
import type { Assumed, Clock, Credential, SessionPlan } from '../../core/ports.ts';
import type { Reconciled } from '../../core/reconcile.ts';
import { NOW } from '../support/clock.ts';
import type { Asked, Ending } from './endings.ts';
import { type MemoryAccount, memoryAccount } from './memory-account.ts';
import { intern, type MemoryTables, memoryTables } from './memory-tables.ts';
import { makeScheduler, type Scheduler } from './scheduler.ts';

/** How the head of Alice's is set by hand. The last one is wrong on purpose: it stamps without having committed. */
export type Revoking = 'no' | 'end' | 'block' | 'block and lift' | 'end, stamped without committing';

export interface Scenario {
  readonly name: string;
  /** Seconds after NOW at which it begins. */
  readonly start?: number;
  /** Seconds by which time moves, one move each, at whatever moment. */
  readonly ticks?: readonly number[];
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
  /** What is asked of the real `core/revoke.ts`, each by an actor of its own. */
  readonly ending?: readonly Asked[];
  /** How many runs of the real `core/reconcile.ts` there are beside the last one. */
  readonly reconcilers?: number;
  /** Who may die at any of his calls: one of the mishaps, and then the only kind. */
  readonly dying?: 'revoker' | 'reconciler';
  /** Who asked for a revocation asks once more where its revoker died. */
  readonly repeated?: boolean;
  /** Clocks against ours, seconds, by the first word of the actor's name. */
  readonly ahead?: { readonly [actor: string]: number };
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

/** @param moment - When STS began it; `issuedAt` is what STS's clock said. */
export type Session = Assumed & {
  readonly issuedAt: number;
  readonly moment: number;
  readonly plan: SessionPlan;
};

export interface Stage {
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly tables: MemoryTables;
  /** `null`: nobody revokes. */
  readonly revocation: Revocation | null;
  /** The account's IAM and what its reconciler keeps. */
  readonly account: MemoryAccount;
  /** Revocations that were committed by the real revoker, by their id. */
  readonly endings: Map<string, Ending>;
  /** What the last run of the reconciler said; `null`: it has not run. */
  last: Reconciled | null;
  /** Every session that STS began, by its access key. */
  readonly sessions: Map<string, Session>;
  /** Secrets that left mint, each with the moment of its recheck; where none was made, of its leaving. */
  readonly released: { readonly credential: Credential; readonly recheckedAt: number }[];
  /** By actor, the moment of its recheck. */
  readonly rechecks: Map<string, number>;
  /** Whatever an actor ended with that is neither an answer nor a fault. */
  readonly crashes: unknown[];
  /** Milliseconds since 1970. */
  millis: number;
  /** Counts the effects, so that two of one second have an order. */
  moment: number;
  /** An actor's clock: what it read is part of what it knows. */
  clockOf(actor: string): Clock;
}

export function makeStage(scenario: Scenario): Stage {
  const { revoking = 'no', start = 0 } = scenario;
  const scheduler = makeScheduler(intern);
  const begun = (NOW + start) * 1000;
  let now: Clock = () => begun;
  const stage: Stage = {
    scenario,
    scheduler,
    tables: memoryTables(),
    revocation:
      revoking === 'no'
        ? null
        : { blocks: revoking.startsWith('block'), committed: null, cutoff: null, lifted: null },
    account: memoryAccount(() => now()),
    endings: new Map(),
    last: null,
    sessions: new Map(),
    released: [],
    rechecks: new Map(),
    crashes: [],
    millis: begun,
    moment: 0,
    clockOf: (actor) => () => {
      const millis = stage.millis + (scenario.ahead?.[actor.split(' ')[0] ?? ''] ?? 0) * 1000;
      scheduler.note(actor, `@${millis}`);
      return millis;
    },
  };
  now = () => stage.millis;
  return stage;
}

/** How the name of a move ends with which something goes wrong. */
export const isMishap = (move: string): boolean => / (?:lost|unanswered|and dies)$/.test(move);

/** One after which nothing is heard of the actor any more. */
export const isDeath = (move: string): boolean => move.endsWith(' and dies');

/** All that later moves and the properties depend on, as text. Moments are in it as an order, and no finer. */
export function stateOf(stage: Stage): string {
  const { committed = null, cutoff = null, lifted = null } = stage.revocation ?? {};
  const byHand = (read: number) =>
    `${committed !== null && read >= committed} ${lifted !== null && read >= lifted}`;
  const ended = (moment: number) => [...stage.endings].map((ending) => orderOf(ending, moment)).sort();
  const left = stage.released.map((secret, index) => [`secret ${index}`, secret.recheckedAt] as const);
  return [
    stage.millis,
    stage.tables.state(),
    stage.scheduler.told(),
    `${cutoff} ${committed !== null} ${lifted !== null} ${stage.crashes.length}`,
    ...[...stage.rechecks, ...left].map(([who, read]) => `${who} ${byHand(read)} ${ended(read)}`).sort(),
    ...[...stage.sessions].map(([key, { issuedAt, moment }]) => `${key}@${issuedAt} ${ended(moment)}`),
    stage.account.asText((stage.scenario.reconcilers ?? 0) > 1),
    stage.scheduler.path.filter(isMishap).length,
  ].join('\n');
}

/** Whether that moment was before, while or after the revocation had no cut-off yet. */
const orderOf = ([id, { committed, stamped }]: readonly [string, Ending], moment: number): string =>
  `${id} ${moment >= committed} ${stamped !== null && moment >= stamped}`;
