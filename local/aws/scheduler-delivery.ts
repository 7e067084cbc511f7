import type { Answer } from './call.ts';
import type { ServiceName } from './operations.ts';
import type { Session } from './registry.ts';
import type { Target } from './scheduler-input.ts';
import type { ServiceSession } from './service-session.ts';
import { queueUrl } from './sqs-queues.ts';
import type { Wire } from './wire.ts';

/** The Scheduler's name as a principal, and as the source of what it calls. */
export const SCHEDULER = 'scheduler.amazonaws.com';

/** The shortest session that STS gives; each call takes a new one. */
const SESSION_SECONDS = 900;

/** Who fires, for what. */
export interface Firing {
  readonly name: string;
  readonly groupArn: string;
  readonly target: Target;
}

export interface Delivery {
  /** @throws when the role could not be taken, may not invoke, or the function failed. */
  invoke(firing: Firing): Promise<void>;
  /** Puts the input into the dead letter queue. @throws when the role may not, or there is no such queue. */
  bury(firing: Firing, queue: string): Promise<void>;
}

/**
 * Calls Lambda and SQS as the target's role, so that both judge and log it as they do every call.
 *
 * @param perform - A request of a session that needs no signature.
 */
export function createDelivery(options: {
  readonly region: string;
  readonly assume: (wanted: ServiceSession) => Session;
  readonly perform: (name: ServiceName, wire: Wire, session: Session) => Promise<Answer>;
}): Delivery {
  const { region, assume, perform } = options;
  const call = ({ name, groupArn, target }: Firing, service: ServiceName, wire: Wire): Promise<Answer> => {
    const session = assume({
      service: SCHEDULER,
      roleArn: target.roleArn,
      roleSessionName: name,
      sourceArn: groupArn,
      durationSeconds: SESSION_SECONDS,
    });
    return perform(service, wire, session);
  };

  return {
    async invoke(firing) {
      const { functionName, input } = firing.target;
      const path = `/2015-03-31/functions/${functionName}/invocations`;
      const answer = await call(firing, 'lambda', request(path, input));
      if (answer.headers?.['x-amz-function-error'] !== undefined)
        throw new Error(`${functionName} failed: its log says more.`);
    },
    async bury(firing, queue) {
      const body = {
        QueueUrl: queueUrl(`https://sqs.${region}.amazonaws.com`, queue),
        MessageBody: firing.target.input,
      };
      await call(firing, 'sqs', request('/', JSON.stringify(body), 'AmazonSQS.SendMessage'));
    },
  };
}

const request = (path: string, body: string, operation?: string): Wire => ({
  ...{ method: 'POST', path, query: '', address: SCHEDULER, body: Buffer.from(body) },
  headers: { 'user-agent': SCHEDULER, ...(operation === undefined ? {} : { 'x-amz-target': operation }) },
});
