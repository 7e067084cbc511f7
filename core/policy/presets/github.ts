import { BROKER, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * GitHub Actions.
 *
 * @see https://docs.github.com/actions/reference/security/oidc
 */
export const github: Preset = {
  name: 'github',
  class: 'actor',
  alias: 'github',
  says: 'agents in GitHub Actions, of one owner',
  subjectExample: 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
  questions: [
    {
      flag: 'owner-id',
      asks: 'Number of the organisation or person that owns the repositories (gh api users/NAME --jq .id)',
      example: '123456',
      fits: /^[1-9]\d{0,18}$/,
    },
    BROKER,
  ],
  file: ({
    'owner-id': owner,
    broker,
  }) => `${SCHEMA_LINE}# Agents that run in GitHub Actions. GitHub signs for everybody's workflows, so the owner is required: by the number that
# stays with it. A name can be given up, and whoever takes it next would be you.
#
# Agents name their workflow by its exact sub. Repositories made or renamed since 15 July 2026 have numbers in it,
# repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main; older ones can be switched over, and should be.
iss: https://token.actions.githubusercontent.com
class: actor
audiences: [${quoted(broker)}]
types: [jwt]
algorithms: [RS256]
jwks_uri: https://token.actions.githubusercontent.com/.well-known/jwks
multiTenant: true
require:
  - { claim: repository_owner_id, oneOf: [${quoted(owner)}] }
claims:
  subject: sub
`,
};
