import { BROKER, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * AWS outbound identity federation: tokens of sts:GetWebIdentityToken, of one account.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
 */
export const aws: Preset = {
  name: 'aws',
  class: 'actor',
  alias: 'aws',
  says: 'agents that run on AWS with a role, of one account',
  subjectExample: 'arn:aws:iam::111122223333:role/report-writer',
  questions: [
    {
      flag: 'aws-issuer',
      asks: "The account's issuer (aws iam get-outbound-web-identity-federation-info)",
      example: 'https://a1b2c3d4-5678-90ab-cdef-111111111111.tokens.sts.global.api.aws',
      fits: /^https:\/\/[0-9a-f-]{36}\.tokens\.sts\.global\.api\.aws$/,
    },
    {
      flag: 'aws-account',
      asks: 'The account in which the agents run',
      example: '111122223333',
      fits: /^\d{12}$/,
    },
    {
      flag: 'aws-org',
      asks: 'Your organisation in AWS Organizations (empty: none)',
      example: 'o-a1b2c3d4e5',
      fits: /^o-[a-z0-9]{10,32}$/,
      optional: true,
    },
    BROKER,
  ],
  file: ({
    'aws-issuer': issuer,
    'aws-account': account,
    'aws-org': org,
    broker,
  }) => `${SCHEMA_LINE}# Agents that run on AWS: tokens of sts:GetWebIdentityToken, in which sub is the ARN of the role. Each account has an
# issuer of its own; switch it on with: aws iam enable-outbound-web-identity-federation
#
# Bound who may have such tokens with the condition keys sts:IdentityTokenAudience and sts:DurationSeconds. They have a
# jti: each belongs to the device that showed it first.
iss: ${quoted(issuer)}
class: actor
audiences: [${quoted(broker)}]
algorithms: [ES384, RS256]
jwks_uri: ${quoted(`${issuer}/.well-known/jwks.json`)}
require:
  - { claim: ["https://sts.amazonaws.com/", aws_account], oneOf: [${quoted(account)}] }
${
  org === undefined
    ? ''
    : `  # An account that leaves the organisation takes its issuer along.
  - { claim: ["https://sts.amazonaws.com/", org_id], oneOf: [${quoted(org)}] }
`
}claims:
  subject: sub
`,
};
