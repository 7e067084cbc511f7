import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { decodeUtf8 } from '../../core/encoding/utf8.ts';
import { Fault } from '../../core/fault.ts';
import { MAX_BODY_BYTES } from '../../core/limits.ts';
import { allow, type Outcome, refuse } from '../../core/outcome.ts';
import type { Received } from '../../core/request.ts';

/** API Gateway's two shapes: REST proxy (payload 1.0) and HTTP API (payload 2.0). */
export type HttpEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/** Headers that hold compact JWTs, in which no comma can stand (RFC 7515 §7.1). */
const JWT_HEADERS = new Set(['dpop', 'oauth-client-attestation', 'oauth-client-attestation-pop']);

/** Upper case, as API Gateway passes it on. */
export const methodOf = (event: HttpEvent): string =>
  isRest(event) ? event.httpMethod : event.requestContext.http.method;

/**
 * Translates an event; checks nothing but what core could not see any more: size and text.
 *
 * @param url - The route's URL as configured. The event's `Host`, path and stage are the caller's words.
 * @param iamResource - Resource path of the route that IAM guards, if this function has one.
 * @returns `request_too_large` over MAX_BODY_BYTES, before anything else looks at it; `request_not_form` where the
 *   bytes are not UTF-8: decoding them loosely would let one body have two hashes.
 * @throws Fault `misconfigured` where IAM's route names nobody: then nothing has verified a signature there.
 */
export function receive(event: HttpEvent, url: string, iamResource?: string): Outcome<Received> {
  const body = bodyOf(event);
  if (!body.ok) return body;
  return allow({
    ...callerOf(event, iamResource),
    headers: isRest(event) ? restHeaders(event) : httpHeaders(event),
    body: body.value,
    sourceAddress: canonicalAddress(
      isRest(event) ? event.requestContext.identity.sourceIp : event.requestContext.http.sourceIp,
    ),
    url,
  });
}

/**
 * Who signed, as API Gateway verified. `resource` is the route that it matched, from its own configuration: `path` beside it
 * is the caller's word, and on any other route so might be the rest.
 */
function callerOf(event: HttpEvent, iamResource: string | undefined): Pick<Received, 'caller'> {
  if (iamResource === undefined || !isRest(event) || event.resource !== iamResource) return {};
  const caller = event.requestContext.identity.userArn;
  if (typeof caller !== 'string' || caller === '') throw new Fault('misconfigured');
  return { caller };
}

/** An IPv4 address has one spelling in records and policies, also where it came over an IPv6 socket. */
const canonicalAddress = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '');

function isRest(event: HttpEvent): event is APIGatewayProxyEvent {
  return 'httpMethod' in event;
}

function bodyOf(event: HttpEvent): Outcome<string> {
  const body = event.body ?? '';
  const bytes = Buffer.from(body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) return refuse({ reason: 'request_too_large', limit: MAX_BODY_BYTES });
  if (!event.isBase64Encoded) return allow(body);
  const text = decodeUtf8(bytes);
  return text === null ? refuse({ reason: 'request_not_form' }) : allow(text);
}

/**
 * Payload 1.0 keeps each value of a repeated header. `headers`, beside it, holds the last one only: with that a
 * second `DPoP` header would go unseen (RFC 9449 §4.3, check 1), so it is never read.
 */
function restHeaders(event: APIGatewayProxyEvent): Received['headers'] {
  return collect(Object.entries(event.multiValueHeaders ?? {}));
}

/**
 * Payload 2.0 joins repeated headers with commas. For headers that hold JWTs splitting them again loses nothing;
 * any other keeps its text.
 */
function httpHeaders(event: APIGatewayProxyEventV2): Received['headers'] {
  return collect(
    Object.entries(event.headers ?? {}).map(([name, value]) => [
      name,
      JWT_HEADERS.has(name.toLowerCase()) ? value?.split(',').map((part) => part.trim()) : [value],
    ]),
  );
}

/** Lower-case names on an object without prototype: a header called `constructor` is only a header. */
function collect(
  entries: readonly (readonly [string, readonly (string | undefined)[] | undefined])[],
): Received['headers'] {
  const headers: { [name: string]: readonly string[] } = Object.create(null);
  for (const [name, values] of entries) {
    const known = headers[name.toLowerCase()] ?? [];
    headers[name.toLowerCase()] = [...known, ...(values ?? []).filter((value) => value !== undefined)];
  }
  return headers;
}
