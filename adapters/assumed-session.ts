import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';

/** What the SDK's clients take as `credentials`, and ask again shortly before it expires. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface SessionWanted {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly SourceIdentity?: string;
}

/**
 * A session of one of our own parts' roles.
 *
 * @throws whatever the client does, and Error for an answer without credentials: callers say which fault that is.
 */
export async function assumedSession(sts: STSClient, wanted: SessionWanted): Promise<SessionCredentials> {
  const { Credentials } = await sts.send(new AssumeRoleCommand({ ...wanted }));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) throw new Error('no credentials');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
