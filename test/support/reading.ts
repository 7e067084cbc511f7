/** Requests to `POST /writs` and `POST /status`, as people make them and as signed callers do. */
import type { Received } from '../../core/request.ts';
import type { Ask, Broker } from './broker.ts';
import { RESPONDER } from './revoking.ts';

const NOT_ASKED_FOR = {
  grant_type: undefined,
  actor_token: undefined,
  actor_token_type: undefined,
  authorization_details: undefined,
};

export type Narrowed = { readonly [parameter: string]: string | undefined };

/** As a person: Alice, unless changed. */
export const reads = (
  broker: Broker,
  endpoint: 'writs' | 'status',
  narrowed: Narrowed = {},
  change: Ask = {},
): Promise<Received> =>
  broker.ask({ ...change, endpoint, form: { ...NOT_ASKED_FOR, ...narrowed, ...change.form } });

/** As an AWS identity whose signature API Gateway has verified. No proof, no token. */
export async function readsSigned(
  broker: Broker,
  endpoint: 'writs' | 'status',
  narrowed: Narrowed = {},
): Promise<Received> {
  const none = { subject_token: undefined, subject_token_type: undefined, binding: undefined };
  const received = await reads(broker, endpoint, { ...none, ...narrowed }, { attestation: null });
  const { dpop: _, ...headers } = received.headers;
  return { ...received, headers, caller: RESPONDER };
}
