import { Fault } from '../fault.ts';
import type { Permission, Statement } from '../policy/bundle.ts';
import type { PolicyStatement } from './policy-document.ts';

/** Services through which a session could become another one, or change what denies it. */
export const CONTAINED: readonly string[] = [
  'sts',
  'iam',
  'organizations',
  'account',
  'sso',
  'signin',
  'rolesanywhere',
];

/**
 * The Deny that keeps a session in its place: it never chains, gains rights or touches its own deny policy.
 *
 * IAM cannot say "`iam:*` but not `iam:Get*`". With a lift the statement therefore names what is left out: the
 * lifted reads and the services that the statements allow. It denies all that the plain form denies, and more.
 *
 * @throws Fault `misconfigured` where a lift meets an action that names no single service.
 */
export function containment(
  statements: readonly Statement[],
  lifts: Permission['lifts'],
): PolicyStatement & { readonly Effect: 'Deny' } {
  const deny = { Sid: 'Contain', Effect: 'Deny', Resource: '*' } as const;
  if (lifts.length === 0) return { ...deny, Action: CONTAINED.map((service) => `${service}:*`) };
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
  const services = allowed.map(serviceOf).filter((service) => !CONTAINED.includes(service));
  const spared = [...lifts, ...services.map((service) => `${service}:*`)];
  return { ...deny, NotAction: [...new Set(spared)].sort() };
}

function serviceOf(action: string): string {
  const service = /^([a-z0-9-]+):/i.exec(action)?.[1];
  if (service === undefined) throw new Fault('misconfigured');
  return service.toLowerCase();
}
