import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DUTIES, type Duty } from '../../core/duties.ts';
import type { LoadedBundle } from '../../core/policy/bundle.ts';
import { RELEASE, RELEASE_SETTING } from '../../core/release.ts';
import { canaryRoleArn, everyTargetRole, reconcilerRoleArn } from '../../core/revocation/names.ts';
import { functionArnOf, SCHEDULE_GROUP, schedulesPattern } from '../names.ts';
import type { FunctionCode } from './code.ts';
import { type Access, DUTY_SPECS, type Place, type Setting } from './duties.ts';
import { DutyFunction, type DutyFunctionProps, type Whereabouts } from './duty-function.ts';
import type { Keys } from './keys.ts';
import type { Queues } from './queues.ts';
import type { Schedules } from './schedules.ts';
import type { Tables } from './tables.ts';
import type { WhereEvidenceIs } from './where-evidence-is.ts';

export interface FunctionsProps extends Pick<DutyFunctionProps, 'logRetention' | 'removal' | 'reserve'> {
  /** https, without a trailing slash: the broker's own name. */
  readonly publicUrl: string;
  readonly policy: LoadedBundle;
  readonly code: FunctionCode;
  readonly keys: Keys;
  readonly tables: Tables;
  readonly queues: Queues;
  readonly schedules: Schedules;
  readonly evidence: WhereEvidenceIs;
}

/** One function for each duty. */
export class Functions extends Construct {
  readonly #duties: ReadonlyMap<Duty, DutyFunction>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const places = placesOf(this, props);
    const settings = settingsOf(this, props);
    this.#duties = new Map(
      DUTIES.map((duty) => {
        const spec = DUTY_SPECS[duty];
        const made = new DutyFunction(this, duty, {
          duty,
          spec,
          code: props.code.of(duty),
          environment: Object.assign(
            { [RELEASE_SETTING]: RELEASE },
            ...spec.settings.map((setting) => settings[setting]),
          ),
          where: ({ on }: Access) => places[on],
          key: props.keys.data,
          logRetention: props.logRetention,
          removal: props.removal,
          reserve: props.reserve,
        });
        return [duty, made];
      }),
    );
  }

  of(duty: Duty): LambdaFunction {
    return this.#duty(duty).function;
  }

  logsOf(duty: Duty): DutyFunction['logGroup'] {
    return this.#duty(duty).logGroup;
  }

  #duty(duty: Duty): DutyFunction {
    const found = this.#duties.get(duty);
    if (found === undefined) throw new Error(`no function for ${duty}`);
    return found;
  }
}

function placesOf(
  scope: Construct,
  { keys, tables, queues, schedules, evidence, policy }: FunctionsProps,
): { readonly [P in Place]: Whereabouts } {
  const { account, region } = Stack.of(scope);
  const active = policy.bundle.accounts.filter(({ state }) => state === 'active');
  const at = (...resources: string[]): Whereabouts => ({ resources });
  return {
    ledger: at(tables.ledger.tableArn),
    'ledger’s time index': at(tables.dueIndexArn),
    'ledger’s stream': at(tables.streamArn),
    people: at(tables.people.tableArn),
    control: at(tables.control.tableArn),
    'data key, through DynamoDB': {
      resources: [keys.data.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
    },
    'data key, through Secrets Manager': {
      resources: [keys.data.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    },
    'enrolment key': at(keys.enrolment.keyArn),
    'probe key': at(keys.probe.keyArn),
    'nonce keys': at(keys.nonceSecretArn),
    'evidence bucket': at(evidence.bucketArn),
    'evidence objects': at(`${evidence.bucketArn}/*`),
    'evidence key': at(evidence.keyArn),
    mint: at(functionArnOf(account, region, 'mint')),
    'target roles': at(...active.map(({ id }) => everyTargetRole(id))),
    'part roles': at(...active.flatMap(({ id }) => [canaryRoleArn(id), reconcilerRoleArn(id)])),
    'reconcile queue': at(queues.reconcile.queueArn),
    'stream failures': at(queues.streamFailures.queueArn),
    'close dead letters': at(queues.closeDeadLetters.queueArn),
    schedules: at(schedulesPattern(account, region)),
    'scheduler’s role': {
      resources: [schedules.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
    'own log group': at(),
    any: at('*'),
  };
}

/** As `lambda/edge/config.ts` reads them: a test has it read each function's. */
function settingsOf(
  scope: Construct,
  { publicUrl, policy, keys, tables, queues, schedules, evidence }: FunctionsProps,
): { readonly [S in Setting]: { readonly [variable: string]: string } } {
  const { account, region } = Stack.of(scope);
  return {
    publicUrl: { WRIT_PUBLIC_URL: publicUrl },
    bundle: { WRIT_BUNDLE_FILE: '/var/task/bundle.json', WRIT_BUNDLE_SHA256: policy.hash },
    tables: {
      WRIT_LEDGER_TABLE: tables.ledger.tableName,
      WRIT_PEOPLE_TABLE: tables.people.tableName,
      WRIT_CONTROL_TABLE: tables.control.tableName,
    },
    mintFunction: { WRIT_MINT_FUNCTION: functionArnOf(account, region, 'mint') },
    nonceKeys: { WRIT_NONCE_KEYS: keys.nonceSecretArn },
    enrolmentKey: { WRIT_ENROLMENT_KEY: keys.enrolment.keyArn },
    probeKey: { WRIT_PROBE_KEY: keys.probe.keyArn },
    schedules: {
      WRIT_SCHEDULE_GROUP: SCHEDULE_GROUP,
      WRIT_CLOSE_FUNCTION: functionArnOf(account, region, 'close'),
      WRIT_SCHEDULE_ROLE: schedules.roleArn,
      WRIT_CLOSE_DEAD_LETTERS: queues.closeDeadLetters.queueArn,
    },
    evidence: {
      WRIT_EVIDENCE_ORIGIN: evidence.origin,
      WRIT_EVIDENCE_KEY: evidence.keyArn,
      WRIT_EVIDENCE_LOCK: `${evidence.mode}:${evidence.days}`,
    },
    evidenceBucket: { WRIT_EVIDENCE_BUCKET: evidence.bucketName },
    controlTable: { WRIT_CONTROL_TABLE: tables.control.tableName },
    reconcileQueue: { WRIT_RECONCILE_QUEUE: queues.reconcile.queueUrl },
  };
}
