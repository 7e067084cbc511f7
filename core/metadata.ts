import type { Bundle } from './policy/bundle.ts';
import { PROOF_ALGORITHMS } from './tokens/proof.ts';
import { TOKEN_EXCHANGE } from './tokens/token-types.ts';

/**
 * Authorization server metadata (RFC 8414 §2).
 *
 * `writ_login` tells the `writ` command where people sign in: an extension member, which RFC 8414 §2 allows.
 */
export const metadata = (publicUrl: string, { issuers }: Bundle) => ({
  issuer: publicUrl,
  token_endpoint: `${publicUrl}/token`,
  revocation_endpoint: `${publicUrl}/revoke`,
  grant_types_supported: [TOKEN_EXCHANGE],
  response_types_supported: [],
  token_endpoint_auth_methods_supported: ['attest_jwt_client_auth_dpop', 'none'],
  revocation_endpoint_auth_methods_supported: ['attest_jwt_client_auth_dpop', 'none'],
  client_attestation_signing_alg_values_supported: algorithmsOf(
    issuers.filter((issuer) => issuer.class === 'attestation'),
  ),
  dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
  authorization_details_types_supported: ['aws_session'],
  writ_permissions_endpoint: `${publicUrl}/permissions`,
  writ_enrolment_endpoint: `${publicUrl}/enroll`,
  writ_writs_endpoint: `${publicUrl}/writs`,
  writ_status_endpoint: `${publicUrl}/status`,
  ...loginsOf(issuers),
});

/** Left out where there is none: RFC 8414 §3.2 has no empty lists, but for what §2 demands. */
function loginsOf(issuers: Bundle['issuers']) {
  const writ_login = issuers.flatMap(({ alias, iss, login }) =>
    login === undefined ? [] : [{ alias, issuer: iss, ...login }],
  );
  return writ_login.length === 0 ? {} : { writ_login };
}

const algorithmsOf = (issuers: Bundle['issuers']): readonly string[] =>
  [...new Set(['ES256', ...issuers.flatMap(({ algorithms }) => algorithms)])].sort();
