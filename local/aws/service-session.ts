import { evaluateTrust } from '../../core/iam/evaluate.ts';
import { ACCOUNT } from './account.ts';
import type { Trail } from './cloudtrail.ts';
import type { Registry, Role, Session } from './registry.ts';
import { issuedElements } from './sts.ts';
import { emptyNotes, serviceEvent } from './trail-event.ts';

/** A service that takes a role for what it runs, as Lambda does for a function. */
export interface ServiceSession {
  /** The service's principal, such as `lambda.amazonaws.com`. */
  readonly service: string;
  readonly roleArn: string;
  readonly roleSessionName: string;
  /** ARN of the function whose credentials these will be, where they are one's. */
  readonly functionArn?: string;
  /** `aws:SourceArn` for whom it is done, where that is no function. */
  readonly sourceArn?: string;
  readonly durationSeconds: number;
}

/** Whether a role's trust policy lets a service take it. @param now - Milliseconds since 1970. */
export function trusts(
  role: Role,
  {
    service,
    functionArn,
    sourceArn = functionArn,
  }: Pick<ServiceSession, 'service' | 'functionArn' | 'sourceArn'>,
  now: number,
): boolean {
  const verdict = evaluateTrust(
    {
      action: 'sts:AssumeRole',
      resource: role.arn,
      principal: service,
      context: {
        'aws:CurrentTime': new Date(now).toISOString(),
        'aws:EpochTime': String(Math.floor(now / 1000)),
        'aws:PrincipalIsAWSService': 'true',
        'aws:PrincipalServiceName': service,
        ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }),
        'aws:SourceAccount': ACCOUNT,
        'aws:ResourceAccount': ACCOUNT,
      },
    },
    { identity: [], resource: role.trust },
  );
  return verdict.allowed;
}

/**
 * Makes a session for a service, if the role's trust policy lets that service take it.
 *
 * @param options - `now` in milliseconds since 1970; `id` makes UUIDs.
 * @throws Error when the role is missing or does not trust the service: a mistake of the stack.
 */
export function assumeAsService(
  wanted: ServiceSession,
  options: {
    readonly registry: Registry;
    readonly trail: Trail;
    readonly region: string;
    readonly now: number;
    readonly id: () => string;
  },
): Session {
  const role = options.registry.roleByArn(wanted.roleArn);
  if (role === null) throw new Error(`no role ${wanted.roleArn}`);
  if (!trusts(role, wanted, options.now)) throw new Error(`${wanted.service} may not assume ${role.arn}`);
  const session = options.registry.issue({
    roleName: role.name,
    roleSessionName: wanted.roleSessionName,
    durationSeconds: Math.min(wanted.durationSeconds, role.maxSessionDuration),
    ...(wanted.functionArn === undefined ? {} : { functionArn: wanted.functionArn }),
  });
  const notes = emptyNotes();
  notes.requestParameters = {
    roleArn: role.arn,
    roleSessionName: wanted.roleSessionName,
    durationSeconds: wanted.durationSeconds,
  };
  notes.responseElements = issuedElements(session);
  notes.resources = [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: role.arn }];
  options.trail.record(
    serviceEvent(
      {
        service: 'sts',
        operation: 'AssumeRole',
        region: options.region,
        now: options.now,
        requestId: options.id(),
        eventId: options.id(),
        notes,
      },
      wanted.service,
    ),
  );
  return session;
}
