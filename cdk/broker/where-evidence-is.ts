import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BrokerFile } from '../../core/policy/config/broker.ts';
import { roleArnOf } from '../names.ts';
import { type EvidenceKept, EvidenceStore } from './evidence.ts';

/** Bucket and key of the evidence log, in this account or in another one. */
export interface WhereEvidenceIs extends EvidenceKept {
  readonly bucketName: string;
  readonly bucketArn: string;
  readonly keyArn: string;
  /** The log's name. It names the key for ever: what could change by itself (an API's host, a domain) is no part of it. */
  readonly origin: string;
}

const DAYS = 400;

export const keptAs = ({
  lock = 'governance',
  days = DAYS,
}: NonNullable<BrokerFile['evidence']>): EvidenceKept => ({
  mode: lock === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
  days,
});

/**
 * @param place - Account and Region of the broker.
 * @throws Error that says what to deploy first, where another account's key is not named yet.
 */
export function whereEvidenceIs(
  scope: Construct,
  evidence: NonNullable<BrokerFile['evidence']>,
  place: { readonly account: string; readonly region: string; readonly removal: RemovalPolicy },
): WhereEvidenceIs {
  const kept = keptAs(evidence);
  const origin = evidence.origin ?? `writ-${place.account}-${place.region}/evidence`;
  const { elsewhere } = evidence;
  if (elsewhere === undefined) {
    const { bucket, key } = new EvidenceStore(scope, 'Evidence', {
      ...kept,
      removal: place.removal,
      writer: roleArnOf(place.account, 'archive'),
    });
    return {
      ...kept,
      origin,
      bucketName: bucket.bucketName,
      bucketArn: bucket.bucketArn,
      keyArn: key.keyArn,
    };
  }
  if (elsewhere.key === undefined) {
    throw new Error(
      'evidence.elsewhere.key is not named: deploy dist/templates/evidence.template.json in that account first, and take the ' +
        'ARN from its output (node cdk/member.ts writes it).',
    );
  }
  const { bucket, key } = elsewhere;
  return { ...kept, origin, bucketName: bucket, bucketArn: `arn:aws:s3:::${bucket}`, keyArn: key };
}
