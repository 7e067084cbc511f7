import { HOST, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * Google Workspace, ID tokens.
 *
 * @see https://developers.google.com/identity/openid-connect/reference
 * @see https://developers.google.com/identity/siwg/security-bundle (`auth_time`)
 */
export const google: Preset = {
  name: 'google',
  class: 'subject',
  alias: 'corp',
  says: 'Google Workspace: people of one domain, named one by one',
  questions: [
    { flag: 'domain', asks: 'Primary domain of your Workspace', example: 'example.com', fits: HOST },
    {
      flag: 'client-id',
      asks: 'OAuth client ID for writ',
      example: '407408718192-abc123.apps.googleusercontent.com',
      fits: /^[0-9]+(?:-[a-z0-9]+)?\.apps\.googleusercontent\.com$/,
    },
  ],
  file: ({
    domain,
    'client-id': client,
  }) => `${SCHEMA_LINE}# The people: ID tokens of one Google Workspace domain. Tags and policies call them corp:<sub>, a number.
#
# Google signs for everybody with an account: hd is what tells your people from the rest. An address that ends with your
# domain does not: anybody can open a private account on it.
#
# auth_time, which shows that a person signed in, is there only for a verified app with "Session age claims" switched on
# (Google Auth Platform, Settings), and where it is asked for. Without it nobody gets in. Google's tokens name no groups:
# policies and agents name people.
iss: https://accounts.google.com
class: subject
audiences: [${quoted(client)}]
algorithms: [RS256]
jwks_uri: https://www.googleapis.com/oauth2/v3/certs
multiTenant: true
require:
  - { claim: hd, oneOf: [${quoted(domain)}] }
claims:
  subject: sub
  email: email
login:
  client_id: ${quoted(client)}
  scope: openid email
  max_age: 43200
`,
};
