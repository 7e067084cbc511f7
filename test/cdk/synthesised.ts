/** Templates as the app makes them, from the example installation, with stand-ins for the functions' code. */
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { readConfig } from '../../adapters/config-folder.ts';
import { BrokerStack } from '../../cdk/broker-stack.ts';
import { flags } from '../../cdk/installation.ts';
import type { LoadedBundle } from '../../core/policy/bundle.ts';
import { compile } from '../../core/policy/compile.ts';
import type { BrokerFile } from '../../core/policy/config/broker.ts';

export const BROKER = '444455556666';
export const SETTINGS: BrokerFile = { account: BROKER, region: 'eu-central-1' };

const compiled = compile(readConfig([{ folder: 'config' }]), { cedar: cedarCompiler });
if (!compiled.ok) throw new Error('the example does not compile');
export const POLICY: LoadedBundle = compiled;
/** The example without its prober, for an endpoint that nobody from outside reaches. */
export const WITHOUT_PROBER: LoadedBundle = {
  ...POLICY,
  bundle: { ...POLICY.bundle, issuers: POLICY.bundle.issuers.filter(({ alias }) => alias !== 'probe') },
};

export type Properties = { readonly [name: string]: unknown };
export interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}
export interface Template {
  readonly Resources: { readonly [id: string]: Resource };
}

/** @returns the stack too, for whoever validates it. */
export function brokerApp(settings: Partial<BrokerFile> = {}, outdir?: string, policy = POLICY) {
  const app = new App({ context: flags(), treeMetadata: false, ...(outdir === undefined ? {} : { outdir }) });
  const stack = new BrokerStack(app, 'Writ', {
    settings: { ...SETTINGS, ...settings },
    policy,
    code: { of: () => Code.fromInline('export const handler = null;') },
  });
  return { app, stack };
}

export function brokerTemplate(settings: Partial<BrokerFile> = {}, policy = POLICY): Template {
  const { app, stack } = brokerApp(settings, undefined, policy);
  return app.synth().getStackArtifact(stack.artifactId).template as Template;
}

export const ofType = (template: Template, type: string): readonly (readonly [id: string, Resource])[] =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

/** The one resource of a type with these properties. */
export function find(template: Template, type: string, some: Properties): readonly [id: string, Resource] {
  const found = ofType(template, type).filter(([, { Properties }]) =>
    Object.entries(some).every(([name, value]) => JSON.stringify(Properties[name]) === JSON.stringify(value)),
  );
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(`${found.length} of ${type} ${JSON.stringify(some)}`);
  return one;
}

/** Puts texts in the place of intrinsic functions: an ARN as AWS would make it, `<id>` for any other reference. */
export function resolved<T>(value: T, template: Template): T {
  return resolve(value, template) as T;
}

function resolve(value: unknown, template: Template): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, template));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', null]] = entries;
  if (entries.length === 1) {
    if (name === 'Ref') return PSEUDO[argument] ?? referenceTo(String(argument), template);
    if (name === 'Fn::GetAtt') return attributeOf(argument as [string, string], template);
    if (name === 'Fn::Join') {
      const [by, parts] = resolve(argument, template) as [string, string[]];
      return parts.join(by);
    }
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, resolve(each, template)]));
}

const PSEUDO: { readonly [name: string]: string } = {
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::AccountId': BROKER,
  'AWS::Region': 'eu-central-1',
};

const SERVICE: { readonly [type: string]: string } = {
  'AWS::DynamoDB::Table': 'dynamodb:eu-central-1:444455556666:table/',
  'AWS::KMS::Key': 'kms:eu-central-1:444455556666:key/',
  'AWS::S3::Bucket': 's3:::',
  'AWS::SQS::Queue': 'sqs:eu-central-1:444455556666:',
  'AWS::SecretsManager::Secret': 'secretsmanager:eu-central-1:444455556666:secret:',
  'AWS::Lambda::Function': 'lambda:eu-central-1:444455556666:function:',
  'AWS::IAM::Role': 'iam::444455556666:role/',
  'AWS::Logs::LogGroup': 'logs:eu-central-1:444455556666:log-group:',
  'AWS::SNS::Topic': 'sns:eu-central-1:444455556666:',
};

function arnOf(id: string, template: Template): string {
  const { Type = '' } = template.Resources[id] ?? {};
  return `arn:aws:${SERVICE[Type] ?? `${Type}:`}${id}`;
}

/** What `Ref` is an ARN of. */
function referenceTo(id: string, template: Template): string {
  const type = template.Resources[id]?.Type ?? '';
  if (type === 'AWS::ApiGateway::RestApi') return 'a1b2c3d4e5';
  return /^AWS::(?:SecretsManager::Secret|SNS::Topic|IAM::ManagedPolicy)$/.test(type)
    ? arnOf(id, template)
    : `<${id}>`;
}

function attributeOf([id, attribute]: readonly [string, string], template: Template): string {
  if (attribute === 'Arn') return arnOf(id, template);
  if (attribute === 'StreamArn') return `${arnOf(id, template)}/stream/1`;
  return `<${id}.${attribute}>`;
}
