import { functionArn } from './aws/lambda.ts';
import type { Session } from './aws/registry.ts';
import type { LocalAws } from './aws/server.ts';
import { REGION } from './names.ts';

/** As long as a function's credentials can be at AWS; they are renewed before. */
const SESSION_SECONDS = 3600;

/** A function's role, taken for it as Lambda does. */
export const takeRole = (
  aws: LocalAws,
  name: string,
  roleArn: string,
  durationSeconds = SESSION_SECONDS,
): Session =>
  aws.serviceSession({
    service: 'lambda.amazonaws.com',
    roleArn,
    roleSessionName: name,
    functionArn: functionArn(REGION, name),
    durationSeconds,
  });
