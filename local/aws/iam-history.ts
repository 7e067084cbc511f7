import type { PolicyDocument } from '../../core/session/policy-document.ts';

/** One version of a managed policy. */
export interface PolicyVersion {
  /** `v1`, `v2`, …: never given out twice. */
  readonly id: string;
  /** As it was sent, byte for byte. */
  readonly text: string;
  readonly document: PolicyDocument;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A managed policy as it is at one time: it is replaced, never changed. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** `ANPALOCAL…` */
  readonly policyId: string;
  readonly description?: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Oldest first; the default is one of them. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersion: PolicyVersion;
  /** How many versions there have ever been. */
  readonly versionsMade: number;
  /** Names of the roles that it is attached to. */
  readonly roles: readonly string[];
}

/** `policy: null`: from then on there is none of this ARN. */
interface State {
  readonly at: number;
  readonly policy: ManagedPolicy | null;
}

/** The longest propagation delay that can be set, milliseconds: as far back as states are remembered. */
export const MAX_IAM_DELAY = 10 * 60 * 1000;

/**
 * Every managed policy as it is, and as it was: IAM tells at once what was written, and requests are judged by it
 * some seconds later (IAM User Guide, "Changes that I make are not always immediately visible").
 */
export interface PolicyHistory {
  now(arn: string): ManagedPolicy | null;
  all(): readonly ManagedPolicy[];
  /** @param at - Milliseconds since 1970; `policy: null` takes it away. */
  put(arn: string, at: number, policy: ManagedPolicy | null): void;
  /** Every policy as it was that long before `now`, milliseconds. */
  asOf(now: number, delay: number): readonly ManagedPolicy[];
}

export function createPolicyHistory(): PolicyHistory {
  const histories = new Map<string, readonly State[]>();
  const present = (policies: readonly (ManagedPolicy | null | undefined)[]): ManagedPolicy[] =>
    policies.filter((policy) => policy !== null && policy !== undefined);
  const latest = () => [...histories.values()].map((states) => states.at(-1)?.policy);

  return {
    now: (arn) => histories.get(arn)?.at(-1)?.policy ?? null,
    all: () => present(latest()),
    put(arn, at, policy) {
      const states = [...(histories.get(arn) ?? []), { at, policy }];
      // One from before the longest delay stays: it is what held then.
      const from = states.findLastIndex((state) => state.at <= at - MAX_IAM_DELAY);
      histories.set(arn, states.slice(Math.max(from, 0)));
    },
    asOf(now, delay) {
      // Without a delay the present holds, also where a clock was set back since.
      if (delay === 0) return present(latest());
      return present(
        [...histories.values()].map((states) => states.findLast(({ at }) => at <= now - delay)?.policy),
      );
    },
  };
}
