import type { Issuer } from '../policy/bundle.ts';
import type { Settings } from '../ports.ts';
import { ATTESTATION_TYPE } from './token-types.ts';

/** Writ's own alias; no configured issuer may take it. */
export const WRIT_ALIAS = 'writ';

/** Claims of Writ's attestations; `attestation.ts` writes them, `device.ts` reads them through `writIssuer`. */
export const WRIT_DEVICE_CLAIM = 'device_id';
export const WRIT_USER_CLAIM = 'user';

/** Writ as an issuer of attestations (architecture, section 3): verified like any other, by KMS's key. */
export const writIssuer = ({ publicUrl, enrolmentKey }: Settings): Issuer => ({
  alias: WRIT_ALIAS,
  iss: publicUrl,
  class: 'attestation',
  audiences: [publicUrl],
  types: [ATTESTATION_TYPE],
  algorithms: ['ES256'],
  keys: { kms: enrolmentKey },
  require: [],
  claims: { subject: WRIT_DEVICE_CLAIM, device: WRIT_DEVICE_CLAIM, user: WRIT_USER_CLAIM },
});
