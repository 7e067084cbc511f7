/** Events of the fixture's writ as they lie in a file. */
import type { TrailEvent } from '../../../core/audit/trail-event.ts';
import { iamUser, mintWith, otherRole, useWith } from '../../core/audit/fixture.ts';

/** The file's form of an event: what reading it gives is the event again. */
export function rawOf(event: TrailEvent): { readonly [name: string]: unknown } {
  const { identity, mint } = event;
  return {
    eventVersion: '1.11',
    userIdentity: {
      ...{ type: identity.type, principalId: identity.principalId, arn: identity.arn },
      ...{ accountId: identity.account, accessKeyId: identity.accessKeyId, userName: identity.userName },
      invokedBy: identity.invokedBy,
      sessionContext: {
        sessionIssuer:
          identity.role === null ? null : { type: 'Role', arn: identity.role, principalId: identity.roleId },
        attributes: { creationDate: identity.createdAt === null ? null : timeOf(identity.createdAt) },
        ...{ sourceIdentity: identity.sourceIdentity, signInSessionArn: identity.signInSession },
      },
    },
    eventTime: timeOf(event.eventTime),
    ...{ eventSource: event.eventSource, eventName: event.eventName, awsRegion: event.region },
    ...{ sourceIPAddress: event.sourceAddress, userAgent: event.userAgent, errorCode: event.errorCode },
    ...{ errorMessage: event.errorMessage, requestID: event.requestId, eventID: event.eventId },
    ...{ sharedEventID: event.sharedEventId, readOnly: event.readOnly, eventType: event.eventType },
    ...{ eventCategory: event.eventCategory, recipientAccountId: event.account },
    requestParameters:
      mint === null
        ? null
        : {
            ...{ roleArn: mint.role, roleSessionName: mint.sessionName, sourceIdentity: mint.sourceIdentity },
            tags: Object.entries(mint.tags).map(([key, value]) => ({ key, value })),
          },
    responseElements:
      mint === null
        ? null
        : {
            credentials: {
              accessKeyId: mint.accessKeyId,
              sessionToken: 'SECRET',
              expiration: mint.expiration === null ? null : timeOf(mint.expiration),
            },
            assumedRoleUser: { assumedRoleId: mint.assumedRoleId },
          },
    resources: event.resources.map((ARN) => ({ ARN })),
  };
}

const timeOf = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

const id = (number: number): string => `e0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const use = (number: number, change: Parameters<typeof useWith>[0] = {}) =>
  rawOf(useWith({ eventId: id(number), requestId: `R${number}`, ...change }));
export const mint = (number: number, change: Parameters<typeof mintWith>[0] = {}) =>
  rawOf(mintWith({ eventId: id(number), ...change }));
/** Of a role of others. */
export const foreign = (number: number, change: Parameters<typeof useWith>[0] = {}) =>
  use(number, { ...change, identity: otherRole(change.identity) });
export const byUser = (number: number, change: Parameters<typeof useWith>[0] = {}) =>
  use(number, { ...change, identity: iamUser(change.identity) });
