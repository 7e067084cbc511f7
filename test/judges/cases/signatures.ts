import type { JudgeCase } from '../judge-case.ts';
import { allow, arnOfTarget, MINT, targetRole } from '../roles.ts';
import type { ServiceCall } from '../service-call.ts';

const READER = targetRole('signer', [allow(['s3:*', 'dynamodb:*'])]);

const CALLS: { readonly [what: string]: ServiceCall } = {
  'an S3 call': { operation: 'ListObjectsV2', Bucket: 'reports' },
  'a DynamoDB call': { operation: 'GetItem', TableName: 'tickets' },
};

const TAMPERED = {
  'as it should be': undefined,
  'with a wrong secret key': 'secretKey',
  'with a wrong session token': 'sessionToken',
  'without its session token': 'noSessionToken',
  'with an access key that nobody has': 'accessKey',
} as const;

/** Sessions that sign, and some that only say they are one. */
export const signatureCases: readonly JudgeCase[] = Object.entries(CALLS).flatMap(([what, call]) =>
  Object.entries(TAMPERED).map(
    ([how, tampered]): JudgeCase => ({
      name: `${what} signed ${how}`,
      roles: [MINT, READER],
      caller: { role: MINT.name },
      assume: { RoleArn: arnOfTarget(READER.name), RoleSessionName: 'report-writer' },
      ...(tampered !== undefined && { tampered }),
      call,
    }),
  ),
);
