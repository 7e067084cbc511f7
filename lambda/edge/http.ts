import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { Fault } from '../../core/fault.ts';
import type { Received } from '../../core/request.ts';
import type { Answer } from './answer.ts';
import { type HttpEvent, methodOf, receive } from './event.ts';
import { logFault, logRefusal } from './log.ts';
import { refusalAnswer, STRANGER } from './refusal-answer.ts';

export interface Endpoint {
  /** Name in logs and metrics: `token`. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Below the public URL: `/token`. */
  readonly path: string;
  /** As configured, without a trailing slash. */
  readonly publicUrl: string;
  /** A second route to the same function, which IAM guards: its resource path, below the public URL. */
  readonly iamPath?: string;
}

/** What API Gateway takes back; both payload versions read it. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

export type HttpHandler = (event: HttpEvent, context: Context) => Promise<HttpResult>;

/** RFC 6749 §5.1 for the first two; the rest so that no browser makes more of an answer than JSON. */
const EVERY_ANSWER = {
  'Cache-Control': 'no-store',
  Pragma: 'no-cache',
  'Content-Type': 'application/json',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * A Lambda handler around one function of core: wire format here, decisions there.
 *
 * middy runs the steps, with none of its ready-made middleware: its body parser and error handler together print
 * the body of a malformed request, tokens included. Its early timeout (5 ms) makes a late answer a fault as well.
 *
 * @param handle - Answers one request; `id` is what the path names where it has `{id}`, the caller's word. Refusals are answers; what it throws becomes 503 with `Retry-After`.
 */
export function httpEndpoint(
  handle: (received: Received, id: string) => Promise<Answer>,
  endpoint: Endpoint,
): HttpHandler {
  const url = endpoint.publicUrl + endpoint.path;
  const handler = middy<HttpEvent, HttpResult>()
    .before(({ event }) => (methodOf(event) === endpoint.method ? undefined : respond(wrongMethod(endpoint))))
    .handler(async (event: HttpEvent): Promise<HttpResult> => {
      const received = receive(event, url, endpoint.iamPath);
      if (received.ok) return respond(await handle(received.value, event.pathParameters?.id ?? ''));
      logRefusal({ endpoint: endpoint.name, reason: received.refusal.reason, writ: null });
      return respond(refusalAnswer(received.refusal, STRANGER, null));
    })
    .onError(({ error }) => {
      logFault(error, endpoint.name);
      return respond(faultAnswer(error));
    });
  return async (event, context) => handler(event, context);
}

function respond(answer: Answer): HttpResult {
  return {
    statusCode: answer.status,
    headers: { ...answer.headers, ...EVERY_ANSWER },
    body: JSON.stringify(answer.body),
  };
}

/** RFC 9110 §15.5.6: a 405 names the methods that would do. */
const wrongMethod = (endpoint: Endpoint): Answer => ({
  status: 405,
  headers: { Allow: endpoint.method },
  body: { error: 'invalid_request' },
});

/** Every fault looks the same from outside; which one it was stands in the log. */
const faultAnswer = (error: unknown): Answer => ({
  status: 503,
  headers: { 'Retry-After': String(error instanceof Fault ? error.retryAfter : 1) },
  body: { error: 'temporarily_unavailable' },
});
