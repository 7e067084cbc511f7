/** The one road to a real account. */
import { randomBytes } from 'node:crypto';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { WRIT_ID_RANDOM_BYTES, writId } from '../../core/writ-id.ts';
import { createCleanup } from './cleanup.ts';
import { clientsWith } from './clients.ts';
import type { Laboratory } from './laboratory.ts';
import { optIn } from './opt-in.ts';

/**
 * @returns a laboratory; or why there is none, in a line.
 * @throws Error where the credentials are of another account than the one that was named.
 */
export async function openAccount(
  env: NodeJS.ProcessEnv,
  options: { readonly say: (line: string) => void; readonly stsOf?: (region: string) => STSClient },
): Promise<Laboratory | { readonly skipped: string }> {
  const asked = optIn(env);
  if (!asked.ok) return { skipped: asked.why };
  const { account, region, organization } = asked;
  const sts = (options.stsOf ?? ((Region) => new STSClient({ region: Region })))(region);
  try {
    // The SDK's own chain: profile, environment, container, instance.
    const credentials = await sts.config.credentials().catch(() => null);
    if (credentials === null) return { skipped: 'there are no credentials' };
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    if (identity.Account !== account || identity.UserId === undefined)
      throw new Error(
        'The credentials are not of the account that WRIT_AWS_ACCOUNT names: nothing was touched.',
      );
    const clientsOf: Laboratory['clientsOf'] = (given) => clientsWith({ region, credentials: given });
    return {
      ...{ account, region, organization, clientsOf, userId: identity.UserId, say: options.say },
      run: writId(Date.now(), randomBytes(WRIT_ID_RANDOM_BYTES)),
      clients: clientsWith({ region, credentials: () => sts.config.credentials() }),
      cleanup: createCleanup(),
      // IAM says "a few minutes"; seconds are usual.
      patience: { withinMillis: 180_000, everyMillis: 1_000, times: 5 },
      now: Date.now,
    };
  } finally {
    sts.destroy();
  }
}
