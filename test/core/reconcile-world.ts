/**
 * One account and its tables, in memory, for the reconciler: an IAM that spreads what it took after a delay, entries, a
 * ledger, and a clock that only sleeping moves. Any call can be made to fail or to be the last one.
 */

import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { Fault, type FaultCode } from '../../core/fault.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import type { LedgerRecord } from '../../core/ledger/records.ts';
import type { ItemKey, LedgerItem } from '../../core/ports.ts';
import { type Reconciled, type ReconcilePorts, reconcile } from '../../core/reconcile.ts';
import type { DenyEntry, PrincipalEntry, WritEntry } from '../../core/revocation/entry.ts';
import type {
  AccountPorts,
  ActualPolicy,
  DenyPolicy,
  Health,
  Revocations,
  Written,
} from '../../core/revocation/ports.ts';
import { writId } from '../../core/writ-id.ts';
import { NOW } from '../support/clock.ts';
import { INTENT, ISSUED, itemOf } from './ledger/fixture.ts';

export const ACCOUNT = '444455556666';
export const ROLES = [
  `arn:aws:iam::${ACCOUNT}:role/writ/reports`,
  `arn:aws:iam::${ACCOUNT}:role/writ/tickets`,
];
export const ATTACHED = ['reports', 'tickets', 'canary'];

/** The function ended here: nothing after it happened. */
export class Crash extends Error {}

/** IAM with one policy. What it took is in force everywhere only `delay` milliseconds later. */
export class FakeIam {
  policy: { version: number; text: string; attached: Set<string> } | null = null;
  delay = 0;
  /** Versions written in all, and directly attached denies. */
  writes: string[] = [];
  direct: string[] = [];
  readonly #clock: () => number;
  readonly #spread: { at: number; text: string | null }[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A write as IAM carries it out, whoever asked. */
  take(text: string): string {
    this.policy = { attached: new Set(), ...this.policy, version: (this.policy?.version ?? 0) + 1, text };
    this.#spread.push({ at: this.#clock() + this.delay, text });
    return `v${this.policy.version}`;
  }

  remove(): void {
    this.policy = null;
    this.#spread.push({ at: this.#clock() + this.delay, text: null });
  }

  /** What is in force where the canary reads. */
  inForce(): string {
    const spread = this.#spread.filter(({ at }) => at <= this.#clock());
    return (this.policy?.attached.has('canary') && spread.at(-1)?.text) || '';
  }

  readonly port: DenyPolicy = {
    read: async (): Promise<ActualPolicy | null> =>
      this.policy && {
        version: `v${this.policy.version}`,
        text: this.policy.text,
        attachedTo: [...this.policy.attached],
      },
    write: async (text) => {
      this.writes.push(text);
      return this.take(text);
    },
    attach: async (role) => {
      this.policy?.attached.add(role);
    },
    directDenies: async () => this.direct,
  };
}

export interface World {
  /** Milliseconds since 1970. */
  now: number;
  readonly iam: FakeIam;
  readonly ledger: Map<string, LedgerItem>;
  readonly kept: Map<string, DenyEntry>;
  readonly state: { written: Written | null; health: Health | null; measured: readonly number[] };
  /** Calls in their order. */
  readonly calls: string[];
  /** Called before each call takes effect, with its name and how many came before. */
  before: (call: string, count: number) => void | Promise<void>;
  /** Called when it has. */
  after: (call: string, count: number) => void;
  readonly account: AccountPorts;
  readonly ports: ReconcilePorts;
  run(): Promise<Reconciled>;
  /** Puts the entry there, as a revocation that was asked for just now. */
  revoke(change?: Partial<WritEntry>): WritEntry;
  revokePrincipal(change?: Partial<PrincipalEntry>): PrincipalEntry;
  records(): readonly LedgerRecord[];
}

export const fails =
  (code: FaultCode, ...calls: readonly string[]) =>
  (call: string) => {
    if (calls.includes(call)) throw new Fault(code);
  };

let made = 0;
const unique = (): string => {
  made += 1;
  return writId(NOW * 1000, Uint8Array.of(made >>> 24, made >>> 16, made >>> 8, made));
};

const placeOf = ({ pk, sk }: ItemKey): string => `${pk}|${sk}`;
const nameOf = ({ revocation, kind, value }: DenyEntry): string => `${revocation}|${kind}|${value}`;

export function openWorld(): World {
  const kept = new Map<string, DenyEntry>();
  const ledger = new Map<string, LedgerItem>();
  const state: World['state'] = { written: null, health: null, measured: [] };
  const iam = new FakeIam(() => world.now);
  const calls: string[] = [];

  const watched =
    <A extends readonly unknown[], R>(name: string, effect: (...of: A) => Promise<R>) =>
    async (...of: A): Promise<R> => {
      const count = calls.push(name) - 1;
      await world.before(name, count);
      const result = await effect(...of);
      world.after(name, count);
      return result;
    };
  const put = (item: LedgerItem): void => {
    if (!('record' in readItem(item))) throw new Error(`${item.sk} is no record`);
    if (!ledger.has(placeOf(item))) ledger.set(placeOf(item), item);
  };

  const revocations: Omit<Revocations, 'commit'> = {
    stamp: watched('stamp', async (entries, cutoff, item) => {
      if (ledger.has(placeOf(item))) return 'already';
      put(item);
      for (const entry of entries) kept.set(nameOf(entry), { ...entry, cutoff });
      return 'stamped';
    }),
    entries: watched('entries', async (account) =>
      [...kept.values()].filter((entry) => [account, '*'].includes(entry.account)),
    ),
    entriesOf: watched('entriesOf', async (revocation) =>
      [...kept.values()].flatMap((entry) =>
        entry.revocation === revocation && entry.kind !== 'writ' ? [entry] : [],
      ),
    ),
    recordEnforced: watched('recordEnforced', async (enforced, account) => {
      for (const { entry, item, ended } of enforced) {
        put(item);
        if (ended !== null) put(ended);
        const stands = kept.get(nameOf(entry));
        if (stands) kept.set(nameOf(entry), { ...stands, recordedIn: [...stands.recordedIn, account] });
      }
    }),
    forget: watched('forget', async (entries) => {
      for (const entry of entries) kept.delete(nameOf(entry));
    }),
  };

  const world: World = {
    now: NOW * 1000,
    iam,
    ledger,
    kept,
    state,
    calls,
    before: () => undefined,
    after: () => undefined,
    account: {
      account: ACCOUNT,
      roles: ROLES,
      policy: {
        read: watched('iam read', iam.port.read),
        write: watched('iam write', iam.port.write),
        attach: watched('iam attach', iam.port.attach),
        directDenies: watched('iam direct', iam.port.directDenies),
      },
      probe: watched('probe', async (identity) =>
        iam.inForce().includes(`"${identity}"`) ? 'refused' : 'allowed',
      ),
      state: {
        written: watched('written', async () => state.written),
        setWritten: watched('setWritten', async (written) => {
          state.written = written;
        }),
        health: watched('health', async () => state.health),
        setHealth: watched('setHealth', async (health) => {
          if ((state.health?.verifiedAt ?? 0) <= health.verifiedAt) state.health = health;
        }),
        measured: watched('measured', async () => state.measured),
        addMeasured: watched('addMeasured', async (millis) => {
          state.measured = [...state.measured, ...millis];
        }),
      },
    },
    ports: {
      clock: () => world.now,
      sleep: watched('sleep', async (millis) => {
        world.now += millis;
      }),
      ledger: {
        readMany: watched('readMany', async (keys) => keys.flatMap((key) => ledger.get(placeOf(key)) ?? [])),
      },
      revocations,
    },
    run: () => reconcile(world.account, world.ports),

    revoke(change = {}) {
      const writ = unique();
      const seconds = Math.floor(world.now / 1000);
      const intent = itemOf({ ...INTENT, writ, deadline: seconds + 900, account: ACCOUNT });
      const hash = sha256Hex(intent.body);
      put(intent);
      put(itemOf({ ...ISSUED, writ, intent: hash }));
      const entry: WritEntry = {
        kind: 'writ',
        value: writ,
        account: ACCOUNT,
        cutoff: seconds,
        user: 'idp:alice',
        until: seconds + 900,
        intent: hash,
        revocation: unique(),
        askedAt: world.now,
        recordedIn: [],
        ...change,
      };
      kept.set(nameOf(entry), entry);
      return entry;
    },
    revokePrincipal(change = {}) {
      const entry: PrincipalEntry = {
        kind: 'user',
        value: 'idp:alice',
        account: '*',
        cutoff: null,
        revocation: unique(),
        askedAt: world.now,
        recordedIn: [],
        ...change,
      };
      kept.set(nameOf(entry), entry);
      return entry;
    },
    records: () =>
      [...ledger.values()].flatMap((item) => {
        const read = readItem(item);
        return 'record' in read ? [read.record] : [];
      }),
  };
  return world;
}

/** All that a later run could see, less what only measures. */
export const lasting = (world: World): string =>
  jcs({
    text: world.iam.policy?.text ?? null,
    attached: [...(world.iam.policy?.attached ?? [])].sort(),
    recorded: [...world.kept.values()].map(({ revocation, recordedIn }) => ({
      revocation,
      recordedIn: [...new Set(recordedIn)],
    })),
    records: [...world.ledger.keys()].sort(),
  });
