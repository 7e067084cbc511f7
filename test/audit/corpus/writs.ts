/** Writs as the ledger tells of them: real records, of made-up people. */
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import type { Intent, Issued, LedgerRecord } from '../../../core/ledger/records.ts';
import { writId } from '../../../core/writ-id.ts';
import { INTENT, ISSUED } from '../../core/ledger/fixture.ts';
import { type Chance, UPPER } from './chance.ts';

/** 2026-11-23T00:00:00Z. */
export const DAY = 1_795_392_000;
export const ACCOUNTS = ['111122223333', '444455556666', '777788889999'] as const;
const PERMISSIONS = ['reports', 'tickets', 'summaries'] as const;
const USERS = ['alice', 'bob', 'carol', 'dave', 'erin'] as const;
const AGENTS = ['code-agent', 'ticket-triage', 'report-writer'] as const;

export interface Session {
  readonly writ: string;
  readonly account: string;
  readonly region: string;
  /** ARN of the role, and its `AROA…`. */
  readonly role: string;
  readonly roleId: string;
  readonly sessionName: string;
  readonly sourceIdentity: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly user: string;
  /** Where the writ may be used from; `null`: anywhere. */
  readonly cidr: string | null;
  /** The address that its holder has. */
  readonly address: string;
  /** NumericDates. */
  readonly issuedAt: number;
  readonly deadline: number;
}

export interface Writ {
  readonly session: Session;
  readonly records: readonly LedgerRecord[];
}

/** A permission's role has one id in each account. */
const roleIdOf = (role: string): string => `AROA${sha256Hex(role).slice(0, 17).toUpperCase()}`;

export function makeWrit(by: Chance, at: number): Writ {
  const writ = writId(
    at * 1000,
    Uint8Array.from({ length: 4 }, () => by.number(0, 255)),
  );
  const user = by.one(USERS);
  const agent = by.one(AGENTS);
  const account = by.one(ACCOUNTS);
  const permission = by.one(PERMISSIONS);
  const role = `arn:aws:iam::${account}:role/writ/${permission}`;
  const duration = by.one([300, 900, 1800, 3600]);
  const net = by.number(1, 250);
  const cidr = by.number(0, 2) === 0 ? null : `198.51.${net}.0/24`;
  const session: Session = {
    writ,
    account,
    region: by.one(['eu-central-1', 'us-east-1']),
    role,
    roleId: roleIdOf(role),
    sessionName: `${agent}+${writ}`,
    sourceIdentity: `${user}+${writ}`,
    accessKeyId: `ASIA${by.text(UPPER, 16)}`,
    requestId: by.uuid(),
    user: `idp:${user}`,
    cidr,
    address: `198.51.${net}.${by.number(1, 254)}`,
    issuedAt: at + 1,
    deadline: at + duration,
  };
  return { session, records: recordsOf(session, agent, permission, duration) };
}

function recordsOf(session: Session, agent: string, permission: string, duration: number): LedgerRecord[] {
  const { writ, account, region, role, issuedAt, deadline, user, cidr } = session;
  const opened = issuedAt - 1;
  const durationSeconds = Math.max(900, duration);
  const intent: Intent = {
    ...INTENT,
    writ,
    at: opened,
    subject: { ...INTENT.subject, sub: user.slice('idp:'.length), id: user, exp: opened + 7200 },
    actor: { ...INTENT.actor, agent },
    place: cidr === null ? { kind: 'anywhere' } : { kind: 'cidrs', cidrs: [cidr] },
    permission,
    account,
    region,
    role,
    duration,
    durationSeconds,
    deadline,
    issueBefore: opened + 10,
  };
  const issued: Issued = {
    ...ISSUED,
    writ,
    at: issuedAt,
    intent: sha256Hex(jcs(intent)),
    accessKeyId: session.accessKeyId,
    assumedRoleId: `${session.roleId}:${session.sessionName}`,
    requestId: session.requestId,
    issuedAt,
    expiration: issuedAt + durationSeconds,
    tags: { 'writ:id': writ, 'writ:user': user },
  };
  return [intent, issued, { v: 1, type: 'key', accessKeyId: session.accessKeyId, writ, at: issuedAt }];
}
