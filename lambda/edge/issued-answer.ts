import { isoTime } from '../../core/encoding/iso-time.ts';
import type { Issued } from '../../core/exchange.ts';
import { AWS_CREDENTIALS } from '../../core/tokens/token-types.ts';

/**
 * The answer of RFC 8693 §2.2.1. `access_token` holds what `credential_process` prints, so that the secret stands in
 * one field and a client needs no parser of ours. `N_A`: it is no OAuth access token.
 */
export const issuedAnswer = ({ writ, grant, credential }: Issued) => ({
  access_token: Buffer.from(
    JSON.stringify({
      Version: 1,
      ...credential,
      // The deadline, not STS's own end: a client must renew before IAM begins to deny.
      Expiration: isoTime(grant.bounds.deadline),
      AccountId: grant.account.id,
    }),
  ).toString('base64url'),
  issued_token_type: AWS_CREDENTIALS,
  token_type: 'N_A',
  expires_in: grant.bounds.deadline - grant.now,
  writ,
  authorization_details: [
    {
      type: 'aws_session',
      permission: grant.permission.permission,
      account: grant.account.account,
      task: grant.details.task,
      purpose: grant.details.purpose,
      parameters: grant.parameters,
      duration: grant.bounds.deadline - grant.now,
    },
  ],
});
