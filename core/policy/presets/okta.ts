import { HOST, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * Okta, ID tokens of an organisation's own authorization server.
 *
 * @see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/
 */
export const okta: Preset = {
  name: 'okta',
  class: 'subject',
  alias: 'corp',
  says: 'Okta: people of one organisation',
  groups: 'group',
  questions: [
    { flag: 'org', asks: 'Host of your Okta organisation', example: 'example.okta.com', fits: HOST },
    {
      flag: 'client-id',
      asks: 'Client ID of the native app for writ',
      example: '0oa1a2b3c4d5e6f7g8h9',
      fits: /^[A-Za-z0-9]{4,64}$/,
    },
    {
      flag: 'idp',
      asks: "Who may vouch for people: your organisation's id (00o…), or an identity provider's (0oa…)",
      example: '00o1a2b3c4d5e6f7g8h9',
      fits: /^(?:00o|0oa)[A-Za-z0-9]{4,40}$/,
    },
  ],
  file: ({
    org,
    'client-id': client,
    idp,
  }) => `${SCHEMA_LINE}# The people: ID tokens of one Okta organisation. Tags and policies call them corp:<id of the user>.
#
# A native app with PKCE and refresh tokens; under "OpenID Connect ID Token" a groups claim named groups, filtered to those
# that policies name. Demand a managed device in the app's sign-on policy: no claim says it. Okta compares the redirect with
# its port, and writ login listens on a free one: see decision 9.
#
# Access tokens are not taken: their sub is the login name, which can change hands, and they have no typ.
iss: ${quoted(`https://${org}`)}
class: subject
audiences: [${quoted(client)}]
algorithms: [RS256]
jwks_uri: ${quoted(`https://${org}/oauth2/v1/keys`)}
require:
  # Who vouched for the sign-in: your own organisation, or an identity provider that it trusts. Of partners whom Okta lets
  # in through another one (Org2Org, social sign-in), nobody.
  - { claim: idp, oneOf: [${quoted(idp)}] }
claims:
  # 00u…: the user for ever. preferred_username is the login, which an admin can change.
  subject: sub
  email: email
  groups: groups
login:
  client_id: ${quoted(client)}
  scope: openid profile email groups offline_access
  max_age: 43200
`,
};
