import { expect, test } from 'vitest';
import { MAX_TOKEN_CHARS } from '../../../core/limits.ts';
import { readJws, signingInputOf } from '../../../core/tokens/jws.ts';
import { base64url, makeJws, makeKey } from '../../support/keys.ts';

const key = await makeKey();
const HEADER = { alg: 'ES256', typ: 'application/AT+JWT', kid: 'k' };
const CLAIMS = { iss: 'https://login.corp.example' };
const token = makeJws(key, HEADER, CLAIMS);
const [header = '', payload = '', signature = ''] = token.split('.');

const read = (text: string) => readJws(text, { jwk: 'forbidden' });
const withHeader = (changes: object) => read(makeJws(key, { ...HEADER, ...changes }, CLAIMS));
const problem = (text: string) => ({ ok: false, problem: text });

test('reads a compact JWS, its typ as RFC 7515 §4.1.9 compares it', () => {
  expect(read(token)).toMatchObject({
    ok: true,
    jws: { header: HEADER, claims: CLAIMS, alg: 'ES256', typ: 'at+jwt', kid: 'k' },
  });
});

test('only the beginning of typ is left out', () => {
  expect(withHeader({ typ: 'dpapplication/op+jwt' })).toMatchObject({ jws: { typ: 'dpapplication/op+jwt' } });
});

test('typ and kid may be absent', () => {
  expect(withHeader({ typ: undefined, kid: undefined })).toMatchObject({
    ok: true,
    jws: { typ: null, kid: undefined },
  });
});

test.each([
  ['', 'not a compact JWS'],
  ['a.b', 'not a compact JWS'],
  [`${header}.${payload}.`, 'not a compact JWS'],
  [`.${payload}.${signature}`, 'not a compact JWS'],
  [`${token}.`, 'not a compact JWS'],
  [`${token}.a.b`, 'not a compact JWS'],
  [`${token}=`, 'not base64url'],
  [`${token}\n`, 'not base64url'],
  [` ${token}`, 'header is not base64url'],
  [`${header}.${payload}!.${signature}`, 'payload is not base64url'],
  [`${base64url('[]')}.${payload}.${signature}`, 'header is not an object'],
  [`${base64url('{"alg":"ES256","alg":"none"}')}.${payload}.${signature}`, 'header is member name repeated'],
  [`${header}.${base64url('"x"')}.${signature}`, 'payload is not an object'],
  [`${header}.${base64url('{"sub":"a","sub":"b"}')}.${signature}`, 'payload is member name repeated'],
  [`${header}.${base64url(Buffer.from([0x22, 0xff, 0x22]))}.${signature}`, 'payload is not UTF-8'],
  [`${header}.${base64url('\ufeff{}')}.${signature}`, 'payload is not JSON'],
  ['a'.repeat(MAX_TOKEN_CHARS + 1), `longer than ${MAX_TOKEN_CHARS} characters`],
])('refuses %.60s', (text, expected) => {
  expect(read(text)).toEqual(problem(expected));
});

test('base64url has one spelling: stray bits at the end are refused', () => {
  // 64 bytes end in a character of which only two bits count; the next letter would decode to the same bytes.
  const last = signature.slice(-1);
  const other = String.fromCharCode(last.charCodeAt(0) + 1);
  expect(read(`${token.slice(0, -1)}${other}`)).toEqual(problem('not base64url'));
});

test.each([
  ['crit', { crit: ['exp'] }, 'header has crit'],
  ['b64', { b64: false }, 'header has b64'],
  ['zip', { zip: 'DEF' }, 'header has zip'],
  ['jku', { jku: 'https://a.example' }, 'header has jku'],
  ['x5u', { x5u: 'https://a.example' }, 'header has x5u'],
  ['x5c', { x5c: [] }, 'header has x5c'],
  ['jwk', { jwk: key.jwk }, 'header jwk is forbidden'],
  ['a jwk of text', { jwk: 'x' }, 'header jwk is forbidden'],
  ['no alg', { alg: undefined }, 'header alg is not a string'],
  ['alg as a list', { alg: ['ES256'] }, 'header alg is not a string'],
  ['typ as a number', { typ: 1 }, 'header typ is not a string'],
  ['kid as an object', { kid: {} }, 'header kid is not a short string'],
  ['a long kid', { kid: 'k'.repeat(257) }, 'header kid is not a short string'],
])('refuses a header with %s', (_, changes, expected) => {
  expect(withHeader(changes)).toEqual(problem(expected));
});

test('a proof must carry its key', () => {
  expect(readJws(token, { jwk: 'required' })).toEqual(problem('header jwk is required'));
  expect(readJws(makeJws(key, { ...HEADER, jwk: key.jwk }, CLAIMS), { jwk: 'required' }).ok).toBe(true);
});

test('two signatures of one content are one signing input', () => {
  const again = makeJws(key, HEADER, CLAIMS);
  expect(again).not.toBe(token);
  expect(signingInputOf(again)).toBe(signingInputOf(token));
});
