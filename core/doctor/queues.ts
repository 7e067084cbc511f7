/** The queue that wakes reconcilers, queues of what could not be delivered, and the schedules' group. */
import { about, aboutPresent, type Check, must } from './check.ts';
import { functionOf } from './settings.ts';

export const QUEUE_CHECKS: readonly Check[] = [
  {
    id: 'queue.present',
    what: 'The queues that the functions name are there.',
    reliesOn: '`WRIT_RECONCILE_QUEUE`, `WRIT_CLOSE_DEAD_LETTERS`',
    fault: 'A queue is not there.',
    judge: ({ broker: { reconcileQueue, deadLetters } }) =>
      Object.entries({ reconcile: reconcileQueue, ...deadLetters }).flatMap(([what, queue]) =>
        about(what, queue, (found) =>
          must(found !== null, {
            what: 'What is put there is lost: revocations wait for the next minute, ends for the sweep.',
            proof: 'GetQueueAttributes: no such queue',
            fix: 'npx cdk deploy',
          }),
        ),
      ),
  },
  {
    id: 'queue.order',
    what: 'One reconciler at a time works on an account.',
    reliesOn: 'SQS: `FifoQueue` of the reconcilers’ queue',
    fault: 'The reconcilers’ queue is not FIFO.',
    judge: ({ broker }) =>
      aboutPresent('reconcile', broker.reconcileQueue, ({ name, fifo }) =>
        must(fifo, {
          what: 'Two writers of one policy: the later one can put back what the earlier one took out.',
          proof: `${name} is a standard queue`,
          fix: 'npx cdk deploy',
        }),
      ),
  },
  {
    id: 'queue.redrive',
    what: 'What no reconciler could do ends up among dead letters.',
    reliesOn: 'SQS: `RedrivePolicy` of the reconcilers’ queue',
    fault: 'The reconcilers’ queue has no queue of dead letters.',
    judge: ({ broker }) =>
      aboutPresent('reconcile', broker.reconcileQueue, ({ deadLetters }) =>
        must(deadLetters !== null, {
          what: 'A message that always fails blocks its account’s group until it is too old.',
          proof: 'RedrivePolicy: none',
          fix: 'npx cdk deploy',
        }),
      ),
  },
  {
    id: 'queue.visibility',
    what: 'A message stays hidden for as long as its function may take.',
    reliesOn: 'SQS: `VisibilityTimeout`, against the `Timeout` of reconcile',
    fault: 'A message becomes visible again while its function still works on it.',
    judge: (facts) =>
      aboutPresent('reconcile', facts.broker.reconcileQueue, ({ visibilitySeconds }) => {
        const reconcile = functionOf(facts, 'reconcile');
        if (!reconcile.known) return null;
        return must(visibilitySeconds >= reconcile.value.timeoutSeconds, {
          what: 'A second reconciler may begin while the first still writes.',
          proof: `VisibilityTimeout: ${visibilitySeconds} s; Timeout of ${reconcile.value.name}: ${reconcile.value.timeoutSeconds} s`,
          fix: 'npx cdk deploy',
        });
      }),
  },
  {
    id: 'queue.dead-letters',
    what: 'Nothing was left undelivered.',
    reliesOn: 'SQS: `ApproximateNumberOfMessages` of the queues of dead letters',
    fault: 'A queue of dead letters is not empty.',
    judge: ({ broker: { deadLetters } }) =>
      Object.entries(deadLetters).flatMap(([what, queue]) =>
        aboutPresent(what, queue, ({ name, messages }) =>
          must(messages === 0, {
            what: 'Something failed at every try. The sweep and the minute’s run make up for it; what made it fail is still there.',
            proof: `${name}: ${messages} message${messages === 1 ? '' : 's'}`,
            fix: `Read the function’s log, then: aws sqs start-message-move-task, or purge-queue, for ${name}`,
          }),
        ),
      ),
  },
  {
    id: 'schedule.group',
    what: 'The group of the schedules that close writs is there.',
    reliesOn: '`WRIT_SCHEDULE_GROUP`; EventBridge Scheduler',
    fault: 'The schedule group is missing, or is being deleted.',
    judge: ({ broker: { scheduleGroup } }) =>
      about('schedules', scheduleGroup, (group) =>
        must(group?.state === 'ACTIVE', {
          what: 'No end is written on time; the sweep writes each two minutes late. Access ends on time all the same.',
          proof: group === null ? 'GetScheduleGroup: no such group' : `${group.name}: ${group.state}`,
          fix: 'npx cdk deploy',
        }),
      ),
  },
];
