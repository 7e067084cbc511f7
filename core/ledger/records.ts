/**
 * Every item the ledger can hold. Types are closed and carry `v`; what stands here stands for ever. An immutable log
 * cannot gain a field for its past, so `parent`, `mandate` and `approval` are in every intent, mostly as `null`.
 * `docs/record-schema.md` is generated from this file.
 */
import * as z from 'zod/mini';
import { ACCOUNT_ID } from '../aws-names.ts';
import { WRIT_ID } from '../writ-id.ts';

/** Adds the sentence that `docs/record-schema.md` prints beside the field. */
const say = <T extends z.ZodMiniType>(schema: T, description: string): T => {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), description });
  return schema;
};

/** Adds the word that the document prints as the field's type, where JSON's own says too little. */
const called = <T extends z.ZodMiniType>(schema: T, title: string): T => {
  z.globalRegistry.add(schema, { title });
  return schema;
};

/** NumericDate (RFC 7519 §2): whole seconds since 1970. */
const time = () => called(z.int().check(z.nonnegative()), 'time');
const seconds = () => called(z.int(), 'seconds');
const count = () => called(z.int(), 'count');
const percent = () => called(z.int(), 'percent');
const sha256Hex = () => z.string().check(z.regex(/^[0-9a-f]{64}$/));
const writId = () => z.string().check(z.regex(WRIT_ID));
const text = () => z.string();
const list = () => z.array(z.string());

/** base64url(SHA-256(salt ‖ value)). The opening stands in `people` and can be deleted; this cannot be undone. */
const personal = () => z.string().check(z.regex(/^[\w-]{43}$/));

const version = () => say(z.literal(1), 'Version of this type of record.');
const writ = () => say(writId(), 'The writ’s id.');
const intentHash = () => say(sha256Hex(), 'SHA-256 of the intent’s body.');
const address = () => say(personal(), 'Source address of the request.');
const userAgent = () => say(z.nullable(personal()), 'The caller’s `User-Agent`, cut.');

const labelled = <T extends z.ZodMiniType>(value: T) =>
  z.strictObject({
    value,
    by: say(z.enum(['declared', 'signed', 'approved']), 'Who said it: the agent, an issuer, or a person.'),
  });
const task = () => labelled(say(text(), 'As asked for; the tag `writ:task` is its encoding.'));
const purpose = () =>
  labelled(say(personal(), 'Of the whole text; the tag `writ:purpose` is its beginning.'));
const parameters = () => z.record(z.string(), z.string());

const subject = say(
  z.strictObject({
    iss: say(text(), 'Issuer, exactly as in the token.'),
    sub: say(text(), "The issuer's chosen subject claim."),
    id: say(text(), '`<issuer alias>:<subject>`, encoded: the tag `writ:user`.'),
    login: say(z.nullable(personal()), 'Directory login name.'),
    email: say(z.nullable(personal()), 'E-mail address.'),
    groups: say(list(), '`<issuer alias>:<group>` of the token.'),
    auth_time: say(time(), 'When the person signed in (OIDC Core §2).'),
    acr: say(z.nullable(text()), 'How strongly, in the issuer’s word (OIDC Core §2).'),
    amr: say(list(), 'By which means (RFC 8176).'),
    exp: say(time(), "The token's end."),
    token_type: say(text(), 'ID token or access token: an identifier of RFC 8693 §3.'),
    token: say(sha256Hex(), 'SHA-256 of the token.'),
  }),
  'The user on whose authority the agent acts.',
);

const actor = say(
  z.strictObject({
    kind: say(z.enum(['attested', 'enrolled']), 'Signed by a platform, or by the device’s own key.'),
    agent: say(text(), 'The agent’s name in the configuration.'),
    iss: say(text(), 'The platform, exactly as in the token; of an enrolled agent its key (RFC 9278).'),
    sub: say(text(), 'The workload, as the platform calls it; of an enrolled agent its name.'),
    id: say(text(), 'The tag `writ:agent` names the agent; this is the workload behind it.'),
    jti: say(z.nullable(text()), 'Id of the token, which belongs to one key from its first use.'),
    token: say(sha256Hex(), 'SHA-256 of the token.'),
  }),
  'The agent’s workload identity (RFC 8693 `act`).',
);

const device = say(
  z.strictObject({
    kind: say(z.enum(['attested', 'enrolled', 'claimed']), 'Signed by an MDM, by Writ, or only claimed.'),
    id: say(text(), '`<issuer alias>:<device>`, encoded: the tag `writ:device`.'),
    iss: say(z.nullable(text()), 'Who signed for it, exactly as in the token.'),
    jkt: say(text(), 'RFC 7638 thumbprint of the key that proved this request.'),
    user: say(
      z.nullable(
        z.strictObject({
          iss: say(text(), 'Issuer.'),
          sub: say(text(), 'The subject claim chosen for that issuer.'),
        }),
      ),
      'The device’s user, where the attestation names one.',
    ),
    compliant: say(z.nullable(z.boolean()), 'Whether the MDM calls it compliant; `null`: nobody says.'),
    exp: say(z.nullable(time()), 'The attestation’s end.'),
    attestation: say(z.nullable(sha256Hex()), 'SHA-256 of the attestation.'),
  }),
  'From where: the machine whose key proved the request.',
);

const binding = say(
  z.strictObject({
    subject: say(z.enum(['nonce', 'first_nonce', 'cnf', 'attestation']), 'What tied the user to the device.'),
    actor: say(z.enum(['user', 'group', 'permission', 'may_act']), 'What tied the agent to the user.'),
    actor_device: say(z.nullable(z.literal('one_key')), 'What tied an enrolled agent to the device.'),
    request: say(z.nullable(z.literal('bdh')), 'Whether the proof covered the body.'),
  }),
  'How user, device, agent and request were shown to belong together.',
);

const kind = <K extends string>(value: K) => say(z.literal(value), 'How the place is told.');
const place = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: kind('exchange'),
    address: say(personal(), 'The address that asked: the same hash as `address`.'),
  }),
  z.strictObject({ kind: kind('cidrs'), cidrs: say(list(), 'Address ranges.') }),
  z.strictObject({ kind: kind('vpcs'), vpcs: say(list(), 'Ids of VPCs.') }),
  z.strictObject({ kind: kind('anywhere') }),
]);

const decision = say(
  z.strictObject({
    effect: say(z.enum(['permit', 'refuse', 'needs_approval']), 'What was decided.'),
    policies: say(list(), 'Ids of the policies that determined it.'),
    inputs: say(sha256Hex(), 'SHA-256 of the JCS text of all that the policy engine saw.'),
    bundle: say(sha256Hex(), 'The configuration that decided.'),
  }),
  'What policy said.',
);

const authority = () => say(z.enum(['live', 'mandate', 'approval']), 'What the writ rests on.');

export const Intent = z.strictObject({
  v: version(),
  type: say(z.literal('intent'), 'What it is.'),
  writ: writ(),
  at: say(time(), 'When it was asked for.'),
  authority: authority(),
  mandate: say(z.nullable(text()), 'The mandate’s id.'),
  parent: say(z.nullable(writId()), 'The writ of which this is a child.'),
  approval: say(z.nullable(text()), 'The approval’s id.'),
  subject,
  actor,
  device,
  binding,
  task: say(task(), 'The unit of work.'),
  purpose: say(purpose(), 'The reason, in words.'),
  permission: say(text(), 'Its name in the configuration.'),
  parameters: say(parameters(), 'As asked for, by name.'),
  place: say(place, 'From where the session may be used.'),
  account: say(z.string().check(z.regex(ACCOUNT_ID)), 'The AWS account.'),
  region: say(text(), 'The account’s, in which the session is asked for.'),
  role: say(text(), 'ARN of the role.'),
  sessionPolicy: say(
    sha256Hex(),
    'SHA-256 of the session policy’s text, the exchange’s address replaced by its hash.',
  ),
  duration: say(seconds(), 'Asked for.'),
  durationSeconds: say(seconds(), 'STS `DurationSeconds`.'),
  deadline: say(time(), 'From here on IAM denies every request of the session.'),
  issueBefore: say(time(), 'Without an outcome by then, the intent is an orphan.'),
  decision,
  address: address(),
  userAgent: userAgent(),
});
export type Intent = z.infer<typeof Intent>;

export const Refused = z.strictObject({
  v: version(),
  type: say(z.literal('refused'), 'What it is.'),
  writ: say(writId(), 'The id that the caller was told; no session has it.'),
  at: say(time(), 'When it was refused.'),
  endpoint: say(z.enum(['token', 'permissions', 'enroll', 'revoke', 'writs', 'status']), 'What was called.'),
  reason: say(text(), 'The reason’s name in `core/refusals.ts`.'),
  detail: say(
    z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
    'The rest of the reason: what an auditor needs, never a token.',
  ),
  first: say(writId(), 'The first record of this user, reason and minute; its own id where it is the first.'),
  count: say(count(), 'How many refusals of this user and reason this minute had seen: 1, 10, 100…'),
  subject,
  actor: say(z.nullable(actor), 'The agent, where it was verified.'),
  device: say(z.nullable(device), 'The device, where it was verified.'),
  binding: say(z.nullable(binding), 'How they belong together, where that was shown.'),
  jkt: say(z.nullable(text()), 'The key that proved the request, also where no device was verified.'),
  task: say(z.nullable(task()), 'The unit of work, where one was named.'),
  purpose: say(z.nullable(purpose()), 'The reason given, in words.'),
  permission: say(z.nullable(text()), 'What was asked for by name; there need be none of that name.'),
  parameters: say(z.nullable(parameters()), 'As asked for, by name.'),
  account: say(z.nullable(text()), 'As asked for: a name in the configuration, or none.'),
  decision: say(z.nullable(decision), 'What policy said, where it was asked.'),
  bundle: say(sha256Hex(), 'The configuration by which it was refused.'),
  address: address(),
  userAgent: userAgent(),
});
export type Refused = z.infer<typeof Refused>;

const outcomeOf = {
  v: version(),
  type: say(z.literal('outcome'), 'What it is.'),
  writ: writ(),
  at: say(time(), 'When the outcome was known.'),
  intent: intentHash(),
};

export const Issued = z.strictObject({
  ...outcomeOf,
  outcome: say(z.literal('issued'), 'A session began.'),
  accessKeyId: say(text(), 'Names the key; it is no secret.'),
  assumedRoleId: say(text(), '`AROA…:<RoleSessionName>`.'),
  requestId: say(text(), 'STS’s request id: the first thing that the audit joins on.'),
  issuedAt: say(time(), '`Expiration − DurationSeconds`.'),
  expiration: say(time(), 'STS’s own end of the credentials.'),
  tags: say(z.record(z.string(), z.string()), 'As minted; the purpose as its hash.'),
  packedPolicySize: say(z.nullable(percent()), 'How much of STS’s limit the session token takes.'),
});

export const Failed = z.strictObject({
  ...outcomeOf,
  outcome: say(z.literal('failed'), 'None did, or its secret was dropped.'),
  error: say(text(), 'A name of ours, or STS’s error code.'),
  mayExistUntil: say(
    z.nullable(time()),
    'A session may exist until then, though no secret left; `null`: none does.',
  ),
});

export const Orphaned = z.strictObject({
  ...outcomeOf,
  outcome: say(z.literal('orphaned'), 'No outcome came in time: the sweep took the slot.'),
});

export const Outcome = z.discriminatedUnion('outcome', [Issued, Failed, Orphaned]);
export type Issued = z.infer<typeof Issued>;
export type Failed = z.infer<typeof Failed>;
export type Orphaned = z.infer<typeof Orphaned>;
export type OutcomeRecord = z.infer<typeof Outcome>;

const principalKind = () =>
  z.enum(['writ', 'user', 'device', 'agent', 'task', 'permission', 'access_key', 'role', 'all']);

const revocation = () => say(writId(), 'The revocation’s id.');
const mode = () => z.enum(['end', 'block', 'lift']);
const by = () =>
  say(
    text(),
    'Who: `<issuer alias>:<subject>`, an AWS ARN, or the key that got the writ (RFC 9278 thumbprint URI).',
  );
const requestId = () => say(text(), 'Makes it idempotent.');
const policySaid = () => say(z.nullable(decision), 'What policy said, where it was asked.');

export const Revoked = z.strictObject({
  v: version(),
  type: say(z.literal('revoked'), 'What it is.'),
  revocation: revocation(),
  at: say(time(), 'When it was asked for.'),
  writ: say(z.nullable(writId()), 'The writ it is filed under; `null` for a principal’s revocation.'),
  intent: say(z.nullable(sha256Hex()), 'Of a single writ’s: SHA-256 of the intent’s body.'),
  kind: say(principalKind(), 'Of what sessions are ended.'),
  value: say(text(), 'The id, encoded as in the tag.'),
  also: say(list(), 'Of a device: its other names, `writ:<thumbprint>`, which are revoked with it.'),
  mode: say(mode(), 'End live sessions, refuse new ones too, or no longer.'),
  cutoff: say(
    z.nullable(time()),
    'Of a writ: sessions issued before are over. A principal’s is stamped afterwards: see *stamped*.',
  ),
  blockedUntil: say(z.nullable(time()), 'No new session until then; `null`: they are not blocked.'),
  reason: say(personal(), 'The words of the person who revoked.'),
  by: by(),
  requestId: requestId(),
  decision: policySaid(),
  address: address(),
  userAgent: userAgent(),
});
export type Revoked = z.infer<typeof Revoked>;

export const Stamped = z.strictObject({
  v: version(),
  type: say(z.literal('stamped'), 'What it is.'),
  revocation: revocation(),
  at: say(time(), 'When this was recorded.'),
  cutoff: say(time(), 'Sessions issued before are over, by the clock of whoever stamped.'),
  denyBefore: say(time(), 'Sessions issued before are denied: the cut-off, a margin, rounded up.'),
});
export type Stamped = z.infer<typeof Stamped>;

export const RevocationRefused = z.strictObject({
  v: version(),
  type: say(z.literal('revocation_refused'), 'What it is.'),
  revocation: revocation(),
  at: say(time(), 'When it was asked for.'),
  why: say(
    z.enum(['unknown', 'over', 'not_theirs', 'policy', 'own_block']),
    'No such writ or key; it had ended; not of this key; policy said no; nobody lifts a block on himself.',
  ),
  kind: say(principalKind(), 'What was asked to be ended.'),
  value: say(text(), 'As asked for, encoded as in the tag.'),
  mode: say(mode(), 'What was asked for.'),
  first: say(writId(), 'The first such record of this minute; its own id where it is the first.'),
  count: say(count(), 'How many of these this minute had seen: 1, 10, 100…'),
  reason: say(personal(), 'The words of the person who asked.'),
  by: by(),
  requestId: requestId(),
  decision: policySaid(),
  address: address(),
  userAgent: userAgent(),
});
export type RevocationRefused = z.infer<typeof RevocationRefused>;

export const Enforced = z.strictObject({
  v: version(),
  type: say(z.literal('enforced'), 'What it is.'),
  revocation: say(writId(), 'The revocation that is enforced.'),
  at: say(time(), 'When this was recorded.'),
  writ: say(z.nullable(writId()), 'The writ it is filed under; `null` for a principal’s revocation.'),
  intent: say(z.nullable(sha256Hex()), 'Of a single writ’s: SHA-256 of the intent’s body.'),
  account: say(text(), 'The AWS account, twelve digits.'),
  policyVersion: say(text(), 'Version of the deny policy that holds the entry.'),
  rung: say(
    z.enum(['writ', 'principal', 'role', 'account']),
    'How much the entry denies: each of these a superset of the one before.',
  ),
  written: say(time(), 'IAM took the policy.'),
  seenRefused: say(z.nullable(time()), 'A canary was refused because of it; `null`: not seen.'),
});
export type Enforced = z.infer<typeof Enforced>;

export const Ended = z.strictObject({
  v: version(),
  type: say(z.literal('ended'), 'What it is.'),
  writ: writ(),
  at: say(time(), 'When it ended.'),
  intent: intentHash(),
  how: say(
    z.enum(['deadline', 'revoked', 'withheld', 'closed']),
    'On time, early, dropped before the secret left, or given back by its holder.',
  ),
  revocation: say(z.nullable(writId()), 'The revocation that ended it.'),
});
export type Ended = z.infer<typeof Ended>;

export const Enrolled = z.strictObject({
  v: version(),
  type: say(z.literal('enrolled'), 'What it is.'),
  enrolment: say(writId(), 'The enrolment’s id.'),
  at: say(time(), 'When it was asked for.'),
  subject,
  device: say(text(), '`writ:<thumbprint>`: the tag `writ:device` of what follows.'),
  jkt: say(text(), 'RFC 7638 thumbprint of the key.'),
  exp: say(time(), 'Until when Writ vouches for the key.'),
  decision,
  address: address(),
  userAgent: userAgent(),
});
export type Enrolled = z.infer<typeof Enrolled>;

/** `KEY#<access key id>`: the pointer from a key to its writ. */
export const KeyPointer = z.strictObject({
  v: version(),
  type: say(z.literal('key'), 'What it is.'),
  accessKeyId: say(text(), 'As CloudTrail has it; it is no secret.'),
  writ: writ(),
  at: say(time(), 'When the outcome was known.'),
});
export type KeyPointer = z.infer<typeof KeyPointer>;

/**
 * `FORGOTTEN#<id>`: the openings of a person were deleted, or were about to be: it is written first. Whom stays in clear,
 * as in every record of his; what the openings said does not come back.
 */
export const Forgotten = z.strictObject({
  v: version(),
  type: say(z.literal('forgotten'), 'What it is.'),
  forgetting: say(writId(), 'The id of this act.'),
  at: say(time(), 'When the deletion began.'),
  subject: say(text(), 'Whom: `<issuer alias>:<subject>`, encoded as in the tag.'),
  openings: say(count(), 'How many records’ openings stood there.'),
  by: say(text(), 'ARN of who did it, as STS names him; CloudTrail knows it better.'),
});
export type Forgotten = z.infer<typeof Forgotten>;

/**
 * What somebody did to the ledger that nobody may do. Never an item: the archiver writes it into the log, in the place of
 * what it speaks of, and an item that says so is itself one that cannot be read.
 */
export const Tamper = z.strictObject({
  v: version(),
  type: say(z.literal('tamper'), 'What it is.'),
  at: say(
    time(),
    'When it happened by the stream’s clock; *missing* and what a sweep finds: when that was seen.',
  ),
  pk: say(text(), 'Where: partition key of the item, cut after 256 characters.'),
  sk: say(text(), 'Where: sort key of the item, cut as well.'),
  what: say(
    z.enum(['modified', 'removed', 'missing', 'unreadable']),
    'Changed; removed; gone without anybody having seen it go; put, and no record of its place.',
  ),
  before: say(z.nullable(sha256Hex()), 'SHA-256 of the body that stood there; `null`: none, or not known.'),
  after: say(z.nullable(sha256Hex()), 'SHA-256 of the body that stands there since; `null`: none does.'),
});
export type Tamper = z.infer<typeof Tamper>;

/** What a leaf of the log can be. */
export type LogRecord = LedgerRecord | Tamper;

export type LedgerRecord =
  | Intent
  | Refused
  | OutcomeRecord
  | Revoked
  | Stamped
  | RevocationRefused
  | Enforced
  | Ended
  | Enrolled
  | KeyPointer
  | Forgotten;

/** All of them, for the generated document and for readers of the log. */
export const RECORDS = {
  intent: Intent,
  refused: Refused,
  issued: Issued,
  failed: Failed,
  orphaned: Orphaned,
  revoked: Revoked,
  stamped: Stamped,
  revocation_refused: RevocationRefused,
  enforced: Enforced,
  ended: Ended,
  enrolled: Enrolled,
  key: KeyPointer,
  forgotten: Forgotten,
  tamper: Tamper,
} as const;
