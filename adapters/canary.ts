import { type DynamoDBClient, DynamoDBServiceException, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { STSClient } from '@aws-sdk/client-sts';
import { Fault } from '../core/fault.ts';
import type { Clock } from '../core/ports.ts';
import { CANARY_ROLE, canaryRoleArn } from '../core/revocation/names.ts';
import type { ProbeCanary } from '../core/revocation/ports.ts';
import { assumedSession, type SessionCredentials } from './assumed-session.ts';

/** Before STS's end of it a session is not used any more: a probe must not meet an expired one. */
const UNUSED_BEFORE_END_MILLIS = 60_000;
/** Sessions kept: the control's and those of the newest documents. */
const SESSIONS_KEPT = 16;

/**
 * Canaries of one account: sessions of its canary role, one for each source identity, and `dynamodb:ListTables` as the
 * real read. It needs no resource of anybody's, and AWS authorises it anew each time.
 *
 * @param clientOf - A client with these credentials, with one attempt: a second one would be another moment.
 * @returns a port that throws Fault `canary_unavailable` where the read said neither. That a session cannot be had is
 *   one too: only the read may say `refused`, else a broken trust policy would look like a revocation in force.
 */
export function canary(
  sts: STSClient,
  clientOf: (credentials: SessionCredentials) => DynamoDBClient,
  account: string,
  clock: Clock,
): ProbeCanary {
  const sessions = new Map<string, { readonly client: DynamoDBClient; readonly until: number }>();

  async function clientFor(SourceIdentity: string): Promise<DynamoDBClient> {
    const kept = sessions.get(SourceIdentity);
    if (kept !== undefined && clock() < kept.until) return kept.client;
    forget(SourceIdentity);
    const credentials = await assumedSession(sts, {
      RoleArn: canaryRoleArn(account),
      RoleSessionName: CANARY_ROLE,
      SourceIdentity,
    });
    const client = clientOf(credentials);
    const until = credentials.expiration.getTime() - UNUSED_BEFORE_END_MILLIS;
    sessions.set(SourceIdentity, { client, until });
    for (const oldest of [...sessions.keys()].slice(0, -SESSIONS_KEPT)) forget(oldest);
    return client;
  }

  function forget(sourceIdentity: string): void {
    sessions.get(sourceIdentity)?.client.destroy();
    sessions.delete(sourceIdentity);
  }

  return async (sourceIdentity) => {
    try {
      const client = await clientFor(sourceIdentity);
      await client.send(new ListTablesCommand({ Limit: 1 })).catch(refusedOnly);
    } catch (error) {
      if (error === REFUSED) return 'refused';
      throw new Fault('canary_unavailable', { cause: error });
    }
    return 'allowed';
  };
}

const REFUSED = Symbol('refused');

function refusedOnly(error: unknown): never {
  if (error instanceof DynamoDBServiceException && error.name === 'AccessDeniedException') throw REFUSED;
  throw error;
}
