/** Turns what was verified into what is recorded: personal fields by their hashes, tokens by theirs. */
import type { Grant } from '../grant.ts';
import { ENROLMENT_SECONDS, ISSUE_WITHIN_SECONDS } from '../limits.ts';
import type { PlaceRule } from '../policy/bundle.ts';
import type { Refusal } from '../refusals.ts';
import type { Seen } from '../seen.ts';
import { roleArn } from '../session/role-arn.ts';
import type { Actor, Device, Proof, Subject } from '../tokens/identities.ts';
import { type Personal, withPurpose } from './personal.ts';
import type { Enrolled, Intent, Refused } from './records.ts';

/**
 * The intent of a grant. Mint rebuilds the session from it and from nothing else, so what is not here cannot count there.
 *
 * @returns times as NumericDate; `issueBefore` is ISSUE_WITHIN_SECONDS after the request.
 * @throws Fault `misconfigured` without a purpose: such a request is never parsed.
 */
export function draftIntent(grant: Grant, seen: Seen): Intent {
  const hashes = withPurpose(grant.sealed.hashes);
  const { details, permission, account, bounds } = grant;
  return {
    v: 1,
    type: 'intent',
    writ: seen.writ,
    at: seen.now,
    authority: 'live',
    mandate: null,
    parent: null,
    approval: null,
    subject: subjectRecord(grant.subject, hashes),
    actor: actorRecord(grant.actor),
    device: deviceRecord(grant.device),
    binding: bindingRecord(grant.binding),
    task: { value: details.task, by: 'declared' },
    purpose: { value: hashes.purpose, by: 'declared' },
    permission: permission.permission,
    parameters: { ...grant.parameters },
    place: placeRecord(permission.place, hashes.address),
    account: account.id,
    region: account.region,
    role: roleArn(account, permission.role),
    sessionPolicy: bounds.recorded,
    duration: details.duration,
    durationSeconds: bounds.durationSeconds,
    deadline: bounds.deadline,
    issueBefore: seen.now + ISSUE_WITHIN_SECONDS,
    decision: grant.decision,
    address: hashes.address,
    userAgent: hashes.userAgent,
  };
}

/**
 * The record of a refusal: all that was known by then, and `null` for what came after.
 *
 * What a refusal carries besides its reason becomes `detail`: never a token, as `refusals.ts` demands.
 *
 * @param repeats.count - How many this minute had seen, this one included; `first` is the writ id of the first.
 * @param hashes - Sealed values of the same request.
 * @param bundle - Hash of the configuration, which stands here also where no policy was asked.
 */
export function draftRefused(
  { reason, ...detail }: Refusal,
  { count, first }: { readonly count: number; readonly first: string },
  seen: Seen,
  who: { readonly subject: Subject; readonly proof: Proof },
  hashes: Personal,
  bundle: string,
): Refused {
  const details = seen.request?.details ?? null;
  return {
    v: 1,
    type: 'refused',
    writ: seen.writ,
    at: seen.now,
    endpoint: seen.endpoint,
    reason,
    detail: Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
    ),
    count,
    first,
    subject: subjectRecord(who.subject, hashes),
    actor: seen.actor ? actorRecord(seen.actor) : null,
    device: seen.device ? deviceRecord(seen.device) : null,
    binding: seen.binding ? bindingRecord(seen.binding) : null,
    jkt: who.proof.jkt,
    task: details ? { value: details.task, by: 'declared' } : null,
    purpose: hashes.purpose === null ? null : { value: hashes.purpose, by: 'declared' },
    permission: details?.permission ?? null,
    parameters: details ? { ...details.parameters } : null,
    account: details?.account ?? null,
    decision: seen.decision ?? null,
    bundle,
    address: hashes.address,
    userAgent: hashes.userAgent,
  };
}

/**
 * @param device - The tag of the key as Writ's own device.
 * @param hashes - Sealed values of the same request; an enrolment names no purpose.
 * @returns the record; `exp` is that of the attestation, NumericDate.
 */
export const draftEnrolled = (
  seen: Seen,
  who: { readonly subject: Subject; readonly proof: Proof },
  device: string,
  decision: Intent['decision'],
  hashes: Personal,
): Enrolled => ({
  v: 1,
  type: 'enrolled',
  enrolment: seen.writ,
  at: seen.now,
  subject: subjectRecord(who.subject, hashes),
  device,
  jkt: who.proof.jkt,
  exp: seen.now + ENROLMENT_SECONDS,
  decision,
  address: hashes.address,
  userAgent: hashes.userAgent,
});

/** @param hashes - Of login name and e-mail address. */
export const subjectRecord = (
  subject: Subject,
  hashes: Pick<Personal, 'login' | 'email'>,
): Intent['subject'] => ({
  iss: subject.iss,
  sub: subject.sub,
  id: subject.id,
  login: hashes.login,
  email: hashes.email,
  groups: [...subject.groups],
  auth_time: subject.auth_time,
  acr: subject.acr,
  amr: [...subject.amr],
  exp: subject.exp,
  token_type: subject.token_type,
  token: subject.token,
});

const actorRecord = ({ kind, agent, iss, sub, id, jti, token }: Actor): Intent['actor'] => ({
  kind,
  agent,
  iss,
  sub,
  id,
  jti,
  token,
});

const deviceRecord = ({
  kind,
  id,
  iss,
  jkt,
  user,
  compliant,
  exp,
  attestation,
}: Device): Intent['device'] => ({
  kind,
  id,
  iss,
  jkt,
  user: user && { ...user },
  compliant,
  exp,
  attestation,
});

const bindingRecord = ({ subject, actor, actor_device, request }: Intent['binding']): Intent['binding'] => ({
  subject,
  actor,
  actor_device,
  request,
});

/** @param address - Hash of the exchange's own caller. */
export function placeRecord(rule: PlaceRule, address: string): Intent['place'] {
  switch (rule.kind) {
    case 'exchange':
      return { kind: 'exchange', address };
    case 'cidrs':
      return { kind: 'cidrs', cidrs: [...rule.cidrs] };
    case 'vpcs':
      return { kind: 'vpcs', vpcs: [...rule.vpcs] };
    case 'anywhere':
      return { kind: 'anywhere' };
  }
}
