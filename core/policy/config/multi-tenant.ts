/**
 * Issuers that sign for anyone who opens an account there. Without a rule that says which tokens are ours, a
 * stranger's token would verify (rule 2). For those known here the rule must be on a claim that tells
 * tenants apart: `email_verified` does not.
 */
const KNOWN: readonly { readonly iss: RegExp; readonly claims: readonly string[] }[] = [
  {
    iss: /^https:\/\/login\.microsoftonline\.(?:com|us)\/(?:common|organizations|consumers|\{tenantid\}|9188040d-6c67-4c5b-b112-36a304b66dad)(?:\/|$)/i,
    claims: ['tid'],
  },
  { iss: /^https:\/\/accounts\.google\.com\/?$/, claims: ['hd'] },
  {
    iss: /^https:\/\/token\.actions\.githubusercontent\.com$/,
    claims: [
      'repository_owner',
      'repository_owner_id',
      'repository',
      'repository_id',
      'enterprise',
      'enterprise_id',
    ],
  },
  {
    iss: /^https:\/\/gitlab\.com$/,
    claims: ['namespace_id', 'namespace_path', 'project_id', 'project_path'],
  },
  {
    iss: /^https:\/\/app\.terraform\.io$/,
    claims: ['terraform_organization_id', 'terraform_organization_name', 'terraform_workspace_id'],
  },
  {
    iss: /^https:\/\/agent\.buildkite\.com$/,
    claims: ['organization_id', 'organization_slug', 'pipeline_id'],
  },
  { iss: /^https:\/\/oidc\.vercel\.com$/, claims: ['owner_id', 'owner', 'project_id'] },
  { iss: /^https:\/\/cognito-identity\.amazonaws\.com$/, claims: [] },
];

/**
 * @param required - Claims of the issuer's `require` rules.
 * @returns what is missing; `null`: nothing.
 */
export function tenancyProblem(
  iss: string,
  multiTenant: boolean,
  required: readonly string[],
): string | null {
  const known = KNOWN.find((each) => each.iss.test(iss));
  if (known !== undefined && known.claims.length > 0) {
    if (known.claims.some((claim) => required.includes(claim))) return null;
    return `it signs for strangers too: require one of ${known.claims.join(', ')}`;
  }
  if ((known !== undefined || multiTenant) && required.length === 0) {
    return 'it signs for strangers too: require a claim that only your tokens have';
  }
  return null;
}
