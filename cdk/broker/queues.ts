import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

const KEPT = Duration.days(14);
/** A message that was not done comes back; the minute's run has long looked at its account by then. */
const TRIES = 10;

/** What wakes the reconcilers, and places for what could not be delivered: each has an alarm. */
export class Queues extends Construct {
  /** FIFO, the account as the group: one reconciler at a time works there. */
  readonly reconcile: Queue;
  readonly reconcileDeadLetters: Queue;
  /** Records of the ledger's stream that failed at every try. */
  readonly streamFailures: Queue;
  /** What a schedule could not deliver, and ends that failed at every try. */
  readonly closeDeadLetters: Queue;
  /** Events that must be looked at, and did not reach the topic. */
  readonly watchDeadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    props: {
      /** Lambda wants a message to stay hidden for as long as its function may take. */
      readonly reconcileTimeout: Duration;
      readonly removal: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: props.removal,
    };
    this.reconcileDeadLetters = new Queue(this, 'ReconcileDeadLetters', {
      ...common,
      fifo: true,
      retentionPeriod: KEPT,
    });
    this.reconcile = new Queue(this, 'Reconcile', {
      ...common,
      fifo: true,
      contentBasedDeduplication: false,
      visibilityTimeout: props.reconcileTimeout,
      deadLetterQueue: { queue: this.reconcileDeadLetters, maxReceiveCount: TRIES },
    });
    this.streamFailures = new Queue(this, 'StreamFailures', { ...common, retentionPeriod: KEPT });
    this.closeDeadLetters = new Queue(this, 'CloseDeadLetters', { ...common, retentionPeriod: KEPT });
    this.watchDeadLetters = new Queue(this, 'WatchDeadLetters', { ...common, retentionPeriod: KEPT });
  }
}
