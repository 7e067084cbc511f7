/** Who acts: the exchange with its mint, whoever revokes, the sweep, and time itself. */
import { exchange } from '../../core/exchange.ts';
import { Fault } from '../../core/fault.ts';
import { mint } from '../../core/mint.ts';
import type { Cursor, Handover, Head, MintAnswer } from '../../core/ports.ts';
import { sweep } from '../../core/sweep.ts';
import { NOW } from '../support/clock.ts';
import { NONCE_KEYS, SETTINGS } from '../support/tokens.ts';
import { type Asked, reconcileLast, reconcileOnce, revokeOnce } from './endings.ts';
import { assumeRoleOf, counted, ledgerOf, readHeadsOf } from './held-ports.ts';
import { makeStage, type Revocation, type Scenario, type Stage } from './stage.ts';
import type { World } from './world.ts';

const USER = { kind: 'user', value: 'corp:alice' } as const;

/** The sweep's cursor is not what is explored: it looks at this hour and the one before, as it always does. */
const UP_TO_DATE: Cursor = { read: async () => NOW, advance: async () => undefined };

/** Starts every actor. Nothing happens until the scheduler is asked to let something happen. */
export function begin(world: World, scenario: Scenario): Stage {
  const stage = makeStage(scenario);
  /** A fault and a refusal are good ends; anything else is not. */
  const start: Start = (actor, run) =>
    void run()
      .catch((error: unknown) => {
        if (!(error instanceof Fault)) stage.crashes.push(error);
      })
      .finally(() => stage.scheduler.forget(actor));
  const { revocation } = stage;
  start('exchange', () => exchangeOnce(world, stage, start));
  if (revocation !== null) start('revoker', () => revoke(revocation, stage));
  startEnding(({ kind }) => kind !== 'writ', '', world, stage, start);
  for (let number = 1; number <= (scenario.reconcilers ?? 0); number += 1) {
    const actor = `reconciler ${number}`;
    const onDeath = scenario.dying === 'reconciler' ? () => undefined : undefined;
    start(actor, () => reconcileOnce(actor, stage, onDeath));
  }
  if (scenario.sweeping === true) start('sweep', () => sweepOnce(stage));
  start('time', () => passTime(stage));
  return stage;
}

type Start = (actor: string, run: () => Promise<unknown>) => void;

/** Each revocation has its revoker; where that one may die, whoever asked may ask once more. */
function startEnding(
  which: (asked: Asked) => boolean,
  writ: string,
  world: World,
  stage: Stage,
  start: Start,
): void {
  const { ending = [], dying, repeated } = stage.scenario;
  for (const [index, asked] of ending.entries()) {
    if (!which(asked)) continue;
    const actor = `revoker ${index + 1}`;
    const askAgain = (): void => {
      if (repeated === true) {
        start(`${actor} again`, () => revokeOnce(`${actor} again`, asked, writ, world, stage));
      }
    };
    const onDeath = dying === 'revoker' ? askAgain : undefined;
    start(actor, () => revokeOnce(actor, asked, writ, world, stage, onDeath));
  }
}

/** Time goes by, and the sweep runs to its end with nobody beside it, then the reconciler. */
export async function finish(stage: Stage): Promise<void> {
  stage.millis += 60_000;
  const { due, read, readMany, settle } = stage.tables.effects;
  await sweep({
    ...NOTHING_TO_CLOSE,
    clock: () => stage.millis,
    cursor: UP_TO_DATE,
    ledger: {
      ...ledgerOf('nobody', stage),
      due: async (...of) => due(...of),
      read: async (...of) => read(...of),
      readMany: async (...of) => readMany(...of),
      settle: async (...of) => settle(...of),
    },
  });
  if (stage.scenario.ending !== undefined) await reconcileLast(stage);
}

async function exchangeOnce(world: World, stage: Stage, start: Start): Promise<unknown> {
  const { scheduler, scenario } = stage;
  let drawn = 0;
  return exchange(world.received, {
    settings: SETTINGS,
    policy: world.policy,
    clock: stage.clockOf('exchange'),
    random: (bytes) => {
      drawn += 1;
      return Buffer.alloc(bytes, drawn);
    },
    findKey: world.tokens.findKey,
    nonceKeys: async () => NONCE_KEYS,
    authorize: world.authorize,
    ledger: ledgerOf('exchange', stage),
    refusalCounter: { count: () => never('count'), name: () => never('name') },
    mint: async (handover) => {
      await scheduler.hold({
        actor: 'exchange',
        what: 'hands over',
        effect: () => undefined,
        atOnce: scenario.lateAnswers !== true,
      });
      if (scenario.twice === true) start('mint again', () => mintAs('mint again', handover, world, stage));
      startEnding(({ kind }) => kind === 'writ', handover.writ, world, stage, start);
      return mintAs('mint', handover, world, stage).finally(() => scheduler.forget('mint'));
    },
  });
}

async function mintAs(actor: string, handover: Handover, world: World, stage: Stage): Promise<MintAnswer> {
  const answer = await mint(handover, {
    policy: world.policy,
    clock: stage.clockOf(actor),
    findKey: world.tokens.findKey,
    readHeads: readHeadsOf(actor, stage),
    assumeRole: assumeRoleOf(actor, stage),
    ledger: ledgerOf(actor, stage),
  });
  if (answer.ok) {
    const recheckedAt = stage.rechecks.get(actor) ?? stage.moment;
    stage.released.push({ credential: answer.credential, recheckedAt });
  }
  return answer;
}

/** Pending is committed; after its acknowledgement T is read from a fresh clock; T is stamped. */
async function revoke(by: Revocation, stage: Stage): Promise<void> {
  const { scheduler, scenario, tables } = stage;
  const clock = stage.clockOf('revoker');
  const put = (what: string, state: Partial<Head>, note: () => void): Promise<void> => {
    const blockedUntil = by.blocks ? NOW + 3600 : null;
    const head: Head = { ...USER, pending: false, cutoff: null, blockedUntil, ...state };
    const effect = counted(stage, () => {
      tables.setHead(head);
      note();
    });
    return scheduler.hold({ actor: 'revoker', what, effect, atOnce: scenario.lateAnswers !== true });
  };

  if (scenario.revoking !== 'end, stamped without committing') {
    await put('commits', { pending: true }, () => {
      by.committed = stage.moment;
    });
  }
  const cutoff = Math.floor(clock() / 1000);
  await put('stamps', { cutoff }, () => {
    by.cutoff = cutoff;
    by.committed ??= stage.moment;
  });
  if (scenario.revoking !== 'block and lift') return;
  await put('lifts', { cutoff, blockedUntil: 0 }, () => {
    by.lifted = stage.moment;
  });
}

async function sweepOnce(stage: Stage): Promise<void> {
  await stage.scheduler.hold({ actor: 'sweep', what: 'begins', effect: () => undefined, atOnce: true });
  await sweep({
    ...NOTHING_TO_CLOSE,
    clock: stage.clockOf('sweep'),
    ledger: ledgerOf('sweep', stage),
    cursor: UP_TO_DATE,
  });
}

async function passTime(stage: Stage): Promise<void> {
  for (const [index, seconds] of (stage.scenario.ticks ?? []).entries()) {
    const what = `${seconds} s go by (${index + 1})`;
    const effect = (): void => {
      stage.millis += seconds * 1000;
    };
    await stage.scheduler.hold({ actor: 'time', what, effect, atOnce: true });
  }
}

/** No writ gets as old as its deadline here, so nobody asks how it ended. */
const NOTHING_TO_CLOSE = {
  readHeads: () => never('readHeads'),
  revocations: { entries: () => never('entries') },
};

const never = (what: string): never => {
  throw new Error(`${what} was not expected`);
};
