/** What the log says of one writ, flat: who authorised, who executed, why, what, and when it was valid. */
import type { Evidence, WritEvidence } from '../../core/audit/evidence.ts';
import type { Intent } from '../../core/ledger/records.ts';

/** Empty where the log has no intent. Times are NumericDates. */
export interface WritFacts {
  readonly writ: string;
  readonly state: string;
  readonly who: {
    /** `<issuer alias>:<subject>` */
    readonly user: string | null;
    readonly issuer: string | null;
    readonly subject: string | null;
    /** Opened; `null`: none, erased, or not handed over. */
    readonly login: string | null;
    readonly email: string | null;
    readonly signedInAt: number | null;
    readonly device: string | null;
    readonly deviceKind: string | null;
    readonly deviceKey: string | null;
  };
  readonly agent: {
    readonly name: string | null;
    /** Attested by a platform, or enrolled with a key. */
    readonly method: string | null;
    readonly issuer: string | null;
    readonly subject: string | null;
    readonly workload: string | null;
    readonly instance: string | null;
  };
  readonly session: {
    readonly account: string | null;
    readonly region: string | null;
    readonly role: string | null;
    readonly sessionName: string | null;
    readonly accessKeyId: string | null;
    readonly requestId: string | null;
    readonly sessionPolicy: string | null;
  };
  readonly why: {
    readonly task: string | null;
    readonly taskBy: string | null;
    readonly purpose: string | null;
    readonly purposeBy: string | null;
    readonly permission: string | null;
    readonly parameters: { readonly [name: string]: string };
    readonly place: string | null;
    readonly authority: string | null;
    readonly mandate: string | null;
    readonly approval: string | null;
    readonly parent: string | null;
  };
  readonly decision: {
    readonly effect: string | null;
    readonly policies: readonly string[];
    /** SHA-256 of the configuration that decided, and of all that the engine saw. */
    readonly bundle: string | null;
    readonly inputs: string | null;
  };
  readonly when: {
    readonly requestedAt: number | null;
    readonly notBefore: number | null;
    readonly deadline: number | null;
    /** STS's own end, which is later. */
    readonly expiration: number | null;
    /** Of the first revocation that applies; seen: AWS refused a canary because of it. */
    readonly revokedAt: number | null;
    readonly seenRefusedAt: number | null;
  };
  readonly leaves: readonly {
    readonly record: string;
    readonly index: number;
    readonly leaf: string;
    readonly proven: boolean;
  }[];
}

export function writFacts(evidence: WritEvidence, openings: Evidence['openings']): WritFacts {
  const { writ, state, endings, issuedAt, deadline } = evidence;
  const { intent } = state;
  const opened = openings.get(writ) ?? {};
  const issued = state.outcome?.outcome === 'issued' ? state.outcome : null;
  return {
    writ,
    state: state.state,
    who: {
      user: intent?.subject.id ?? null,
      issuer: intent?.subject.iss ?? null,
      subject: intent?.subject.sub ?? null,
      login: opened.login ?? null,
      email: opened.email ?? null,
      signedInAt: intent?.subject.auth_time ?? null,
      device: intent?.device.id ?? null,
      deviceKind: intent?.device.kind ?? null,
      deviceKey: intent?.device.jkt ?? null,
    },
    agent: {
      name: intent?.actor.agent ?? null,
      method: intent?.actor.kind ?? null,
      issuer: intent?.actor.iss ?? null,
      subject: intent?.actor.sub ?? null,
      workload: intent?.actor.id ?? null,
      instance: intent?.actor.jti ?? null,
    },
    session: {
      account: intent?.account ?? null,
      region: intent?.region ?? null,
      role: intent?.role ?? null,
      sessionName: issued === null ? null : issued.assumedRoleId.slice(issued.assumedRoleId.indexOf(':') + 1),
      accessKeyId: issued?.accessKeyId ?? null,
      requestId: issued?.requestId ?? null,
      sessionPolicy: intent?.sessionPolicy ?? null,
    },
    why: {
      task: intent?.task.value ?? null,
      taskBy: intent?.task.by ?? null,
      purpose: opened.purpose ?? null,
      purposeBy: intent?.purpose.by ?? null,
      permission: intent?.permission ?? null,
      parameters: intent?.parameters ?? {},
      place: intent === null ? null : placeOf(intent.place, opened.address),
      authority: intent?.authority ?? null,
      mandate: intent?.mandate ?? null,
      approval: intent?.approval ?? null,
      parent: intent?.parent ?? null,
    },
    decision: {
      effect: intent?.decision.effect ?? null,
      policies: intent?.decision.policies ?? [],
      bundle: intent?.decision.bundle ?? null,
      inputs: intent?.decision.inputs ?? null,
    },
    when: {
      requestedAt: intent?.at ?? null,
      notBefore: issuedAt,
      deadline: deadline ?? intent?.deadline ?? null,
      expiration: issued?.expiration ?? null,
      revokedAt: least(endings.map(({ askedAt }) => askedAt)),
      seenRefusedAt: least(endings.flatMap(({ seenRefused }) => (seenRefused === null ? [] : [seenRefused]))),
    },
    leaves: Object.entries(evidence.leaves).map(([record, { index, leaf, proven }]) => ({
      ...{ record, index, leaf, proven },
    })),
  };
}

function placeOf(place: Intent['place'], address: string | undefined): string {
  switch (place.kind) {
    case 'exchange':
      return `the address that asked${address === undefined ? '' : `: ${address}`}`;
    case 'cidrs':
      return place.cidrs.join(', ');
    case 'vpcs':
      return place.vpcs.join(', ');
    case 'anywhere':
      return 'anywhere';
  }
}

const least = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.min(...times));

/** Facts of a writ are asked for with each of its events: made once. */
export class FactsOfWrits {
  readonly #openings: Evidence['openings'];
  readonly #known = new WeakMap<WritEvidence, WritFacts>();

  constructor({ openings }: Pick<Evidence, 'openings'>) {
    this.#openings = openings;
  }

  of(writ: WritEvidence): WritFacts {
    const known = this.#known.get(writ);
    if (known !== undefined) return known;
    const facts = writFacts(writ, this.#openings);
    this.#known.set(writ, facts);
    return facts;
  }
}
