import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { flags } from '../../cdk/installation.ts';
import { memberTemplates } from '../../cdk/member-stack.ts';
import { assumeRoleRequests } from '../../core/iam/assume-role.ts';
import { evaluate, evaluateAssumeRole } from '../../core/iam/evaluate.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { RESERVED_TAGS } from '../../core/session/tags.ts';
import { BROKER, find, ofType, POLICY, resolved, SETTINGS, type Template } from './synthesised.ts';

const MEMBER = '111122223333';
const [prod] = memberTemplates(POLICY.bundle, SETTINGS, flags());
const template = prod?.member as Template;
const watch = prod?.watch as Template;

const WRIT = '01jd3v9q2m8x7c4b';
const MINT = `arn:aws:sts::${BROKER}:assumed-role/writ-mint/writ-mint`;
const ROLE = `arn:aws:iam::${MEMBER}:role/writ/reports-read`;
const SESSION = `arn:aws:sts::${MEMBER}:assumed-role/reports-read/report-writer+${WRIT}`;
const ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

interface Deployed {
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly MaxSessionDuration?: number;
  readonly Path: string;
}
const roleOf = (name: string): Deployed =>
  resolved(
    find(template, 'AWS::IAM::Role', { RoleName: name })[1].Properties,
    template,
  ) as unknown as Deployed;
const managed = (name: string) => find(template, 'AWS::IAM::ManagedPolicy', { ManagedPolicyName: name });

describe('the template', () => {
  test('is plain: nothing but IAM, no assets, parameters, rules or bootstrap', () => {
    expect(Object.keys(template).sort()).toEqual(['Description', 'Resources']);
    expect(Object.keys(watch).sort()).toEqual(['Description', 'Resources']);
    expect([...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort()).toEqual([
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Role',
    ]);
    expect(JSON.stringify([template, watch])).not.toContain('Fn::Sub');
  });

  test('fits into a stack set', () => {
    expect(JSON.stringify(template).length).toBeLessThan(51_200);
  });

  test('gives each role of the account’s permissions, and the parts', () => {
    expect(
      ofType(template, 'AWS::IAM::Role')
        .map(([, { Properties }]) => `${Properties.Path}${Properties.RoleName}`)
        .sort(),
    ).toEqual([
      '/writ-parts/canary',
      '/writ-parts/reconciler',
      '/writ-parts/watch',
      '/writ/probe',
      '/writ/reports-read',
      '/writ/summaries-run',
      '/writ/tickets-write',
    ]);
  });

  test.each(['reports-read', 'summaries-run', 'tickets-write'])(
    '%s: an hour at most, bounded, fenced, denied',
    (name) => {
      const role = roleOf(name);
      expect(role).toMatchObject({
        MaxSessionDuration: 3600,
        ManagedPolicyArns: ['arn:aws:AWS::IAM::ManagedPolicy:DenyPolicy'],
        PermissionsBoundary: `arn:aws:AWS::IAM::ManagedPolicy:${managed(`${name}-boundary`)[0]}`,
      });
      expect(role.Policies.map(({ PolicyName }) => PolicyName)).toEqual(['permissions', 'fence']);
    },
  );

  test('the canary is denied as they are; the reconciler’s foot is not', () => {
    expect(roleOf('canary').ManagedPolicyArns).toEqual(['arn:aws:AWS::IAM::ManagedPolicy:DenyPolicy']);
    expect(roleOf('reconciler').ManagedPolicyArns).toBeUndefined();
  });

  test('an account that is closed gets none', () => {
    const accounts = POLICY.bundle.accounts.map((account) => ({ ...account, state: 'closed' as const }));
    expect(memberTemplates({ ...POLICY.bundle, accounts }, SETTINGS, flags())).toEqual([]);
  });
});

describe('the deny policy', () => {
  test('never changes: any difference would put the first document in place of the live one', () => {
    const [id, resource] = managed('deny');
    expect({ [id]: resource }).toEqual({
      DenyPolicy: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          Description: 'What Writ denies. Written by its reconciler alone: any other change is undone.',
          ManagedPolicyName: 'deny',
          Path: '/writ/',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Action: '*',
                Condition: { StringLike: { 'aws:SourceIdentity': 'canary+first' } },
                Effect: 'Deny',
                Resource: '*',
              },
            ],
          },
        },
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      },
    });
    const bytes = JSON.stringify(resource, Object.keys(flat(resource)).sort());
    expect(hash('sha256', bytes)).toMatchInlineSnapshot(
      `"c626877a00bfd8bad4ce1e3b74d0726b4e5e67f5f4f06dbae2b6e7e6d940053e"`,
    );
  });

  test('is the same for every account and every configuration: it refers to nothing', () => {
    expect(JSON.stringify(managed('deny'))).not.toMatch(/\bRef\b|Fn::|\d{12}/);
  });
});

/** All names that occur in it, for a spelling that does not depend on their order. */
function flat(value: unknown): { readonly [name: string]: true } {
  if (typeof value !== 'object' || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([name, each]) => ({ [name]: true, ...flat(each) })));
}

describe('ways into a brokered role', () => {
  const tags = Object.fromEntries(RESERVED_TAGS.map((tag) => [tag, tag === 'writ:id' ? WRIT : 'x']));
  const valid = {
    caller: MINT,
    roleArn: ROLE,
    roleSessionName: `report-writer+${WRIT}`,
    sourceIdentity: `alice+${WRIT}`,
    tags,
    transitiveTagKeys: Object.keys(tags),
    context: {},
  };
  const isLetIn = (call: typeof valid) =>
    evaluateAssumeRole(assumeRoleRequests(call), {
      identity: [ALL],
      resource: roleOf('reports-read').AssumeRolePolicyDocument,
    }).allowed;
  const { 'writ:purpose': _, ...oneLess } = tags;

  test('mint, with names and tags that agree', () => {
    expect(isLetIn(valid)).toBe(true);
  });

  test.each<[string, Partial<typeof valid>]>([
    [
      'another role of the broker’s account',
      { caller: `arn:aws:sts::${BROKER}:assumed-role/writ-exchange/writ-exchange` },
    ],
    ['an administrator of the broker’s account', { caller: `arn:aws:iam::${BROKER}:role/Admin` }],
    ['the root of the broker’s account', { caller: `arn:aws:iam::${BROKER}:root` }],
    ['another role of the member’s account', { caller: `arn:aws:sts::${MEMBER}:assumed-role/Admin/alice` }],
    ['a user of the member’s account', { caller: `arn:aws:iam::${MEMBER}:user/alice` }],
    [
      'a role called like mint’s in another account',
      { caller: `arn:aws:sts::999999999999:assumed-role/writ-mint/writ-mint` },
    ],
    ['the reconciler’s foot', { caller: `arn:aws:sts::${MEMBER}:assumed-role/reconciler/reconciler` }],
    [
      'an Identity Center role',
      {
        caller: `arn:aws:sts::${MEMBER}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice@example.com`,
      },
    ],
    ['a session of a brokered role: chained', { caller: SESSION }],
    ['a service', { caller: 'ec2.amazonaws.com' }],
    ['mint, without a tag', { tags: oneLess as typeof tags }],
    ['mint, with an empty tag', { tags: { ...tags, 'writ:user': '' } }],
    ['mint, with one tag more', { tags: { ...tags, department: 'finance' } }],
    ['mint, with a tag spelled in capitals beside it', { tags: { ...tags, 'WRIT:user': 'x' } }],
    ['mint, with a forged id in the tag', { tags: { ...tags, 'writ:id': '01jd3v9q2m8x7c4z' } }],
    ['mint, with a session name that disagrees', { roleSessionName: 'report-writer+01jd3v9q2m8x7c4z' }],
    ['mint, with a source identity that disagrees', { sourceIdentity: 'alice+01jd3v9q2m8x7c4z' }],
    ['mint, with a session name that is the id alone', { roleSessionName: `+${WRIT}` }],
    ['mint, with a pattern for an id', { tags: { ...tags, 'writ:id': '*' } }],
  ])('not %s', (_name, change) => {
    expect(isLetIn({ ...valid, ...change })).toBe(false);
  });

  test('not mint without tags, nor without a source identity', () => {
    const { tags: _tags, transitiveTagKeys: _keys, ...untagged } = valid;
    const { sourceIdentity: _identity, ...unnamed } = valid;
    const resource = roleOf('reports-read').AssumeRolePolicyDocument;
    for (const call of [untagged, unnamed]) {
      expect(evaluateAssumeRole(assumeRoleRequests(call), { identity: [ALL], resource }).allowed).toBe(false);
    }
  });
});

describe('inside a brokered role', () => {
  const { Policies } = roleOf('reports-read');
  const boundary = (
    managed('reports-read-boundary')[1].Properties as { readonly PolicyDocument: PolicyDocument }
  ).PolicyDocument;
  const decide = (
    action: string,
    resource: string,
    more: { readonly resource?: PolicyDocument; readonly identity?: PolicyDocument } = {},
  ) =>
    evaluate(
      {
        action,
        resource,
        principal: SESSION,
        context: { 'aws:SourceIdentity': `alice+${WRIT}`, 's3:prefix': 'q3/' },
      },
      {
        identity: [
          ...Policies.map(({ PolicyDocument }) => PolicyDocument),
          ...(more.identity ? [more.identity] : []),
        ],
        boundary,
        ...(more.resource ? { resource: more.resource } : {}),
      },
    ).decision;

  test('what the permission allows is allowed', () => {
    expect(decide('s3:GetObject', 'arn:aws:s3:::example-reports/q3/figures.csv')).toBe('allowed');
  });

  test.each([
    ['s3:GetObject', 'arn:aws:s3:::payroll/all.csv'],
    ['s3:PutObject', 'arn:aws:s3:::example-reports/q3/figures.csv'],
    ['sts:AssumeRole', 'arn:aws:iam::111122223333:role/Admin'],
    ['iam:DetachRolePolicy', ROLE],
    ['iam:CreatePolicyVersion', 'arn:aws:iam::111122223333:policy/writ/deny'],
  ])(
    '%s on %s is denied, also where a resource policy names the session, or somebody attaches all',
    (action, resource) => {
      const names: PolicyDocument = {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: SESSION }, Action: '*', Resource: '*' }],
      };
      expect(decide(action, resource)).not.toBe('allowed');
      expect(decide(action, resource, { resource: names })).toBe('explicitDeny');
      expect(decide(action, resource, { identity: ALL })).toBe('explicitDeny');
    },
  );
});

describe('the reconciler’s foot', () => {
  const { AssumeRolePolicyDocument: trust, Policies } = roleOf('reconciler');
  const RECONCILER = `arn:aws:sts::${MEMBER}:assumed-role/reconciler/reconciler`;
  const may = (action: string, resource: string, context = {}) =>
    evaluate(
      { action, resource, principal: RECONCILER, context },
      { identity: Policies.map(({ PolicyDocument }) => PolicyDocument) },
    ).allowed;
  const deny = `arn:aws:iam::${MEMBER}:policy/writ/deny`;

  test('is set by the reconcile function alone', () => {
    const isLetIn = (caller: string) =>
      evaluateAssumeRole(
        assumeRoleRequests({
          caller,
          roleArn: `arn:aws:iam::${MEMBER}:role/writ-parts/reconciler`,
          roleSessionName: 'reconciler',
          context: {},
        }),
        { identity: [ALL], resource: trust },
      ).allowed;
    expect(isLetIn(`arn:aws:sts::${BROKER}:assumed-role/writ-reconcile/writ-reconcile`)).toBe(true);
    expect(isLetIn(MINT)).toBe(false);
    expect(isLetIn(`arn:aws:sts::${MEMBER}:assumed-role/Admin/alice`)).toBe(false);
  });

  test('writes one policy, and attaches that one to what is Writ’s', () => {
    expect(may('iam:CreatePolicyVersion', deny)).toBe(true);
    expect(may('iam:AttachRolePolicy', ROLE, { 'iam:PolicyARN': deny })).toBe(true);
  });

  test.each([
    ['iam:CreatePolicyVersion', `arn:aws:iam::${MEMBER}:policy/writ/reports-read-boundary`, {}],
    ['iam:DeletePolicy', deny, {}],
    ['iam:DetachRolePolicy', ROLE, { 'iam:PolicyARN': deny }],
    ['iam:AttachRolePolicy', ROLE, { 'iam:PolicyARN': 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    ['iam:AttachRolePolicy', `arn:aws:iam::${MEMBER}:role/Admin`, { 'iam:PolicyARN': deny }],
    ['iam:AttachRolePolicy', `arn:aws:iam::${MEMBER}:role/writ-parts/reconciler`, { 'iam:PolicyARN': deny }],
    ['iam:PutRolePolicy', ROLE, {}],
    ['iam:UpdateAssumeRolePolicy', ROLE, {}],
  ])('%s on %s: no', (action, resource, context) => {
    expect(may(action, resource, context)).toBe(false);
  });
});

describe('what watches', () => {
  const rules = Object.fromEntries(
    ofType(watch, 'AWS::Events::Rule').map(([, { Properties }]) => [Properties.Name, Properties]),
  );

  test('sends to the broker', () => {
    for (const name of ['writ-dark-mint', 'writ-foreign-write']) {
      expect(rules[name]).toMatchObject({
        Targets: [
          {
            Arn: `arn:aws:events:eu-central-1:${BROKER}:event-bus/writ-watch`,
            RoleArn: `arn:aws:iam::${MEMBER}:role/writ-parts/watch`,
          },
        ],
      });
    }
  });

  test('is deployed where IAM’s events are, too', () => {
    expect(prod?.regions).toEqual(['eu-central-1', 'us-east-1']);
  });
});
