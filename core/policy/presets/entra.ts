import { type Preset, quoted, SCHEMA_LINE, UUID } from './preset.ts';

/**
 * Microsoft Entra ID, v2.0 ID tokens of one tenant.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
export const entra: Preset = {
  name: 'entra',
  class: 'subject',
  alias: 'corp',
  says: 'Microsoft Entra ID: people of one tenant',
  groups: 'app role',
  questions: [
    {
      flag: 'tenant',
      asks: 'Tenant ID (Directory ID) in Entra',
      example: '11111111-2222-3333-4444-555555555555',
      fits: UUID,
    },
    {
      flag: 'client-id',
      asks: 'Application (client) ID of the app registration for writ',
      example: '66666666-7777-8888-9999-000000000000',
      fits: UUID,
    },
    {
      flag: 'auth-context',
      asks: 'Authentication context that stands for a compliant device (empty: none)',
      example: 'c1',
      fits: /^c(?:[1-9]|[1-9]\d)$/,
      optional: true,
    },
  ],
  file: ({
    tenant,
    'client-id': client,
    'auth-context': context,
  }) => `${SCHEMA_LINE}# The people: ID tokens of one Entra tenant. Tags and policies call them corp:<oid>.
#
# In the app registration: platform "Mobile and desktop" with redirect http://127.0.0.1/callback (in the manifest, the form
# does not take it; any port then); app roles, given to groups of people under "Enterprise applications"; and under "Token
# configuration" the optional ID-token claims acct, auth_time${context === undefined ? '' : ', acrs'} and email. Without auth_time nobody gets in: it is what
# shows that a person signed in.
#
# Access tokens of Entra are not taken: their typ is JWT and not at+jwt (RFC 9068), so they would pass for ID tokens.
# They lack the nonce that binds an ID token to its device.
iss: ${quoted(`https://login.microsoftonline.com/${tenant}/v2.0`)}
class: subject
audiences: [${quoted(client)}]
types: [jwt]
algorithms: [RS256]
jwks_uri: ${quoted(`https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`)}
require:
  # Entra signs for all tenants with the same keys.
  - { claim: tid, oneOf: [${quoted(tenant)}] }
  # 0 is a member, 1 a guest: another company decides how a guest signs in. Without the optional claim: nobody.
  - { claim: acct, oneOf: [0] }
${
  context === undefined
    ? `  # No claim of Entra's says that a device is compliant. Bind a Conditional Access policy "require compliant device" to an
  # authentication context, and demand it here:
  # - { claim: acrs, includes: [c1] }
`
    : `  # The authentication context to which a Conditional Access policy "require compliant device" is bound.
  - { claim: acrs, includes: [${quoted(context)}] }
`
}claims:
  # sub differs from client to client; oid is the person in this tenant, for ever.
  subject: oid
  # No login: preferred_username can change hands, and SourceIdentity would then name somebody else.
  email: email
  # App roles, not groups: a person in more than 200 groups gets a token that names none.
  groups: roles
login:
  client_id: ${quoted(client)}
  scope: openid profile email offline_access
  max_age: 43200
`,
};
