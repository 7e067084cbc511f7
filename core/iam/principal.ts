import { ACCOUNT_ID } from '../aws-names.ts';
import type { PolicyStatement } from '../session/policy-document.ts';
import { list } from './conditions.ts';
import type { Truth } from './truth.ts';

/** Who asks, as far as the principal of a resource policy can name it. */
export interface Caller {
  readonly kind: 'session' | 'role' | 'user' | 'service' | 'root';
  /** Exactly as in the request. */
  readonly name: string;
  /** Null for a service. */
  readonly account: string | null;
  readonly partition: string | null;
  /** Of a session or a role, without its path: role names are unique in an account. */
  readonly role: string | null;
}

/**
 * How a statement names the caller, strongest first.
 *
 * - `direct`: the session, the user, the service or everyone. Within the account no implicit deny of
 *   identity policy, boundary or session policy limits what it grants.
 * - `role`: the ARN of the session's role. Boundary and session policy limit it.
 * - `account`: the account, by id or `root`. It delegates to the account's identity policies.
 *
 * @see IAM User Guide, "Policy evaluation logic", resource-based policies and implicit denies
 */
export type Naming = 'direct' | 'role' | 'account';

const SESSION = /^(?:arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+)$/;
const ENTITY = /^(?:arn:(aws[a-z-]*):iam::(\d{12}):(?:(role|user)\/([\x21-\x7e]+)|root))$/;
const FEDERATED = /^(?:arn:(aws[a-z-]*):sts::(\d{12}):federated-user\/[\w+=,.@-]+)$/;
const SERVICE = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?)$/;

/** @returns null for a name that is no principal: nothing is granted to it. */
export function parseCaller(name: string): Caller | null {
  const session = SESSION.exec(name);
  if (session !== null) return caller('session', name, session[1], session[2], session[3]);
  const entity = ENTITY.exec(name);
  if (entity !== null) {
    const kind = entity[3] === 'role' || entity[3] === 'user' ? entity[3] : 'root';
    return caller(
      kind,
      name,
      entity[1],
      entity[2],
      kind === 'role' ? entity[4]?.split('/').at(-1) : undefined,
    );
  }
  const federated = FEDERATED.exec(name);
  if (federated !== null) return caller('user', name, federated[1], federated[2]);
  return SERVICE.test(name) ? caller('service', name) : null;
}

function caller(
  kind: Caller['kind'],
  name: string,
  partition?: string,
  account?: string,
  role?: string,
): Caller {
  return { kind, name, partition: partition ?? null, account: account ?? null, role: role ?? null };
}

/** Whether a string can stand under `AWS`: "you cannot use a wildcard to match part of a principal name". */
export function isAwsPrincipal(text: string): boolean {
  if (text === '*' || ACCOUNT_ID.test(text)) return true;
  const parsed = /[*?$]/.test(text) ? null : parseCaller(text);
  return parsed !== null && parsed.kind !== 'service';
}

export const isServicePrincipal = (text: string): boolean => SERVICE.test(text);

/**
 * The strongest way in which the element names the caller.
 *
 * @returns false when it does not; null when it cannot be read, as without `Principal` in a resource policy.
 * @see IAM User Guide, "AWS JSON policy elements: Principal"
 */
export function naming(element: PolicyStatement['Principal'], caller: Caller): Naming | Exclude<Truth, true> {
  if (element === undefined) return null;
  if (element === '*') return 'direct';
  const aws = list(element.AWS ?? []);
  const services = list(element.Service ?? []);
  if (caller.kind === 'service' && services.includes(caller.name)) return 'direct';
  const found = new Set(aws.map((name) => namingOf(name, caller)));
  for (const each of ['direct', 'role', 'account'] as const) if (found.has(each)) return each;
  return found.has(null) || !services.every(isServicePrincipal) ? null : false;
}

function namingOf(name: string, caller: Caller): Naming | Exclude<Truth, true> {
  if (name === '*' || name === caller.name) return caller.kind === 'role' && name !== '*' ? 'role' : 'direct';
  if (!isAwsPrincipal(name)) return null;
  if (ACCOUNT_ID.test(name)) return name === caller.account ? 'account' : false;
  const named = parseCaller(name);
  if (named?.account !== caller.account || named?.partition !== caller.partition) return false;
  if (named.kind === 'root') return 'account';
  return named.kind === 'role' && caller.kind === 'session' && named.role === caller.role ? 'role' : false;
}
