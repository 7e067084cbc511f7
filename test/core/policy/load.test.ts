import { expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { Fault } from '../../../core/fault.ts';
import { loadBundle } from '../../../core/policy/load.ts';
import { compiled } from './installation.ts';

const built = compiled();
if (!built.ok) throw new Error('the fixture does not compile');
const { bytes, hash, bundle } = built;

test('the bytes give back the bundle, under the hash that names them', () => {
  expect(loadBundle(bytes, hash)).toEqual({ hash, bundle });
});

test.each([
  { name: 'another hash', bytes, hash: sha256Hex('another') },
  { name: 'one byte more', bytes: new Uint8Array([...bytes, 0x20]), hash },
  { name: 'no hash', bytes, hash: '' },
])('$name: bundle_mismatch', ({ bytes, hash }) => {
  expect(() => loadBundle(bytes, hash)).toThrow(new Fault('bundle_mismatch'));
});

test('a bundle of a later format is not read as one of ours', () => {
  const later = new TextEncoder().encode('{"v":2}');
  expect(() => loadBundle(later, sha256Hex(later))).toThrow(new Fault('bundle_mismatch'));
});
