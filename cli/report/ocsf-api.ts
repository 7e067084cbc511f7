/** One event of the trail as *API Activity*, class 6003, with what the audit says of it. */
import { isIP } from 'node:net';
import type { LogFacts } from '../../core/audit/evidence.ts';
import { sentenceOf } from '../../core/audit/reasons.ts';
import { isRefused } from '../../core/audit/refused.ts';
import type { AuditRow } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { given, metadata, type OcsfEvent, objectOf, partitionOf, severityOf, timestamp } from './ocsf.ts';
import {
  agentOf,
  authorizationsOf,
  delegationOf,
  evidenceOf,
  idpOf,
  sessionOf,
  userOf,
  whyOf,
} from './ocsf-parts.ts';
import type { WritFacts } from './writ-facts.ts';

const CLASS = 6003;

/** @param facts - Of the writ to which it was joined; `null`: to none. */
export function apiActivity(
  { event, finding }: AuditRow,
  facts: WritFacts | null,
  log: LogFacts,
  release: string,
): OcsfEvent {
  const activity = activityOf(event);
  const { delegation, unmapped } = facts === null ? NO_DELEGATION : delegationOf(facts, log);
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: CLASS,
    class_name: 'API Activity',
    type_uid: CLASS * 100 + activity.id,
    type_name: `API Activity: ${activity.id === OTHER ? 'Other' : activity.name}`,
    ...severityOf(finding.verdict),
    ...(event.errorCode === null
      ? { status_id: 1, status: 'Success' }
      : { status_id: 2, status: 'Failure', status_code: event.errorCode }),
    status_detail: given(event.errorMessage),
    time: timestamp(event.eventTime),
    message: `${finding.verdict}: ${sentenceOf(finding.reason)}`,
    metadata: {
      ...metadata(release, facts === null ? ['cloud'] : ['cloud', 'ai_operation'], { uid: event.eventId }),
      correlation_uid: given(event.requestId),
      event_code: event.eventType,
      log_provider: 'CloudTrail',
      log_name: event.file,
    },
    cloud: {
      provider: 'AWS',
      region: event.region,
      account: { uid: event.account },
      cloud_partition: partitionOf(event.identity.arn),
    },
    api: {
      operation: event.eventName,
      service: { name: event.eventSource },
      request: objectOf({ uid: given(event.requestId) }),
      response: objectOf({ error: given(event.errorCode), error_message: given(event.errorMessage) }),
    },
    http_request: objectOf({ user_agent: given(event.userAgent) }),
    src_endpoint: endpointOf(event),
    resources: event.resources.length === 0 ? undefined : event.resources.map((uid) => ({ uid })),
    actor: actorOf(event, facts),
    ai_agent: facts === null ? undefined : agentOf(facts),
    delegation,
    unmapped: {
      verdict: finding.verdict,
      reason: finding.reason,
      refused: isRefused(event.errorCode),
      matched_by: finding.matchedBy,
      records: finding.records,
      unknown: finding.unknown,
      valid_from: timestamp(finding.valid?.from),
      valid_to: timestamp(finding.valid?.to),
      seconds_left: given(finding.secondsLeft),
      position: event.position,
      delegation: unmapped,
      evidence: facts === null ? undefined : evidenceOf(facts, log),
      writ: facts === null ? undefined : whyOf(facts),
    },
  };
}

const NO_DELEGATION = { delegation: undefined, unmapped: undefined };

/** Person, agent and session where a writ says so; else what CloudTrail itself says of the caller. */
function actorOf({ identity }: TrailEvent, facts: WritFacts | null) {
  const invoked = { invoked_by: given(identity.invokedBy) };
  if (facts === null) {
    return {
      ...invoked,
      user: {
        uid: identity.arn ?? identity.principalId ?? identity.type,
        name: given(identity.userName),
        account: objectOf({ uid: given(identity.account) }),
        credential_uid: given(identity.accessKeyId),
        type_id: identity.type === 'Root' ? 2 : 0,
      },
      session: objectOf({ created_time: timestamp(identity.createdAt), issuer: given(identity.role) }),
    };
  }
  const session = sessionOf(facts);
  return {
    ...invoked,
    user: userOf(facts),
    idp: idpOf(facts),
    session: session && { ...session, uid_alt: given(identity.arn) },
    authorizations: authorizationsOf(facts),
  };
}

/** An address, or the service that called in the caller's name. One of its fields must be there. */
function endpointOf({ sourceAddress, vpcEndpointId }: TrailEvent) {
  if (sourceAddress === null) return { name: 'unknown', uid: given(vpcEndpointId) };
  return isIP(sourceAddress) === 0
    ? { svc_name: sourceAddress, name: sourceAddress }
    : { ip: sourceAddress, uid: given(vpcEndpointId) };
}

const OTHER = 99;
const VERBS: readonly (readonly [verbs: RegExp, id: number, name: string])[] = [
  [/^(?:Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|BatchGet)/, 2, 'Read'],
  [/^(?:Create|Run|Register|Allocate|Start|Import)/, 1, 'Create'],
  [/^(?:Put|Update|Modify|Set|Attach|Tag|Add|Enable|Associate)/, 3, 'Update'],
  [/^(?:Delete|Terminate|Remove|Deregister|Untag|Detach|Disable|Disassociate)/, 4, 'Delete'],
];

/** By the verb of the operation; what has none of these is *Other* by its own name (`AssumeRole`, `InvokeModel`). */
function activityOf({ eventName, readOnly }: TrailEvent): { readonly id: number; readonly name: string } {
  const verb = VERBS.find(([verbs]) => verbs.test(eventName));
  if (verb !== undefined) return { id: verb[1], name: verb[2] };
  return readOnly === true ? { id: 2, name: 'Read' } : { id: OTHER, name: eventName };
}
