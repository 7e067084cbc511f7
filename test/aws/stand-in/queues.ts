/** Queues, and schedules that fire into them as soon as they are made: one in the past is refused. */
import { type Answers, refusedWith, text } from './answers.ts';

export interface Messages {
  readonly answers: Answers;
  /** Names of what is there. */
  names(): readonly string[];
}

export function queueAnswers(account: string, region: string, now: () => number): Messages {
  const queues = new Map<string, string[]>();
  const groups = new Set<string>();
  const arn = (name: string) => `arn:aws:sqs:${region}:${account}:${name}`;
  const url = (name: string) => `https://sqs.${region}.amazonaws.com/${account}/${name}`;
  const queue = (name: string): string[] => {
    const found = queues.get(name);
    if (found === undefined) throw refusedWith('QueueDoesNotExist', 400);
    return found;
  };
  const nameIn = (QueueUrl: string) => QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
  const answers: Answers = {
    CreateQueueCommand: (input) => {
      queues.set(text(input, 'QueueName'), []);
      return { QueueUrl: url(text(input, 'QueueName')) };
    },
    DeleteQueueCommand: (input) => {
      queues.delete(nameIn(text(input, 'QueueUrl')));
      return {};
    },
    GetQueueUrlCommand: (input) => {
      queue(text(input, 'QueueName'));
      return { QueueUrl: url(text(input, 'QueueName')) };
    },
    GetQueueAttributesCommand: (input) => ({
      Attributes: { QueueArn: arn(nameIn(text(input, 'QueueUrl'))) },
    }),
    ListQueuesCommand: () => ({ QueueUrls: [...queues.keys()].map(url) }),
    ReceiveMessageCommand: (input) => ({
      Messages: queue(nameIn(text(input, 'QueueUrl'))).map((Body, n) => ({ Body, ReceiptHandle: String(n) })),
    }),
    DeleteMessageCommand: (input) => {
      queue(nameIn(text(input, 'QueueUrl'))).shift();
      return {};
    },
    CreateScheduleGroupCommand: (input) => {
      groups.add(text(input, 'Name'));
      return {};
    },
    DeleteScheduleGroupCommand: (input) => {
      if (!groups.delete(text(input, 'Name'))) throw refusedWith('ResourceNotFoundException', 404);
      return {};
    },
    ListScheduleGroupsCommand: () => ({ ScheduleGroups: [...groups].map((Name) => ({ Name })) }),
    CreateScheduleCommand: (input) => {
      const at = /^at\((.*)\)$/.exec(text(input, 'ScheduleExpression'))?.[1];
      if (!(Date.parse(`${at}Z`) > now())) throw refusedWith('ValidationException', 400);
      const { Arn, Input } = input.Target as { readonly Arn: string; readonly Input: string };
      queue(Arn.slice(Arn.lastIndexOf(':') + 1)).push(Input);
      return {};
    },
    // It has fired, and is deleted after.
    GetScheduleCommand: () => {
      throw refusedWith('ResourceNotFoundException', 404);
    },
  };
  return { answers, names: () => [...queues.keys(), ...groups] };
}
