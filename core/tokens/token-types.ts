/** Token type identifiers (RFC 8693 §3), and ours. */
export const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const JWT = 'urn:ietf:params:oauth:token-type:jwt';
export const AWS_CREDENTIALS = 'urn:writ:params:oauth:token-type:aws-credentials';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Media types in the header's `typ`, lower case, without `application/` (RFC 7515 §4.1.9). */
export const DPOP_TYPE = 'dpop+jwt';
export const ACCESS_TOKEN_TYPE = 'at+jwt';
export const ATTESTATION_TYPE = 'oauth-client-attestation+jwt';
export const ENROLLED_ACTOR_TYPE = 'writ-actor+jwt';

/** Names a key as an identity (RFC 9278): followed by the RFC 7638 thumbprint. */
export const KEY_THUMBPRINT_URI = 'urn:ietf:params:oauth:jwk-thumbprint:sha-256:';
