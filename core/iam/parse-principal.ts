import { isJsonObject } from '../encoding/i-json.ts';
import type { PolicyStatement } from '../session/policy-document.ts';
import { Malformed, refuseUnknown, strings } from './malformed.ts';
import { isAwsPrincipal, isServicePrincipal } from './principal.ts';

/** `*`, or a map of `AWS` and `Service`. Writ's roles trust no federated principal. */
export function parsePrincipal(json: unknown, where: string): NonNullable<PolicyStatement['Principal']> {
  if (json === '*') return '*';
  if (!isJsonObject(json)) throw new Malformed(`${where}: Principal is needed`);
  refuseUnknown(json, ['AWS', 'Service'], `${where}: Principal`);
  const aws = json.AWS === undefined ? [] : strings(json.AWS, `${where}: Principal.AWS`);
  const services = json.Service === undefined ? [] : strings(json.Service, `${where}: Principal.Service`);
  if (aws.length + services.length === 0) throw new Malformed(`${where}: Principal is empty`);
  if (!aws.every(isAwsPrincipal) || !services.every(isServicePrincipal)) {
    throw new Malformed(`${where}: Principal names no principal; parts of a name cannot be wildcards`);
  }
  return { ...(aws.length > 0 && { AWS: aws }), ...(services.length > 0 && { Service: services }) };
}
