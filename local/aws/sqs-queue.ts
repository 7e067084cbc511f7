import type { Clock } from '../../core/ports.ts';

/** A queue as the stack declares it: none is made over the wire. */
export interface QueueInput {
  /** Ends in `.fifo` if it is first-in-first-out, as AWS wants it; no other name has a dot. */
  readonly name: string;
  /** How long a received message is hidden from others; seconds, default 30. */
  readonly visibilitySeconds?: number;
  /** A message received so often goes to that queue (of the same kind) instead of out once more. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetterQueue: string };
}

export interface Outgoing {
  readonly body: string;
  readonly senderId: string;
  /** Both or neither: a FIFO queue's messages have them. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

export interface Sent {
  readonly messageId: string;
  readonly sequenceNumber?: string;
}

export interface Message extends Outgoing, Sent {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
  /** Of the last receive only. */
  readonly receiptHandle: string;
  /** The queue that gave it up. */
  readonly deadLetterSourceArn?: string;
}

/** What became of a receipt handle. `gone`: its message is no more. `malformed`: none of ours. */
export type Handled = 'done' | 'stale' | 'gone' | 'malformed';

type Held = Message & { readonly hiddenUntil: number };

const DEFAULT_VISIBILITY_SECONDS = 30;
/** SQS: "the 5-minute deduplication interval", from the first send. Milliseconds. */
const DEDUPLICATION_MILLIS = 5 * 60 * 1000;
const QUEUE_NAME = /^(?=.{1,80}$)[A-Za-z0-9_-]+(?:\.fifo)?$/;

/**
 * One queue. Order is that of sending; in a FIFO queue a group gives nothing while one of its messages is in flight, and
 * a message that comes back keeps its place. Every method takes milliseconds since 1970.
 */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
  readonly deadLetters: Queue | null;
  readonly #id: () => string;
  readonly #now: Clock;
  readonly #messages = new Map<string, Held>();
  readonly #sentBefore = new Map<string, { readonly sent: Sent; readonly until: number }>();
  #sequence = 0;

  /** @throws TypeError for a name that is none, and for dead letters of the other kind. */
  constructor(
    input: QueueInput,
    options: {
      readonly arn: string;
      readonly deadLetters: Queue | null;
      readonly id: () => string;
      readonly now: Clock;
    },
  ) {
    if (!QUEUE_NAME.test(input.name)) throw new TypeError('not a queue name');
    this.name = input.name;
    this.arn = options.arn;
    this.fifo = input.name.endsWith('.fifo');
    this.visibilitySeconds = input.visibilitySeconds ?? DEFAULT_VISIBILITY_SECONDS;
    this.maxReceiveCount = input.redrive?.maxReceiveCount ?? Number.POSITIVE_INFINITY;
    this.deadLetters = options.deadLetters;
    this.#id = options.id;
    this.#now = options.now;
    if (this.deadLetters !== null && this.deadLetters.fifo !== this.fifo)
      throw new TypeError('a queue and its dead letters must be of the same kind');
  }

  /** A FIFO queue that has seen the deduplication id in the last five minutes answers as then and keeps nothing. */
  send(outgoing: Outgoing): Sent {
    const now = this.#now();
    for (const [id, { until }] of this.#sentBefore) {
      if (until > now) break;
      this.#sentBefore.delete(id);
    }
    const { deduplicationId } = outgoing;
    const before = deduplicationId === undefined ? undefined : this.#sentBefore.get(deduplicationId);
    if (before !== undefined) return before.sent;

    const sent: Sent = { messageId: this.#id(), ...this.#nextSequence() };
    if (deduplicationId !== undefined)
      this.#sentBefore.set(deduplicationId, { sent, until: now + DEDUPLICATION_MILLIS });
    this.#put({ ...outgoing, ...sent, sentAt: now });
    return sent;
  }

  /** Up to `max` messages, hidden from now on for `seconds`. What was received too often is moved on the way. */
  receive(max: number, seconds: number): readonly Message[] {
    const now = this.#now();
    const blocked = new Set<string | undefined>();
    if (this.fifo)
      for (const { hiddenUntil, groupId } of this.#messages.values())
        if (hiddenUntil > now) blocked.add(groupId);

    const received: Message[] = [];
    for (const message of this.#messages.values()) {
      if (received.length >= max) break;
      if (message.hiddenUntil > now || blocked.has(message.groupId)) continue;
      if (this.deadLetters !== null && message.receiveCount >= this.maxReceiveCount) {
        this.#messages.delete(message.messageId);
        this.deadLetters.#bury(message, this.arn);
        continue;
      }
      const held: Held = {
        ...message,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.receiveCount === 0 ? now : message.firstReceivedAt,
        receiptHandle: handleOf(message.messageId, this.#id()),
        hiddenUntil: now + seconds * 1000,
      };
      this.#messages.set(held.messageId, held);
      received.push(held);
    }
    return received;
  }

  /** `stale` leaves the message: someone else has it. A standard queue takes the last handle also when it is late. */
  delete(receiptHandle: string): Handled {
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    const late = found.hiddenUntil <= this.#now();
    if (found.receiptHandle !== receiptHandle || (this.fifo && late)) return 'stale';
    this.#messages.delete(found.messageId);
    return 'done';
  }

  /** Hides the message for so many seconds from now; 0 gives it back at once. */
  changeVisibility(receiptHandle: string, seconds: number): Handled {
    const now = this.#now();
    const found = this.#find(receiptHandle);
    if (typeof found === 'string') return found;
    if (found.receiptHandle !== receiptHandle || found.hiddenUntil <= now) return 'stale';
    this.#messages.set(found.messageId, { ...found, hiddenUntil: now + seconds * 1000 });
    return 'done';
  }

  counts(): { readonly visible: number; readonly inFlight: number } {
    const now = this.#now();
    const inFlight = [...this.#messages.values()].filter(({ hiddenUntil }) => hiddenUntil > now).length;
    return { visible: this.#messages.size - inFlight, inFlight };
  }

  /** When the next message comes back, or `null`: none is in flight. */
  nextReturn(): number | null {
    const now = this.#now();
    const returns = [...this.#messages.values()].map(({ hiddenUntil }) => hiddenUntil);
    const next = Math.min(...returns.filter((at) => at > now));
    return Number.isFinite(next) ? next : null;
  }

  /** The message keeps its id, its body and when it was sent; a FIFO queue gives it a number of its own. */
  #bury({ body, senderId, groupId, deduplicationId, messageId, sentAt }: Held, from: string): void {
    this.#put({
      ...{ body, senderId, messageId, sentAt, deadLetterSourceArn: from },
      ...(groupId === undefined ? {} : { groupId }),
      ...(deduplicationId === undefined ? {} : { deduplicationId }),
      ...this.#nextSequence(),
    });
  }

  #put(message: Omit<Message, 'receiptHandle' | 'receiveCount' | 'firstReceivedAt'>): void {
    const fresh = { receiptHandle: '', receiveCount: 0, firstReceivedAt: 0, hiddenUntil: 0 };
    this.#messages.set(message.messageId, { ...message, ...fresh });
  }

  #nextSequence(): { readonly sequenceNumber?: string } {
    if (!this.fifo) return {};
    this.#sequence += 1;
    // Twenty digits, the first of them no zero, as readers of SQS's numbers are used to.
    return { sequenceNumber: `1${String(this.#sequence).padStart(19, '0')}` };
  }

  #find(receiptHandle: string): Held | 'gone' | 'malformed' {
    const messageId = messageOf(receiptHandle);
    return messageId === null ? 'malformed' : (this.#messages.get(messageId) ?? 'gone');
  }
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const HANDLE = new RegExp(`^(${UUID}) ${UUID}$`);

/** Tells the message, and which receive of it. */
const handleOf = (messageId: string, receive: string): string =>
  Buffer.from(`${messageId} ${receive}`).toString('base64');

const messageOf = (receiptHandle: string): string | null =>
  HANDLE.exec(Buffer.from(receiptHandle, 'base64').toString())?.[1] ?? null;
