import { Fault } from '../fault.ts';
import type { PlaceRule } from '../policy/bundle.ts';
import type { Place } from './session-policy.ts';

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}$/;
/** RFC 4291 §2.5.5.2, as RFC 5952 spells it: a socket that listens on both families shows IPv4 callers like this. */
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * From where a session may be used.
 *
 * @param address - The exchange's own caller as the gateway saw it, IPv4 or IPv6, never taken from a header.
 * @throws Fault `misconfigured` where the rule needs the address and it is none: a place that cannot be told must
 *   not become "anywhere".
 */
export function resolvePlace(rule: PlaceRule, address: string): Place {
  return rule.kind === 'exchange' ? { kind: 'cidrs', cidrs: [only(address)] } : rule;
}

/** The CIDR block that holds this address alone: `192.0.2.7/32`, `2001:db8::7/128`. */
function only(address: string): string {
  if (IPV4.test(address)) return `${address}/32`;
  const canonical = canonicalIpv6(address);
  const mapped = MAPPED.exec(canonical);
  if (mapped === null) return `${canonical}/128`;
  const bits = [mapped[1], mapped[2]].map((group) => Number.parseInt(group ?? '', 16));
  return `${bits.flatMap((group) => [group >> 8, group & 255]).join('.')}/32`;
}

/** RFC 5952 form, by way of the URL parser: a wrong guess at what `::` stands for would open a foreign place. */
function canonicalIpv6(address: string): string {
  const url = IPV6.test(address) ? URL.parse(`http://[${address}]/`) : null;
  if (url === null) throw new Fault('misconfigured');
  return url.hostname.slice(1, -1);
}
