/** The facts of a stack in which all is well: the example installation, deployed to the letter. Tests change one thing. */
import { join } from 'node:path';
import { cedarCompiler } from '../../../adapters/cedar-compiler.ts';
import { readConfig } from '../../../adapters/config-folder.ts';
import {
  type AccountFacts,
  type BrokerFacts,
  type Fact,
  type Facts,
  type IssuerFacts,
  known,
  type OrganizationFacts,
  type RoleFacts,
} from '../../../core/doctor/facts.ts';
import { DUTIES } from '../../../core/duties.ts';
import type { Account, Issuer, LoadedBundle } from '../../../core/policy/bundle.ts';
import { compile } from '../../../core/policy/compile.ts';
import { RELEASE } from '../../../core/release.ts';
import { CANARY_ROLE, denyPolicyArn } from '../../../core/revocation/names.ts';
import { partRoles } from '../../../core/revocation/roles.ts';
import { targetRoles } from '../../../core/session/roles.ts';
import { ROOT } from '../../support/source-tree.ts';

export const NOW = 1_795_000_000; // November 2026
const BROKER = '444455556666';
const PUBLIC_URL = 'https://writ.example.com';

export const roleOf = (duty: string): string => `arn:aws:iam::${BROKER}:role/writ-${duty}`;

function example(): LoadedBundle {
  const compiled = compile(readConfig([{ folder: join(ROOT, 'config') }]), { cedar: cedarCompiler });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return { bundle: compiled.bundle, hash: compiled.hash };
}
export const POLICY = example();

export const goodStack = (): Facts => ({
  now: NOW,
  release: RELEASE,
  policy: POLICY,
  clock: known({ ahead: 30, within: 520 }),
  issuers: Object.fromEntries(POLICY.bundle.issuers.map((issuer) => [issuer.alias, issuerOf(issuer)])),
  broker: BROKER_FACTS,
  accounts: Object.fromEntries(
    POLICY.bundle.accounts.map((account) => [account.account, accountOf(account)]),
  ),
  organization: known(ORGANIZATION),
});

const settings = {
  WRIT_PUBLIC_URL: PUBLIC_URL,
  WRIT_BUNDLE_SHA256: POLICY.hash,
  WRIT_CONTROL_TABLE: 'control',
  WRIT_RELEASE: RELEASE,
};

const table = (name: string) =>
  known({
    name,
    keys: ['pk', 'sk'],
    stream: name === 'ledger' ? 'NEW_AND_OLD_IMAGES' : null,
    indexes: name === 'ledger' ? [{ name: 'due', keys: ['due', 'dueAt'], state: 'ACTIVE' }] : [],
    deletionProtection: known(true),
    pointInTimeRecovery: known(true),
    timeToLive: known(name === 'control' ? 'expires' : null),
  });

const deadLetters = (name: string) =>
  known({ name, fifo: false, visibilitySeconds: 30, messages: 0, deadLetters: null });

const BROKER_FACTS: BrokerFacts = {
  functions: known(
    DUTIES.map((duty) => ({
      name: `writ-${duty}`,
      runtime: 'nodejs24.x',
      state: 'Active',
      lastUpdate: 'Successful',
      timeoutSeconds: duty === 'reconcile' ? 60 : 15,
      role: roleOf(duty),
      settings: { ...settings },
    })),
  ),
  metadata: known({ ok: true, value: { issuer: PUBLIC_URL } }),
  tables: { ledger: table('ledger'), people: table('people'), control: table('control') },
  reconcileQueue: known({
    name: 'reconcile.fifo',
    fifo: true,
    visibilitySeconds: 60,
    messages: 0,
    deadLetters: `arn:aws:sqs:eu-central-1:${BROKER}:reconcile-dead.fifo`,
  }),
  deadLetters: {
    close: deadLetters('close-dead'),
    'reconcile’s dead letters': deadLetters('reconcile-dead.fifo'),
  },
  scheduleGroup: known({ name: 'writ', state: 'ACTIVE' }),
  enrolmentKey: known({ spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY', state: 'Enabled' }),
  nonceSecret: known({
    name: 'nonce',
    createdAt: NOW - 400 * 24 * 3600,
    stages: ['AWSCURRENT', 'AWSPREVIOUS'],
  }),
};

/** No key of anybody's: a modulus and a point of the right length. */
const RSA_KEY = { kty: 'RSA', kid: 'r', n: Buffer.alloc(256, 0xc3).toString('base64url'), e: 'AQAB' };
const EC_KEY = {
  ...{ kty: 'EC', crv: 'P-256', kid: 'e' },
  x: Buffer.alloc(32, 1).toString('base64url'),
  y: Buffer.alloc(32, 2).toString('base64url'),
};

const issuerOf = ({ iss, keys, login }: Issuer): IssuerFacts => ({
  clock: known({ ahead: -200, within: 540 }),
  discovery: {
    ok: true,
    value:
      login === undefined
        ? null
        : {
            issuer: iss,
            jwks_uri: 'jwks_uri' in keys ? keys.jwks_uri : '',
            id_token_signing_alg_values_supported: ['RS256'],
            scopes_supported: login.scope.split(' '),
            code_challenge_methods_supported: ['S256'],
          },
  },
  keys: { ok: true, value: [RSA_KEY, EC_KEY] },
});

/** As IAM hands documents out: rebuilt, lists in place of single texts. */
const asIam = (document: object): string => JSON.stringify(document);

function accountOf(account: Account): AccountFacts {
  const { id, region } = account;
  const targets = targetRoles(POLICY.bundle, account, { mintRoleArn: roleOf('mint') }).map(
    (role): RoleFacts => ({
      name: role.name,
      path: role.path,
      trust: asIam(role.trust),
      inline: [
        { name: 'fence', text: asIam(role.fence) },
        { name: 'permissions', text: asIam(role.permissions) },
      ],
      attached: [denyPolicyArn(id)],
      boundary: { arn: `arn:aws:iam::${id}:policy/writ/${role.name}-boundary`, text: asIam(role.boundary) },
      maxSessionSeconds: role.maxSessionSeconds,
    }),
  );
  const parts = partRoles(id, roleOf('reconcile')).map(
    (role): RoleFacts => ({
      name: role.name,
      path: role.path,
      trust: asIam(role.trust),
      inline: [{ name: 'permissions', text: asIam(role.permissions) }],
      attached: role.name === CANARY_ROLE ? [denyPolicyArn(id)] : [],
      boundary: role.boundary
        ? { arn: `arn:aws:iam::${id}:policy/writ-parts/boundary`, text: asIam(role.boundary) }
        : null,
      maxSessionSeconds: 3600,
    }),
  );
  return {
    region: known({ ok: true, value: null }),
    roles: known([...targets, ...parts]),
    deny: known({
      version: 'v7',
      text: '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:SourceIdentity":"canary+1"}}}]}',
      attachedTo: [...targets.map(({ name }) => name), CANARY_ROLE],
    }),
    directDenies: known([]),
    health: known({
      ...{ verifiedAt: NOW - 30, version: 'v7', rung: 'writ', entries: 0, characters: 140, directDenies: [] },
    }),
    trails: known([
      {
        name: 'organisation',
        multiRegion: true,
        logFileValidation: true,
        logging: true,
        selectors: [
          { category: 'Management', only: null, resourceType: '', startsWith: [], narrowed: false },
          data('AWS::S3::Object', ['arn:aws:s3:::example-reports/']),
          data('AWS::DynamoDB::Table', []),
        ],
      },
    ]),
    clusters: known([{ name: 'apps', region, principals: [`arn:aws:iam::${id}:role/Platform`] }]),
  };
}

const data = (resourceType: string, startsWith: readonly string[]) =>
  ({ category: 'Data', only: null, resourceType, startsWith, narrowed: false }) as const;

const deny = (Action: readonly string[], Resource: string, Condition: object, more: object = {}) => ({
  ...{ Effect: 'Deny', Action, Resource, Condition },
  ...more,
});
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const unless = (principal: string) => ({ ArnNotLike: { 'aws:PrincipalArn': principal } });
const DEPLOYER = 'arn:aws:iam::*:role/deployer';

/** Guard rails as somebody else might write them: what they deny counts, not how. */
export const RAILS = {
  tags: document(
    deny(['sts:TagSession'], '*', {
      'ForAnyValue:StringLike': { 'aws:TagKeys': 'writ:*' },
      ArnNotEquals: { 'aws:PrincipalArn': roleOf('mint') },
    }),
  ),
  roles: document(deny(['iam:*'], 'arn:aws:iam::*:role/writ/*', unless(DEPLOYER))),
  policies: document(
    deny(
      ['iam:CreatePolicyVersion'],
      'arn:aws:iam::*:policy/writ/*',
      unless('arn:aws:iam::*:role/writ-parts/reconciler'),
    ),
  ),
  assume: document(
    deny(['sts:AssumeRole'], 'arn:aws:iam::*:role/writ/*', unless(roleOf('mint')), { Principal: '*' }),
  ),
};

const ORGANIZATION: OrganizationFacts = {
  serviceControl: [
    { name: 'tags', text: RAILS.tags },
    { name: 'roles', text: RAILS.roles },
    { name: 'policies', text: RAILS.policies },
  ],
  resourceControl: [{ name: 'assume', text: RAILS.assume }],
};

/** The same, and changeable. */
export type Draft<T> = T extends object ? { -readonly [K in keyof T]: Draft<T[K]> } : T;

/** Of a fact that the good stack knows. */
export function seen<T>(fact: Draft<Fact<T>> | Fact<T> | undefined): Draft<NonNullable<T>> {
  if (fact === undefined || !fact.known || fact.value === null) throw new Error('the good stack knows it');
  return fact.value as Draft<NonNullable<T>>;
}
