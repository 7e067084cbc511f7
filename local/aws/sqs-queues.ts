import type { Clock } from '../../core/ports.ts';
import { ACCOUNT } from './account.ts';
import { type Message, type Outgoing, Queue, type QueueInput, type Sent } from './sqs-queue.ts';

export const queueArn = (region: string, name: string): string => `arn:aws:sqs:${region}:${ACCOUNT}:${name}`;

/** @param endpoint - Without a slash at its end. */
export const queueUrl = (endpoint: string, name: string): string => `${endpoint}/${ACCOUNT}/${name}`;

/** The queues that there are, and who waits for their messages. */
export interface Queues {
  queue(name: string): Queue | null;
  send(queue: Queue, outgoing: Outgoing): Sent;
  /** Long polling: answers as soon as there is something, with nothing after `waitSeconds`, or when all is closed. */
  receive(
    queue: Queue,
    wanted: { readonly max: number; readonly visibilitySeconds: number; readonly waitSeconds: number },
  ): Promise<readonly Message[]>;
  /** To be told that a group may be free again, or a message back. */
  changed(): void;
  /** Ends every wait. */
  close(): void;
}

/** @throws TypeError for inputs that AWS would not take, or a dead letter queue that does not come before its user. */
export function createQueues(
  inputs: readonly QueueInput[],
  options: { readonly region: string; readonly now: Clock; readonly id: () => string },
): Queues {
  const { region, now, id } = options;
  const queues = new Map<string, Queue>();
  for (const input of inputs) {
    const { name, redrive } = input;
    const deadLetters = redrive === undefined ? null : (queues.get(redrive.deadLetterQueue) ?? null);
    if (redrive !== undefined && deadLetters === null)
      throw new TypeError('a dead letter queue must be declared before the queue that uses it');
    queues.set(name, new Queue(input, { arn: queueArn(region, name), deadLetters, id, now }));
  }
  const waiting = new Set<() => void>();
  let closed = false;

  const changed = (): void => {
    for (const wake of [...waiting]) wake();
  };

  /** Until something changes, or until `at`, in milliseconds since 1970. */
  function change(at: number | null): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = at === null ? undefined : setTimeout(wake, Math.max(1, at - now())).unref();
      waiting.add(wake);
    });
  }

  return {
    queue: (name) => queues.get(name) ?? null,
    send(queue, outgoing) {
      const sent = queue.send(outgoing);
      changed();
      return sent;
    },
    async receive(queue, { max, visibilitySeconds, waitSeconds }) {
      let over = waitSeconds === 0;
      const end = setTimeout(() => {
        over = true;
        changed();
      }, waitSeconds * 1000).unref();
      try {
        for (;;) {
          const messages = queue.receive(max, visibilitySeconds);
          if (messages.length > 0 || over || closed) return messages;
          await change(queue.nextReturn());
        }
      } finally {
        clearTimeout(end);
      }
    },
    changed,
    close() {
      closed = true;
      changed();
    },
  };
}
