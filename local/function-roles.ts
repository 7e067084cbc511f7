/**
 * What each function may do on the laptop, as IAM says it: the separation of duties as on AWS, with one hole. Functions
 * talk to the database engine directly, and it judges nobody; so what a function may do to Writ's own tables is for
 * its role on AWS to say.
 */

import type { Bundle } from '../core/policy/bundle.ts';
import { forgetStatements, openingsStatements } from '../core/privacy.ts';
import { everyTargetRole, PARTS_PATH } from '../core/revocation/names.ts';
import { directDenyPermissions, partRoles } from '../core/revocation/roles.ts';
import type { PolicyDocument } from '../core/session/policy-document.ts';
import { targetRoles } from '../core/session/roles.ts';
import { ACCOUNT } from './aws/account.ts';
import { functionArn } from './aws/lambda.ts';
import type { Registry, RoleInput } from './aws/registry.ts';
import {
  API_ARN,
  CLOSE_DEAD_LETTERS,
  EVIDENCE_BUCKET,
  functionName,
  queueArn,
  RECONCILE_QUEUE,
  REGION,
  roleArn,
  roleName,
  SCHEDULE_GROUP,
  STREAM_FAILURES,
  TABLES,
} from './names.ts';

/** Each function's own role, the front door's, and the target roles that the permissions name. */
export function putRoles(
  registry: Registry,
  bundle: Bundle,
  [enrolmentKey, probeKey, evidenceKey]: readonly { readonly arn: string }[],
): void {
  const own = [
    ...[frontDoorRole(), schedulerRole(), responderRole(), doctorRole()],
    ...[privacyRole(), openingsRole(), auditorRole(evidenceKey?.arn ?? NO_KEY)],
  ];
  const keys = {
    enrolmentKeyArn: enrolmentKey?.arn ?? NO_KEY,
    probeKeyArn: probeKey?.arn ?? NO_KEY,
    evidenceKeyArn: evidenceKey?.arn ?? NO_KEY,
  };
  for (const role of [...functionRoles(keys), ...own]) registry.putRole(role);
  for (const { permissions, boundary, ...role } of partRoles(ACCOUNT, roleArn('reconcile'))) {
    registry.putRole({
      ...role,
      inline: { permissions },
      ...(boundary && { boundaryArn: putBoundary(registry, role.name, role.path, boundary) }),
    });
  }
  for (const account of bundle.accounts.filter(({ id }) => id === ACCOUNT)) {
    for (const role of targetRoles(bundle, account, { mintRoleArn: roleArn('mint') })) {
      registry.putRole({
        name: role.name,
        path: role.path,
        trust: role.trust,
        boundaryArn: putBoundary(registry, role.name, role.path, role.boundary),
        inline: { permissions: role.permissions, fence: role.fence },
        maxSessionDuration: role.maxSessionSeconds,
      });
    }
  }
}

const EVIDENCE_ARN = `arn:aws:s3:::${EVIDENCE_BUCKET}`;

/** Where a stack has fewer keys: nobody may use what is not there. */
const NO_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/none`;

/** A boundary is a managed policy. @returns its ARN. */
const putBoundary = ({ policies }: Registry, role: string, path: string, boundary: PolicyDocument): string =>
  policies.create({ name: `${role}-boundary`, path, document: JSON.stringify(boundary) }).arn;

/** Exchange cannot assume a role; mint can do nothing else. */
const functionRoles = ({
  enrolmentKeyArn,
  probeKeyArn,
  evidenceKeyArn,
}: {
  readonly enrolmentKeyArn: string;
  readonly probeKeyArn: string;
  readonly evidenceKeyArn: string;
}): readonly RoleInput[] => [
  role('exchange', {
    mint: allow(['lambda:InvokeFunction'], [arnOf('mint')]),
    device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]),
  }),
  role('mint', {
    assume: allow(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], [everyTargetRole(ACCOUNT)]),
  }),
  role('enroll', { sign: allow(['kms:Sign'], [enrolmentKeyArn]) }),
  role('revoke', {
    device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]),
    wake: allow(['sqs:SendMessage'], [queueArn(RECONCILE_QUEUE)]),
  }),
  role('permissions', { device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]) }),
  role('writs', { device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]) }),
  role('status', { device: allow(['kms:GetPublicKey'], [enrolmentKeyArn]) }),
  role('metadata', {}),
  role('sweep', {}),
  role('schedule', {
    schedule: allow(
      ['scheduler:CreateSchedule'],
      [`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${SCHEDULE_GROUP}/*`],
    ),
    pass: allow(['iam:PassRole'], [roleArn('scheduler')]),
  }),
  role('close', {}),
  role('archive', {
    evidence: allow(['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention'], [`${EVIDENCE_ARN}/*`]),
    absent: allow(['s3:ListBucket'], [EVIDENCE_ARN]),
    sign: allow(['kms:GetPublicKey', 'kms:Sign'], [evidenceKeyArn]),
  }),
  role('receipts', {
    evidence: allow(['s3:GetObject'], [`${EVIDENCE_ARN}/*`]),
    absent: allow(['s3:ListBucket'], [EVIDENCE_ARN]),
  }),
  role('probe', { sign: allow(['kms:Sign'], [probeKeyArn]) }),
  role('probe-keys', { publish: allow(['kms:GetPublicKey'], [probeKeyArn]) }),
  role('reconcile', {
    parts: allow(['sts:AssumeRole', 'sts:SetSourceIdentity'], [`arn:aws:iam::${ACCOUNT}:role${PARTS_PATH}*`]),
    queue: allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], [queueArn(RECONCILE_QUEUE)]),
  }),
];

const PUBLIC = ['exchange', 'enroll', 'revoke', 'writs', 'status', 'permissions', 'metadata', 'probe-keys'];

/** Stands for API Gateway, EventBridge and Lambda's own pollers, which may invoke what is theirs to invoke. */
const frontDoorRole = (): RoleInput =>
  role('front-door', {
    invoke: allow(
      ['lambda:InvokeFunction'],
      [...PUBLIC, 'sweep', 'schedule', 'reconcile', 'probe', 'archive', 'receipts'].map(arnOf),
    ),
    failures: allow(['sqs:SendMessage'], [queueArn(STREAM_FAILURES)]),
  });

/** Which EventBridge takes when a schedule fires: it closes writs, and does nothing else. */
const schedulerRole = (): RoleInput =>
  role(
    'scheduler',
    {
      close: allow(['lambda:InvokeFunction'], [arnOf('close')]),
      lost: allow(['sqs:SendMessage'], [queueArn(CLOSE_DEAD_LETTERS)]),
    },
    'scheduler.amazonaws.com',
  );

/**
 * Somebody of the security team, with AWS credentials of his own: calls the routes that IAM guards, and can attach a
 * deny with nothing of ours in the way.
 */
const responderRole = (): RoleInput => ({
  ...role('responder', {
    routes: allow(['execute-api:Invoke'], [`${API_ARN}/POST/responder/*`, `${API_ARN}/GET/receipts/*`]),
    directly: directDenyPermissions(ACCOUNT),
  }),
  maxSessionDuration: RESPONDER_SECONDS,
});

/** An admin who looks at everything that `writ doctor` asks for, and may do what it mends. */
const doctorRole = (): RoleInput => ({
  ...role('doctor', {
    look: allow(
      [
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListEntitiesForPolicy',
        'iam:ListPolicies',
        'iam:ListRolePolicies',
        'iam:ListRoles',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTable',
        'dynamodb:DescribeTimeToLive',
        'kms:DescribeKey',
        'lambda:GetFunctionConfiguration',
        'lambda:ListFunctions',
        'scheduler:GetScheduleGroup',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
      ],
      ['*'],
    ),
    health: allow(['dynamodb:GetItem'], [`arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TABLES.control}`]),
    mend: allow(['iam:AttachRolePolicy'], [`arn:aws:iam::${ACCOUNT}:role/writ*`]),
    again: allow(['lambda:InvokeFunction'], [arnOf('reconcile')]),
  }),
  maxSessionDuration: RESPONDER_SECONDS,
});

/** Who sees to it that people are forgotten: deletes openings, and has the ledger say so. */
const privacyRole = (): RoleInput => ({
  ...role('privacy', {
    forget: {
      Version: '2012-10-17',
      Statement: forgetStatements({
        people: tableArn(TABLES.people),
        ledger: tableArn(TABLES.ledger),
        settings: arnOf('exchange'),
      }),
    },
  }),
  maxSessionDuration: RESPONDER_SECONDS,
});

/** Who hands openings to an auditor: reads them, and can do nothing else. */
const openingsRole = (): RoleInput => ({
  ...role('openings', {
    read: {
      Version: '2012-10-17',
      Statement: openingsStatements({ people: tableArn(TABLES.people), settings: arnOf('exchange') }),
    },
  }),
  maxSessionDuration: RESPONDER_SECONDS,
});

/** Who trusts nobody: reads the evidence, asks for receipts and for the public key, and can do nothing else. */
const auditorRole = (evidenceKeyArn: string): RoleInput => ({
  ...role('auditor', {
    evidence: allow(['s3:GetObject'], [`${EVIDENCE_ARN}/*`]),
    list: allow(['s3:ListBucket'], [EVIDENCE_ARN]),
    key: allow(['kms:GetPublicKey'], [evidenceKeyArn]),
    receipts: allow(['execute-api:Invoke'], [`${API_ARN}/GET/receipts/*`]),
  }),
  maxSessionDuration: RESPONDER_SECONDS,
});

const tableArn = (table: string): string => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}`;

/** A working day: nobody renews these. */
export const RESPONDER_SECONDS = 12 * 3600;

const arnOf = (duty: string): string => functionArn(REGION, functionName(duty));

const allow = (Action: readonly string[], Resource: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

const role = (
  duty: string,
  inline: { readonly [policy: string]: PolicyDocument },
  service = 'lambda.amazonaws.com',
): RoleInput => ({
  name: roleName(duty),
  trust: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  },
  inline,
});
