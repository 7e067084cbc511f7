import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../core/limits.ts';
import { parseSubjectRequest, parseTokenRequest } from '../../core/parse.ts';
import { base64url } from '../support/keys.ts';
import { accepted } from '../support/outcome.ts';
import { makeReceived, PUBLIC_URL, RND } from '../support/tokens.ts';

const DETAILS = {
  type: 'aws_session',
  permission: 'reports-read',
  account: 'prod',
  task: 'FIN-1234',
  purpose: 'Summarise the Q3 figures',
  parameters: { prefix: 'q3' },
  duration: 900,
};
const FORM = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'a.b.c',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  actor_token: 'd.e.f',
  actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  authorization_details: JSON.stringify([DETAILS]),
  binding: base64url(JSON.stringify({ rnd: RND, first: 'g.h.i' })),
};

type Fields = { readonly [name: string]: string | undefined };
type Headers = { readonly [name: string]: readonly string[] };
type Endpoint = 'token' | 'permissions';

const encode = (fields: Fields) =>
  Object.entries(fields)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');

const parseBody = (body: string, endpoint: Endpoint = 'token', headers: Headers = {}) =>
  parseTokenRequest(makeReceived({ body, endpoint, headers }), endpoint);
const parse = (changes: Fields = {}, endpoint: Endpoint = 'token', headers: Headers = {}) =>
  parseBody(encode({ ...FORM, ...changes }), endpoint, headers);
const parseEnroll = (changes: Fields) =>
  parseSubjectRequest(makeReceived({ body: encode({ ...FORM, ...changes }), endpoint: 'enroll' }));
const parseDetails = (changes: object) =>
  parse({ authorization_details: JSON.stringify([{ ...DETAILS, ...changes }]) });
const parseBinding = (binding: unknown) => parse({ binding: base64url(JSON.stringify(binding)) });

const refusal = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });
const malformed = (parameter: string, problem: unknown) =>
  refusal('request_malformed', { parameter, problem });

describe('the whole form', () => {
  test('is read', () => {
    const { type: _, ...details } = DETAILS;
    expect(accepted(parse())).toEqual({
      subject_token: 'a.b.c',
      subject_token_type: FORM.subject_token_type,
      actor_token: 'd.e.f',
      binding: { rnd: RND, first: 'g.h.i' },
      details,
    });
  });

  test('may leave out the binding, the parameters and the duration', () => {
    const request = accepted(
      parse({
        binding: undefined,
        authorization_details: JSON.stringify([{ ...DETAILS, parameters: undefined, duration: undefined }]),
      }),
    );
    expect(request.binding).toBeNull();
    expect(request.details).toMatchObject({ parameters: {}, duration: 900 });
  });

  test('of permissions has no details, and ignores them', () => {
    expect(accepted(parse({ authorization_details: 'no JSON' }, 'permissions')).details).toBeNull();
  });

  test('of enroll has no actor token either', () => {
    const request = accepted(parseEnroll({ actor_token: undefined, actor_token_type: undefined }));
    expect(request).toEqual({
      subject_token: 'a.b.c',
      subject_token_type: FORM.subject_token_type,
      binding: { rnd: RND, first: 'g.h.i' },
    });
  });

  test('of enroll needs to name no grant type, and may name no other', () => {
    expect(parseEnroll({ grant_type: undefined }).ok).toBe(true);
    expect(parseEnroll({ grant_type: 'password' })).toEqual(refusal('grant_type_unsupported'));
  });

  test('may name an access token as subject', () => {
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    expect(accepted(parse({ subject_token_type: type })).subject_token_type).toBe(type);
  });

  test('may name us as target, and the type that we issue', () => {
    const requested_token_type = 'urn:writ:params:oauth:token-type:aws-credentials';
    expect(parse({ audience: PUBLIC_URL, resource: PUBLIC_URL, requested_token_type }).ok).toBe(true);
  });

  test('may hold parameters that we do not know, client_id among them (RFC 6749 §3.2)', () => {
    expect(parse({ client_id: 'writ-cli', '': 'x', __proto__: 'x', hasOwnProperty: 'x' }).ok).toBe(true);
  });

  test('counts an empty value as absent (RFC 6749 §3.2)', () => {
    expect(parse({ scope: '', audience: '', binding: '' }).ok).toBe(true);
    expect(parse({ subject_token: '' })).toEqual(malformed('subject_token', 'missing'));
  });

  test('reads plus as a space', () => {
    const body = encode(FORM).replaceAll('%20', '+');
    expect(accepted(parseBody(body)).details?.purpose).toBe(DETAILS.purpose);
  });
});

describe('the body', () => {
  test.each([
    ['application/x-www-form-urlencoded; charset=utf-8'],
    ['application/x-www-form-urlencoded;charset="UTF-8"'],
    ['APPLICATION/X-WWW-FORM-URLENCODED'],
  ])('may be %s', (type) => {
    expect(parse({}, 'token', { 'content-type': [type] }).ok).toBe(true);
  });

  test.each([
    ['JSON', ['application/json']],
    ['of another charset', ['application/x-www-form-urlencoded; charset=utf-16']],
    ['of a type with something behind it', ['application/x-www-form-urlencoded; charset=utf-8; x=y']],
    ['of two types', ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded']],
    ['of no type', []],
  ])('is refused when it is %s', (_, types) => {
    expect(parse({}, 'token', { 'content-type': types })).toEqual(refusal('request_not_form'));
  });

  test('is measured in bytes, to the byte', () => {
    const body = encode(FORM);
    const padded = `${body}&x=${'a'.repeat(MAX_BODY_BYTES - body.length - 3)}`;
    expect(parseBody(padded).ok).toBe(true);
    expect(parseBody(`${padded}a`)).toEqual(refusal('request_too_large', { limit: MAX_BODY_BYTES }));
    const wide = `x=${'é'.repeat(MAX_BODY_BYTES / 2)}`;
    expect(parseBody(wide)).toEqual(refusal('request_too_large', { limit: MAX_BODY_BYTES }));
  });

  test.each([
    ['half an escape', 'scope=%4'],
    ['an escape of no digits', 'scope=%zz'],
    ['bytes that are no UTF-8', 'scope=%ff'],
    ['an overlong slash', 'scope=%c0%af'],
    ['half a surrogate pair', 'scope=%ed%a0%80'],
    ['a raw letter beyond ASCII', 'scope=é'],
    ['a raw line feed', 'scope=a\nb'],
  ])('is refused with %s', (_, pair) => {
    expect(parseBody(`${encode(FORM)}&${pair}`)).toEqual(malformed('scope', 'not form-encoded UTF-8'));
  });

  test('is refused for a broken name, which is not repeated in the answer', () => {
    expect(parseBody(`${encode(FORM)}&%ff=1`)).toEqual(malformed('(unknown)', 'not form-encoded UTF-8'));
  });

  test.each([
    ['twice the same', `subject_token=${FORM.subject_token}`, 'subject_token'],
    ['one spelled with an escape', 'subject%5ftoken=x.y.z', 'subject_token'],
    ['one without a value', 'subject_token', 'subject_token'],
  ])('is refused for a repeated parameter: %s', (_, pair, parameter) => {
    expect(parseBody(`${encode(FORM)}&${pair}`)).toEqual(refusal('parameter_repeated', { parameter }));
  });

  test('is refused for a repeated parameter that we do not know, without its name', () => {
    expect(parseBody(`${encode(FORM)}&secret=1&secret=2`)).toEqual(
      refusal('parameter_repeated', { parameter: '(unknown)' }),
    );
  });
});

test.each<[string, Fields, object]>([
  ['no grant type', { grant_type: undefined }, malformed('grant_type', 'missing')],
  ['another grant type', { grant_type: 'authorization_code' }, refusal('grant_type_unsupported')],
  ['a scope', { scope: 'openid' }, refusal('scope_unsupported')],
  [
    'a foreign audience',
    { audience: 'https://a.example' },
    refusal('target_foreign', { parameter: 'audience' }),
  ],
  [
    'our audience but for a slash',
    { audience: `${PUBLIC_URL}/` },
    refusal('target_foreign', { parameter: 'audience' }),
  ],
  [
    'a foreign resource',
    { resource: 'https://a.example' },
    refusal('target_foreign', { parameter: 'resource' }),
  ],
  [
    'another token type wanted',
    { requested_token_type: FORM.subject_token_type },
    malformed('requested_token_type', 'not a type that is issued here'),
  ],
  ['no subject token', { subject_token: undefined }, malformed('subject_token', 'missing')],
  ['no subject token type', { subject_token_type: undefined }, malformed('subject_token_type', 'missing')],
  [
    'a SAML subject',
    { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
    malformed('subject_token_type', 'not a type that is accepted here'),
  ],
  ['no actor token', { actor_token: undefined }, malformed('actor_token', 'missing')],
  ['no actor token type', { actor_token_type: undefined }, malformed('actor_token_type', 'missing')],
  [
    'an ID token as actor',
    { actor_token_type: FORM.subject_token_type },
    malformed('actor_token_type', 'not a type that is accepted here'),
  ],
  ['no details', { authorization_details: undefined }, malformed('authorization_details', 'missing')],
])('refuses %s', (_, changes, expected) => {
  expect(parse(changes)).toEqual(expected);
});

test('an endpoint that was not called as configured is our own mistake', () => {
  expect(() => parseTokenRequest(makeReceived({ endpoint: 'enroll' }), 'token')).toThrow('misconfigured');
});

describe('authorization_details', () => {
  const bad = (at: string, problem: string) => refusal('details_malformed', { at, problem });

  test.each([
    ['no JSON', '[{', 'not JSON'],
    ['an object', JSON.stringify(DETAILS), 'is not an array of exactly one'],
    ['an empty array', '[]', 'is not an array of exactly one'],
    ['two elements', JSON.stringify([DETAILS, DETAILS]), 'is not an array of exactly one'],
    ['null inside', '[null]', 'is not an object'],
    ['an array inside', '[[]]', 'is not an object'],
    ['a member twice', '[{"type":"aws_session","task":"A","task":"B"}]', 'member name repeated'],
    ['a bomb', `${'['.repeat(9000)}${']'.repeat(9000)}`, 'nested too deeply'],
    [
      'an unknown member',
      JSON.stringify([{ ...DETAILS, actions: ['s3:*'] }]),
      'has a member that is unknown here',
    ],
  ])('refuses %s', (_, text, problem) => {
    expect(parse({ authorization_details: text })).toEqual(bad('authorization_details', problem));
  });

  test.each([
    ['type', { type: 'aws_task' }, 'is not aws_session'],
    ['permission', { permission: undefined }, 'is missing'],
    ['permission', { permission: 'p'.repeat(65) }, 'is longer than 64 characters'],
    ['account', { account: 7 }, 'is not a string'],
    ['task', { task: undefined }, 'is missing'],
    ['task', { task: ' ' }, 'is empty'],
    ['task', { task: 't'.repeat(257) }, 'is longer than 256 characters'],
    ['task', { task: 'FIN\u0000' }, 'has characters that cannot be printed'],
    ['purpose', { purpose: '' }, 'is empty'],
    ['purpose', { purpose: null }, 'is not a string'],
    ['purpose', { purpose: 'p'.repeat(513) }, 'is longer than 512 characters'],
    ['purpose', { purpose: 'a\nb' }, 'has characters that cannot be printed'],
    ['purpose', { purpose: 'approve \u202eetirw' }, 'has characters that cannot be printed'],
    ['parameters', { parameters: ['q3'] }, 'is not an object'],
    ['parameters', { parameters: { 'a b': 'q3' } }, 'has a name that no permission uses'],
    [
      'parameters',
      { parameters: Object.fromEntries('abcdefghi'.split('').map((n) => [n, 'x'])) },
      'are more than 8',
    ],
    ['parameters.prefix', { parameters: { prefix: 3 } }, 'is not a string'],
    ['parameters.prefix', { parameters: { prefix: 'p'.repeat(129) } }, 'is longer than 128 characters'],
    ['duration', { duration: '900' }, 'is not an integer'],
    ['duration', { duration: 900.5 }, 'is not an integer'],
    ['duration', { duration: 4 }, 'is less than 5 seconds'],
    ['duration', { duration: -900 }, 'is less than 5 seconds'],
    ['duration', { duration: 2 ** 53 }, 'is not an integer'],
  ])('refuses %s %j: %s', (at, changes, problem) => {
    expect(parseDetails(changes)).toEqual(bad(at, problem));
  });

  test('__proto__ is no parameter name', () => {
    const text = JSON.stringify([DETAILS]).replace('"prefix"', '"__proto__"');
    expect(parse({ authorization_details: text })).toEqual(
      bad('parameters', 'has a name that no permission uses'),
    );
  });

  test('half a surrogate pair is refused, as no record could hold it', () => {
    const text = JSON.stringify([DETAILS]).replace('FIN-1234', '\\ud800');
    expect(parse({ authorization_details: text })).toEqual(
      bad('authorization_details', 'half a surrogate pair'),
    );
  });

  test('people may write in their own language', () => {
    const purpose = 'Prüfung der Zahlen für 第三四半期 👩‍💻';
    expect(accepted(parseDetails({ purpose })).details?.purpose).toBe(purpose);
  });
});

describe('binding', () => {
  test.each([
    ['no base64url', '***', 'not base64url of UTF-8'],
    ['padding', `${base64url('{}')}==`, 'not base64url of UTF-8'],
    ['bytes that are no UTF-8', base64url(Buffer.from([0xff])), 'not base64url of UTF-8'],
    ['no JSON', base64url('{'), 'not JSON'],
    ['an array', base64url('[]'), 'not an object'],
    ['a member twice', base64url(`{"rnd":"${RND}","rnd":"${RND}"}`), 'member name repeated'],
  ])('refuses %s', (_, binding, problem) => {
    expect(parse({ binding })).toEqual(malformed('binding', problem));
  });

  const badRnd = 'rnd is not base64url of 16 to 64 bytes';
  test.each([
    ['no rnd', {}, badRnd],
    ['a short rnd', { rnd: base64url('fifteen bytes..') }, badRnd],
    ['a long rnd', { rnd: base64url('x'.repeat(65)) }, badRnd],
    ['a padded rnd', { rnd: `${RND}==` }, badRnd],
    ['a number as rnd', { rnd: 1 }, badRnd],
    ['an empty first', { rnd: RND, first: '' }, 'first is not a token'],
    ['an object as first', { rnd: RND, first: {} }, 'first is not a token'],
    ['an unknown member', { rnd: RND, jkt: 'x' }, 'has a member that is unknown here'],
  ])('refuses %s', (_, binding, problem) => {
    expect(parseBinding(binding)).toEqual(malformed('binding', problem));
  });

  test('is enough with rnd alone', () => {
    expect(accepted(parseBinding({ rnd: RND })).binding).toEqual({ rnd: RND, first: null });
  });
});

test('whatever the body, the answer is an outcome and quotes nothing of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const outcome = parseBody(`${text}&subject_token=canary`);
      expect(JSON.stringify(outcome)).not.toContain('canary');
    }),
  );
});
