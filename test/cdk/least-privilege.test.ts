import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { functionName, roleName } from '../../cdk/names.ts';
import { documented, privileges } from '../../cdk/privileges.ts';
import { DUTIES } from '../../core/duties.ts';
import { RELEASE_SETTING } from '../../core/release.ts';
import type { PolicyStatement } from '../../core/session/policy-document.ts';
import { type Config, readConfig } from '../../lambda/edge/config.ts';
import { brokerTemplate, find, ofType, resolved, type Template } from './synthesised.ts';

const template = brokerTemplate();

interface Role {
  readonly Policies?: readonly {
    readonly PolicyDocument: { readonly Statement: readonly PolicyStatement[] };
  }[];
  readonly ManagedPolicyArns?: readonly string[];
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

function statementsOf(name: string): readonly PolicyStatement[] {
  const [, role] = find(template, 'AWS::IAM::Role', { RoleName: name });
  const { Policies = [], ManagedPolicyArns = [] } = resolved(role.Properties as Role, template);
  expect(ManagedPolicyArns).toEqual([]);
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** What the table calls a resource; an ARN that it has no name for stays what it is. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/:table\/BrokerTablesLedger\w+\/index\/due$/, 'ledger’s time index'],
  [/:table\/BrokerTablesLedger\w+\/stream\/1$/, 'ledger’s stream'],
  [/:table\/BrokerTablesLedger\w+$/, 'ledger'],
  [/:table\/BrokerTablesPeople\w+$/, 'people'],
  [/:table\/BrokerTablesControl\w+$/, 'control'],
  [/:key\/BrokerKeysEnrolment\w+$/, 'enrolment key'],
  [/:key\/BrokerKeysProbe\w+$/, 'probe key'],
  [/:secret:BrokerKeysNonce\w+$/, 'nonce keys'],
  [/:BrokerEvidenceBucket\w+$/, 'evidence bucket'],
  [/:BrokerEvidenceBucket\w+\/\*$/, 'evidence objects'],
  [/:key\/BrokerEvidenceKey\w+$/, 'evidence key'],
  [/:444455556666:function:writ-mint$/, 'mint'],
  [/^arn:aws:iam::111122223333:role\/writ\/\*$/, 'target roles'],
  [/^arn:aws:iam::111122223333:role\/writ-parts\/(?:canary|reconciler)$/, 'part roles'],
  [/:BrokerQueuesReconcile[0-9A-F]{8}$/, 'reconcile queue'],
  [/:BrokerQueuesStreamFailures\w+$/, 'stream failures'],
  [/:BrokerQueuesCloseDeadLetters\w+$/, 'close dead letters'],
  [/:schedule\/writ\/\*$/, 'schedules'],
  [/:role\/BrokerSchedulesRole\w+$/, 'scheduler’s role'],
  [/^\*$/, 'any'],
];

const THROUGH: { readonly [service: string]: string } = {
  'dynamodb.eu-central-1.amazonaws.com': 'data key, through DynamoDB',
  'secretsmanager.eu-central-1.amazonaws.com': 'data key, through Secrets Manager',
};

const placeOf = (arn: string, duty: string, through: string): string =>
  /:key\/BrokerKeysData\w+$/.test(arn)
    ? (THROUGH[through] ?? arn)
    : new RegExp(`:log-group:BrokerFunctions${duty.replace('-', '')}Logs\\w+$`).test(arn)
      ? 'own log group'
      : (NAMES.find(([pattern]) => pattern.test(arn))?.[1] ?? arn);

/** One line for each function, action and resource; what conditions a place has by itself is checked below. */
const line = (duty: string, action: string, on: string, partitions: readonly string[]): string =>
  `${duty} | ${action} | ${on} | ${[...partitions].sort().join(' ')}`;

const deployed = (): readonly string[] =>
  DUTIES.flatMap((duty) =>
    statementsOf(roleName(duty)).flatMap(({ Action, Resource, Condition }) => {
      const [through = ''] = list(Condition?.StringEquals?.['kms:ViaService']);
      const keys = list(Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']);
      return list(Action).flatMap((action) =>
        [...new Set(list(Resource).map((arn) => placeOf(arn, duty, through)))].map((on) =>
          line(
            duty,
            action,
            on,
            keys.map((key) => key.replace(/\*$/, '')),
          ),
        ),
      );
    }),
  );

function written(table: string): readonly string[] {
  return table
    .split('\n')
    .slice(2)
    .flatMap((row) => {
      const [who = '', may = '', on = '', partitions = ''] = row
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      const ticked = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
      return dutiesOf(who).flatMap((duty) =>
        ticked(may).map((action) => line(duty, action, on, ticked(partitions))),
      );
    });
}

function dutiesOf(who: string): readonly string[] {
  const but = /^every function(?: but (.*))?$/.exec(who);
  if (but === null) return who.split(', ');
  return DUTIES.filter((duty) => !(but[1]?.split(', ') ?? []).includes(duty));
}

test('the table of architecture, section 9, says what the template deploys, and nothing else', () => {
  expect([...written(documented())].sort()).toEqual([...deployed()].sort());
});

test('and gives the reason for each', () => {
  expect(documented()).toBe(privileges());
  for (const row of documented().split('\n').slice(2)) expect(row.split('|').at(-2)?.trim()).not.toBe('');
});

/** Who may do this, of all that the stack makes; a pattern means what IAM makes of it. */
const holders = (action: RegExp): readonly string[] =>
  ofType(template, 'AWS::IAM::Role')
    .filter(([, { Properties }]) =>
      (resolved(Properties as Role, template).Policies ?? [])
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .some(({ Action }) => list(Action).some((each) => action.test(each))),
    )
    .map(([id, { Properties }]) => String(Properties.RoleName ?? id));

test('only mint assumes target roles, and reconcile its own parts', () => {
  expect(holders(/^(?:sts:|\*)/)).toEqual(['writ-mint', 'writ-reconcile']);
});

test('nobody touches IAM; schedule passes on one role, to EventBridge', () => {
  expect(holders(/^(?:iam:|\*)/)).toEqual(['writ-schedule']);
  expect(
    statementsOf('writ-schedule').filter(({ Action }) => list(Action).some((each) => /^iam:/.test(each))),
  ).toEqual([
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: expect.stringMatching(/:role\/BrokerSchedulesRole\w+$/),
      Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
  ]);
});

test('to the ledger items are put, and nothing else is done that writes', () => {
  const onLedger = deployed().filter((each) => / \| ledger \| /.test(each));
  const actions = new Set(onLedger.map((each) => each.split(' | ')[1]));
  expect([...actions].sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
  ]);
});

test('no action is a pattern, and no resource all but where the action knows none', () => {
  expect(deployed().filter((each) => each.split(' | ')[1]?.includes('*'))).toEqual([]);
  expect(deployed().filter((each) => each.includes('| any |'))).toEqual([
    line('schedule', 'dynamodb:ListStreams', 'any', []),
    line('archive', 'dynamodb:ListStreams', 'any', []),
  ]);
});

test('the data key is used through DynamoDB and Secrets Manager alone', () => {
  expect(deployed().filter((each) => each.includes(':key/'))).toEqual([]);
});

test('mint’s function is invoked by exchange, and no statement of its own lets another in', () => {
  expect(deployed().filter((each) => each.includes('| mint |'))).toEqual([
    line('exchange', 'lambda:InvokeFunction', 'mint', []),
  ]);
  const [mint] = find(template, 'AWS::Lambda::Function', { FunctionName: 'writ-mint' });
  const permissions = ofType(template, 'AWS::Lambda::Permission').filter(([, { Properties }]) =>
    JSON.stringify(Properties.FunctionName).includes(mint),
  );
  expect(permissions).toEqual([]);
});

test('no policy hangs on a role from outside: what it holds is in the role itself', () => {
  expect(ofType(template, 'AWS::IAM::Policy')).toEqual([]);
});

const environmentOf = (duty: (typeof DUTIES)[number], from: Template) => {
  const [, { Properties }] = find(from, 'AWS::Lambda::Function', { FunctionName: functionName(duty) });
  const { Environment } = resolved(
    Properties as { readonly Environment: { readonly Variables: object } },
    from,
  );
  return Environment.Variables as { readonly [name: string]: string };
};

/** As the handler reads them: `PUBLIC_SETTINGS` and the names beside it. */
function settingsOf(duty: string): readonly (keyof Config)[] {
  const source = readFileSync(`lambda/${duty}.ts`, 'utf8');
  const [, names = ''] = /readConfig\(\s*process\.env,\s*(\[[^\]]*\]|PUBLIC_SETTINGS)/.exec(source) ?? [];
  const own = [...names.matchAll(/'(\w+)'/g)].map(([, name]) => name as keyof Config);
  return names.includes('PUBLIC_SETTINGS') ? [...own, ...PUBLIC] : own;
}
const PUBLIC = [
  'publicUrl',
  'bundle',
  'ledgerTable',
  'peopleTable',
  'controlTable',
  'nonceKeys',
  'enrolmentKey',
  'region',
] as const;

test.each(DUTIES)('%s starts in the environment that it is given, and needs all of it', (duty) => {
  const given = environmentOf(duty, template);
  const asLambda = { AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: functionName(duty) };
  const settings = settingsOf(duty);
  expect(() => readConfig({ ...asLambda, ...given }, settings)).not.toThrow();
  // The release is for people: no function decides by it.
  for (const name of Object.keys(given).filter((each) => each !== RELEASE_SETTING)) {
    const { [name]: _, ...rest } = given;
    expect(() => readConfig({ ...asLambda, ...rest }, settings)).toThrow(name);
  }
});
