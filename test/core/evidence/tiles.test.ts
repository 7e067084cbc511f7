import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundlePath,
  decodeBundle,
  decodeTile,
  encodeBundle,
  levelsOf,
  parseTilePath,
  tilePath,
  widthOf,
} from '../../../core/evidence/tiles.ts';

describe('where a tile lies (C2SP tlog-tiles)', () => {
  test.each([
    [tilePath(0, 0), 'tile/0/000'],
    [tilePath(0, 1_234_067), 'tile/0/x001/x234/067'],
    [tilePath(1, 0, 1), 'tile/1/000.p/1'],
    [tilePath(63, 999, 255), 'tile/63/999.p/255'],
    [bundlePath(273), 'tile/entries/273'],
    [bundlePath(1000, 112), 'tile/entries/x001/000.p/112'],
  ])('%s', (path, expected) => {
    expect(path).toBe(expected);
  });

  test('a path is read back as what it was written for', () => {
    fc.assert(
      fc.property(fc.nat(63), fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (level, index, width) => {
        expect(parseTilePath(tilePath(level, index, width))).toEqual({ level, index, width });
        expect(parseTilePath(bundlePath(index, width))).toEqual({ level: 'entries', index, width });
      }),
    );
  });

  test.each([
    ['too many digits', 'tile/0/x000/001'],
    ['too few', 'tile/0/1'],
    ['an x too many', 'tile/0/x001'],
    ['an x too few', 'tile/0/001/234'],
    ['a full tile called partial', 'tile/0/000.p/256'],
    ['an empty one', 'tile/0/000.p/0'],
    ['a width with a zero before it', 'tile/0/000.p/01'],
    ['a level that there is not', 'tile/64/000'],
    ['a level with a zero before it', 'tile/00/000'],
    ['an index beyond what can be counted', 'tile/0/x999/x999/x999/x999/x999/999'],
    ['upwards', 'tile/0/../../checkpoint'],
    ['something after it', 'tile/0/000.bak'],
    ['a line end after it', 'tile/0/000\n'],
  ])('%s is no path', (_, path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  test('there is none of an index or width that cannot be', () => {
    expect(() => tilePath(0, -1)).toThrow(RangeError);
    expect(() => tilePath(0, 0.5)).toThrow(RangeError);
    expect(() => tilePath(0, 0, 0)).toThrow(RangeError);
    expect(() => bundlePath(0, 257)).toThrow(RangeError);
  });
});

test.each([
  [0, 0],
  [1, 1],
  [255, 1],
  [256, 2],
  [65_535, 2],
  [65_536, 3],
  [2 ** 53 - 1, 7],
])('a tree of %i leaves has %i levels of tiles', (size, levels) => {
  expect(levelsOf(size)).toBe(levels);
});

test('how wide a tile is', () => {
  expect([
    widthOf(0, 0, 257),
    widthOf(0, 1, 257),
    widthOf(0, 2, 257),
    widthOf(1, 0, 257),
    widthOf(2, 0, 257),
  ]).toEqual([256, 1, 0, 1, 0]);
});

test('a tile is a row of hashes, of as many as it must have', () => {
  expect(decodeTile(new Uint8Array(64), 2)).toHaveLength(2);
  expect(decodeTile(new Uint8Array(96), 2)).toHaveLength(2);
  expect(decodeTile(new Uint8Array(64), 3)).toBeNull();
  expect(decodeTile(new Uint8Array(65), 2)).toBeNull();
  expect(decodeTile(new Uint8Array(257 * 32), 2)).toBeNull();
});

describe('a bundle', () => {
  const entry = fc.uint8Array({ maxLength: 300 });

  test('holds its entries, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const read = decodeBundle(encodeBundle(entries), entries.length);
        expect(read.flaw).toBeNull();
        expect(read.entries.map((each) => [...each])).toEqual(entries.map((each) => [...each]));
      }),
    );
  });

  test('cut anywhere it is cut short', () => {
    const whole = encodeBundle([Buffer.from('one'), Buffer.from('two')]);
    for (let length = 0; length < whole.length; length++) {
      expect(decodeBundle(whole.subarray(0, length), 2)).toMatchObject({ flaw: 'truncated' });
    }
    expect(decodeBundle(whole.subarray(0, 7), 2).entries).toHaveLength(1);
  });

  test('a length that reaches beyond the end is no reason to read there', () => {
    expect(decodeBundle(Uint8Array.of(0xff, 0xff, 1, 2, 3), 1)).toEqual({ entries: [], flaw: 'truncated' });
  });

  test('with more behind its entries is a flaw, unless it may hold more', () => {
    const whole = encodeBundle([Buffer.from('one'), Buffer.from('two')]);
    expect(decodeBundle(whole, 1).flaw).toBe('trailing_bytes');
    expect(decodeBundle(whole, 1, true)).toMatchObject({ flaw: null, entries: [Buffer.from('one')] });
  });

  test('entries of 65,535 bytes and no more; 256 of them', () => {
    const longest = new Uint8Array(65_535).fill(7);
    expect(decodeBundle(encodeBundle([longest]), 1).entries[0]).toEqual(Buffer.from(longest));
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
    expect(() => encodeBundle(Array.from({ length: 257 }, () => new Uint8Array()))).toThrow(RangeError);
  });
});
