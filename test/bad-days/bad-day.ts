/** One broker, its outside and its log, for the tests of a file. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Received } from '../../core/request.ts';
import type { HttpResult } from '../../lambda/edge/http.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { expectAllHolds } from './invariants.ts';
import { type Outside, openOutside } from './outside.ts';
import { connect, send } from './whole.ts';

export interface BadDay {
  readonly broker: Broker;
  readonly outside: Outside;
  /** One request, and what it was answered. */
  ask(change?: Ask): Promise<HttpResult>;
  /** The same for one that is ready. */
  send(received: Received): Promise<HttpResult>;
  /** All is well again: caches are empty, connections new. */
  good(): void;
  /** After all that this test's requests were answered. */
  allHolds(): Promise<void>;
}

export const REFUSED: Ask = { details: { permission: 'reports-secret' } };

export const ENROLMENT: Ask = {
  endpoint: 'enroll',
  attestation: null,
  form: {
    grant_type: undefined,
    actor_token: undefined,
    actor_token_type: undefined,
    authorization_details: undefined,
  },
};

let people = 0;
/** Somebody who has not been here before: refusals of one person and minute are counted together. */
export function somebody() {
  people += 1;
  const oid = `user-${people}`;
  return {
    user: { kind: 'user', value: `corp:${oid}` },
    who: { subject: { claims: { oid } }, attestation: { claims: { user: undefined } } } satisfies Ask,
  } as const;
}

/** @param configuration - What is configured beside, or in place of, what every test's installation has. */
export function badDays(configuration: Parameters<typeof openBroker>[0] = {}): () => BadDay {
  let day: BadDay | null = null;
  let log: () => string = () => '';
  let answers: HttpResult[] = [];
  beforeAll(async () => {
    const broker = await openBroker(configuration);
    const outside = await openOutside(broker);
    const sends = async (received: Received): Promise<HttpResult> => {
      const answer = await send(broker, received);
      answers.push(answer);
      return answer;
    };
    day = {
      broker,
      outside,
      ask: async (change = {}) => sends(await broker.ask(change)),
      send: sends,
      good() {
        outside.cure();
        connect(broker, outside);
      },
      allHolds: () => expectAllHolds(broker, outside, answers, log()),
    };
  });
  beforeEach(() => {
    log = catchOutput();
    answers = [];
    day?.broker.reset();
    day?.outside.reset();
    day?.good();
  });
  afterAll(async () => {
    await day?.outside.close();
    await day?.broker.close();
  });
  return () => {
    if (day === null) throw new Error('the broker is not open yet');
    return day;
  };
}
