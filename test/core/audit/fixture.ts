/** One writ that was issued, the leaves that say so, and events of its session: each test changes one thing. */
import { buildEvidence } from '../../../core/audit/build-evidence.ts';
import type { Evidence, Leaf, LogFacts } from '../../../core/audit/evidence.ts';
import { type JudgeOptions, judge } from '../../../core/audit/judge.ts';
import type { TrailEvent, TrailIdentity, TrailMint } from '../../../core/audit/trail-event.ts';
import type { Finding } from '../../../core/audit/verdict.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { seal } from '../../../core/ledger/openings.ts';
import type { Enforced, Intent, Issued, LogRecord, Revoked } from '../../../core/ledger/records.ts';
import type { Openings } from '../../../core/ports.ts';
import { ENFORCED, INTENT, ISSUED, OPENED, REVOKED, WRIT } from '../ledger/fixture.ts';

export const ACCOUNT = '444455556666';
export const OTHER_ACCOUNT = '111122223333';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/writ/reports`;
export const ROLE_ID = 'AROAREPORTSREPORTS1';
export const SESSION_NAME = `code-agent+${WRIT}`;
export const SOURCE_IDENTITY = `alice+${WRIT}`;
export const KEY_ID = 'ASIAREPORTSREPORTS1';
export const REQUEST_ID = '7f0c6d2e-0000-4000-8000-000000000001';
export const ADDRESS = '192.0.2.7';
export const ISSUED_AT = OPENED + 1;
export const DEADLINE = OPENED + 900;
export { OPENED, WRIT };

const salt = Buffer.alloc(16, 7);
const sealed = {
  login: seal('alice', salt),
  purpose: seal('Summarise the figures', salt),
  address: seal(ADDRESS, salt),
};
/** By the writ's id, as an auditor may have been given them. */
export const OPENINGS: ReadonlyMap<string, Openings> = new Map([
  [
    WRIT,
    {
      login: sealed.login.opening,
      purpose: sealed.purpose.opening,
      address: sealed.address.opening,
    },
  ],
]);

export const intentWith = (change: Partial<Intent> = {}): Intent => ({
  ...INTENT,
  role: ROLE,
  account: ACCOUNT,
  subject: { ...INTENT.subject, login: sealed.login.hash },
  purpose: { value: sealed.purpose.hash, by: 'declared' },
  address: sealed.address.hash,
  place: { kind: 'anywhere' },
  ...change,
});

export const issuedFor = (intent: Intent, change: Partial<Issued> = {}): Issued => ({
  ...ISSUED,
  writ: intent.writ,
  intent: sha256Hex(jcs(intent)),
  accessKeyId: KEY_ID,
  assumedRoleId: `${ROLE_ID}:${SESSION_NAME}`,
  requestId: REQUEST_ID,
  tags: { 'writ:id': intent.writ, 'writ:user': intent.subject.id },
  ...change,
});

export const storyOf = (change: Partial<Intent> = {}): readonly [Intent, Issued] => {
  const intent = intentWith(change);
  return [intent, issuedFor(intent)];
};

/** Its own revocation, asked for 100 s after it was opened and seen to work 5 s later. */
export const revocationOf = (
  intent: Intent,
  change: { readonly revoked?: Partial<Revoked>; readonly enforced?: Partial<Enforced> } = {},
): readonly [Revoked, Enforced] => [
  { ...REVOKED, intent: sha256Hex(jcs(intent)), ...change.revoked },
  { ...ENFORCED, intent: sha256Hex(jcs(intent)), account: ACCOUNT, ...change.enforced },
];
export const ASKED_AT = REVOKED.at;
export const SEEN_REFUSED = OPENED + 105;

export const leafOf = (record: LogRecord, index: number, proven = true): Leaf => ({
  index,
  leaf: sha256Hex(jcs(record)),
  body: jcs(record),
  record,
  proven,
});

export const FACTS: LogFacts = {
  origin: 'writ.example.com/evidence',
  size: 0,
  root: '',
  key: 'writ.example.com/evidence+00000000',
  from: OPENED,
  to: OPENED + 86_400,
  local: false,
  flaws: [],
};

export const evidenceOf = (
  records: readonly LogRecord[],
  {
    openings = new Map(),
    facts = FACTS,
  }: { openings?: ReadonlyMap<string, Openings>; facts?: LogFacts } = {},
): Evidence =>
  buildEvidence(
    records.map((record, index) => leafOf(record, index)),
    facts,
    openings,
  );

export const identityWith = (change: Partial<TrailIdentity> = {}): TrailIdentity => ({
  type: 'AssumedRole',
  principalId: `${ROLE_ID}:${SESSION_NAME}`,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/reports/${SESSION_NAME}`,
  account: ACCOUNT,
  accessKeyId: KEY_ID,
  userName: null,
  role: ROLE,
  roleId: ROLE_ID,
  createdAt: ISSUED_AT,
  sourceIdentity: SOURCE_IDENTITY,
  signInSession: null,
  invokedBy: null,
  ...change,
});

/** A GetObject in the middle of the session. */
export const useWith = ({
  identity,
  ...change
}: Partial<Omit<TrailEvent, 'identity'>> & {
  readonly identity?: Partial<TrailIdentity>;
} = {}): TrailEvent => ({
  eventId: 'e0000000-0000-4000-8000-000000000001',
  eventTime: OPENED + 60,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  region: 'eu-central-1',
  account: ACCOUNT,
  sourceAddress: ADDRESS,
  vpcEndpointId: null,
  userAgent: 'aws-sdk-js/3',
  errorCode: null,
  errorMessage: null,
  requestId: 'X1',
  sharedEventId: null,
  readOnly: true,
  eventType: 'AwsApiCall',
  eventCategory: 'Data',
  mint: null,
  resources: [],
  resourcesLeftOut: 0,
  file: 'trail.json.gz',
  position: 0,
  ...change,
  identity: identityWith(identity),
});

/** The AssumeRole that the session came of, by the function that mints. */
export const mintWith = ({
  mint,
  identity,
  ...change
}: Partial<Omit<TrailEvent, 'identity' | 'mint'>> & {
  readonly identity?: Partial<TrailIdentity>;
  readonly mint?: Partial<TrailMint>;
} = {}): TrailEvent =>
  useWith({
    eventTime: ISSUED_AT,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    requestId: REQUEST_ID,
    sourceAddress: '198.51.100.1',
    ...change,
    identity: otherRole({ accessKeyId: 'ASIAMINTMINTMINTMINT', ...identity }),
    mint: {
      role: ROLE,
      sessionName: SESSION_NAME,
      sourceIdentity: SOURCE_IDENTITY,
      tags: { 'writ:id': WRIT, 'writ:user': 'idp:alice', 'writ:purpose': 'Summarise the figures' },
      accessKeyId: KEY_ID,
      assumedRoleId: `${ROLE_ID}:${SESSION_NAME}`,
      expiration: ISSUED_AT + 900,
      ...mint,
    },
  });

/** A session of a role that is none of Writ's. */
export const otherRole = (change: Partial<TrailIdentity> = {}): Partial<TrailIdentity> => ({
  principalId: 'AROADEPLOYDEPLOYDEPL:ci',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/ci`,
  accessKeyId: 'ASIADEPLOYDEPLOYDEPL',
  role: `arn:aws:iam::${ACCOUNT}:role/deploy`,
  roleId: 'AROADEPLOYDEPLOYDEPL',
  sourceIdentity: null,
  ...change,
});

/** A long-term key. */
export const iamUser = (change: Partial<TrailIdentity> = {}): Partial<TrailIdentity> => ({
  type: 'IAMUser',
  principalId: 'AIDAUSERUSERUSERUSER',
  arn: `arn:aws:iam::${ACCOUNT}:user/bob`,
  accessKeyId: 'AKIAUSERUSERUSERUSER',
  userName: 'bob',
  role: null,
  roleId: null,
  createdAt: null,
  sourceIdentity: null,
  ...change,
});

export const TOLERANCE = 2;

export const findingsOf = (
  events: readonly TrailEvent[],
  evidence: Evidence,
  options: Partial<JudgeOptions> = {},
): readonly Finding[] =>
  judge(events, evidence, { tolerance: TOLERANCE, ...options }).map(({ finding }) => finding);

export function findingOf(
  event: TrailEvent,
  evidence: Evidence,
  options: Partial<JudgeOptions> = {},
): Finding {
  const [finding] = findingsOf([event], evidence, options);
  if (finding === undefined) throw new Error('no finding');
  return finding;
}
