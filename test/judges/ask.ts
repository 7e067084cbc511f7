import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Answer, Assumption, Credentials, Judge, JudgeCase } from './judge-case.ts';
import { clientOf, makeCall } from './service-call.ts';

/**
 * One case, asked of one judge by the SDK's own clients.
 *
 * @throws what is no answer: a judge that cannot be reached or breaks (5xx) has not judged.
 */
export async function ask(judge: Judge, each: JudgeCase): Promise<Answer> {
  const caller = tamper(await judge.callerSession(each.caller), each.caller.tampered);
  const session = await answered('AssumeRole', () => assume(judge.endpoint, caller, each.assume));
  if ('answer' in session) return session.answer;
  const { call, deniedLater } = each;
  if (call === undefined) return 'allowed';

  const role = each.roles.find(({ name }) => each.assume.RoleArn.endsWith(`/${name}`));
  if (deniedLater !== undefined && role !== undefined) await judge.attach(role, LATER, deniedLater);
  try {
    const credentials = tamper(session.value, each.tampered);
    const done = await answered(call.operation, () => makeCall(call, judge.endpoint, credentials));
    return 'answer' in done ? done.answer : 'allowed';
  } finally {
    if (deniedLater !== undefined && role !== undefined) await judge.detach(role, LATER);
  }
}

const LATER = 'denied-later';

async function answered<T>(
  operation: string,
  attempt: () => Promise<T>,
): Promise<{ value: T } | { answer: Answer }> {
  try {
    return { value: await attempt() };
  } catch (error) {
    const status = statusOf(error);
    if (!(error instanceof Error) || status < 400 || status >= 500) throw error;
    return { answer: `${operation}: ${error.name}` };
  }
}

/** The status of an SDK error that came from the service; 0 where none did. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return 0;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return 0;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : 0;
}

export async function assume(endpoint: string, by: Credentials, wanted: Assumption): Promise<Credentials> {
  const sts = new STSClient(clientOf(endpoint, by));
  const { Tags, TransitiveTagKeys, ...rest } = wanted;
  try {
    const answer = await sts.send(
      new AssumeRoleCommand({
        ...rest,
        ...(Tags && { Tags: Tags.map(([Key, Value]) => ({ Key, Value })) }),
        ...(TransitiveTagKeys && { TransitiveTagKeys: [...TransitiveTagKeys] }),
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } finally {
    sts.destroy();
  }
}

/** Another character for the last one that counts: of a key or token in base64, the very last may be padding. */
const spoilt = (text: string): string => `${text.slice(0, 8)}${text[8] === 'A' ? 'B' : 'A'}${text.slice(9)}`;

function tamper(credentials: Credentials, how: JudgeCase['tampered']): Credentials {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = credentials;
  switch (how) {
    case undefined:
      return credentials;
    case 'secretKey':
      return { ...credentials, secretAccessKey: spoilt(secretAccessKey) };
    case 'sessionToken':
      return { ...credentials, sessionToken: spoilt(sessionToken) };
    case 'noSessionToken':
      return { accessKeyId, secretAccessKey };
    case 'accessKey':
      return { ...credentials, accessKeyId: spoilt(accessKeyId) };
  }
}
