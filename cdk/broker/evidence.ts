import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** How evidence is kept, whoever's account it lies in. */
export interface EvidenceKept {
  /** GOVERNANCE: who has a right of its own may still delete it; COMPLIANCE: nobody, not even AWS's root user. */
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** For so long an object cannot be deleted. */
  readonly days: number;
}

/** Days behind the ones that a writer sets: its clock and S3's differ. */
const LEAST_SHORTER = 1;
/** Replaced checkpoints: each stands below `checkpoints/` for good. */
const REPLACED_DAYS = 30;

/**
 * The evidence log's bucket and key. Their policies deny everybody, whatever IAM of the account allows: evidence is written by
 * the archiver alone, once, locked, and deleted by nobody; to change that somebody has to change a policy, which CloudTrail tells.
 */
export class EvidenceStore extends Construct {
  readonly bucket: Bucket;
  /** ECC_NIST_EDWARDS25519: signs checkpoints, and nothing else. */
  readonly key: Key;

  constructor(
    scope: Construct,
    id: string,
    props: EvidenceKept & {
      readonly removal: RemovalPolicy;
      readonly bucketName?: string;
      /** ARN of the archiver's role. Made from its name: the role's policy names bucket and key, so they cannot name it back. */
      readonly writer: string;
    },
  ) {
    super(scope, id);
    const { mode, days, removal, bucketName, writer } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      ...(bucketName === undefined ? {} : { bucketName }),
      versioned: true,
      // No default retention: it would hold the one object that is replaced.
      objectLockEnabled: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: removal,
      lifecycleRules: [
        {
          id: 'replaced-checkpoints',
          prefix: 'checkpoint',
          noncurrentVersionExpiration: Duration.days(REPLACED_DAYS),
        },
        { id: 'unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    const byOthers = { ArnNotEquals: { 'aws:PrincipalArn': writer } };
    this.bucket.addToResourcePolicy(this.#writtenBy(byOthers));
    for (const statement of this.#written(mode, days)) this.bucket.addToResourcePolicy(statement);
    if (removal !== RemovalPolicy.DESTROY) this.bucket.addToResourcePolicy(this.#kept());
    this.key = new Key(this, 'Key', {
      description: 'Writ: signs the checkpoints of the evidence log',
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: removal,
    });
    // The key's policy lets IAM of its account decide: any role could be given `kms:Sign`, and grants give it too.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'SignedByTheArchiver',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: byOthers,
      }),
    );
  }

  /** Who comes first to a path keeps it: an object of anybody else's would be a fork, and stop the archiver for good. */
  #writtenBy(byOthers: { readonly [operator: string]: { readonly [key: string]: string } }): PolicyStatement {
    return new PolicyStatement({
      sid: 'WrittenByTheArchiver',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      // Replication writes too, by a right of its own.
      actions: ['s3:PutObject', 's3:PutObjectLegalHold', 's3:PutObjectRetention', 's3:ReplicateObject'],
      resources: [this.bucket.arnForObjects('*')],
      conditions: byOthers,
    });
  }

  /** Each path once; and locked, but for what the log itself replaces: the newest checkpoint, and tiles of its right edge. */
  #written(mode: EvidenceKept['mode'], days: number): readonly PolicyStatement[] {
    const replaced = [this.bucket.arnForObjects('checkpoint')];
    const short = [...replaced, this.bucket.arnForObjects('tile/*.p/*')];
    const deny = (
      sid: string,
      notResources: string[],
      conditions: { readonly [operator: string]: { readonly [key: string]: unknown } },
    ) =>
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        notResources,
        conditions,
      });
    return [
      deny('WrittenOnce', replaced, { Null: { 's3:if-none-match': 'true' } }),
      deny('Locked', short, {
        StringNotEquals: {
          's3:object-lock-mode': mode === 'COMPLIANCE' ? 'COMPLIANCE' : ['GOVERNANCE', 'COMPLIANCE'],
        },
      }),
      deny('LongEnough', short, {
        NumericLessThan: { 's3:object-lock-remaining-retention-days': Math.max(1, days - LEAST_SHORTER) },
      }),
    ];
  }

  #kept(): PolicyStatement {
    return new PolicyStatement({
      sid: 'DeletedByNobody',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:BypassGovernanceRetention', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      resources: [this.bucket.arnForObjects('*')],
    });
  }
}
