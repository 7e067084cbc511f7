/** Requests to `POST /writs` and `POST /status`, as people make them and as signed callers do. */
import type { Received } from '../../core/request.ts';
import type { Ask, Broker } from './broker.ts';
import { NO_SUBJECT, NOT_ASKED_FOR, RESPONDER } from './revoking.ts';

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
  const received = await reads(broker, endpoint, { ...NO_SUBJECT, ...narrowed }, { attestation: null });
  const { dpop: _, ...headers } = received.headers;
  return { ...received, headers, caller: RESPONDER };
}
