import { expect, test } from 'vitest';
import { inRange, isRange } from '../../../core/iam/ip-range.ts';

test.each([
  ['192.0.2.0/24', '192.0.2.255', true],
  ['192.0.2.0/24', '192.0.3.0', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '192.0.2.8', false],
  ['192.0.2.99/24', '192.0.2.1', true],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['192.0.2.0/24', '::ffff:192.0.2.1', true],
  ['2001:db8::/32', '2001:db8:1:2:3:4:5:6', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', true],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['1::', '1:0:0:0:0:0:0:0', true],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', true],
])('%s holds %s: %s', (range, address, holds) => {
  expect(inRange(range, address)).toBe(holds);
});

test.each([
  '',
  'x',
  '192.0.2',
  '192.0.2.1.1',
  '192.0.2.256',
  '192.0.2.01',
  '192.0.2.1/33',
  '192.0.2.1/01',
  '192.0.2.1/',
  ':',
  ':::',
  '1::2::3',
  'g::1',
  '1::g',
  '12345::1',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '::192.0.2',
  '192.0.2.1::1',
  '2001:db8::/129',
])('%j is no range, and nothing is decided by it', (text) => {
  expect(isRange(text)).toBe(false);
  expect(inRange(text, '192.0.2.1')).toBeNull();
  expect(inRange('::/0', text.replace(/\/.*/s, 'x'))).toBeNull();
});
