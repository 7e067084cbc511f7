import type { Clock } from '../../core/ports.ts';
import { authenticate } from './authenticate.ts';
import { policiesOf, refusal } from './authorize.ts';
import type { Answer, Call, Handler, Protocol, Service } from './call.ts';
import type { Trail } from './cloudtrail.ts';
import { AwsError, notImplemented, renderError, sharedError } from './errors.ts';
import { isService, listed, regionOf, type ServiceName } from './operations.ts';
import type { Registry, Session } from './registry.ts';
import { parseAuthorization } from './sigv4.ts';
import { callEvent, emptyNotes } from './trail-event.ts';
import type { Wire } from './wire.ts';

export type Services = { readonly [S in ServiceName]: Service<S> };

export interface Surroundings {
  readonly services: Services;
  readonly registry: Registry;
  /** The Region of every service that is not global. */
  readonly region: string;
  readonly trail: Trail;
  readonly now: Clock;
  /** Makes request and event ids. */
  readonly id: () => string;
  /** Told of an error that nobody foresaw; the caller only learns that there was one. */
  readonly onFault: (error: unknown) => void;
}

/**
 * route → authenticate → authorise and do → record → answer.
 *
 * As on AWS, what cannot be authenticated is not in CloudTrail: nobody is known to have called. Everything after
 * that is, allowed or refused. Never throws.
 */
export async function dispatch(wire: Wire, surroundings: Surroundings): Promise<Answer> {
  const requestId = surroundings.id();
  const name = serviceOf(wire);
  const protocol = name === null ? guess(wire) : surroundings.services[name].protocol;
  try {
    if (name === null) throw withoutService(wire, protocol);
    return withId(await serve(wire, name, requestId, surroundings), requestId);
  } catch (caught) {
    if (!(caught instanceof AwsError)) surroundings.onFault(caught);
    const error = asAwsError(caught, protocol);
    return withId(renderError(protocol, error, requestId, wire.method === 'HEAD', name), requestId);
  }
}

async function serve(
  wire: Wire,
  name: ServiceName,
  requestId: string,
  surroundings: Surroundings,
): Promise<Answer> {
  const { services, registry, now: clock } = surroundings;
  const now = clock();
  const region = regionOf(name, surroundings.region);
  const session = authenticate(wire, services[name].protocol, { registry, region, now });
  return perform({ wire, name, session, requestId, now }, surroundings);
}

/** A request whose sender is known: by its signature, or because it is a service that took a role. */
export interface Authenticated {
  readonly wire: Wire;
  readonly name: ServiceName;
  readonly session: Session;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** authorise and do → record. @throws AwsError */
export async function perform(
  { wire, name, session, requestId, now }: Authenticated,
  { services, registry, region: home, trail, id }: Surroundings,
): Promise<Answer> {
  const service: Service = services[name];
  const region = regionOf(name, home);
  const operation = service.route(wire);
  if (operation === null || listed(name, operation) === null) throw notImplemented('this operation');
  const handlers: { readonly [operation: string]: Handler } = service.operations;
  const handler = handlers[operation];
  const role = registry.roleByName(session.roleName);
  if (handler === undefined || role === null) throw sharedError('internal', service.protocol);

  const notes = emptyNotes();
  const call: Call = {
    ...{ wire, session, region, requestId, now, trail: notes },
    authorize(action, resource, keys) {
      const policies = policiesOf(role, session, registry, now);
      const words = refusal({ session, role, wire, region, now }, policies, action, resource, keys);
      if (words !== null) throw sharedError('accessDenied', service.protocol, words);
    },
  };
  try {
    return await handler(call);
  } catch (caught) {
    const error = asAwsError(caught, service.protocol);
    // CloudTrail has one name for it, whatever the service's protocol calls it.
    notes.errorCode = error.code === 'AccessDeniedException' ? 'AccessDenied' : error.code;
    notes.errorMessage = error.message;
    notes.responseElements = null;
    throw caught;
  } finally {
    const happened = { service: name, operation, region, now, requestId, eventId: id(), notes };
    trail.record(callEvent(happened, wire, session, role));
  }
}

/** The service stands in the signature's credential scope, under its signing name. */
function serviceOf(wire: Wire): ServiceName | null {
  const service = parseAuthorization(wire.headers.authorization)?.service;
  return service !== undefined && isService(service) ? service : null;
}

/** Who is not told by a signature is guessed by its manners, to be refused in words that it understands. */
function guess(wire: Wire): Protocol {
  if (wire.headers['x-amz-target'] !== undefined) return 'json';
  if (wire.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 'query';
  return /^\/(?:model|2015-03-31|schedules)\//.test(wire.path) ? 'rest' : 's3';
}

function withoutService(wire: Wire, protocol: Protocol): AwsError {
  if (/(?:^|&)X-Amz-Signature=/i.test(wire.query)) return notImplemented('presigned URLs');
  const header = wire.headers.authorization;
  if (header === undefined) return sharedError('missingAuthentication', protocol);
  if (parseAuthorization(header) === null) return sharedError('malformedAuthentication', protocol);
  return notImplemented('this service');
}

/** An error that nobody foresaw keeps its message to itself: it could quote what it choked on. */
const asAwsError = (caught: unknown, protocol: Protocol): AwsError =>
  caught instanceof AwsError ? caught : sharedError('internal', protocol);

const withId = (answer: Answer, requestId: string): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId },
});
