import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from '../../../core/evidence/checkpoint.ts';
import { append, leafHash, rootOf } from '../../../core/evidence/merkle.ts';
import { isNoteOf, parseNote, signNote } from '../../../core/evidence/note.ts';
import { formatTlogProof, parseTlogProof, verifyReceipt } from '../../../core/evidence/tlog-proof.ts';
import { formatVerifierKey, keyTitle, parseVerifierKey } from '../../../core/evidence/verifier-key.ts';
import { keyFor, ORIGIN, testSigner, vkeyOf } from '../../support/evidence-log.ts';

const signer = testSigner();
const key = keyFor(signer);
const ROOT = leafHash(Buffer.from('leaf'));
const HEAD = { origin: ORIGIN, size: 1, root: ROOT };
const SIGNED = Buffer.from(await signCheckpoint(HEAD, signer));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('verifier key (C2SP signed-note)', () => {
  // From the documentation of golang.org/x/mod/sumdb/note, the reference implementation.
  const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const NOTE =
    'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n\n' +
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

  test('and note of the reference implementation', () => {
    const peter = parseVerifierKey(PETER);
    const note = parseNote(Buffer.from(NOTE.replace('’', "'")));
    expect(peter && keyTitle(peter)).toBe('PeterNeumann+c74f20a3');
    expect(peter && note && isNoteOf(peter, note)).toBe(true);
  });

  test('written and read back', () => {
    expect(parseVerifierKey(`${vkeyOf(signer)}\n`)).toMatchObject({ name: ORIGIN, algorithm: 'Ed25519' });
  });

  test.each([
    ['another name, so another id', vkeyOf(signer).replace('test', 'best')],
    ['another id', vkeyOf(signer).replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['upper-case id', vkeyOf(signer).toUpperCase()],
    ['a key too short', `${ORIGIN}+00000000+AQID`],
    ['an unknown type', `${ORIGIN}+00000000+/wID`],
    ['a name with a blank', vkeyOf(signer).replace('test', 'te st')],
    ['nothing', ''],
    ['what is behind it', `${vkeyOf(signer)} x`],
  ])('%s is none', (_, vkey) => {
    expect(parseVerifierKey(vkey)).toBeNull();
  });

  test('a name that could not be read back is not written', () => {
    expect(() => formatVerifierKey('a+b', signer.publicKey)).toThrow(RangeError);
    expect(() => formatVerifierKey('a b', signer.publicKey)).toThrow(RangeError);
    expect(() => formatVerifierKey('a', new Uint8Array(31))).toThrow(RangeError);
  });

  test('ECDSA P-256 is read as well, its id made from the key alone', () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
    const id = hash('sha256', spki, 'buffer').subarray(0, 4);
    const ecdsa = parseVerifierKey(
      `x+${id.toString('hex')}+${Buffer.concat([Buffer.of(2), spki]).toString('base64')}`,
    );
    const signature = Buffer.concat([id, sign('sha256', Buffer.from('hello\n'), pair.privateKey)]).toString(
      'base64',
    );
    const note = parseNote(Buffer.from(`hello\n\n— x ${signature}\n`));
    const other = parseNote(Buffer.from(`hallo\n\n— x ${signature}\n`));
    expect(ecdsa && note && isNoteOf(ecdsa, note)).toBe(true);
    expect(ecdsa && other && isNoteOf(ecdsa, other)).toBe(false);
  });
});

describe('checkpoint (C2SP tlog-checkpoint)', () => {
  test('signed, it opens to what was signed', () => {
    expect(openCheckpoint(SIGNED, key)).toEqual({ checkpoint: { ...HEAD, root: Buffer.from(ROOT) } });
  });

  test('any changed byte spoils it', () => {
    for (let at = 0; at < SIGNED.length; at++) {
      const changed = Buffer.from(SIGNED);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openCheckpoint(changed, key), `byte ${at}`).toHaveProperty('flaw');
    }
  });

  test('cut anywhere it is none', () => {
    for (let length = 0; length < SIGNED.length; length++) {
      expect(openCheckpoint(SIGNED.subarray(0, length), key)).toHaveProperty('flaw');
    }
  });

  test('signatures of others are ignored; without ours it is not signed', async () => {
    const theirs = text(await signNote(formatCheckpoint(HEAD), 'witness.example', testSigner(2))).split(
      '\n\n',
    )[1];
    expect(openCheckpoint(Buffer.from(`${text(SIGNED)}${theirs}`), key)).toHaveProperty('checkpoint');
    expect(openCheckpoint(Buffer.from(`${formatCheckpoint(HEAD)}\n${theirs}`), key)).toEqual({
      flaw: 'not_signed_by_key',
    });
  });

  test('signed by another key under the same name', async () => {
    expect(openCheckpoint(await signCheckpoint(HEAD, testSigner(2)), key)).toEqual({
      flaw: 'not_signed_by_key',
    });
  });

  test('one good signature of ours does not save a wrong one', async () => {
    const other = text(await signCheckpoint({ ...HEAD, size: 2 }, signer)).split('\n\n')[1];
    expect(openCheckpoint(Buffer.from(`${text(SIGNED)}${other}`), key)).toEqual({
      flaw: 'not_signed_by_key',
    });
  });

  test('of another log, signed by the same key', async () => {
    const other = await signNote(formatCheckpoint({ ...HEAD, origin: 'other.example' }), ORIGIN, signer);
    expect(openCheckpoint(other, key)).toEqual({ flaw: 'of_another_log' });
  });

  const encoded = Buffer.from(ROOT).toString('base64');
  test('extension lines are allowed', () => {
    expect(parseCheckpoint(`${ORIGIN}\n1\n${encoded}\nextension\n`)).toMatchObject({ size: 1 });
  });
  test.each([
    ['a size with a zero before it', `${ORIGIN}\n01\n${encoded}\n`],
    ['a negative size', `${ORIGIN}\n-1\n${encoded}\n`],
    ['a size beyond what can be counted', `${ORIGIN}\n9007199254740993\n${encoded}\n`],
    ['a size of many digits', `${ORIGIN}\n${'9'.repeat(400)}\n${encoded}\n`],
    ['a root of another length', `${ORIGIN}\n1\n${Buffer.alloc(31).toString('base64')}\n`],
    ['a root in another spelling', `${ORIGIN}\n1\n${encoded.replace('=', '')}\n`],
    ['no origin', `\n1\n${encoded}\n`],
    ['an empty line', `${ORIGIN}\n1\n${encoded}\n\n`],
    ['no line end', `${ORIGIN}\n1\n${encoded}`],
  ])('%s', (_, malformed) => {
    expect(parseCheckpoint(malformed)).toBeNull();
  });

  test('what is none is not signed', async () => {
    expect(() => signCheckpoint({ ...HEAD, origin: 'a\nb' }, signer)).toThrow(RangeError);
    expect(() => signCheckpoint({ ...HEAD, size: -1 }, signer)).toThrow(RangeError);
    await expect(signNote('no line end', 'x', signer)).rejects.toThrow(RangeError);
    await expect(signNote('two\n\nparts\n', 'x', signer)).rejects.toThrow(RangeError);
  });
});

describe('note', () => {
  test.each([
    ['no text', '\n\n— x AAAAAAA=\n'],
    ['no signature', 'text\n\n'],
    ['a signature line of something else', 'text\n\n- x AAAAAAA=\n'],
    ['a carriage return', 'text\r\n\n— x AAAAAAA=\n'],
    ['an escape', 'te\u001bxt\n\n— x AAAAAAA=\n'],
    ['a signature without bytes', 'text\n\n— x AAAAAA==\n'],
    ['more on the line', 'text\n\n— x AAAAAAA= y\n'],
  ])('%s is none', (_, malformed) => {
    expect(parseNote(Buffer.from(malformed))).toBeNull();
  });

  test('huge ones are not looked at', () => {
    expect(parseNote(Buffer.from(`${'x'.repeat(70_000)}\n\n— x AAAAAAA=\n`))).toBeNull();
    expect(parseNote(Buffer.from(`text\n\n${'— x AAAAAAA=\n'.repeat(65)}`))).toBeNull();
  });
});

describe('receipt (C2SP tlog-proof)', () => {
  const [left, right] = [Buffer.from('left'), Buffer.from('right')];
  const leaves = [left, right].map(leafHash);
  const head = { origin: ORIGIN, size: 2, root: rootOf(append([], 0, leaves)) };
  const proof = { index: 1, proof: leaves.slice(0, 1) };
  const receipt = async (by = signer, of = head) =>
    Buffer.from(formatTlogProof({ ...proof, checkpoint: await signCheckpoint(of, by) }));

  test('holds for its record', async () => {
    expect(text(await receipt())).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex 1\n[\w+/=]{44}\n\nbroker\.example\.com/,
    );
    expect(verifyReceipt(await receipt(), right, key)).toMatchObject({ index: 1, checkpoint: { size: 2 } });
  });

  test('and for no other', async () => {
    expect(verifyReceipt(await receipt(), left, key)).toEqual({ flaw: 'not_this_record' });
  });

  test('of another log', async () => {
    const other = await receipt(signer, { ...head, origin: 'other.example' });
    expect(verifyReceipt(other, right, key)).toEqual({ flaw: 'of_another_log' });
    expect(verifyReceipt(await receipt(testSigner(2)), right, key)).toEqual({ flaw: 'not_signed_by_key' });
  });

  test('any changed byte spoils it', async () => {
    const whole = await receipt();
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verifyReceipt(changed, right, key), `byte ${at}`).toHaveProperty('flaw');
    }
  });

  test('what a log adds for its own use is passed over', async () => {
    const extra = text(await receipt()).replace('index', 'extra aGVsbG8=\nindex');
    expect(verifyReceipt(Buffer.from(extra), right, key)).toMatchObject({ index: 1 });
  });

  test.each([
    ['another version', (good: string) => good.replace('@v1', '@v2')],
    ['an index with a zero before it', (good: string) => good.replace('index 1', 'index 01')],
    ['no index', (good: string) => good.replace('index 1\n', '')],
    [
      'more hashes than there are levels',
      (good: string) => good.replace(/(\n[\w+/=]{44})\n\n/, (_, line) => `${line.repeat(64)}\n\n`),
    ],
    ['a hash of another length', (good: string) => good.replace(/\n[\w+/=]{44}\n\n/, '\nAAAA\n\n')],
    ['no checkpoint', (good: string) => good.slice(0, good.indexOf('\n\n'))],
  ])('%s is none', async (_, change) => {
    expect(parseTlogProof(Buffer.from(change(text(await receipt()))))).toBeNull();
  });
});
