import { BROKER, ISSUER_URL, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * JWT-SVIDs of one trust domain.
 *
 * @see https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
 */
export const spiffe: Preset = {
  name: 'spiffe',
  class: 'actor',
  alias: 'spiffe',
  says: 'agents with a SPIFFE ID (SPIRE), of one trust domain',
  subjectExample: 'spiffe://example.org/agents/report-writer',
  questions: [
    {
      flag: 'trust-domain',
      asks: 'Trust domain',
      example: 'example.org',
      fits: /^[a-z0-9._-]{1,255}$/,
    },
    {
      flag: 'jwt-issuer',
      asks: "SPIRE's jwt_issuer: where its OIDC Discovery Provider is",
      example: 'https://spire-oidc.example.org',
      fits: ISSUER_URL,
    },
    BROKER,
  ],
  file: ({
    'trust-domain': domain,
    'jwt-issuer': issuer,
    broker,
  }) => `${SCHEMA_LINE}# Agents with a SPIFFE ID: JWT-SVIDs of one trust domain.
#
# The standard does not ask for iss, and Writ does: set jwt_issuer of SPIRE's server, and the same of its OIDC Discovery
# Provider. JWT-SVIDs of SPIRE have no jti, so nothing ties one to its first user, and it is good for five minutes only:
# leave default_jwt_svid_ttl at 5m.
iss: ${quoted(issuer)}
class: actor
audiences: [${quoted(broker)}]
types: [jwt, jose, null]
algorithms: [RS256, ES256, ES384]
jwks_uri: ${quoted(`${issuer}/keys`)}
require:
  - { claim: sub, startsWith: ${quoted(`spiffe://${domain}/`)} }
claims:
  subject: sub
`,
};
