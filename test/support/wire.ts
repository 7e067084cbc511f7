/**
 * The broker as HTTP: its own handlers behind the laptop's gateway, on a socket. What a client sees is what is tested.
 *
 *     const wire = await openWire(broker);                 // in beforeAll; `wire.close()` in afterAll
 *     const { status, body } = await wire.send(await broker.ask());
 *
 * Every answer is held to docs/openapi on its way: one that is not documented fails the test, whatever it is about.
 */
import { Agent, request } from 'node:http';
import type { Context } from 'aws-lambda';
import { expect } from 'vitest';
import type { Answer } from '../../core/answer.ts';
import { metadata } from '../../core/metadata.ts';
import type { Refusal } from '../../core/refusals.ts';
import type { Received } from '../../core/request.ts';
import { OPERATIONS } from '../../docs/openapi/operations.ts';
import { okAnswer } from '../../lambda/edge/answer.ts';
import type { HttpEvent } from '../../lambda/edge/event.ts';
import { type Endpoint, type HttpHandler, httpEndpoint } from '../../lambda/edge/http.ts';
import { issuedAnswer } from '../../lambda/edge/issued-answer.ts';
import { respond } from '../../lambda/edge/respond.ts';
import { revocationAnswer } from '../../lambda/edge/revocation-answer.ts';
import { startGateway } from '../../local/gateway.ts';
import type { Broker } from './broker.ts';
import { undocumented } from './documented.ts';
import { freePort } from './dynamodb.ts';
import { PUBLIC_URL } from './tokens.ts';

export interface WireAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: { readonly [field: string]: unknown };
  /** What core answered to this request and no client sees whole; `null`: it did not refuse, or was not reached. */
  readonly refusal: Refusal | null;
}

/** What a test changes about the HTTP of a request. */
export interface OnTheWire {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string | Buffer;
  /** In place of the request's own; `undefined` takes one away. */
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined };
}

export interface Wire {
  /** One request at a time. An answer that docs/openapi.json does not have fails the test. */
  send(received: Received, change?: OnTheWire): Promise<WireAnswer>;
  get(path: string): Promise<WireAnswer>;
  /** An API Gateway event, without a socket: for headers that no client library lets through. */
  invoke(endpoint: keyof Handlers, event: HttpEvent): Promise<WireAnswer>;
  close(): Promise<void>;
}

type Handlers = {
  readonly [F in 'exchange' | 'permissions' | 'enroll' | 'revoke' | 'metadata']: HttpHandler;
};

export async function openWire(broker: Broker): Promise<Wire> {
  let refusal: Refusal | null = null;
  const handlers = handlersOf(broker, (what) => {
    refusal = what;
  });
  const port = await freePort();
  const gateway = await startGateway(
    port,
    async (name, event) =>
      // Lambda hands over JSON; what would be lost in it is lost here too.
      handlers[name as keyof Handlers](JSON.parse(JSON.stringify(event)), {} as Context),
    // There is no IAM here: nobody is let through to what it guards.
    () => ({ status: 403, message: 'Forbidden' }),
  );
  const agent = new Agent({ keepAlive: true });

  const checked = (method: string, path: string, answer: WireAnswer): WireAnswer => {
    const operation = OPERATIONS.find((known) => known.path === path.split('?')[0]);
    const problem = operation === undefined ? null : undocumented(operation, method, answer);
    expect(problem, `in docs/openapi.json: ${method} ${path} ${answer.status}`).toBeNull();
    return answer;
  };
  const call = (method: string, path: string, headers: OnTheWire['headers'], body: string | Buffer) =>
    new Promise<WireAnswer>((resolve, reject) => {
      refusal = null;
      const sent = request({ host: '127.0.0.1', port, method, path, agent }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]),
          ),
          body: text === '' ? {} : JSON.parse(text),
          refusal,
        });
      });
      sent.on('error', reject);
      for (const [name, value] of Object.entries(headers ?? {})) {
        if (value !== undefined) sent.setHeader(name, value);
      }
      // Of its own accord node frames no body of a GET or DELETE, and the server would read it as the next request.
      sent.setHeader('content-length', Buffer.byteLength(body));
      sent.end(body);
    });

  return {
    async send(received, change = {}) {
      const { method = 'POST', path = received.url.slice(PUBLIC_URL.length) } = change;
      const headers = { ...received.headers, ...change.headers };
      return checked(method, path, await call(method, path, headers, change.body ?? received.body));
    },
    get: async (path) => checked('GET', path, await call('GET', path, {}, '')),
    async invoke(endpoint, event) {
      refusal = null;
      const { statusCode, headers, body } = await handlers[endpoint](event, {} as Context);
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      return { status: statusCode, headers: Object.fromEntries(lower), body: JSON.parse(body), refusal };
    },
    async close() {
      agent.destroy();
      await gateway.close();
    },
  };
}

/** The functions of `lambda/` with a test's ports: wire format and core are those that are deployed. */
function handlersOf(broker: Broker, onRefusal: (refusal: Refusal) => void): Handlers {
  const { ports } = broker;
  const told = async <T>(answer: Promise<Answer<T>>): Promise<Answer<T>> => {
    const settled = await answer;
    if (!settled.ok) onRefusal(settled.refusal);
    return settled;
  };
  const at = (name: string, path = `/${name}`, method: Endpoint['method'] = 'POST'): Endpoint => ({
    name,
    method,
    path,
    publicUrl: PUBLIC_URL,
  });
  return {
    exchange: httpEndpoint(
      async (received) => respond('token', await told(broker.exchange(received)), ports, issuedAnswer),
      at('token'),
    ),
    permissions: httpEndpoint(
      async (received) =>
        respond('permissions', await told(broker.permissions(received)), ports, (listed) => ({
          permissions: listed,
        })),
      at('permissions'),
    ),
    enroll: httpEndpoint(
      async (received) =>
        respond('enroll', await told(broker.enroll(received)), ports, (enrolment) => ({ ...enrolment })),
      at('enroll'),
    ),
    revoke: httpEndpoint(
      async (received) => {
        const nonceKeys = received.caller === undefined ? ports.nonceKeys : null;
        return respond(
          'revoke',
          await told(broker.revoke(received)),
          { ...ports, nonceKeys },
          revocationAnswer,
        );
      },
      { ...at('revoke'), iamPath: '/responder/revoke' },
    ),
    metadata: httpEndpoint(
      async () => okAnswer(metadata(PUBLIC_URL, ports.policy.bundle)),
      at('metadata', '/.well-known/oauth-authorization-server', 'GET'),
    ),
  };
}
