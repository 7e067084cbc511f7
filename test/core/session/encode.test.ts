import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { cutPurpose, identityTag, isIdentityTag, label, tagValue } from '../../../core/session/encode.ts';

const OID = '11111111-2222-4333-8444-555555555555';
const TAG_ALPHABET = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,64}$/u;
const LABEL_ALPHABET = /^[A-Za-z0-9_.@-]{0,47}$/;
const bytes = (text: string) => Buffer.byteLength(text);

/** Anything JavaScript calls a string, lone surrogates among it, and often long enough to be cut. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 90 })
    .map((units) => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom('a', '=', '-', 'h', '3', 'd', 'é', '😀', '\ud800', '\udc00'),
    maxLength: 90,
  }),
);

/** Many texts of few characters behind a common beginning: where two could share a spelling, these would. */
const neighbours = fc
  .tuple(
    fc.constantFrom('', '=', '-', 'a'.repeat(17), 'a'.repeat(40), 'é'.repeat(30), '='.repeat(20)),
    fc.uniqueArray(
      fc.string({
        unit: fc.constantFrom('a', '=', '-', 'h', '3', 'd', '2', '\ud800', '\udc00'),
        maxLength: 40,
      }),
      { minLength: 2, maxLength: 60 },
    ),
  )
  .map(([beginning, texts]) => texts.map((text) => beginning + text));

describe('a tag value', () => {
  test.each([
    { what: 'an Entra object id', text: OID, tag: OID },
    { what: 'an e-mail address', text: 'alice.o+x@example.com', tag: 'alice.o+x@example.com' },
    { what: 'a path', text: 'team/a_b:c', tag: 'team/a_b:c' },
    { what: 'letters of any script', text: 'Zoë Ωμέγα 名前', tag: 'Zoë Ωμέγα 名前' },
    { what: 'nothing', text: '', tag: '' },
    { what: 'the escape itself', text: 'a=b', tag: 'a=3db' },
    { what: 'what looks like an escape', text: '=3d', tag: '=3d3d' },
    { what: 'what looks like a cut', text: '=h', tag: '=3dh' },
    { what: 'wildcards of IAM', text: '*?', tag: '=2a=3f' },
    { what: 'variables of IAM', text: `\${aws:userid}`, tag: '=24=7baws:userid=7d' },
    { what: 'NUL', text: 'a\0b', tag: 'a=00b' },
    { what: 'line breaks', text: 'a\r\nb', tag: 'a=0d=0ab' },
    { what: 'emoji', text: '😀', tag: '=f0=9f=98=80' },
    { what: 'a combining mark', text: 'e\u0301', tag: 'e=cc=81' },
    { what: 'a lone high surrogate', text: '\ud83d', tag: '=ed=a0=bd' },
    { what: 'a lone low surrogate', text: '\ude00', tag: '=ed=b8=80' },
    { what: 'the replacement character', text: '\ufffd', tag: '=ef=bf=bd' },
    { what: 'exactly 64 bytes', text: 'a'.repeat(64), tag: 'a'.repeat(64) },
    { what: 'exactly 64 bytes of two-byte letters', text: 'é'.repeat(32), tag: 'é'.repeat(32) },
    { what: 'exactly 64 bytes with escapes', text: `${'='.repeat(21)}a`, tag: `${'=3d'.repeat(21)}a` },
  ])('of $what', ({ text, tag }) => {
    expect(tagValue(text)).toBe(tag);
  });

  test.each([
    { what: '65 bytes', text: 'a'.repeat(65), head: 'a'.repeat(36) },
    { what: '64 bytes and one escape', text: `${'a'.repeat(64)}=`, head: 'a'.repeat(36) },
    { what: 'a two-byte letter at the cut', text: `a${'é'.repeat(40)}`, head: `a${'é'.repeat(17)}` },
    { what: 'a three-byte letter at the cut', text: `ab${'名'.repeat(30)}`, head: `ab${'名'.repeat(11)}` },
    { what: 'an escape at the cut', text: `${'a'.repeat(35)}${'='.repeat(30)}`, head: 'a'.repeat(35) },
    { what: 'an emoji at the cut', text: `${'a'.repeat(25)}${'😀'.repeat(9)}`, head: 'a'.repeat(25) },
  ])('of $what is cut outside characters and escapes', ({ text, head }) => {
    const tag = tagValue(text);
    expect(tag.startsWith(`${head}=h`)).toBe(true);
    expect(tag.slice(head.length)).toMatch(/^=h[0-9a-hjkmnp-tv-z]{26}$/);
    expect(bytes(tag)).toBeLessThanOrEqual(64);
  });

  test('of a long text ends in 128 bits of SHA-256, a known answer', () => {
    // printf 'a%.0s' {1..65} | sha256sum → 635361c48bb9eab14198e76ea8ab7f1a…
    expect(tagValue('a'.repeat(65))).toBe(`${'a'.repeat(36)}=hcd9p3h4bq7nb2gcrwxqahavz38`);
  });

  test('keeps to its alphabet and 64 bytes, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const tag = tagValue(text);
        expect(tag).toMatch(TAG_ALPHABET);
        expect(bytes(tag)).toBeLessThanOrEqual(64);
        expect(tag.isWellFormed()).toBe(true);
      }),
    );
  });

  test('is never shared by two texts, least of all by neighbours', () => {
    fc.assert(
      fc.property(neighbours, (texts) => {
        expect(new Set(texts.map(tagValue)).size).toBe(texts.length);
      }),
    );
  });

  test('with an escape is no text’s tag that spells the same: nobody can be called like a cut', () => {
    const cut = tagValue('a'.repeat(65));
    expect(tagValue(cut)).not.toBe(cut);
  });
});

describe('an identity’s tag', () => {
  test('is alias, colon, value', () => {
    expect(identityTag('entra', OID)).toBe(`entra:${OID}`);
    expect(identityTag('writ', 'a=b')).toBe('writ:a=3db');
  });

  test('keeps the alias even where the value is cut', () => {
    expect(identityTag('okta', 'x'.repeat(300))).toMatch(/^okta:x{31}=h/);
  });

  test('differs by issuer where the value is the same', () => {
    expect(identityTag('entra', 'x'.repeat(300))).not.toBe(identityTag('okta', 'x'.repeat(300)));
  });

  test.each(['', 'a:b', 'Entra', '1a', 'a b', 'a'.repeat(17), 'a\n'])('refuses the alias %j', (alias) => {
    expect(() => identityTag(alias, 'x')).toThrow(new Fault('misconfigured'));
  });

  test('is never shared by two identities', () => {
    const alias = fc.constantFrom('a', 'ab', 'entra', 'okta');
    fc.assert(
      fc.property(alias, anyText, alias, anyText, (a, x, b, y) => {
        expect(identityTag(a, x) === identityTag(b, y)).toBe(a === b && x === y);
      }),
    );
  });
});

describe('a label', () => {
  test.each([
    { what: 'an agent', text: 'reports', out: 'reports' },
    { what: 'a hyphen, the escape', text: 'code-agent', out: 'code-2dagent' },
    { what: 'an e-mail address', text: 'alice@example.com', out: 'alice@example.com' },
    { what: 'the divider', text: 'a+b', out: 'a-2bb' },
    { what: 'what STS names allow and labels do not', text: 'a=b,c', out: 'a-3db-2cc' },
    { what: 'colon and slash', text: 'a:b/c d', out: 'a-3ab-2fc-20d' },
    { what: 'letters of other scripts', text: 'é', out: '-c3-a9' },
    { what: 'a lone surrogate', text: '\udfff', out: '-ed-bf-bf' },
    { what: 'exactly 47', text: 'a'.repeat(47), out: 'a'.repeat(47) },
  ])('of $what', ({ text, out }) => {
    expect(label(text)).toBe(out);
  });

  test.each(['a'.repeat(48), OID.repeat(2), 'é'.repeat(16)])('of %j is cut', (text) => {
    expect(label(text)).toMatch(/^.{13,19}-h[0-9a-hjkmnp-tv-z]{26}$/);
  });

  test('keeps to its alphabet, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(label(text)).toMatch(LABEL_ALPHABET);
      }),
    );
  });

  test('is never shared by two texts', () => {
    fc.assert(
      fc.property(neighbours, (texts) => {
        expect(new Set(texts.map(label)).size).toBe(texts.length);
      }),
    );
  });
});

describe('a purpose', () => {
  test('that fits is whole', () => {
    expect(cutPurpose('Summarise the Q3 figures')).toBe('Summarise the Q3 figures');
  });

  test('that does not fit is cut, readable to its end', () => {
    expect(cutPurpose('word '.repeat(20))).toBe('word '.repeat(20).slice(0, 64));
  });

  test.each([`${'a'.repeat(63)}é`, `${'a'.repeat(62)}=`])('%j is cut outside its last character', (text) => {
    expect(cutPurpose(text)).toMatch(/^a+$/);
  });

  test('is never empty where there is one, and keeps to the alphabet', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cut = cutPurpose(text);
        expect(cut).toMatch(TAG_ALPHABET);
        expect(bytes(cut)).toBeLessThanOrEqual(64);
        expect(cut === '').toBe(text === '');
      }),
    );
  });
});

describe('a text that could be a tag of an identity', () => {
  test('each that ever is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isIdentityTag(identityTag('corp', text))).toBe(true);
      }),
    );
  });

  const cut = identityTag('corp', 'x'.repeat(90));
  test.each([
    ['without an alias', 'alice'],
    ['with an alias that is none', 'Corp:alice'],
    ['with something before the alias', '*corp:alice'],
    ['with a wildcard', 'corp:al*'],
    ['with a wildcard at its end', 'corp:alice*'],
    ['with a line break at its end', 'corp:alice\n'],
    ['with an escape of one digit', 'corp:a=3'],
    ['with an escape in upper case', 'corp:a=3D'],
    ['with the escape itself', 'corp:a='],
    ['with a cut that is none', 'corp:a=h'],
    ['with something behind the cut', `corp:${cut.slice(-28)}a`],
    ['with a cut of other letters', `corp:${cut.slice(-28, -1)}u`],
    ['of 65 bytes', `corp:${'x'.repeat(60)}`],
    ['of 65 bytes, with letters of two', `corp:${'é'.repeat(30)}`],
  ])('none %s', (_, text) => {
    expect(isIdentityTag(text)).toBe(false);
  });

  test.each([`corp:${'x'.repeat(59)}`, `corp:x${'é'.repeat(29)}`, `corp:${cut.slice(-28)}`, 'corp:'])(
    '%s',
    (text) => {
      expect(isIdentityTag(text)).toBe(true);
    },
  );
});
