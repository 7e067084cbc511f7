/** Brings an account's deny policy to what it must say, and remembers what was done before and after it is done. */
import { sha256Hex } from '../encoding/hash.ts';
import { jcs } from '../encoding/jcs.ts';
import { Fault } from '../fault.ts';
import { WRITE_EVERY_MILLIS } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { CANARY_ROLE, roleNameOf } from './names.ts';
import type { AccountPorts, ActualPolicy, Written } from './ports.ts';
import type { Wanted } from './wanted.ts';

/** Where the deny policy belongs: on each target role, and on the canary's. */
export const rolesToDeny = ({ roles }: Pick<AccountPorts, 'roles'>): readonly string[] => [
  ...roles.map(roleNameOf),
  CANARY_ROLE,
];

/** A document that IAM took, and may not have spread yet. */
export interface Flight {
  readonly wanted: Wanted;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What IAM has, and what we remember to have written. */
export interface Found {
  readonly actual: ActualPolicy | null;
  readonly written: Written | null;
}

export interface Keeper {
  /**
   * Makes the document IAM's default unless it is, at most once in WRITE_EVERY_MILLIS.
   *
   * @returns `wrote`: IAM took it just now; `stands`: it was there; `later`: too soon after another.
   * @throws Fault `iam_unavailable`, `ledger_unavailable`.
   */
  hold(wanted: Wanted): Promise<'wrote' | 'stands' | 'later'>;
  /**
   * Attaches it where it is missing, as soon as there is a policy; no role is tried twice.
   *
   * @throws Fault: the first, when all were tried, and again whenever it is called.
   */
  attachOnce(): Promise<void>;
  /** Whether it is attached wherever it belongs: what a canary sees is else not true of every session. */
  isEverywhere(): boolean;
  /** What stands, as of the last `hold`; `null`: not what was wanted then. */
  flight(): Flight | null;
  /** Remembers that a canary was refused. */
  seen(seen: { readonly flight: Flight; readonly at: number }): Promise<void>;
}

export function keeper(account: AccountPorts, found: Found, clock: Clock): Keeper {
  const { policy, state } = account;
  let stands =
    found.actual === null ? null : { sha256: sha256Hex(found.actual.text), version: found.actual.version };
  let written: Written = found.written ?? {
    version: '',
    sha256: '',
    at: 0,
    seenAt: null,
    asked: null,
    attachedTo: [],
  };
  let attached = found.actual?.attachedTo ?? [];
  let tried = found.written?.at ?? null;
  let took: { readonly version: string; readonly at: number } | null = null;
  let flight: Flight | null = null;
  let attaching: Promise<void> | null = null;

  const remember = async (change: Partial<Written>): Promise<void> => {
    const changed = { ...written, ...change };
    await state.setWritten(changed);
    written = changed;
  };
  /** What cannot be noted is written all the same: the note saves an alarm, the document ends sessions. */
  const note = async ({ sha256 }: Wanted): Promise<void> => {
    await remember({ asked: sha256 }).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
    });
  };
  /** A clock that was ahead when the last version was written must not stop the next. */
  const tooSoon = (now: number): boolean =>
    tried !== null && now >= tried && now - tried < WRITE_EVERY_MILLIS;

  async function attachAll(): Promise<void> {
    const failed: unknown[] = [];
    for (const role of rolesToDeny(account).filter((name) => !attached.includes(name))) {
      try {
        await policy.attach(role);
        attached = [...attached, role];
      } catch (error) {
        failed.push(error);
      }
    }
    const ours = rolesToDeny(account).filter((role) => attached.includes(role));
    if (jcs(ours) !== jcs(written.attachedTo)) await remember({ attachedTo: ours });
    if (failed.length > 0) throw failed[0];
  }

  return {
    async hold(wanted) {
      flight = null;
      if (stands?.sha256 === wanted.sha256) {
        const { version } = stands;
        const known = written.sha256 === wanted.sha256 && written.version === version;
        // Of a run that died after IAM took it nobody knows when that was: by now.
        const at = took?.version === version ? took.at : known ? written.at : clock();
        flight = { wanted, version, at };
        if (!known) await remember({ ...stands, at, seenAt: null, asked: null });
        return 'stands';
      }
      if (tooSoon(clock())) return 'later';
      await note(wanted);
      tried = clock();
      const version = await policy.write(wanted.document.text);
      took = { version, at: clock() };
      stands = { sha256: wanted.sha256, version };
      flight = { wanted, ...took };
      await remember({ ...stands, at: took.at, seenAt: null, asked: null });
      return 'wrote';
    },

    async attachOnce() {
      if (stands === null) return;
      attaching ??= attachAll();
      await attaching;
    },

    isEverywhere: () => rolesToDeny(account).every((role) => attached.includes(role)),

    flight: () => flight,

    async seen({ flight: { version }, at }) {
      if (written.version === version && written.seenAt === null) await remember({ seenAt: at });
    },
  };
}
