import type { Truth } from './truth.ts';

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/**
 * Whether an address lies in a CIDR range, IPv4 or IPv6; a range without prefix is one address. Bits of the
 * range below its prefix are ignored. An IPv4-mapped request address (`::ffff:192.0.2.1`, what a dual-stack
 * socket reports) counts as IPv4, or a deny for an IPv4 range would be passed by.
 *
 * @returns null when either cannot be read.
 * @see IAM User Guide, "IAM JSON policy elements: Condition operators", IP address
 */
export function inRange(range: string, address: string): Truth {
  const parsed = parseRange(range);
  const ip = parseAddress(address);
  if (parsed === null || ip === null) return null;
  const plain = unmapped(ip);
  if (parsed.bits !== plain.bits) return false;
  const shift = BigInt(parsed.bits - parsed.prefix);
  return parsed.value >> shift === plain.value >> shift;
}

export const isRange = (text: string): boolean => parseRange(text) !== null;

function parseRange(text: string): (Address & { readonly prefix: number }) | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  if (slash === -1) return { ...address, prefix: address.bits };
  const prefix = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > address.bits) return null;
  return { ...address, prefix: Number(prefix) };
}

function parseAddress(text: string): Address | null {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return value === null ? null : { bits: text.includes(':') ? 128 : 32, value };
}

function unmapped(address: Address): Address {
  const mapped = address.bits === 128 && address.value >> 32n === 0xffffn;
  return mapped ? { bits: 32, value: address.value & 0xffffffffn } : address;
}

/** Dotted quad without leading zeros, which some parsers take for octal. */
function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return null;
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** RFC 4291 §2.2: eight groups, one `::` for zeros, the last 32 bits also as a dotted quad. */
function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, at) => parseGroups(half, at === halves.length - 1));
  if (head === undefined || head === null || tail === null) return null;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return null;
  const groups = [...head, ...Array<bigint>(8 - given).fill(0n), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/** @param last - Whether the address ends here: only then may it end in a dotted quad. */
function parseGroups(text: string, last: boolean): bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [at, part] of parts.entries()) {
    const quad = last && at === parts.length - 1 && part.includes('.') ? parseIpv4(part) : null;
    if (quad !== null) groups.push(quad >> 16n, quad & 0xffffn);
    else if (/^(?:[0-9a-fA-F]{1,4})$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
