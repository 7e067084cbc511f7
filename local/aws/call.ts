/** What passes between the server and the services of the local AWS. */
import type { OperationName, ServiceName } from './operations.ts';
import type { Session } from './registry.ts';
import type { TrailNotes } from './trail-event.ts';
import type { Wire } from './wire.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

/** How a service speaks, which decides what its errors look like. */
export type Protocol = 'query' | 's3' | 'json' | 'rest';

/** Condition keys with their values, as in `core/iam`. */
export type ContextKeys = { readonly [key: string]: string | readonly string[] };

/** One authenticated request on its way through a service. */
export interface Call {
  readonly wire: Wire;
  readonly session: Session;
  readonly region: string;
  readonly requestId: string;
  /** Milliseconds since 1970, the same for every rule of this call. */
  readonly now: number;
  /** What CloudTrail will say of the call, also when it is refused: fill it before anything can refuse. */
  readonly trail: TrailNotes;
  /** @throws AwsError as the service words "not authorized", when the policies do not allow it. */
  authorize(action: string, resource: string, keys?: ContextKeys): void;
}

export type Handler = (call: Call) => Promise<Answer> | Answer;

/** One service: where its requests go, and a handler for each operation on the list, no more and no fewer. */
export interface Service<S extends ServiceName = ServiceName> {
  readonly protocol: Protocol;
  /** The operation a request asks for, as the service tells them apart; `null`: none that exists here. */
  route(wire: Wire): string | null;
  readonly operations: { readonly [O in OperationName<S>]: Handler };
}
