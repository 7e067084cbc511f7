/** The ports, each call of which the scheduler holds: nothing takes effect before it is let go. */
import { Fault } from '../../core/fault.ts';
import { dueHour } from '../../core/ledger/keys.ts';
import type { Assumed, AssumeRole, Ledger, ReadHeads } from '../../core/ports.ts';
import { NOW } from '../support/clock.ts';
import { VERIFIED_AT } from '../support/health.ts';
import type { Stage } from './stage.ts';

export const unavailable = (): never => {
  throw new Fault('ledger_unavailable');
};

/** Counts the moment in which the effect happens. */
export const counted =
  <T>(stage: Stage, effect: () => T): (() => T) =>
  () => {
    stage.moment += 1;
    return effect();
  };

/**
 * Whether what this actor does to the ledger is nobody else's business: a writ's records where only who ends its user is
 * beside it, and the records of a revocation that one alone asks for.
 */
function isAside(actor: string, { scenario }: Stage): boolean {
  const { ending, sweeping, twice, repeated } = scenario;
  if (ending === undefined || sweeping === true || twice === true) return false;
  if (!ending.every(({ kind }) => kind === 'user')) return false;
  const isAskedOnce =
    new Set(ending.map(({ request }) => request)).size === ending.length && repeated !== true;
  return !actor.startsWith('revoker') || isAskedOnce;
}

/** @param onDeath - The actor may die at each of its calls; called when it has. */
export function ledgerOf(actor: string, stage: Stage, onDeath?: () => void): Ledger {
  const { scheduler, scenario, tables } = stage;
  const { effects } = tables;
  const held =
    <A extends readonly unknown[], R>(what: string, effect: (...of: A) => R) =>
    (...of: A): Promise<R> =>
      scheduler.hold({
        actor,
        what,
        effect: counted(stage, () => effect(...of)),
        failure: unavailable,
        atOnce: scenario.lateAnswers !== true,
        aside: isAside(actor, stage),
        ...(onDeath && { onDeath }),
      });
  const settle = held('settles', effects.settle);
  const look = held('looks what is due', effects.due);
  return {
    record: held('records', effects.record),
    settle:
      scenario.without === 'the outcome slot'
        ? (...of) => settle(...of).then(() => 'written' as const)
        : settle,
    spend: held('spends', effects.spend),
    append: held('appends', effects.append),
    // Nothing ever stands in the hour before: to look there is no move.
    due: async (hour, ...of) => (hour === dueHour(NOW) ? look(hour, ...of) : effects.due(hour, ...of)),
    read: (pk, sk) => held(`reads ${sk}`, effects.read)(pk, sk),
    story: held('reads a story', effects.story),
    readMany: held('reads many', effects.readMany),
  };
}

export function readHeadsOf(actor: string, stage: Stage): ReadHeads {
  const { scheduler, scenario, tables, rechecks } = stage;
  return async (keys, writ, account) => {
    const isRecheck = writ === null;
    if (isRecheck && scenario.without === 'the second recheck') {
      return { heads: [], intent: null, verifiedAt: VERIFIED_AT, archivedTo: VERIFIED_AT };
    }
    return scheduler.hold({
      actor,
      what: isRecheck ? 'rechecks' : 'reads intent and heads',
      effect: counted(stage, () => {
        if (isRecheck) rechecks.set(actor, stage.moment);
        const read = tables.effects.readHeads(keys, writ, account);
        if (!isRecheck || scenario.without !== 'the pending cut-off') return read;
        return { ...read, heads: read.heads.map((head) => ({ ...head, pending: false })) };
      }),
      failure: unavailable,
      atOnce: scenario.lateAnswers !== true,
    });
  };
}

/** STS issues in one moment, by its own clock, and answers in another; beside the real revoker only where asked for. */
export function assumeRoleOf(actor: string, stage: Stage): AssumeRole {
  const { scheduler, scenario, sessions } = stage;
  return (plan) =>
    scheduler.hold<Awaited<ReturnType<AssumeRole>>>({
      actor,
      what: 'asks STS',
      effect: counted(stage, () => {
        const number = sessions.size + 1;
        const issuedAt = Math.floor(stage.millis / 1000) + (scenario.stsAhead ?? 0);
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
        sessions.set(assumed.credential.AccessKeyId, { ...assumed, issuedAt, moment: stage.moment, plan });
        return { ok: true as const, assumed };
      }),
      failure: () => ({ ok: false, error: 'NoAnswer', mayExist: true }),
      atOnce: scenario.ending !== undefined && scenario.lateAnswers !== true,
    });
}
