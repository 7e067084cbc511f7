import type { Assumed, AssumeRole, Clock, SessionPlan } from '../../core/ports.ts';

/** STS in the place of STS: it keeps what it was asked, and gives credentials that a test can recognise. */
export interface FakeSts {
  readonly assumeRole: AssumeRole;
  readonly asked: SessionPlan[];
  /** Runs before it answers: to look, to fail, or to let something else happen meanwhile. */
  before: (plan: SessionPlan) => Promise<void>;
  /** Runs when the session exists and the answer is on its way. */
  after: (assumed: Assumed) => Promise<void>;
  /** What it answers instead of credentials. */
  failure: { readonly error: string; readonly mayExist: boolean } | null;
}

export function fakeSts(clock: Clock): FakeSts {
  const sts: FakeSts = {
    asked: [],
    before: async () => undefined,
    after: async () => undefined,
    failure: null,
    async assumeRole(plan) {
      sts.asked.push(plan);
      await sts.before(plan);
      if (sts.failure !== null) return { ok: false, ...sts.failure };
      const number = String(sts.asked.length).padStart(4, '0');
      const assumed: Assumed = {
        credential: {
          AccessKeyId: `ASIATEST${plan.RoleSessionName.slice(-8).toUpperCase()}${number}`,
          SecretAccessKey: `secret-of-${number}`,
          SessionToken: `session-token-of-${number}`,
        },
        expiration: Math.floor(clock() / 1000) + plan.DurationSeconds,
        assumedRoleId: `AROATEST:${plan.RoleSessionName}`,
        requestId: `request-${number}`,
        packedPolicySize: 40,
      };
      await sts.after(assumed);
      return { ok: true, assumed };
    },
  };
  return sts;
}
