/** One record of a trail, as JSON has it, to the event that the audit asks about. */
import type { EventDamage } from '../../core/audit/result.ts';
import type { TrailEvent, TrailIdentity } from '../../core/audit/trail-event.ts';
import { child, type Flaws, flag, list, needed, type Raw, text, time, word } from './fields.ts';
import { readMint } from './read-mint.ts';
import { eventTime } from './trail-time.ts';

export type ReadEvent =
  | { readonly event: TrailEvent }
  | { readonly damage: EventDamage; readonly field: string | null };

const MAX_RESOURCES = 20;

/**
 * Takes what the audit asks about and nothing else: a session's token stays behind. A field of another type than AWS
 * gives it makes the event unreadable, and never a value that was guessed. Texts are cut where AWS cuts them; what joins
 * is never cut.
 *
 * @param value - Anything that JSON can hold; an EventBridge envelope stands for what is in it.
 * @param file - As the result names it. @param position - Place in the file, from 0.
 */
export function readEvent(value: unknown, file: string, position: number): ReadEvent {
  const record = unwrapped(value);
  if (record === null) return { damage: 'not_an_object', field: null };
  const flaws: Flaws = { first: null };
  const category = word(flaws, record.eventCategory, 'eventCategory');
  const management = flag(flaws, record.managementEvent, 'managementEvent');
  // Insights and service events name no call.
  const name = category === 'Insight' ? word : needed;
  const eventSource = name(flaws, record.eventSource, 'eventSource') ?? '';
  const eventName = name(flaws, record.eventName, 'eventName') ?? '';
  const identity = readIdentity(flaws, child(flaws, record.userIdentity, 'userIdentity'));
  const resources = readResources(flaws, record.resources);
  const at = eventTime(needed(flaws, record.eventTime, 'eventTime'));
  if (at === null) flaws.first ??= 'eventTime';
  const event: TrailEvent = {
    eventId: needed(flaws, record.eventID, 'eventID'),
    eventTime: at ?? 0,
    eventSource,
    eventName,
    region: needed(flaws, record.awsRegion, 'awsRegion'),
    account: word(flaws, record.recipientAccountId, 'recipientAccountId') ?? identity.account ?? '',
    sourceAddress: word(flaws, record.sourceIPAddress, 'sourceIPAddress'),
    vpcEndpointId: word(flaws, record.vpcEndpointId, 'vpcEndpointId'),
    userAgent: text(flaws, record.userAgent, 'userAgent'),
    errorCode: word(flaws, record.errorCode, 'errorCode'),
    errorMessage: text(flaws, record.errorMessage, 'errorMessage'),
    requestId: word(flaws, record.requestID, 'requestID'),
    sharedEventId: word(flaws, record.sharedEventID, 'sharedEventID'),
    readOnly: flag(flaws, record.readOnly, 'readOnly'),
    eventType: word(flaws, record.eventType, 'eventType') ?? '',
    eventCategory: category ?? (management === false ? 'Data' : 'Management'),
    identity,
    mint: eventName === 'AssumeRole' && eventSource === 'sts.amazonaws.com' ? readMint(flaws, record) : null,
    resources: resources.length > MAX_RESOURCES ? resources.slice(0, MAX_RESOURCES) : resources,
    resourcesLeftOut: Math.max(0, resources.length - MAX_RESOURCES),
    file,
    position,
  };
  return flaws.first === null ? { event } : { damage: 'field', field: flaws.first };
}

/** EventBridge delivers an event as `detail`, beside words about where it comes from. */
function unwrapped(value: unknown): Raw | null {
  if (!isObject(value)) return null;
  if (value.detail === undefined || value['detail-type'] === undefined) return value;
  return isObject(value.detail) ? value.detail : null;
}

const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readIdentity(flaws: Flaws, identity: Raw): TrailIdentity {
  const context = child(flaws, identity.sessionContext, 'sessionContext');
  const issuer = child(flaws, context.sessionIssuer, 'sessionIssuer');
  const attributes = child(flaws, context.attributes, 'attributes');
  const invokedBy = word(flaws, identity.invokedBy, 'invokedBy');
  const type = word(flaws, identity.type, 'type');
  const ofRole = word(flaws, issuer.type, 'sessionIssuer') === 'Role';
  return {
    type: type ?? (invokedBy === null ? 'Unknown' : 'AWSService'),
    principalId: word(flaws, identity.principalId, 'principalId'),
    arn: word(flaws, identity.arn, 'arn'),
    account: word(flaws, identity.accountId, 'accountId'),
    accessKeyId: word(flaws, identity.accessKeyId, 'accessKeyId'),
    userName: word(flaws, identity.userName, 'userName'),
    role: ofRole ? word(flaws, issuer.arn, 'sessionIssuer') : null,
    roleId: ofRole ? word(flaws, issuer.principalId, 'sessionIssuer') : null,
    createdAt: time(flaws, attributes.creationDate, 'creationDate', eventTime),
    sourceIdentity: word(flaws, context.sourceIdentity, 'sourceIdentity'),
    signInSession: word(flaws, context.signInSessionArn, 'signInSessionArn'),
    invokedBy,
  };
}

/** What has no ARN (`ARNPrefix`, of a listing) names nothing. */
function readResources(flaws: Flaws, value: unknown): readonly string[] {
  const arns: string[] = [];
  for (const each of list(flaws, value, 'resources')) {
    const arn = word(flaws, child(flaws, each, 'resources').ARN, 'resources');
    if (arn !== null) arns.push(arn);
  }
  return arns;
}
