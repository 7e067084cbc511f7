import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import type { BrokerFile } from '../core/policy/config/broker.ts';
import { isProbing, PROBE_ISSUER, probePlan } from '../core/probe/plan.ts';
import { RELEASE } from '../core/release.ts';
import { Alarms } from './broker/alarms.ts';
import { Api } from './broker/api.ts';
import type { FunctionCode } from './broker/code.ts';
import { Dashboard } from './broker/dashboard.ts';
import { Domain, type DomainProps } from './broker/domain.ts';
import { DUTY_SPECS } from './broker/duties.ts';
import { Feeds } from './broker/feeds.ts';
import { Functions } from './broker/functions.ts';
import { Keys } from './broker/keys.ts';
import { Queues } from './broker/queues.ts';
import { Readers } from './broker/readers.ts';
import { Responders } from './broker/responders.ts';
import { Schedules } from './broker/schedules.ts';
import { Tables } from './broker/tables.ts';
import { Watch } from './broker/watch.ts';
import { WebAcl } from './broker/web-acl.ts';
import { whereEvidenceIs } from './broker/where-evidence-is.ts';

export interface WritBrokerProps {
  /** The compiled configuration. */
  readonly policy: LoadedBundle;
  readonly code: FunctionCode;
  /** @default the name that API Gateway gives */
  readonly domain?: DomainProps | undefined;
  /** Ids. @default the endpoint is public */
  readonly vpcEndpoints?: readonly string[] | undefined;
  /** An ARN, or `none`. @default one of its own */
  readonly webAcl?: string | undefined;
  /** ARNs. @default its own topic only */
  readonly alarmTopics?: readonly string[] | undefined;
  /** @default 400 */
  readonly logDays?: RetentionDays | undefined;
  /** @default locked for 400 days, by an administrator's leave, in this account */
  readonly evidence?: BrokerFile['evidence'];
  /** To throw away: nothing is retained, protected or reserved. @default false */
  readonly lab?: boolean | undefined;
}

/** A whole broker. Needs a stack whose account and Region are known: others trust its roles by name. */
export class WritBroker extends Construct {
  /** https, without a trailing slash. */
  readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: WritBrokerProps) {
    super(scope, id);
    const { policy, code, vpcEndpoints = [], lab = false } = props;
    const removal = lab ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    const logRetention = props.logDays ?? RetentionDays.THIRTEEN_MONTHS;
    const kept = { removal, logRetention };

    const probing = isProbing(policy.bundle);
    if (probing) checkReachable(props);

    const keys = new Keys(this, 'Keys', { removal });
    const tables = new Tables(this, 'Tables', { key: keys.data, removal });
    const reconcileTimeout = Duration.seconds(DUTY_SPECS.reconcile.timeoutSeconds);
    const queues = new Queues(this, 'Queues', { reconcileTimeout, removal });
    const schedules = new Schedules(this, 'Schedules', { deadLetters: queues.closeDeadLetters });
    const api = new Api(this, 'Api', {
      ...kept,
      key: keys.data,
      vpcEndpoints,
      hasDomain: props.domain !== undefined,
    });
    this.publicUrl = props.domain === undefined ? api.defaultUrl : `https://${props.domain.name}`;
    const { account, region } = Stack.of(this);
    const evidence = whereEvidenceIs(this, props.evidence ?? {}, { account, region, removal });
    const functions = new Functions(this, 'Functions', {
      ...kept,
      ...{
        policy,
        code,
        keys,
        tables,
        queues,
        schedules,
        evidence,
        publicUrl: this.publicUrl,
        reserve: !lab,
      },
    });
    api.route(functions);
    new Feeds(this, 'Feeds', { functions, queues, tables, probing });
    if (props.domain !== undefined) new Domain(this, 'Domain', { ...props.domain, api: api.rest });
    if (props.webAcl !== 'none') new WebAcl(this, 'WebAcl', { api: api.rest, arn: props.webAcl });
    new Responders(this, 'Responders', { api: api.rest });
    new Readers(this, 'Readers', { api: api.rest, evidence, tables, keys, trail: props.evidence?.trail });
    const watch = new Watch(this, 'Watch', {
      key: keys.data,
      deadLetters: queues.watchDeadLetters,
      accounts: policy.bundle.accounts.map((account) => account.id),
      topics: props.alarmTopics ?? [],
    });
    const alarms = new Alarms(this, 'Alarms', {
      ...{ api: api.rest, functions, queues, probing },
      actions: watch.actions,
    });
    new Dashboard(this, 'Dashboard', { api: api.rest, functions, alarms, probing });
    new CfnOutput(Stack.of(this), 'PublicUrl', {
      value: this.publicUrl,
      description: 'What the command is given as --broker',
    });
    new CfnOutput(Stack.of(this), 'EvidenceBucket', {
      value: evidence.bucketName,
      description: 'What writ verify and writ audit read: s3://<bucket>',
    });
    new CfnOutput(Stack.of(this), 'EvidenceKey', {
      value: evidence.keyArn,
      description: 'Whose public half verifies checkpoints (aws kms get-public-key)',
    });
    new CfnOutput(Stack.of(this), 'Release', { value: RELEASE, description: 'Which Writ this is' });
  }
}

/** A prober that cannot come in would ring every minute, and be switched off: better not begun. */
function checkReachable({ policy, vpcEndpoints = [], domain }: WritBrokerProps): void {
  probePlan(policy.bundle);
  const closed = vpcEndpoints.length > 0 ? 'vpcEndpoints' : domain?.truststore && 'domain.truststore';
  if (!closed) return;
  throw new Error(
    `The prober asks from outside, and ${closed} lets nobody in from there. ` +
      `Remove config/issuers/${PROBE_ISSUER}.yaml, and what names its users (docs/decisions/0011).`,
  );
}
