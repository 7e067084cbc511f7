/** One account's IAM, its canary and what its reconciler keeps, in memory: as a first reconcile left them. */
import { sha256Hex } from '../../core/encoding/hash.ts';
import type { Clock } from '../../core/ports.ts';
import { denyDocument } from '../../core/revocation/deny-document.ts';
import type { AccountPorts, Health, Written } from '../../core/revocation/ports.ts';
import { FakeIam } from '../core/reconcile-world.ts';
import { NOW } from '../support/clock.ts';
import { intern } from './memory-tables.ts';

/** The one of the installation. */
export const ACCOUNT = '111122223333';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/writ/reports-read`;
const ATTACHED = ['reports-read', 'canary'];
const NOTHING = denyDocument([], NOW, ACCOUNT).text;
const WRITTEN: Written = {
  version: 'v1',
  sha256: sha256Hex(NOTHING),
  at: (NOW - 60) * 1000,
  seenAt: (NOW - 60) * 1000,
  asked: null,
  attachedTo: ATTACHED,
};

export interface MemoryAccount extends AccountPorts {
  readonly iam: FakeIam;
  /**
   * All that a later call could see, as text; what only measures is left out.
   *
   * @param isShared - Two reconcilers are at work: then it matters to the one when the other wrote.
   */
  asText(isShared: boolean): string;
}

export function memoryAccount(clock: Clock): MemoryAccount {
  const iam = new FakeIam(clock);
  iam.take(NOTHING);
  for (const role of ATTACHED) iam.policy?.attached.add(role);
  let written = WRITTEN;
  let health: Health | null = null;
  let measured: readonly number[] = [];
  return {
    iam,
    account: ACCOUNT,
    roles: [ROLE],
    policy: iam.port,
    probe: async (identity) => (iam.inForce().includes(`"${identity}"`) ? 'refused' : 'allowed'),
    state: {
      written: async () => written,
      setWritten: async (given) => {
        written = given;
      },
      health: async () => health,
      setHealth: async (given) => {
        if ((health?.verifiedAt ?? 0) <= given.verifiedAt) health = given;
      },
      measured: async () => measured,
      addMeasured: async (millis) => {
        measured = [...measured, ...millis];
      },
    },
    asText: (isShared) =>
      `${intern(iam.policy?.text)} ${isShared ? `${iam.policy?.version} ${intern(written)}` : written.sha256}`,
  };
}
