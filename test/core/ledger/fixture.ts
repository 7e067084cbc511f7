/** One valid record of each type, all of one story. */
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { keyOf } from '../../../core/ledger/keys.ts';
import type {
  Ended,
  Enforced,
  Enrolled,
  Failed,
  Intent,
  Issued,
  KeyPointer,
  LedgerRecord,
  Orphaned,
  Refused,
  Revoked,
} from '../../../core/ledger/records.ts';
import type { LedgerItem } from '../../../core/ports.ts';

export const WRIT = '01jd3v9q2m8x7c4b';
export const OTHER_WRIT = '01jd3v9q2m8x7c4c';
/** 2026-11-24T10:45:00Z. */
export const OPENED = 1_795_517_100;
export const DEADLINE = OPENED + 900;

const HASH = 'ab'.repeat(32);
const PERSONAL = 'A'.repeat(43);

export const INTENT: Intent = {
  v: 1,
  type: 'intent',
  writ: WRIT,
  at: OPENED,
  authority: 'live',
  mandate: null,
  parent: null,
  approval: null,
  subject: {
    iss: 'https://idp.example.com',
    sub: 'alice',
    id: 'idp:alice',
    login: PERSONAL,
    email: null,
    groups: ['idp:finance'],
    auth_time: OPENED - 60,
    acr: null,
    amr: ['pwd'],
    exp: OPENED + 3600,
    token_type: 'urn:ietf:params:oauth:token-type:id_token',
    token: HASH,
  },
  actor: {
    kind: 'enrolled',
    agent: 'code-agent',
    iss: 'https://writ.example.com',
    sub: 'code-agent',
    id: 'writ:code-agent',
    jti: 'a1',
    token: HASH,
  },
  device: {
    kind: 'enrolled',
    id: 'writ:d1',
    iss: null,
    jkt: 'd1',
    user: null,
    compliant: null,
    exp: null,
    attestation: HASH,
  },
  binding: { subject: 'nonce', actor: 'user', actor_device: 'one_key', request: 'bdh' },
  task: { value: 'FIN-1234', by: 'declared' },
  purpose: { value: PERSONAL, by: 'declared' },
  permission: 'reports-read',
  parameters: { prefix: 'q3' },
  place: { kind: 'exchange', address: PERSONAL },
  account: '444455556666',
  region: 'eu-central-1',
  role: 'arn:aws:iam::444455556666:role/writ/reports',
  sessionPolicy: HASH,
  duration: 900,
  durationSeconds: 900,
  deadline: DEADLINE,
  issueBefore: OPENED + 10,
  decision: { effect: 'permit', policies: ['reports'], inputs: HASH, bundle: HASH },
  address: PERSONAL,
  userAgent: null,
};
export const INTENT_HASH = sha256Hex(jcs(INTENT));

export const REFUSED: Refused = {
  v: 1,
  type: 'refused',
  writ: WRIT,
  at: OPENED,
  endpoint: 'token',
  reason: 'policy_denied',
  detail: { policies: ['office-hours'], remedy: null },
  count: 1,
  first: WRIT,
  subject: INTENT.subject,
  actor: null,
  device: null,
  binding: null,
  jkt: 'd1',
  task: null,
  purpose: null,
  permission: null,
  parameters: null,
  account: null,
  decision: null,
  bundle: HASH,
  address: PERSONAL,
  userAgent: null,
};

const outcome = { v: 1, type: 'outcome', writ: WRIT, at: OPENED + 1, intent: INTENT_HASH } as const;
export const ISSUED: Issued = {
  ...outcome,
  outcome: 'issued',
  accessKeyId: 'ASIAEXAMPLE',
  assumedRoleId: `AROAEXAMPLE:code-2dagent+${WRIT}`,
  requestId: '0000-1111',
  issuedAt: OPENED + 1,
  expiration: OPENED + 901,
  tags: { 'writ:id': WRIT },
  packedPolicySize: 31,
};
export const FAILED: Failed = { ...outcome, outcome: 'failed', error: 'AccessDenied', mayExistUntil: null };
export const ORPHANED: Orphaned = { ...outcome, outcome: 'orphaned' };

export const REVOKED: Revoked = {
  v: 1,
  type: 'revoked',
  revocation: '01jd3v9q2m8x7c4d',
  at: OPENED + 100,
  writ: WRIT,
  intent: INTENT_HASH,
  kind: 'writ',
  value: WRIT,
  also: [],
  mode: 'end',
  cutoff: OPENED + 101,
  blockedUntil: null,
  reason: PERSONAL,
  by: 'idp:alice',
  requestId: 'r1',
  decision: null,
  address: PERSONAL,
  userAgent: null,
};

export const ENFORCED: Enforced = {
  v: 1,
  type: 'enforced',
  revocation: REVOKED.revocation,
  at: OPENED + 105,
  writ: WRIT,
  intent: INTENT_HASH,
  account: '444455556666',
  policyVersion: 'v7',
  rung: 'writ',
  written: OPENED + 103,
  seenRefused: OPENED + 105,
};

export const ENDED: Ended = {
  v: 1,
  type: 'ended',
  writ: WRIT,
  at: OPENED + 901,
  intent: INTENT_HASH,
  how: 'deadline',
  revocation: null,
};

export const ENROLLED: Enrolled = {
  v: 1,
  type: 'enrolled',
  enrolment: WRIT,
  at: OPENED,
  subject: INTENT.subject,
  device: 'writ:d1',
  jkt: 'd1',
  exp: OPENED + 86_400,
  decision: INTENT.decision,
  address: PERSONAL,
  userAgent: null,
};

export const KEY: KeyPointer = { v: 1, type: 'key', accessKeyId: 'ASIAEXAMPLE', writ: WRIT, at: OPENED + 1 };

export const itemOf = (record: LedgerRecord): LedgerItem => ({ ...keyOf(record), body: jcs(record) });
