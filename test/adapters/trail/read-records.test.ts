/** A file's records: every form, whole or taken apart, and what damage costs. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { MAX_RECORD_BYTES } from '../../../adapters/trail/pieces.ts';
import { type FileRead, readRecords } from '../../../adapters/trail/read-records.ts';
import { type Found, RecordTaker } from '../../../adapters/trail/take-records.ts';
import { envelope, getObject, recordsFile } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'writ-records-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Read extends FileRead {
  readonly found: readonly Found[];
}

/** @param wholeBytes - 0: taken apart, however small. */
async function read(content: string | Uint8Array, wholeBytes?: number, mostBytes?: number): Promise<Read> {
  const path = join(folder, `${files++}.json.gz`);
  writeFileSync(path, content);
  const found: Found[] = [];
  const limits = {
    ...(wholeBytes === undefined ? {} : { wholeBytes }),
    ...(mostBytes === undefined ? {} : { mostBytes }),
  };
  const file = await readRecords(path, { hashContent: true, ...limits }, (one) => found.push(one));
  return { ...file, found };
}

const values = ({ found }: Read) => found.map((one) => ('value' in one ? one.value : one.damage));
const one = getObject();
const other = getObject({ eventID: 'another' });

describe.each([
  ['whole', undefined],
  ['taken apart', 0],
] as const)('%s', (_, wholeBytes) => {
  test.each<readonly [form: string, content: string, expected: readonly unknown[]]>([
    ['Records', recordsFile(one, other), [one, other]],
    [
      'Records beside other names',
      JSON.stringify({ v: 1, Records: [one], more: { Records: [other] } }),
      [one],
    ],
    ['an escaped name', '{"\\u0052ecords":[1]}', [1]],
    ['Records that is no list', '{"Records":{"a":[1]}}', [{ Records: { a: [1] } }]],
    [
      'a value called Records',
      '{"a":"Records","b":["Records",[1]]}',
      [{ a: 'Records', b: ['Records', [1]] }],
    ],
    ['a list', JSON.stringify([one, other]), [one, other]],
    [
      'brackets in a text, which nest nothing',
      recordsFile({ ...one, userAgent: `"\\${'['.repeat(99)}` }),
      [{ ...one, userAgent: `"\\${'['.repeat(99)}` }],
    ],
    ['one event', JSON.stringify(one), [one]],
    ['pretty', JSON.stringify({ Records: [one, other] }, null, 2), [one, other]],
    ['a line each', `${JSON.stringify(one)}\n${JSON.stringify(other)}\n`, [one, other]],
    ['a line each, with blank ones', `${JSON.stringify(one)}\r\n\n${JSON.stringify(other)}`, [one, other]],
    ['documents a line each', `${recordsFile(one)}\n${JSON.stringify([other])}\n`, [one, other]],
    ['documents one after the other', `${recordsFile(one)}${recordsFile(other)}`, [one, other]],
    [
      'envelopes',
      `${JSON.stringify(envelope(one))}\n${JSON.stringify(envelope(other))}`,
      [envelope(one), envelope(other)],
    ],
    ['no objects', '{"Records":[1,"a]}",null,[{}],true]}', [1, 'a]}', null, [{}], true]],
    ['no records', '{"Records":[]}', []],
    ['a byte order mark of nothing', '[ ]', []],
  ])('%s', async (_form, content, expected) => {
    for (const bytes of [Buffer.from(content), gzipSync(content)]) {
      const file = await read(bytes, wholeBytes);
      expect(values(file)).toEqual(expected);
      expect(file).toMatchObject({
        damage: null,
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        contentSha256: createHash('sha256').update(content).digest('hex'),
      });
    }
  });

  test('members of gzip one after the other', async () => {
    const file = await read(Buffer.concat([gzipSync('{"Records":['), gzipSync('1]}')]), wholeBytes);
    expect(values(file)).toEqual([1]);
  });
});

test('a document is the same, whole or taken apart, wherever it is cut', async () => {
  const name = fc.oneof(fc.constantFrom('Records', 'detail', '__proto__', 'a"b', 'a\\'), fc.string());
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double({ noDefaultInfinity: true, noNaN: true }),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    ),
  }));
  await fc.assert(
    fc.property(
      fc.oneof(
        value,
        fc.array(value).map((Records) => ({ Records })),
        fc.array(value),
      ),
      fc.constantFrom(undefined, 1),
      fc.integer({ min: 1, max: 40 }),
      (document, space, size) => {
        const text = JSON.stringify(document, null, space);
        const parsed = JSON.parse(text);
        // A number or a word by itself is a document, and none of a trail's.
        if (typeof parsed !== 'object' || parsed === null) return;
        const found: Found[] = [];
        const taker = new RecordTaker((each) => found.push(each));
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; at += size) taker.push(bytes.subarray(at, at + size));
        const damage = taker.end();
        const expected = Array.isArray(parsed)
          ? parsed
          : Array.isArray(parsed.Records)
            ? parsed.Records
            : [parsed];
        expect(found).toEqual(expected.map((each: unknown) => ({ value: each })));
        expect(damage).toBeNull();
      },
    ),
    { numRuns: 2000 },
  );
});

describe('damage', () => {
  const many = Array.from({ length: 400 }, (_, at) => getObject({ eventID: `e${at}` }));

  test('gzip that breaks off: what came before counts, and the whole file is hashed', async () => {
    const packed = gzipSync(recordsFile(...many));
    const cut = packed.subarray(0, packed.length - 100);
    const file = await read(cut);
    expect(file.damage).toBe('truncated');
    expect(file.found.length).toBeGreaterThan(100);
    expect(values(file)).toEqual(many.slice(0, file.found.length));
    expect(file).toMatchObject({
      bytes: cut.length,
      sha256: createHash('sha256').update(cut).digest('hex'),
      contentSha256: null,
    });
  });

  test('a flipped byte in gzip', async () => {
    const packed = gzipSync(recordsFile(...many));
    packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
    const file = await read(packed);
    expect(file.damage).toBe('gzip');
  });

  test.each<readonly [string, string, readonly unknown[], string | null]>([
    ['JSON that breaks off', recordsFile(one, other).slice(0, -30), [one], 'truncated'],
    [
      'a record that is none',
      `{"Records":[${JSON.stringify(one)},{"a":tru},${JSON.stringify(other)}]}`,
      [one, 'not_json', other],
      null,
    ],
    [
      'a line that is none',
      `${JSON.stringify(one)}\n{"eventVersion":"1.\n${JSON.stringify(other)}\n`,
      [one, 'not_json', other],
      null,
    ],
    [
      'a first line that is none',
      `{"eventVersion":"1.\n${JSON.stringify(one)}\n${JSON.stringify(other)}\n`,
      ['not_json', one, other],
      null,
    ],
    ['no JSON at all', 'version account-id interface-id', [], 'json'],
    ['nothing', '', [], 'truncated'],
    ['brackets that never close', '['.repeat(100_000), [], 'truncated'],
  ])('%s', async (_, content, expected, damage) => {
    const file = await read(content);
    expect(file.damage).toBe(damage);
    expect(values(file)).toEqual(expected);
  });

  test('brackets in a record: no memory is spent on them', async () => {
    const file = await read(
      `{"Records":[${JSON.stringify(one)},${'['.repeat(50_000)}${']'.repeat(50_000)}]}`,
    );
    expect(values(file)).toEqual([one, 'not_json']);
  });

  test('a record that is larger than any', async () => {
    const large = `{"a":"${'x'.repeat(MAX_RECORD_BYTES)}"}`;
    const file = await read(gzipSync(`{"Records":[${large},${JSON.stringify(one)}]}`));
    expect(values(file)).toEqual(['too_large', one]);
    const lines = await read(gzipSync(`${JSON.stringify(one)}\n${large}\n${JSON.stringify(one)}\n`));
    expect(values(lines)).toEqual([one, 'too_large', one]);
  });

  test('a file that unpacks to more than any', async () => {
    const file = await read(gzipSync(recordsFile(...many)), 0, 300_000);
    expect(file.damage).toBe('too_large');
    expect(file.found.length).toBeGreaterThan(0);
    expect(file.found.length).toBeLessThan(400);
  });
});
