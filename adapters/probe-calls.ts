import {
  DescribeTableCommand,
  type DynamoDBClient,
  DynamoDBServiceException,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import type { ProbePorts, Said } from '../core/probe/ports.ts';
import type { SessionCredentials } from './assumed-session.ts';

/** Of a table that there is not: a read of nothing, which AWS must refuse before it looks. */
const NO_TABLE = 'writ-probe';

/**
 * The two reads of a probe: `dynamodb:ListTables`, which its permission is for, and `dynamodb:DescribeTable`, which it is
 * not. Both are judged by AWS anew each time, and neither touches anything.
 *
 * @param clientOf - A client with these credentials for a Region, with one attempt.
 */
export const probeCalls =
  (
    clientOf: (credentials: Omit<SessionCredentials, 'expiration'>, region: string) => DynamoDBClient,
  ): ProbePorts['callsWith'] =>
  ({ AccessKeyId, SecretAccessKey, SessionToken }, region) => {
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
    const client = clientOf(credentials, region);
    return {
      allowed: () => said(client.send(new ListTablesCommand({ Limit: 1 }))),
      forbidden: () => said(client.send(new DescribeTableCommand({ TableName: NO_TABLE }))),
      close: () => client.destroy(),
    };
  };

async function said(call: Promise<unknown>): Promise<Said> {
  try {
    await call;
    return 'allowed';
  } catch (error) {
    const name = error instanceof DynamoDBServiceException ? error.name : '';
    if (name === 'AccessDeniedException') return 'denied';
    // Who is told that there is no such table was let in.
    return name === 'ResourceNotFoundException' ? 'allowed' : 'unclear';
  }
}
