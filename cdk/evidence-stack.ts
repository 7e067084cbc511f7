import { App, BootstraplessSynthesizer, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import { RELEASE } from '../core/release.ts';
import { EvidenceStore } from './broker/evidence.ts';
import { keptAs } from './broker/where-evidence-is.ts';
import { roleArnOf } from './names.ts';

/**
 * The evidence log in an account of its own: whoever administers the broker cannot unmake what it has written. The broker may
 * put and read, and sign; nobody there may delete, unlock or change the policy.
 */
export class EvidenceStack extends Stack {
  constructor(scope: Construct, id: string, settings: BrokerFile) {
    const { evidence, account, region } = settings;
    if (evidence?.elsewhere === undefined) throw new Error('broker.yaml names no other account for evidence');
    super(scope, id, {
      env: { account: evidence.elsewhere.account, region },
      description: `Writ ${RELEASE}: the evidence log of the broker in ${account}`,
      synthesizer: new BootstraplessSynthesizer(),
      analyticsReporting: false,
    });
    const [archive, receipts] = [roleArnOf(account, 'archive'), roleArnOf(account, 'receipts')];
    const { bucket, key } = new EvidenceStore(this, 'Evidence', {
      ...keptAs(evidence),
      bucketName: evidence.elsewhere.bucket,
      removal: RemovalPolicy.RETAIN,
      writer: archive,
    });
    // The account with a condition, not the role: a policy may name a role only once it is there.
    const letIn = (roles: string[], actions: string[], resources: string[]) =>
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new AccountPrincipal(account)],
        actions,
        resources,
        conditions: { ArnEquals: { 'aws:PrincipalArn': roles } },
      });
    const objects = [bucket.arnForObjects('*')];
    bucket.addToResourcePolicy(letIn([archive], ['s3:PutObject', 's3:PutObjectRetention'], objects));
    bucket.addToResourcePolicy(letIn([archive, receipts], ['s3:GetObject'], objects));
    bucket.addToResourcePolicy(letIn([archive, receipts], ['s3:ListBucket'], [bucket.bucketArn]));
    key.addToResourcePolicy(letIn([archive], ['kms:GetPublicKey', 'kms:Sign'], ['*']));
    new CfnOutput(this, 'KeyArn', {
      value: key.keyArn,
      description: 'evidence.elsewhere.key of broker.yaml',
    });
  }
}

/** Its template; `null`: the broker keeps its evidence itself. @param flags - `cdk.json`'s context. */
export function evidenceTemplate(
  settings: BrokerFile,
  flags: { readonly [flag: string]: unknown },
): object | null {
  if (settings.evidence?.elsewhere === undefined) return null;
  const app = new App({ context: { ...flags }, treeMetadata: false, analyticsReporting: false });
  const { artifactId } = new EvidenceStack(app, 'Evidence', settings);
  return app.synth().getStackArtifact(artifactId).template as object;
}
