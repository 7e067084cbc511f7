import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { member, parseIJson } from '../../../core/encoding/i-json.ts';
import { MAX_JSON_DEPTH } from '../../../core/limits.ts';

describe('reads', () => {
  test('whatever JSON.stringify writes, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseIJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  test('the same name in different objects, and a name that is also a value', () => {
    expect(parseIJson('{"a":{"b":1},"b":"a","c":["a","a"]}').ok).toBe(true);
  });
});

test.each([
  ['a repeated name', '{"sub":"alice","sub":"mallory"}', 'member name repeated'],
  ['a repeated name, one escaped', '{"sub":"alice","s\\u0075b":"mallory"}', 'member name repeated'],
  ['a repeated name before odd space', '{"a" :1,"a"\n\t:2}', 'member name repeated'],
  ['a repeated name deep inside', '[{"x":{"a":1,"a":2}}]', 'member name repeated'],
  ['a repeated name after a quote', '{"a\\"":1,"a\\"":2}', 'member name repeated'],
  ['half a surrogate pair', '["\\ud800"]', 'half a surrogate pair'],
  ['half a surrogate pair as a name', '{"\\udc00":1}', 'half a surrogate pair'],
  ['a byte order mark', '\ufeff{}', 'not JSON'],
  ['no JSON', '{secret}', 'not JSON'],
  ['nothing', '', 'not JSON'],
  ['two values', '{}{}', 'not JSON'],
  ['a bomb of arrays', '['.repeat(30_000) + ']'.repeat(30_000), 'nested too deeply'],
  ['a bomb of objects', `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`, 'nested too deeply'],
])('refuses %s, and does not quote it', (_, text, problem) => {
  expect(parseIJson(text)).toEqual({ ok: false, problem });
});

test(`takes ${MAX_JSON_DEPTH} levels and not one more`, () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  expect(parseIJson(nested(MAX_JSON_DEPTH)).ok).toBe(true);
  expect(parseIJson(nested(MAX_JSON_DEPTH + 1)).ok).toBe(false);
});

test('what every object inherits is no member', () => {
  expect(member({}, 'constructor')).toBeUndefined();
  expect(member({}, '__proto__')).toBeUndefined();
});
