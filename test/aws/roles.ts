/** Roles as Writ deploys them, below the tests' own path. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account, Bundle, Permission } from '../../core/policy/bundle.ts';
import type { PolicyDocument, PolicyStatement } from '../../core/session/policy-document.ts';
import { type TargetRole, targetRoles } from '../../core/session/roles.ts';
import { onceSpread } from './eventually.ts';
import { type Laboratory, nameOf, pathOf, tagsOf } from './laboratory.ts';
import { removePolicy, removeRole } from './removals.ts';

export const document = (...Statement: PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement,
});

export interface Role {
  readonly name: string;
  readonly arn: string;
}

/** What we make a role of. `path` ends with `/`. */
export interface RoleWanted {
  readonly name: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  readonly inline: { readonly [name: string]: PolicyDocument };
  readonly boundaryArn?: string;
  readonly attached?: readonly string[];
}

/** A principal, a policy or the role itself, that IAM does not know everywhere yet. */
const NOT_SPREAD = ['MalformedPolicyDocumentException', 'NoSuchEntityException', 'InvalidInputException'];

export async function makeRole(lab: Laboratory, wanted: RoleWanted): Promise<Role> {
  const { iam } = lab.clients;
  const RoleName = wanted.name;
  const spread = <T>(what: string, call: () => Promise<T>) =>
    onceSpread(lab.patience, `${RoleName}: ${what}`, NOT_SPREAD, call);
  await lab.cleanup.make(
    `role ${RoleName}`,
    () =>
      spread('is made', () =>
        iam.send(
          new CreateRoleCommand({
            RoleName,
            Path: wanted.path,
            AssumeRolePolicyDocument: JSON.stringify(wanted.trust),
            PermissionsBoundary: wanted.boundaryArn,
            MaxSessionDuration: 3600,
            Tags: tagsOf(lab),
          }),
        ),
      ),
    () => removeRole(iam, RoleName),
  );
  for (const [PolicyName, policy] of Object.entries(wanted.inline)) {
    const PolicyDocument = JSON.stringify(policy);
    await spread(`has ${PolicyName}`, () =>
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument })),
    );
  }
  for (const PolicyArn of wanted.attached ?? [])
    await spread(`carries ${PolicyArn}`, () =>
      iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })),
    );
  return { name: RoleName, arn: `arn:aws:iam::${lab.account}:role${wanted.path}${RoleName}` };
}

/** @param text - The document, as it stands. @returns its ARN. */
export async function makePolicy(lab: Laboratory, what: string, text: string): Promise<string> {
  const { iam } = lab.clients;
  const [PolicyName, Path] = [nameOf(lab, what), pathOf(lab)];
  const arn = `arn:aws:iam::${lab.account}:policy${Path}${PolicyName}`;
  await lab.cleanup.make(
    `policy ${arn}`,
    () => iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument: text, Tags: tagsOf(lab) })),
    () => removePolicy(iam, arn),
  );
  return arn;
}

/** Only who runs the tests may take it: nobody else of the account, whatever he may assume. */
export const trustTester = ({ account, userId }: Laboratory): PolicyDocument =>
  document({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:userid': userId } },
  });

/** In mint's place: it may assume the roles of this run, as mint may its target roles. */
export const makeCaller = (lab: Laboratory, what = 'mint'): Promise<Role> =>
  makeRole(lab, {
    name: nameOf(lab, what),
    path: pathOf(lab),
    trust: trustTester(lab),
    inline: {
      duty: document({
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        Resource: `arn:aws:iam::${lab.account}:role${pathOf(lab)}*`,
      }),
    },
  });

export const accountOf = ({ account, region }: Laboratory): Account => ({
  ...{ account: 'tested', id: account, region, state: 'active' },
});

/** A real read that needs no resource of anybody's. */
export const LIST_TABLES = { Effect: 'Allow', Action: ['dynamodb:ListTables'], Resource: ['*'] } as const;

export const permission = (change: Partial<Permission> = {}): Permission => ({
  permission: 'tested',
  description: 'Of the tests on a real account.',
  accounts: ['tested'],
  role: 'tested',
  longest: 3600,
  place: { kind: 'anywhere' },
  parameters: {},
  statements: [LIST_TABLES],
  lifts: [],
  outlives: [],
  demandsBodyHash: false,
  allows: [],
  denies: [],
  ...change,
});

/** What a deploy would make of a permission. @param mint - ARN. */
export function documentsOf(lab: Laboratory, wanted: Permission, mint: string): TargetRole {
  const bundle: Bundle = {
    v: 1,
    issuers: [],
    agents: [],
    policies: { policies: {}, schema: {}, remedies: {} },
    permissions: [wanted],
    accounts: [accountOf(lab)],
  };
  const [role] = targetRoles(bundle, accountOf(lab), { mintRoleArn: mint });
  if (role === undefined) throw new Error('A permission makes a role.');
  return role;
}

/**
 * A target role: trust, permissions, boundary and fence as Writ makes them, and what it carries besides.
 *
 * @param options.below - Of its path, below the run's: ends with `/`.
 */
export async function makeTarget(
  lab: Laboratory,
  options: {
    readonly what?: string;
    readonly below?: string;
    readonly permission?: Permission;
    readonly mint: string;
    readonly attached?: readonly string[];
  },
): Promise<Role> {
  const { what = 'target', below = '' } = options;
  const { trust, permissions, boundary, fence } = documentsOf(
    lab,
    options.permission ?? permission(),
    options.mint,
  );
  return makeRole(lab, {
    name: nameOf(lab, what),
    path: pathOf(lab, below),
    trust,
    inline: { permissions, fence },
    boundaryArn: await makePolicy(lab, `${what}-boundary`, JSON.stringify(boundary)),
    ...(options.attached && { attached: options.attached }),
  });
}
