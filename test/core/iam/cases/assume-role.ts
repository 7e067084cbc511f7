import type { AppliedPolicies } from '../../../../core/iam/request.ts';
import type { PolicyDocument, PolicyStatement } from '../../../../core/session/policy-document.ts';
import { ACCOUNT, allow, deny, type IamCase, PAGE, policy, ROLE, request } from './iam-case.ts';

const MINT_ROLE = `arn:aws:iam::${ACCOUNT}:role/writ-mint`;
const MINT = `arn:aws:sts::${ACCOUNT}:assumed-role/writ-mint/writ-mint`;
const USER = `arn:aws:iam::${ACCOUNT}:user/alice`;
const OTHER_ACCOUNT = '444455556666';
const ID = '01jd3v9q2m8x7c4b';

const trusts = (
  Principal: PolicyStatement['Principal'],
  change: Partial<PolicyStatement> = {},
): PolicyStatement => ({ ...allow({ Principal, Action: 'sts:AssumeRole', ...change }), Resource: undefined });

/** What Writ's target roles say: three statements, since each action has its own condition keys. */
const WRIT_TRUST: PolicyDocument = policy(
  trusts(
    { AWS: MINT_ROLE },
    {
      Sid: 'Assume',
      Condition: {
        StringLike: {
          'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}',
          'sts:SourceIdentity': '?*+${aws:RequestTag/writ:id}',
          'aws:RequestTag/writ:user': '?*',
        },
      },
    },
  ),
  trusts(
    { AWS: MINT_ROLE },
    {
      Sid: 'Tag',
      Action: 'sts:TagSession',
      Condition: {
        StringLike: { 'aws:RequestTag/writ:id': '?*', 'aws:RequestTag/writ:user': '?*' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['writ:id', 'writ:user'] },
      },
    },
  ),
  trusts(
    { AWS: MINT_ROLE },
    {
      Sid: 'Name',
      Action: 'sts:SetSourceIdentity',
      Condition: { StringLike: { 'sts:SourceIdentity': '?*+?*' } },
    },
  ),
);

const tags = {
  'aws:RequestTag/writ:id': ID,
  'aws:RequestTag/writ:user': 'corp:alice',
  'aws:TagKeys': ['writ:id', 'writ:user'],
};
const names = { 'sts:RoleSessionName': `claude+${ID}`, 'sts:SourceIdentity': `alice+${ID}` };
const mayAssume = policy(
  allow({ Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], Resource: ROLE }),
);

const asked = (action: string, context: IamCase['request']['context'], principal: string = MINT) =>
  request({ action, resource: ROLE, principal, context });

const underWrit = (resource: PolicyDocument = WRIT_TRUST): AppliedPolicies => ({
  identity: [mayAssume],
  resource,
});
const untrusted = (resource: PolicyDocument): AppliedPolicies => ({ identity: [], resource });

export const assumeRole: readonly IamCase[] = [
  {
    name: 'AssumeRole with agreeing names and tags passes Writ’s trust',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, ...names }),
    policies: underWrit(),
    expected: 'allowed',
  },
  {
    name: 'a session name with another id than the tag is refused',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, ...names, 'sts:RoleSessionName': 'claude+01jd3v9q2m8x7c4c' }),
    policies: underWrit(),
    expected: 'implicitDeny',
    by: 'resource',
  },
  {
    name: 'AssumeRole without source identity is refused by a trust that asks for one',
    reference: PAGE.sourceIdentity,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, 'sts:RoleSessionName': `claude+${ID}` }),
    policies: underWrit(),
    expected: 'implicitDeny',
  },
  {
    name: 'AssumeRole without a reserved tag is refused',
    reference: PAGE.tags,
    trust: true,
    request: asked('sts:AssumeRole', { ...names, 'aws:RequestTag/writ:id': ID, 'aws:TagKeys': ['writ:id'] }),
    policies: underWrit(),
    expected: 'implicitDeny',
  },
  {
    name: 'AssumeRole with an empty reserved tag is refused',
    reference: PAGE.tags,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, ...names, 'aws:RequestTag/writ:user': '' }),
    policies: underWrit(),
    expected: 'implicitDeny',
  },
  {
    name: 'TagSession with the reserved tags passes',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:TagSession', tags),
    policies: underWrit(),
    expected: 'allowed',
  },
  {
    name: 'TagSession with a tag beyond the reserved ones is refused',
    reference: PAGE.tags,
    trust: true,
    request: asked('sts:TagSession', {
      ...tags,
      'aws:RequestTag/admin': 'yes',
      'aws:TagKeys': ['writ:id', 'writ:user', 'admin'],
    }),
    policies: underWrit(),
    expected: 'implicitDeny',
  },
  {
    name: 'TagSession never sees a session name: a statement that asks it for one never matches',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:TagSession', tags),
    policies: underWrit(
      policy(
        trusts(
          { AWS: MINT_ROLE },
          {
            Action: ['sts:AssumeRole', 'sts:TagSession'],
            Condition: { StringLike: { 'sts:RoleSessionName': '?*+${aws:RequestTag/writ:id}' } },
          },
        ),
      ),
    ),
    expected: 'implicitDeny',
  },
  {
    name: 'SetSourceIdentity passes with the source identity alone',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:SetSourceIdentity', { 'sts:SourceIdentity': `alice+${ID}` }),
    policies: underWrit(),
    expected: 'allowed',
  },
  {
    name: 'SetSourceIdentity never sees a tag: a statement that compares with one never matches',
    reference: PAGE.sts,
    trust: true,
    request: asked('sts:SetSourceIdentity', { 'sts:SourceIdentity': `alice+${ID}` }),
    policies: underWrit(
      policy(
        trusts(
          { AWS: MINT_ROLE },
          {
            Action: 'sts:SetSourceIdentity',
            Condition: { StringLike: { 'sts:SourceIdentity': '?*+${aws:RequestTag/writ:id}' } },
          },
        ),
      ),
    ),
    expected: 'implicitDeny',
  },
  {
    name: 'a source identity without a handle is refused',
    reference: PAGE.sourceIdentity,
    trust: true,
    request: asked('sts:SetSourceIdentity', { 'sts:SourceIdentity': `+${ID}` }),
    policies: underWrit(),
    expected: 'implicitDeny',
  },
  {
    name: 'a caller whom the trust policy does not name is refused, whatever his identity policy',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, ...names }, USER),
    policies: { identity: [policy(allow())], resource: WRIT_TRUST },
    expected: 'implicitDeny',
    by: 'resource',
  },
  {
    name: 'a trust that names a service does not admit an administrator',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', {}, USER),
    policies: { identity: [policy(allow())], resource: policy(trusts({ Service: 'lambda.amazonaws.com' })) },
    expected: 'implicitDeny',
    by: 'resource',
  },
  {
    name: 'the service that a trust names assumes the role',
    reference: PAGE.principal,
    trust: true,
    request: asked('sts:AssumeRole', {}, 'lambda.amazonaws.com'),
    policies: untrusted(policy(trusts({ Service: 'lambda.amazonaws.com' }))),
    expected: 'allowed',
  },
  {
    name: 'in one account a trust that names the caller’s role needs no identity policy',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: untrusted(policy(trusts({ AWS: MINT_ROLE }))),
    expected: 'allowed',
    by: 'resource',
  },
  {
    name: 'in one account a trust that names a user needs no identity policy',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', {}, USER),
    policies: untrusted(policy(trusts({ AWS: USER }))),
    expected: 'allowed',
    by: 'resource',
  },
  {
    name: 'a trust that names the account needs the caller’s identity policy',
    reference: PAGE.principal,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: untrusted(policy(trusts({ AWS: `arn:aws:iam::${ACCOUNT}:root` }))),
    expected: 'implicitDeny',
    by: 'identity',
  },
  {
    name: 'a trust that names the account together with the identity policy allows',
    reference: PAGE.principal,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: underWrit(policy(trusts({ AWS: `arn:aws:iam::${ACCOUNT}:root` }))),
    expected: 'allowed',
  },
  {
    name: 'the caller’s own session policy limits what the trust grants to his role',
    reference: PAGE.session,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: {
      ...untrusted(policy(trusts({ AWS: MINT_ROLE }))),
      session: policy(allow({ Action: 's3:*' })),
    },
    expected: 'implicitDeny',
    by: 'session',
  },
  {
    name: 'a brokered session cannot chain: containment denies sts:* even where a trust admits everyone',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: {
      ...untrusted(policy(trusts('*'))),
      session: policy(allow({ Action: 's3:*' }), deny({ Sid: 'Contain', Action: 'sts:*' })),
    },
    expected: 'explicitDeny',
    by: 'session',
  },
  {
    name: 'across accounts trust and identity policy must both allow',
    reference: PAGE.crossAccount,
    trust: true,
    request: { ...asked('sts:AssumeRole', {}), resource: ROLE.replace(ACCOUNT, OTHER_ACCOUNT) },
    policies: untrusted(policy(trusts({ AWS: MINT_ROLE }))),
    expected: 'implicitDeny',
    by: 'identity',
  },
  {
    name: 'role chaining: SetSourceIdentity needs the caller’s identity policy as well as the trust',
    reference: PAGE.sourceIdentity,
    trust: true,
    request: asked('sts:SetSourceIdentity', { 'sts:SourceIdentity': `alice+${ID}` }),
    policies: untrusted(WRIT_TRUST),
    expected: 'implicitDeny',
    by: 'identity',
  },
  {
    name: 'a user is no role chaining: the trust that names him is enough to set a source identity',
    reference: PAGE.sourceIdentity,
    trust: true,
    request: asked('sts:SetSourceIdentity', { 'sts:SourceIdentity': 'alice' }, USER),
    policies: untrusted(policy(trusts({ AWS: USER }, { Action: 'sts:SetSourceIdentity' }))),
    expected: 'allowed',
    by: 'resource',
  },
  {
    name: 'role chaining: TagSession needs the caller’s identity policy as well as the trust',
    reference: PAGE.tags,
    trust: true,
    request: asked('sts:TagSession', tags),
    policies: untrusted(WRIT_TRUST),
    expected: 'implicitDeny',
    by: 'identity',
  },
  {
    name: 'an explicit Deny in the trust policy wins',
    reference: PAGE.logic,
    trust: true,
    request: asked('sts:AssumeRole', { ...tags, ...names }),
    policies: underWrit(policy(...WRIT_TRUST.Statement, { ...trusts('*'), Effect: 'Deny' })),
    expected: 'explicitDeny',
    by: 'resource',
  },
  {
    name: 'a trust without Principal allows nobody',
    reference: PAGE.grammar,
    trust: true,
    request: asked('sts:AssumeRole', {}),
    policies: underWrit(policy(trusts(undefined))),
    expected: 'implicitDeny',
    ours: true,
  },
];
