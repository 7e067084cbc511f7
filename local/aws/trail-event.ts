import { ACCOUNT } from './account.ts';
import { listed, type ServiceName } from './operations.ts';
import type { Role, Session } from './registry.ts';
import type { Wire } from './wire.ts';

type Json = string | number | boolean | null | { readonly [key: string]: Json | undefined } | readonly Json[];

/** What a service tells CloudTrail beside who called. Filled while the call runs. */
export interface TrailNotes {
  requestParameters: Json;
  responseElements: Json;
  additionalEventData?: Json;
  resources: { readonly type: string; readonly ARN: string; readonly accountId?: string }[];
  /** An error that the engine behind us answered. */
  errorCode?: string;
  errorMessage?: string;
}

export const emptyNotes = (): TrailNotes => ({
  requestParameters: null,
  responseElements: null,
  resources: [],
});

/** One CloudTrail record, as it stands in the file. */
export type TrailEvent = { readonly [field: string]: Json | undefined };

/** CloudTrail cuts a user agent at 1 KB. */
const MAX_USER_AGENT = 1024;

const EVENT_VERSION = '1.11';

/** Milliseconds since 1970 as CloudTrail writes a time: `2026-11-24T11:00:00Z`. */
export const trailTime = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`;

const MEDIUM = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/** Milliseconds since 1970 as CloudTrail writes a time in `responseElements`: `Nov 24, 2026, 11:15:00 AM`. */
export const trailDate = (millis: number): string => MEDIUM.format(millis).replaceAll('\u202f', ' ');

interface Happened {
  readonly service: ServiceName;
  readonly operation: string;
  readonly region: string;
  readonly now: number;
  readonly requestId: string;
  readonly eventId: string;
  readonly notes: TrailNotes;
}

/** The record of a session's call, allowed or refused. `tlsDetails` is left out: there was no TLS. */
export function callEvent(happened: Happened, wire: Wire, session: Session, role: Role): TrailEvent {
  return event(happened, {
    userIdentity: userIdentity(session, role),
    sourceIPAddress: wire.address,
    userAgent: wire.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
  });
}

/** The record of a service that took a role for itself, as Lambda does for a function. */
export function serviceEvent(happened: Happened, principal: string): TrailEvent {
  return event(happened, {
    userIdentity: { type: 'AWSService', invokedBy: principal },
    sourceIPAddress: principal,
    userAgent: principal,
  });
}

function event(
  { service, operation, region, now, requestId, eventId, notes }: Happened,
  caller: {
    readonly userIdentity: Json;
    readonly sourceIPAddress: string;
    readonly userAgent: string | null;
  },
): TrailEvent {
  const row = listed(service, operation);
  return {
    eventVersion: EVENT_VERSION,
    userIdentity: caller.userIdentity,
    eventTime: trailTime(now),
    eventSource: `${service}.amazonaws.com`,
    eventName: eventName(operation),
    awsRegion: region,
    sourceIPAddress: caller.sourceIPAddress,
    userAgent: caller.userAgent,
    ...(notes.errorCode === undefined ? {} : { errorCode: notes.errorCode }),
    ...(notes.errorMessage === undefined ? {} : { errorMessage: notes.errorMessage }),
    requestParameters: notes.requestParameters,
    responseElements: notes.responseElements,
    ...(notes.additionalEventData === undefined ? {} : { additionalEventData: notes.additionalEventData }),
    requestID: requestId,
    eventID: eventId,
    readOnly: row?.readOnly ?? false,
    ...(notes.resources.length === 0 ? {} : { resources: notes.resources }),
    eventType: 'AwsApiCall',
    managementEvent: row?.category === 'Management',
    recipientAccountId: ACCOUNT,
    eventCategory: row?.category ?? 'Data',
  };
}

/** S3 logs both listings under the first one's name. */
const eventName = (operation: string): string => (operation === 'ListObjectsV2' ? 'ListObjects' : operation);

function userIdentity(session: Session, role: Role): Json {
  return {
    type: 'AssumedRole',
    principalId: session.assumedRoleId,
    arn: session.arn,
    accountId: ACCOUNT,
    accessKeyId: session.accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.roleId,
        arn: role.arn,
        accountId: ACCOUNT,
        userName: role.name,
      },
      attributes: { creationDate: trailTime(session.issuedAt), mfaAuthenticated: 'false' },
      ...(session.sourceIdentity === undefined ? {} : { sourceIdentity: session.sourceIdentity }),
    },
    ...(session.functionArn === undefined
      ? {}
      : {
          inScopeOf: {
            issuerType: 'AWS::Lambda::Function',
            credentialsIssuedTo: session.functionArn,
          },
        }),
  };
}
