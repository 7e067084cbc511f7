import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The broker's keys: one for data at rest, one that signs attestations, and those of the server nonce. */
export class Keys extends Construct {
  /** Tables, logs, queues' alarms and the nonce's secret are encrypted with it. */
  readonly data: Key;
  /** ECC_NIST_P256: what an attestation of Writ's is signed with (ES256). */
  readonly enrolment: Key;
  /** ECC_NIST_P256: what the prober signs with, and nobody else (docs/decisions/0011). */
  readonly probe: Key;
  /** ARN of the secret: thirty-two bytes, as forty-three characters that are base64. */
  readonly nonceSecretArn: string;

  constructor(scope: Construct, id: string, { removal }: { readonly removal: RemovalPolicy }) {
    super(scope, id);
    this.data = new Key(this, 'Data', {
      description: 'Writ: data at rest',
      enableKeyRotation: true,
      removalPolicy: removal,
    });
    this.#letServicesEncrypt();
    this.enrolment = new Key(this, 'Enrolment', {
      description: 'Writ: signs attestations of enrolled devices',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: removal,
    });
    this.probe = new Key(this, 'Probe', {
      description: 'Writ: signs the tokens of the prober, which gets one permission',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: removal,
    });
    const nonce = new CfnSecret(this, 'Nonce', {
      description:
        'Writ: keys of the server nonce. A new version is a new key; the previous one still counts.',
      // Letters and digits are base64; forty-three of them are thirty-two bytes.
      generateSecretString: { passwordLength: 43, excludePunctuation: true, requireEachIncludedType: false },
      kmsKeyId: this.data.keyArn,
    });
    nonce.applyRemovalPolicy(removal);
    this.nonceSecretArn = nonce.ref;
  }

  /** Who writes into what is encrypted with the key, each for its own things only. */
  #letServicesEncrypt(): void {
    const { region, account } = Stack.of(this);
    this.data.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${account}:log-group:*` },
        },
      }),
    );
    this.data.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        effect: Effect.ALLOW,
        principals: [
          new ServicePrincipal('cloudwatch.amazonaws.com'),
          new ServicePrincipal('events.amazonaws.com'),
        ],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
}
