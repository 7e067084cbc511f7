/**
 * Every item the ledger can hold. Types are closed and carry `v`; what stands here stands for ever, so fields
 * that later parts need (`parent`, `authority`, `approval`) are here from the first record on.
 * `docs/record-schema.md` is generated from this file.
 */
import * as z from 'zod/mini';
import { ACCOUNT_ID } from '../aws-names.ts';
import { WRIT_ID } from '../writ-id.ts';

/** Adds the sentence that `docs/record-schema.md` prints beside the field. */
const say = <T extends z.ZodMiniType>(schema: T, description: string): T => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

const numericDate = () => z.int().check(z.nonnegative());
const sha256Hex = () => z.string().check(z.regex(/^[0-9a-f]{64}$/));
const writId = () => z.string().check(z.regex(WRIT_ID));
const text = () => z.string();
const list = () => z.array(z.string());

/** base64url(SHA-256(salt ‖ value)). The opening stands in `people` and can be deleted; this cannot be undone. */
const personal = () => z.string().check(z.regex(/^[\w-]{43}$/));

export const labelled = <T extends z.ZodMiniType>(value: T) =>
  z.strictObject({
    value: value,
    by: say(z.enum(['declared', 'signed', 'approved']), 'Who said it: the agent, an issuer, or a person.'),
  });

const subject = z.strictObject({
  iss: say(text(), 'Issuer, exactly as in the token.'),
  sub: say(text(), "The issuer's chosen subject claim."),
  id: say(text(), '`<issuer alias>:<subject>`, encoded: the tag `writ:user`.'),
  login: say(z.nullable(personal()), 'Directory login name.'),
  email: say(z.nullable(personal()), 'E-mail address.'),
  groups: say(list(), '`<issuer alias>:<group>` of the token.'),
  auth_time: say(numericDate(), 'When the person signed in (OIDC Core §2).'),
  acr: z.nullable(text()),
  amr: list(),
  exp: say(numericDate(), "The token's end."),
  token_type: text(),
  token: say(sha256Hex(), 'SHA-256 of the token.'),
});

const actor = z.strictObject({
  kind: say(z.enum(['attested', 'enrolled']), 'Signed by a platform, or by the device’s own key.'),
  agent: say(text(), 'The agent’s name in the configuration.'),
  iss: text(),
  sub: text(),
  id: say(text(), 'The tag `writ:agent` names the agent; this is the workload behind it.'),
  jti: z.nullable(text()),
  token: say(sha256Hex(), 'SHA-256 of the token.'),
});

const device = z.strictObject({
  kind: say(z.enum(['attested', 'enrolled', 'claimed']), 'Signed by an MDM, by Writ, or only claimed.'),
  id: say(text(), '`<issuer alias>:<device>`, encoded: the tag `writ:device`.'),
  iss: z.nullable(text()),
  jkt: say(text(), 'RFC 7638 thumbprint of the key that proved this request.'),
  user: say(
    z.nullable(z.strictObject({ iss: text(), sub: text() })),
    'The device’s user, where the attestation names one.',
  ),
  compliant: z.nullable(z.boolean()),
  exp: z.nullable(numericDate()),
  attestation: say(z.nullable(sha256Hex()), 'SHA-256 of the attestation.'),
});

const binding = z.strictObject({
  subject: say(z.enum(['nonce', 'first_nonce', 'cnf', 'attestation']), 'What tied the user to the device.'),
  actor: say(z.enum(['user', 'group', 'permission', 'may_act']), 'What tied the agent to the user.'),
  actor_device: say(z.nullable(z.literal('one_key')), 'What tied an enrolled agent to the device.'),
  request: say(z.nullable(z.literal('bdh')), 'Whether the proof covered the body.'),
});

const place = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exchange'), address: personal() }),
  z.strictObject({ kind: z.literal('cidrs'), cidrs: list() }),
  z.strictObject({ kind: z.literal('vpcs'), vpcs: list() }),
  z.strictObject({ kind: z.literal('anywhere') }),
]);

const decision = z.strictObject({
  effect: z.enum(['permit', 'refuse', 'needs_approval']),
  policies: say(list(), 'Ids of the policies that determined it.'),
  inputs: say(sha256Hex(), 'SHA-256 of the JCS text of all that the policy engine saw.'),
  bundle: say(sha256Hex(), 'The configuration that decided.'),
});

const authority = () => say(z.enum(['live', 'mandate', 'approval']), 'What the writ rests on.');

export const Intent = z.strictObject({
  v: z.literal(1),
  type: z.literal('intent'),
  writ: writId(),
  at: numericDate(),
  authority: authority(),
  mandate: say(z.nullable(text()), 'The mandate’s id.'),
  parent: say(z.nullable(writId()), 'The writ of which this is a child.'),
  approval: say(z.nullable(text()), 'The approval’s id.'),
  subject,
  actor,
  device,
  binding,
  task: labelled(text()),
  purpose: labelled(personal()),
  permission: text(),
  parameters: z.record(z.string(), z.string()),
  place: say(place, 'From where the session may be used.'),
  account: say(z.string().check(z.regex(ACCOUNT_ID)), 'Twelve digits.'),
  region: text(),
  role: say(text(), 'ARN of the role.'),
  sessionPolicy: say(
    sha256Hex(),
    'SHA-256 of the session policy’s text, the exchange’s address replaced by its hash.',
  ),
  duration: say(z.int(), 'Seconds asked for.'),
  durationSeconds: say(z.int(), 'STS `DurationSeconds`.'),
  deadline: say(numericDate(), 'From here on IAM denies every request of the session.'),
  issueBefore: say(numericDate(), 'Without an outcome by then, the intent is an orphan.'),
  decision,
  address: say(personal(), 'Source address of the exchange.'),
  userAgent: z.nullable(personal()),
});
export type Intent = z.infer<typeof Intent>;

export const Refused = z.strictObject({
  v: z.literal(1),
  type: z.literal('refused'),
  writ: writId(),
  at: numericDate(),
  endpoint: z.enum(['token', 'permissions', 'enroll', 'revoke']),
  reason: say(text(), 'The reason’s name in `core/refusals.ts`.'),
  detail: say(
    z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
    'The rest of the reason: what an auditor needs, never a token.',
  ),
  first: say(writId(), 'The first record of this user, reason and minute; its own id where it is the first.'),
  count: say(z.int(), 'How many refusals of this user and reason this minute had seen: 1, 10, 100…'),
  subject,
  actor: z.nullable(actor),
  device: z.nullable(device),
  binding: z.nullable(binding),
  jkt: say(z.nullable(text()), 'The key that proved the request, also where no device was verified.'),
  task: z.nullable(labelled(text())),
  purpose: z.nullable(labelled(personal())),
  permission: z.nullable(text()),
  parameters: z.nullable(z.record(z.string(), z.string())),
  account: z.nullable(text()),
  decision: z.nullable(decision),
  bundle: sha256Hex(),
  address: personal(),
  userAgent: z.nullable(personal()),
});
export type Refused = z.infer<typeof Refused>;

const outcomeOf = {
  v: z.literal(1),
  type: z.literal('outcome'),
  writ: writId(),
  at: numericDate(),
  intent: say(sha256Hex(), 'SHA-256 of the intent’s body.'),
};

export const Issued = z.strictObject({
  ...outcomeOf,
  outcome: z.literal('issued'),
  accessKeyId: say(text(), 'Names the key; it is no secret.'),
  assumedRoleId: say(text(), '`AROA…:<RoleSessionName>`.'),
  requestId: say(text(), 'STS’s request id: the first thing that the audit joins on.'),
  issuedAt: say(numericDate(), '`Expiration − DurationSeconds`.'),
  expiration: say(numericDate(), 'STS’s own end of the credentials.'),
  tags: say(z.record(z.string(), z.string()), 'As minted; the purpose as its hash.'),
  packedPolicySize: say(z.nullable(z.int()), 'Percent of STS’s limit that the session token takes.'),
});

export const Failed = z.strictObject({
  ...outcomeOf,
  outcome: z.literal('failed'),
  error: say(text(), 'A name of ours, or STS’s error code.'),
  mayExistUntil: say(
    z.nullable(numericDate()),
    'A session may exist until then, though no secret left; `null`: none does.',
  ),
});

export const Orphaned = z.strictObject({
  ...outcomeOf,
  outcome: z.literal('orphaned'),
});

export const Outcome = z.discriminatedUnion('outcome', [Issued, Failed, Orphaned]);
export type Issued = z.infer<typeof Issued>;
export type Failed = z.infer<typeof Failed>;
export type Orphaned = z.infer<typeof Orphaned>;
export type OutcomeRecord = z.infer<typeof Outcome>;

const principalKind = () =>
  z.enum(['writ', 'user', 'device', 'agent', 'task', 'permission', 'access_key', 'role', 'all']);

export const Revoked = z.strictObject({
  v: z.literal(1),
  type: z.literal('revoked'),
  revocation: writId(),
  at: numericDate(),
  writ: say(z.nullable(writId()), 'The writ it is filed under; `null` for a principal’s revocation.'),
  intent: z.nullable(sha256Hex()),
  kind: principalKind(),
  value: say(text(), 'The id, encoded as in the tag.'),
  mode: z.enum(['end', 'block', 'lift']),
  cutoff: say(z.nullable(numericDate()), 'Sessions issued before are over; `null` while pending.'),
  blockedUntil: z.nullable(numericDate()),
  reason: say(personal(), 'The words of the person who revoked.'),
  by: say(text(), 'Who: `<issuer alias>:<subject>` or an AWS ARN.'),
  requestId: say(text(), 'Makes it idempotent.'),
  decision: z.nullable(decision),
});
export type Revoked = z.infer<typeof Revoked>;

export const Enforced = z.strictObject({
  v: z.literal(1),
  type: z.literal('enforced'),
  revocation: writId(),
  at: numericDate(),
  writ: z.nullable(writId()),
  intent: z.nullable(sha256Hex()),
  account: text(),
  policyVersion: say(text(), 'Version of the deny policy that holds the entry.'),
  rung: z.enum(['writ', 'principal', 'role', 'account']),
  written: say(numericDate(), 'IAM took the policy.'),
  seenRefused: say(z.nullable(numericDate()), 'A canary was refused because of it; `null`: not seen.'),
});
export type Enforced = z.infer<typeof Enforced>;

export const Ended = z.strictObject({
  v: z.literal(1),
  type: z.literal('ended'),
  writ: writId(),
  at: numericDate(),
  intent: sha256Hex(),
  how: say(
    z.enum(['deadline', 'revoked', 'withheld', 'closed']),
    'On time, early, dropped before the secret left, or given back by its holder.',
  ),
  revocation: z.nullable(writId()),
});
export type Ended = z.infer<typeof Ended>;

export const Enrolled = z.strictObject({
  v: z.literal(1),
  type: z.literal('enrolled'),
  enrolment: writId(),
  at: numericDate(),
  subject,
  device: say(text(), '`writ:<thumbprint>`: the tag `writ:device` of what follows.'),
  jkt: text(),
  exp: say(numericDate(), 'Until when Writ vouches for the key.'),
  decision,
  address: personal(),
  userAgent: z.nullable(personal()),
});
export type Enrolled = z.infer<typeof Enrolled>;

/** `KEY#<access key id>`: the pointer from a key to its writ. */
export const KeyPointer = z.strictObject({
  v: z.literal(1),
  type: z.literal('key'),
  accessKeyId: text(),
  writ: writId(),
  at: numericDate(),
});
export type KeyPointer = z.infer<typeof KeyPointer>;

export type LedgerRecord =
  | Intent
  | Refused
  | OutcomeRecord
  | Revoked
  | Enforced
  | Ended
  | Enrolled
  | KeyPointer;

/** All of them, for the generated document and for readers of the log. */
export const RECORDS = {
  intent: Intent,
  refused: Refused,
  issued: Issued,
  failed: Failed,
  orphaned: Orphaned,
  revoked: Revoked,
  enforced: Enforced,
  ended: Ended,
  enrolled: Enrolled,
  key: KeyPointer,
} as const;
