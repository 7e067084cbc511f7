import { expect, test } from 'vitest';
import { tenancyProblem } from '../../../core/policy/config/multi-tenant.ts';

const STRANGERS = 'it signs for strangers too';

const KNOWN: readonly (readonly [iss: string, ...claims: string[]])[] = [
  ['https://login.microsoftonline.com/common/v2.0', 'tid'],
  ['https://login.microsoftonline.com/organizations/v2.0', 'tid'],
  ['https://login.microsoftonline.us/consumers', 'tid'],
  ['https://login.microsoftonline.com/{tenantid}/v2.0', 'tid'],
  ['https://LOGIN.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', 'tid'],
  ['https://accounts.google.com', 'hd'],
  ['https://accounts.google.com/', 'hd'],
  [
    'https://token.actions.githubusercontent.com',
    'repository_owner',
    'repository_owner_id',
    'repository',
    'repository_id',
    'enterprise',
    'enterprise_id',
  ],
  ['https://gitlab.com', 'namespace_id', 'namespace_path', 'project_id', 'project_path'],
  [
    'https://app.terraform.io',
    'terraform_organization_id',
    'terraform_organization_name',
    'terraform_workspace_id',
  ],
  ['https://agent.buildkite.com', 'organization_id', 'organization_slug', 'pipeline_id'],
  ['https://oidc.vercel.com', 'owner_id', 'owner', 'project_id'],
];

test.each(KNOWN)(
  '%s signs for anyone: a rule on a claim that tells them apart is needed',
  (iss, ...claims) => {
    expect(tenancyProblem(iss, false, [])).toContain(STRANGERS);
    expect(tenancyProblem(iss, false, ['email_verified'])).toBe(
      `${STRANGERS}: require one of ${claims.join(', ')}`,
    );
    for (const claim of claims) expect(tenancyProblem(iss, false, ['email_verified', claim])).toBeNull();
  },
);

test('an identity pool of Cognito needs a rule, on whatever claim', () => {
  const iss = 'https://cognito-identity.amazonaws.com';
  expect(tenancyProblem(iss, false, [])).toContain(STRANGERS);
  expect(tenancyProblem(iss, false, ['amr'])).toBeNull();
});

test.each([
  'https://login.microsoftonline.com/0f1e2d3c-1111-2222-3333-444455556666/v2.0',
  'https://login.example.com',
  'https://gitlab.com.example.com',
  'https://oidc.vercel.com.example.com',
  'https://oidc.vercel.com/team',
  'https://agent.buildkite.com.example.com',
  'https://example.com/https://gitlab.com',
  'https://app.terraform.io.example.com',
  'https://example.com/?https://app.terraform.io',
  'https://example.com/https://login.microsoftonline.com/common/v2.0',
  'https://example.com/https://accounts.google.com',
  'https://accounts.google.com.example.com',
  'https://accounts.google.com/team',
  'https://example.com/https://token.actions.githubusercontent.com',
  'https://token.actions.githubusercontent.com/enterprise',
  'https://example.com/https://agent.buildkite.com',
  'https://example.com/https://oidc.vercel.com',
  'https://example.com/https://cognito-identity.amazonaws.com',
  'https://cognito-identity.amazonaws.com.example.com',
])('%s is one organisation’s own, unless its entry says otherwise', (iss) => {
  expect(tenancyProblem(iss, false, [])).toBeNull();
  expect(tenancyProblem(iss, true, [])).toContain(STRANGERS);
  expect(tenancyProblem(iss, true, ['org'])).toBeNull();
});
