import { describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { resolvePlace } from '../../../core/session/place.ts';

const HERE = { kind: 'exchange' } as const;

describe('the exchange’s own address', () => {
  test.each([
    { address: '192.0.2.7', cidr: '192.0.2.7/32' },
    { address: '127.0.0.1', cidr: '127.0.0.1/32' },
    { address: '2001:db8::7', cidr: '2001:db8::7/128' },
    { address: '2001:DB8:0:0:0:0:0:7', cidr: '2001:db8::7/128' },
    { address: '::1', cidr: '::1/128' },
    { address: '::ffff:192.0.2.7', cidr: '192.0.2.7/32' },
    { address: '::FFFF:c000:0207', cidr: '192.0.2.7/32' },
    { address: '0:0:0:0:0:ffff:192.0.2.7', cidr: '192.0.2.7/32' },
    { address: '64:ff9b::192.0.2.7', cidr: '64:ff9b::c000:207/128' },
  ])('$address is $cidr', ({ address, cidr }) => {
    expect(resolvePlace(HERE, address)).toEqual({ kind: 'cidrs', cidrs: [cidr] });
  });

  test.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.7.',
    '192.0.2.256',
    '192.0.2.07',
    '0x7f.1',
    '3221225991',
    '192.0.2.7/24',
    '192.0.2.7, 198.51.100.1',
    '192.0.2.7\n',
    '2001:db8::7/64',
    '2001:db8::7::1',
    'fe80::1%eth0',
    '[::1]',
    '::1]@evil[::2',
    ':::',
  ])('%j is none, and that is a fault: never anywhere', (address) => {
    expect(() => resolvePlace(HERE, address)).toThrow(new Fault('misconfigured'));
  });
});

test.each([
  { kind: 'cidrs', cidrs: ['192.0.2.0/24'] },
  { kind: 'vpcs', vpcs: ['vpc-0123456789abcdef0'] },
  { kind: 'anywhere' },
] as const)('a rule of kind $kind does not ask for the address', (rule) => {
  expect(resolvePlace(rule, 'no address')).toEqual(rule);
});
