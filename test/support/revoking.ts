/** Requests to `POST /revoke` on each of its three roads, and what they leave behind. */
import { readFileSync } from 'node:fs';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Received } from '../../core/request.ts';
import type { Ask, Broker } from './broker.ts';

/** The example installation's own rules about who may end what. */
export const ENDING = {
  'policies/ending.cedar': readFileSync(
    new URL('../../config/policies/ending.cedar', import.meta.url),
    'utf8',
  ),
};

let asked = 0;

export interface Naming {
  readonly token: string;
  readonly token_type_hint?: string;
  readonly mode?: string;
  readonly reason?: string;
  readonly request_id?: string;
}

/** What `broker.ask` puts into an exchange's form, and no other has. */
export const NOT_ASKED_FOR = {
  grant_type: undefined,
  actor_token: undefined,
  actor_token_type: undefined,
  authorization_details: undefined,
};
export const NO_SUBJECT = { subject_token: undefined, subject_token_type: undefined, binding: undefined };

/** As a person: Alice, unless changed. Each request has an id of its own, unless it names one. */
export function byPerson(broker: Broker, naming: Naming, change: Ask = {}): Promise<Received> {
  asked += 1;
  const named = { token_type_hint: 'writ', reason: 'found in a paste', request_id: `r-${asked}`, ...naming };
  return broker.ask({
    ...change,
    endpoint: 'revoke',
    form: { ...NOT_ASKED_FOR, ...named, ...change.form },
  });
}

/** As whoever holds the device's key, and shows nothing else. */
export const byKey = (broker: Broker, naming: Naming, change: Ask = {}): Promise<Received> =>
  byPerson(broker, naming, { attestation: null, ...change, form: { ...NO_SUBJECT, ...change.form } });

export const RESPONDER = 'arn:aws:sts::111122223333:assumed-role/incident-response/carol';

/** As an AWS identity whose signature API Gateway has verified. No proof, no token. */
export async function byResponder(broker: Broker, naming: Naming): Promise<Received> {
  const { dpop: _, ...headers } = (await byKey(broker, naming)).headers;
  const { body, url, sourceAddress } = await byKey(broker, naming);
  return { headers, body, url, sourceAddress, caller: RESPONDER };
}

/** A session of Alice's. */
export async function issue(broker: Broker, change: Ask = {}) {
  const answer = await broker.exchange(await broker.ask(change));
  if (!answer.ok) throw new Error(JSON.stringify(answer.refusal));
  return { writ: answer.value.writ, accessKeyId: answer.value.credential.AccessKeyId };
}

/** All ledger records of one type, in no order. */
export async function records(broker: Broker, type: string): Promise<readonly Recorded[]> {
  const tables: readonly (readonly { readonly body?: { readonly S: string } }[])[] = JSON.parse(
    await broker.everything(),
  );
  return tables
    .flat()
    .flatMap(({ body }) => (body === undefined ? [] : [JSON.parse(body.S)]))
    .filter((record) => record.type === type);
}
type Recorded = { readonly [field: string]: unknown };

/** A head as control has it; `undefined`: there is none. */
export async function headOf(broker: Broker, kind: string, value: string) {
  const { Item } = await broker.db.client.send(
    new GetItemCommand({
      TableName: broker.db.tables.control,
      Key: { pk: { S: `REVOKED#${kind}#${value}` }, sk: { S: 'head' } },
      ConsistentRead: true,
    }),
  );
  return Item;
}
