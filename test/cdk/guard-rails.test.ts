import { describe, expect, test } from 'vitest';
import { memberRcp } from '../../cdk/guard-rails/rcp.ts';
import { brokerScp, memberScp } from '../../cdk/guard-rails/scp.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';

const BROKER = '444455556666';
const MEMBER = '111122223333';
const responders = [`arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Responder_*`];
const PROPS = { broker: BROKER, responders };
const ALL: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const OPEN: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

const MINT = {
  session: `arn:aws:sts::${BROKER}:assumed-role/writ-mint/writ-mint`,
  role: `arn:aws:iam::${BROKER}:role/writ-mint`,
};
const ADMIN = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/Admin/alice`,
  role: `arn:aws:iam::${MEMBER}:role/Admin`,
};
const IDENTITY_CENTER = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice`,
  role: `arn:aws:iam::${MEMBER}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_0123456789abcdef`,
};
const RESPONDER = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/AWSReservedSSO_Responder_0123456789abcdef/bob`,
  role: `arn:aws:iam::${MEMBER}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Responder_0123456789abcdef`,
};
const RECONCILER = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/reconciler/reconciler`,
  role: `arn:aws:iam::${MEMBER}:role/writ-parts/reconciler`,
};
const STACK_SET = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/stacksets-exec-0123456789abcdef/x`,
  role: `arn:aws:iam::${MEMBER}:role/stacksets-exec-0123456789abcdef`,
};
const CHAINED = {
  session: `arn:aws:sts::${MEMBER}:assumed-role/reports-read/report-writer+01jd3v9q2m8x7c4b`,
  role: `arn:aws:iam::${MEMBER}:role/writ/reports-read`,
};
type Who = typeof MINT;

const ROLE = `arn:aws:iam::${MEMBER}:role/writ/reports-read`;
const FOOT = `arn:aws:iam::${MEMBER}:role/writ-parts/reconciler`;
const DENY = `arn:aws:iam::${MEMBER}:policy/writ/deny`;
const DIRECT = `arn:aws:iam::${MEMBER}:policy/writ-direct/night`;
const attach = (policy: string) => ({ 'iam:PolicyARN': policy });
const tags = (...keys: string[]) => ({ 'aws:TagKeys': keys });

/** Whether an administrator of everything may still do it under the policy, where the resource lets everyone in. */
const may = (scp: PolicyDocument, { session, role }: Who, action: string, resource: string, context = {}) =>
  evaluate(
    { action, resource, principal: session, context: { 'aws:PrincipalArn': role, ...context } },
    { identity: [ALL, scp], resource: OPEN },
  ).allowed;

describe('the members’ SCP', () => {
  const scp = memberScp(PROPS);

  test.each<[string, Who, string, string, object]>([
    ['mint assumes a brokered role', MINT, 'sts:AssumeRole', ROLE, tags('writ:id', 'writ:user')],
    ['mint tags the session', MINT, 'sts:TagSession', ROLE, tags('writ:id', 'writ:user')],
    [
      'an administrator assumes a role of his own',
      ADMIN,
      'sts:AssumeRole',
      `arn:aws:iam::${MEMBER}:role/Other`,
      {},
    ],
    [
      'an administrator tags a session with anything else',
      ADMIN,
      'sts:TagSession',
      `arn:aws:iam::${MEMBER}:role/Other`,
      tags('team', 'rewrite:x'),
    ],
    [
      'an administrator changes a role of his own',
      ADMIN,
      'iam:PutRolePolicy',
      `arn:aws:iam::${MEMBER}:role/Other`,
      {},
    ],
    ['a stack set changes a brokered role', STACK_SET, 'iam:UpdateAssumeRolePolicy', ROLE, {}],
    ['a stack set makes the deny policy', STACK_SET, 'iam:CreatePolicy', DENY, {}],
    ['a stack set attaches it', STACK_SET, 'iam:AttachRolePolicy', ROLE, attach(DENY)],
    ['the reconciler writes the deny policy', RECONCILER, 'iam:CreatePolicyVersion', DENY, {}],
    ['the reconciler attaches it', RECONCILER, 'iam:AttachRolePolicy', ROLE, attach(DENY)],
    ['a responder makes a direct deny', RESPONDER, 'iam:CreatePolicy', DIRECT, {}],
    ['a responder attaches it', RESPONDER, 'iam:AttachRolePolicy', ROLE, attach(DIRECT)],
    ['a responder takes it off again', RESPONDER, 'iam:DetachRolePolicy', ROLE, attach(DIRECT)],
  ])('lets through: %s', (_name, who, action, resource, context) => {
    expect(may(scp, who, action, resource, context)).toBe(true);
  });

  test.each<[string, Who, string, string, object]>([
    ['an administrator assumes a brokered role whose trust he changed', ADMIN, 'sts:AssumeRole', ROLE, {}],
    ['an Identity Center role does', IDENTITY_CENTER, 'sts:AssumeRole', ROLE, {}],
    ['a session chains into one', CHAINED, 'sts:AssumeRole', ROLE, {}],
    [
      'TagSession by another',
      ADMIN,
      'sts:TagSession',
      `arn:aws:iam::${MEMBER}:role/Other`,
      tags('writ:user'),
    ],
    [
      'AssumeRole with one forged tag among others',
      ADMIN,
      'sts:AssumeRole',
      `arn:aws:iam::${MEMBER}:role/Other`,
      tags('team', 'writ:id'),
    ],
    [
      'a tag in another spelling',
      ADMIN,
      'sts:TagSession',
      `arn:aws:iam::${MEMBER}:role/Other`,
      tags('WrIt:user'),
    ],
    [
      'a role that carries a tag of ours',
      ADMIN,
      'iam:TagRole',
      `arn:aws:iam::${MEMBER}:role/Other`,
      tags('writ:user'),
    ],
    ['a role made with one', ADMIN, 'iam:CreateRole', `arn:aws:iam::${MEMBER}:role/Other`, tags('Writ:user')],
    ['a user that carries one', ADMIN, 'iam:TagUser', `arn:aws:iam::${MEMBER}:user/other`, tags('writ:user')],
    ['GetFederationToken with one', ADMIN, 'sts:GetFederationToken', '*', tags('writ:user')],
    ['a trust is changed', ADMIN, 'iam:UpdateAssumeRolePolicy', ROLE, {}],
    ['a trust is changed by Identity Center', IDENTITY_CENTER, 'iam:UpdateAssumeRolePolicy', ROLE, {}],
    ['a boundary is taken off', ADMIN, 'iam:DeleteRolePermissionsBoundary', ROLE, {}],
    ['a fence is taken off', ADMIN, 'iam:DeleteRolePolicy', ROLE, {}],
    ['the deny policy is detached', ADMIN, 'iam:DetachRolePolicy', ROLE, attach(DENY)],
    ['the deny policy is detached by a responder', RESPONDER, 'iam:DetachRolePolicy', ROLE, attach(DENY)],
    ['the deny policy is detached by the reconciler', RECONCILER, 'iam:DetachRolePolicy', ROLE, attach(DENY)],
    ['the deny policy gets another version', ADMIN, 'iam:CreatePolicyVersion', DENY, {}],
    ['an old version becomes the default', ADMIN, 'iam:SetDefaultPolicyVersion', DENY, {}],
    [
      'a boundary’s text is changed',
      ADMIN,
      'iam:CreatePolicyVersion',
      `arn:aws:iam::${MEMBER}:policy/writ/reports-read-boundary`,
      {},
    ],
    [
      'a policy of all is attached',
      ADMIN,
      'iam:AttachRolePolicy',
      ROLE,
      attach('arn:aws:iam::aws:policy/AdministratorAccess'),
    ],
    [
      'a policy of all is attached by a responder',
      RESPONDER,
      'iam:AttachRolePolicy',
      ROLE,
      attach('arn:aws:iam::aws:policy/AdministratorAccess'),
    ],
    [
      'a direct deny is taken off by who is no responder',
      ADMIN,
      'iam:DetachRolePolicy',
      ROLE,
      attach(DIRECT),
    ],
    ['a direct deny is emptied by who is no responder', ADMIN, 'iam:CreatePolicyVersion', DIRECT, {}],
    ['the reconciler’s foot gets another owner', ADMIN, 'iam:UpdateAssumeRolePolicy', FOOT, {}],
    ['a brokered role is passed to a service', ADMIN, 'iam:PassRole', ROLE, {}],
    ['a brokered role is made by hand', ADMIN, 'iam:CreateRole', `arn:aws:iam::${MEMBER}:role/writ/mine`, {}],
    ['somebody makes a role that is called like a stack set’s', ADMIN, 'iam:CreateRole', STACK_SET.role, {}],
    [
      'somebody lets himself into a stack set’s role',
      ADMIN,
      'iam:UpdateAssumeRolePolicy',
      STACK_SET.role,
      {},
    ],
    ['a brokered role is deleted', ADMIN, 'iam:DeleteRole', ROLE, {}],
  ])('stops: %s', (_name, who, action, resource, context) => {
    expect(may(scp, who, action, resource, context)).toBe(false);
  });
});

describe('the broker’s SCP', () => {
  const scp = brokerScp(PROPS);
  const own = (name: string): Who => ({
    session: `arn:aws:sts::${BROKER}:assumed-role/${name}/x`,
    role: `arn:aws:iam::${BROKER}:role/${name}`,
  });
  const fn = (name: string) => `arn:aws:lambda:eu-central-1:${BROKER}:function:${name}`;
  const LEDGER = `arn:aws:dynamodb:eu-central-1:${BROKER}:table/Writ-BrokerTablesLedgerC5D821D5-1ABCDEF`;
  const DEPLOY = own('cdk-hnb659fds-cfn-exec-role-444455556666-eu-central-1');

  test.each<[string, Who, string, string]>([
    ['exchange invokes mint', own('writ-exchange'), 'lambda:InvokeFunction', fn('writ-mint')],
    ['a deploy changes code', DEPLOY, 'lambda:UpdateFunctionCode', fn('writ-mint')],
    ['a deploy changes a role', DEPLOY, 'iam:PutRolePolicy', `arn:aws:iam::${BROKER}:role/writ-mint`],
    [
      'schedule passes the schedules’ role on',
      own('writ-schedule'),
      'iam:PassRole',
      `arn:aws:iam::${BROKER}:role/writ-scheduler`,
    ],
    ['exchange puts an item', own('writ-exchange'), 'dynamodb:PutItem', LEDGER],
    [
      'reconcile forgets an entry of control',
      own('writ-reconcile'),
      'dynamodb:BatchWriteItem',
      LEDGER.replace('Ledger', 'Control'),
    ],
  ])('lets through: %s', (_name, who, action, resource) => {
    expect(may(scp, who, action, resource)).toBe(true);
  });

  test.each<[string, Who, string, string]>([
    ['an administrator invokes mint', own('Admin'), 'lambda:InvokeFunction', fn('writ-mint')],
    ['another function invokes mint', own('writ-revoke'), 'lambda:InvokeFunction', fn('writ-mint')],
    ['an administrator changes code', own('Admin'), 'lambda:UpdateFunctionCode', fn('writ-exchange')],
    [
      'an administrator changes settings',
      own('Admin'),
      'lambda:UpdateFunctionConfiguration',
      fn('writ-mint'),
    ],
    ['an administrator opens a function', own('Admin'), 'lambda:AddPermission', fn('writ-mint')],
    [
      'an administrator becomes mint',
      own('Admin'),
      'iam:UpdateAssumeRolePolicy',
      `arn:aws:iam::${BROKER}:role/writ-mint`,
    ],
    [
      'an administrator runs code as mint',
      own('Admin'),
      'iam:PassRole',
      `arn:aws:iam::${BROKER}:role/writ-mint`,
    ],
    ['an administrator changes an item', own('Admin'), 'dynamodb:UpdateItem', LEDGER],
    ['a deploy removes one', DEPLOY, 'dynamodb:DeleteItem', LEDGER],
    ['an item is changed by PartiQL', own('Admin'), 'dynamodb:PartiQLUpdate', LEDGER],
  ])('stops: %s', (_name, who, action, resource) => {
    expect(may(scp, who, action, resource)).toBe(false);
  });
});

describe('the members’ RCP', () => {
  const rcp = memberRcp(PROPS);
  /** Under a trust policy that lets everyone in. @param role - `null`: signed in through SAML or OpenID Connect. */
  const isLetIn = (principal: string, role: string | null, action: string, resource: string, context = {}) =>
    evaluate(
      {
        action,
        resource,
        principal,
        context: { ...(role === null ? {} : { 'aws:PrincipalArn': role }), ...context },
      },
      { identity: [ALL], resource: { ...OPEN, Statement: [...OPEN.Statement, ...rcp.Statement] } },
    ).allowed;
  const OTHER = `arn:aws:iam::${MEMBER}:role/Other`;
  const STRANGER = 'arn:aws:sts::999999999999:assumed-role/Stranger/x';

  test.each<[string, string, string | null, string, string, object]>([
    ['mint assumes a brokered role', MINT.session, MINT.role, 'sts:AssumeRole', ROLE, tags('writ:id')],
    [
      'reconcile sets its foot',
      `arn:aws:sts::${BROKER}:assumed-role/writ-reconcile/x`,
      `arn:aws:iam::${BROKER}:role/writ-reconcile`,
      'sts:AssumeRole',
      FOOT,
      {},
    ],
    [
      'somebody signs in through SAML, with tags of his own',
      ADMIN.session,
      null,
      'sts:TagSession',
      OTHER,
      tags('department'),
    ],
  ])('lets through: %s', (_name, principal, role, action, resource, context) => {
    expect(isLetIn(principal, role, action, resource, context)).toBe(true);
  });

  test.each<[string, string, string | null, string, string, object]>([
    ['SAML that sets a tag of ours', ADMIN.session, null, 'sts:TagSession', OTHER, tags('writ:user')],
    [
      'SAML that sets one in capitals',
      ADMIN.session,
      null,
      'sts:AssumeRoleWithSAML',
      OTHER,
      tags('WRIT:user'),
    ],
    [
      'OpenID Connect that sets one',
      ADMIN.session,
      null,
      'sts:AssumeRoleWithWebIdentity',
      OTHER,
      tags('writ:id'),
    ],
    ['SAML into a brokered role', ADMIN.session, null, 'sts:AssumeRoleWithSAML', ROLE, {}],
    [
      'an account outside of the organisation',
      STRANGER,
      'arn:aws:iam::999999999999:role/Stranger',
      'sts:AssumeRole',
      ROLE,
      {},
    ],
    ['an administrator of the member', ADMIN.session, ADMIN.role, 'sts:AssumeRole', ROLE, {}],
    ['mint into the reconciler’s foot', MINT.session, MINT.role, 'sts:AssumeRole', FOOT, {}],
    ['a source identity by another', ADMIN.session, ADMIN.role, 'sts:SetSourceIdentity', ROLE, {}],
  ])('stops: %s', (_name, principal, role, action, resource, context) => {
    expect(isLetIn(principal, role, action, resource, context)).toBe(false);
  });
});

test('each fits: an SCP has 10,240 characters, an RCP 5,120, and an RCP names Denies for everyone', () => {
  expect(JSON.stringify(memberScp(PROPS)).length).toBeLessThan(5_120);
  expect(JSON.stringify(brokerScp(PROPS)).length).toBeLessThan(5_120);
  expect(JSON.stringify(memberRcp(PROPS)).length).toBeLessThan(5_120);
  for (const { Effect, Principal } of memberRcp(PROPS).Statement)
    expect([Effect, Principal]).toEqual(['Deny', '*']);
});
