import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LoadedBundle } from '../core/policy/bundle.ts';
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
import { Responders } from './broker/responders.ts';
import { Schedules } from './broker/schedules.ts';
import { Tables } from './broker/tables.ts';
import { Watch } from './broker/watch.ts';
import { WebAcl } from './broker/web-acl.ts';

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
    const functions = new Functions(this, 'Functions', {
      ...kept,
      ...{ policy, code, keys, tables, queues, schedules, publicUrl: this.publicUrl, reserve: !lab },
    });
    api.route(functions);
    new Feeds(this, 'Feeds', { functions, queues, tables });
    if (props.domain !== undefined) new Domain(this, 'Domain', { ...props.domain, api: api.rest });
    if (props.webAcl !== 'none') new WebAcl(this, 'WebAcl', { api: api.rest, arn: props.webAcl });
    new Responders(this, 'Responders', { api: api.rest });
    const watch = new Watch(this, 'Watch', {
      key: keys.data,
      deadLetters: queues.watchDeadLetters,
      accounts: policy.bundle.accounts.map((account) => account.id),
      topics: props.alarmTopics ?? [],
    });
    const alarms = new Alarms(this, 'Alarms', { api: api.rest, functions, queues, actions: watch.actions });
    new Dashboard(this, 'Dashboard', { api: api.rest, functions, alarms });
    new CfnOutput(Stack.of(this), 'PublicUrl', {
      value: this.publicUrl,
      description: 'What the command is given as --broker',
    });
  }
}
