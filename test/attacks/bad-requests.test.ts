/**
 * Every bad request, over HTTP: the right OAuth error with the right status, never a fault of ours, nothing from STS,
 * and nothing in the tables of who has shown no token that counts (rule 2).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import { MAX_BODY_BYTES, MAX_JSON_DEPTH, MAX_PARAMETERS } from '../../core/limits.ts';
import { PARAMETERS } from '../../core/parse/form.ts';
import type { Refusal } from '../../core/refusals.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { restEvent } from '../lambda/edge/events.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { tablesOf } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { FILES } from '../support/installation.ts';
import { granted, refusedWith, turnedAwayAs } from '../support/on-the-wire.ts';
import { NONCE_KEYS, PUBLIC_URL } from '../support/tokens.ts';
import { type OnTheWire, openWire, type Wire, type WireAnswer } from '../support/wire.ts';

const helper = Object(FILES['agents/helper.yaml']);
const reports = Object(FILES['permissions/reports-read.yaml']);

let broker: Broker;
let wire: Wire;
beforeAll(async () => {
  broker = await openBroker({
    'agents/helper.yaml': { ...helper, groups: ['corp:finance'] },
    'agents/outsider.yaml': { ...helper, permissions: [] },
    'agents/expired.yaml': { ...helper, expires: '2025-06-15' },
    'agents/overdue.yaml': { ...helper, reviewBy: '2025-06-15' },
    'accounts.yaml': {
      ...Object(FILES['accounts.yaml']),
      other: { id: '222233334444', region: 'eu-central-1' },
      old: { id: '444455556666', region: 'eu-central-1', state: 'closed' },
    },
    'permissions/reports-read.yaml': { ...reports, accounts: ['prod', 'old'] },
    ...typed('path', 'path', 'q3/a'),
    ...typed('account', 'account', '111122223333'),
    ...typed('region', 'region', 'eu-central-1'),
    ...typed('uuid', 'uuid', '01890a5d-ac96-774b-bcce-b302099a8057'),
    ...typed('enum', { enum: ['q3', 'q4'] }, 'q3'),
  });
  wire = await openWire(broker);
});
let output: () => string;
beforeEach(() => {
  output = catchOutput();
  broker.reset();
});
afterAll(async () => {
  await wire.close();
  await broker.close();
});

/** A permission whose one parameter is of this type. */
function typed(name: string, type: unknown, example: string) {
  const check = { with: { prefix: example }, action: 's3:GetObject' };
  const value = {
    ...reports,
    parameters: { prefix: type },
    allows: [{ ...check, resource: `arn:aws:s3:::example-reports/${example}/a` }],
    denies: [{ ...check, resource: 'arn:aws:s3:::example-reports/other/a' }],
  };
  return { [`permissions/of-${name}.yaml`]: value };
}

const send = async (change: Ask = {}, http: OnTheWire = {}): Promise<WireAnswer> =>
  wire.send(await broker.ask(change), http);

/** Of a stranger: refused, STS not asked, and not a byte more in any table. */
async function turnedAway(attempt: () => Promise<WireAnswer>, error: string, refusal: Refusal) {
  const before = await tablesOf(broker);
  expect(await attempt()).toEqual(turnedAwayAs(error, refusal));
  expect(broker.sts.asked).toEqual([]);
  expect(await tablesOf(broker)).toBe(before);
}

/** Of somebody known: refused, told why, and STS not asked. */
async function refused(change: Ask, error: string, refusal: Refusal) {
  expect(await send(change)).toEqual(refusedWith(error, refusal));
  expect(broker.sts.asked).toEqual([]);
}

/** The form of a good request, with a pair more; its proof covers the form as it was, or no form at all. */
const withPair = async (pair: string, claims: object = { bdh: undefined }): Promise<WireAnswer> => {
  const { body, ...received } = await broker.ask({ proof: { claims: { ...claims } } });
  return wire.send({ ...received, body: `${body}&${pair}` });
};
/** A form of these bytes. */
const bytes = async (body: string | Buffer, headers: OnTheWire['headers'] = {}): Promise<WireAnswer> =>
  wire.send(await broker.ask(), { body, headers });

const malformed = (parameter: string, problem: string): Refusal => ({
  reason: 'request_malformed',
  parameter,
  problem,
});

describe('the form', () => {
  test.each(PARAMETERS)('with %s twice', async (parameter) => {
    const received = await broker.ask();
    const body = `${received.body}&${parameter}=a&${parameter}=b`;
    await turnedAway(() => wire.send({ ...received, body }), 'invalid_request', {
      reason: 'parameter_repeated',
      parameter,
    });
  });

  test.each([
    ['spelled with escapes', 'grant%5Ftype=a', 'grant_type'],
    ['without a value', 'subject_token', 'subject_token'],
    ['empty', 'subject_token=', 'subject_token'],
  ])('with a parameter again, %s', async (_, pair, parameter) => {
    await turnedAway(() => withPair(pair), 'invalid_request', { reason: 'parameter_repeated', parameter });
  });

  test.each(['grant_type[]=a', 'Grant_Type=a', 'grant_type%00=a', '=a', ';grant_type=a'])(
    'with what other readers take for a parameter, and is none here: %s',
    async (pair) => {
      expect(await withPair(pair)).toEqual(granted);
    },
  );

  test.each([
    ['one byte', 'a'.repeat(MAX_BODY_BYTES + 1)],
    ['one byte, of a character that takes two', `a=${'é'.repeat(MAX_BODY_BYTES / 2)}`],
    ['ten times', 'a'.repeat(10 * MAX_BODY_BYTES)],
  ])('over 64 KiB by %s', async (_, body) => {
    const before = await tablesOf(broker);
    const answer = await bytes(body);
    expect([answer.status, answer.body]).toEqual([413, { error: 'invalid_request' }]);
    expect(await tablesOf(broker)).toBe(before);
  });

  test('of 64 KiB to the byte is read', async () => {
    const received = await broker.ask();
    const filled = `${received.body}&x=`;
    const body = filled + 'a'.repeat(MAX_BODY_BYTES - filled.length);
    const bdh = sha256Base64url(body);
    const { headers } = await broker.ask({ proof: { claims: { bdh } } });
    expect(await wire.send({ ...received, headers, body })).toEqual(granted);
  });

  test.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=a',
    'application/x-www-form-urlencoded-not',
    'application/x-www-form-urlencoded, text/plain',
    'application/x-www-form-urlencoded; charset=utf-16',
    'application/x-www-form-urlencoded; charset=utf-7',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded; charset=utf-8; charset=utf-7',
    'application/x-www-form-urlencoded; charset="utf-8',
    'application/x-www-form-urlencoded; boundary=a',
    '',
  ])('as %s', async (type) => {
    await turnedAway(() => send({}, { headers: { 'content-type': type } }), 'invalid_request', {
      reason: 'request_not_form',
    });
  });

  test('with two content types', async () => {
    const types = ['application/x-www-form-urlencoded', 'application/json'];
    await turnedAway(() => send({ headers: { 'content-type': types } }), 'invalid_request', {
      reason: 'request_not_form',
    });
  });

  test('whose bytes are no UTF-8', async () => {
    const { status, body } = await bytes(Buffer.from([0x61, 0x3d, 0xff]));
    expect([status, body]).toEqual([415, { error: 'invalid_request' }]);
  });

  test.each([
    ['an overlong slash', 'x=%C0%AF'],
    ['half a surrogate pair', 'x=%ED%A0%80'],
    ['what is beyond Unicode', 'x=%F4%90%80%80'],
    ['half an escape', 'x=%4'],
    ['no escape', 'x=%zz'],
    ['an escape of another kind', 'x=%u0041'],
    ['a character that is not encoded', 'x=é'],
    ['a space', 'x= '],
    ['a line end', 'x=a\r\n'],
    ['a mark of byte order', '\ufeffx=a'],
    ['a zero byte', 'x=\0'],
  ])('with %s', async (_, pair) => {
    await turnedAway(
      () => withPair(pair),
      'invalid_request',
      malformed('(unknown)', 'not form-encoded UTF-8'),
    );
  });

  test('with a body that is empty', async () => {
    await turnedAway(() => bytes(''), 'invalid_request', malformed('grant_type', 'missing'));
  });

  test.each([
    ['no base64url', '***', 'not base64url of UTF-8'],
    ['no JSON', 'e3', 'not base64url of UTF-8'],
    ['a list', Buffer.from('[]').toString('base64url'), 'not an object'],
    ['more', Buffer.from('{"rnd":"a","x":1}').toString('base64url'), 'has a member that is unknown here'],
    [
      'a short rnd',
      Buffer.from('{"rnd":"YQ"}').toString('base64url'),
      'rnd is not base64url of 16 to 64 bytes',
    ],
    ['rnd twice', Buffer.from('{"rnd":"a","rnd":"b"}').toString('base64url'), 'member name repeated'],
  ])('with a binding that is %s', async (_, binding, problem) => {
    await turnedAway(() => send({ form: { binding } }), 'invalid_request', malformed('binding', problem));
  });
});

describe('authorization_details', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const DETAIL =
    '"type":"aws_session","permission":"reports-read","account":"prod","task":"T","purpose":"P","parameters":{"prefix":"q3"}';
  const whole = 'authorization_details';

  test.each([
    ['no JSON', '{', whole, 'not JSON'],
    ['nothing but null', 'null', whole, 'is not an array of exactly one'],
    ['an object', `{${DETAIL}}`, whole, 'is not an array of exactly one'],
    ['none', '[]', whole, 'is not an array of exactly one'],
    ['two', `[{${DETAIL}},{${DETAIL}}]`, whole, 'is not an array of exactly one'],
    ['a list in a list', `[[{${DETAIL}}]]`, whole, 'is not an object'],
    ['null in a list', '[null]', whole, 'is not an object'],
    ['nested once too deep', nested(MAX_JSON_DEPTH + 1), whole, 'nested too deeply'],
    ['nested as deep as fits', nested(10_000), whole, 'nested too deeply'],
    ['nested without end', '['.repeat(20_000), whole, 'not JSON'],
    ['a name twice', `[{${DETAIL},"account":"other"}]`, whole, 'member name repeated'],
    ['a name twice, once escaped', `[{${DETAIL},"\\u0061ccount":"other"}]`, whole, 'member name repeated'],
    ['another type', `[{${DETAIL.replace('aws_session', 'aws_role')}}]`, 'type', 'is not aws_session'],
    [
      'a type of another kind',
      `[{${DETAIL.replace('"aws_session"', '["aws_session"]')}}]`,
      'type',
      'is not aws_session',
    ],
    ['a member more', `[{${DETAIL},"Policy":"{}"}]`, whole, 'has a member that is unknown here'],
    [
      'the prototype',
      `[{${DETAIL},"__proto__":{"account":"other"}}]`,
      whole,
      'has a member that is unknown here',
    ],
    ['half a character', `[{${DETAIL.replace('"P"', '"\\ud800"')}}]`, whole, 'half a surrogate pair'],
  ])('that is %s', async (_, authorization_details, at, problem) => {
    await turnedAway(() => send({ form: { authorization_details } }), 'invalid_authorization_details', {
      reason: 'details_malformed',
      at,
      problem,
    });
  });

  test.each([
    ['permission', 5, 'is not a string'],
    ['permission', 'x'.repeat(65), 'is longer than 64 characters'],
    ['account', '', 'is empty'],
    ['account', ['prod'], 'is not a string'],
    ['task', ' \t', 'is empty'],
    ['task', 'FIN\n1', 'has characters that cannot be printed'],
    ['task', 'FIN\u200b-1', 'has characters that cannot be seen'],
    ['task', 'x'.repeat(257), 'is longer than 256 characters'],
    ['purpose', 'read \u202egnp', 'has characters that cannot be printed'],
    ['purpose', 'a\u2028b', 'has characters that cannot be printed'],
    ['purpose', 'x'.repeat(513), 'is longer than 512 characters'],
    ['duration', '900', 'is not an integer'],
    ['duration', 900.5, 'is not an integer'],
    ['duration', 1e300, 'is not an integer'],
    ['duration', -1, 'is less than 5 seconds'],
    ['duration', 0, 'is less than 5 seconds'],
    ['parameters', ['q3'], 'is not an object'],
    ['parameters', 'q3', 'is not an object'],
    ['parameters', { 'a b': 'c' }, 'has a name that no permission uses'],
    ['parameters', { 'aws:SourceIp': 'c' }, 'has a name that no permission uses'],
    ['parameters', manyParameters(MAX_PARAMETERS + 1), 'are more than 8'],
  ])('with the %s %j', async (at, value, problem) => {
    await turnedAway(() => send({ details: { [at]: value } }), 'invalid_authorization_details', {
      reason: 'details_malformed',
      at,
      problem,
    });
  });

  test('with a number beyond all numbers', async () => {
    const authorization_details = `[{${DETAIL},"duration":1e999}]`;
    await turnedAway(() => send({ form: { authorization_details } }), 'invalid_authorization_details', {
      reason: 'details_malformed',
      at: 'duration',
      problem: 'is not an integer',
    });
  });
});

function manyParameters(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, 'x']));
}

/** What would make more of a parameter than the text it is: in ARNs, patterns, variables, paths or to the eye. */
const TRICKS = [
  '*',
  'q3*',
  'q?',
  '../q4',
  '..',
  '.',
  'q3/../q4',
  'q3//a',
  '/q3',
  'q3/',
  'q3/.',
  'q3\\a',
  'arn:aws:s3:::other',
  'q3:a',
  '${aws:username}',
  '${*}',
  '$',
  '{prefix}',
  '"',
  "'",
  'q3%2f..',
  'q3 ',
  ' q3',
  'q３',
  'ｑ3',
  'qЗ',
  'q3\u00ad',
  'q3\u200b',
  'q3\u0301',
  'q∕3',
  'q\u2024\u2024',
  'x'.repeat(129),
];

describe.each([
  { permission: 'reports-read', tricks: [] },
  { permission: 'of-path', tricks: [] },
  { permission: 'of-account', tricks: ['11112222333', '1111222233334', '１１１１２２２２３３３３', '0x1'] },
  { permission: 'of-region', tricks: ['EU-CENTRAL-1', 'eu-central', 'eu-central-1a', 'eu-central-１'] },
  {
    permission: 'of-uuid',
    tricks: ['01890A5D-AC96-774B-BCCE-B302099A8057', '01890a5dac96774bbcceb302099a8057'],
  },
  { permission: 'of-enum', tricks: ['Q3', 'q34', 'q', 'q3,q4'] },
])('a parameter of $permission', ({ permission, tricks }) => {
  test.each([...TRICKS, ...tricks])('that is in disguise is refused: %s', async (prefix) => {
    const { status, body } = await send({ details: { permission, parameters: { prefix } } });
    expect([status, body.error]).toEqual([400, 'invalid_authorization_details']);
    expect(broker.sts.asked).toEqual([]);
  });

  test('that is missing, or not declared, is refused', async () => {
    for (const parameters of [{}, { prefix: 'q3', other: 'a' }, { constructor: 'a' }]) {
      const { status, body } = await send({ details: { permission, parameters } });
      expect([status, body.error, body.reason_code]).toEqual([
        400,
        'invalid_authorization_details',
        'parameter_invalid',
      ]);
    }
  });
});

describe('what is asked for', () => {
  test.each([
    'reports-write',
    'REPORTS-READ',
    'reports-read ',
    'reports‐read',
    'reports-reаd',
    'constructor',
    '__proto__',
    '../reports-read',
    '*',
  ])('a permission that there is not: %s', async (permission) => {
    await refused({ details: { permission } }, 'invalid_target', {
      reason: 'permission_unknown',
      permission,
    });
  });

  test('a permission that policy refuses', async () => {
    await refused({ details: { permission: 'reports-secret' } }, 'invalid_target', {
      reason: 'policy_denied',
      policies: ['no-secrets'],
      remedy: null,
    });
  });

  test.each(['other', 'old', 'none', 'PROD', '111122223333', 'constructor'])(
    'a permission in an account where it is not to be had: %s',
    async (account) => {
      await refused({ details: { account } }, 'invalid_target', { reason: 'account_unknown', account });
    },
  );

  test('by an agent that has expired', async () => {
    await refused({ actor: { claims: { sub: 'expired' } } }, 'invalid_request', {
      reason: 'actor_expired',
      agent: 'expired',
      expires: 1749945600,
    });
  });

  test('by an agent whose review is overdue', async () => {
    await refused({ actor: { claims: { sub: 'overdue' } } }, 'invalid_request', {
      reason: 'actor_review_overdue',
      agent: 'overdue',
      reviewBy: 1749945600,
    });
  });

  test('by an agent that is not registered for it', async () => {
    await refused({ actor: { claims: { sub: 'outsider' } } }, 'invalid_target', {
      reason: 'actor_not_for_subject',
      agent: 'outsider',
    });
  });
});

describe('the proof', () => {
  const byClaims = (claims: { readonly [claim: string]: unknown }) => () => send({ proof: { claims } });

  test('that is there twice', async () => {
    const dpop = [broker.world.proofToken(), broker.world.proofToken({ claims: { jti: 'second' } })];
    await turnedAway(() => send({ headers: { dpop } }), 'invalid_dpop_proof', { reason: 'dpop_repeated' });
  });

  test.each([
    ['another URL', { htu: 'https://evil.example/token' }, 'htu'],
    ['another endpoint', { htu: `${PUBLIC_URL}/enroll` }, 'htu'],
    ['the address that it came to', { htu: 'http://127.0.0.1/token' }, 'htu'],
    ['another method', { htm: 'GET' }, 'htm'],
  ])('made for %s', async (_, claims, claim) => {
    await turnedAway(byClaims(claims), 'invalid_dpop_proof', { reason: 'dpop_claim', claim });
  });

  test('made for another body', async () => {
    await turnedAway(() => withPair('x=a', {}), 'invalid_dpop_proof', { reason: 'dpop_body_mismatch' });
  });

  test.each([
    ['two minutes ago', NOW - 120],
    ['in a minute', NOW + 60],
  ])('made %s', async (_, at) => {
    await turnedAway(byClaims({ nonce: makeNonce(NONCE_KEYS, at) }), 'use_dpop_nonce', {
      reason: 'dpop_nonce_stale',
    });
  });

  test('of a jti that would be a key of another table’s item', async () => {
    await turnedAway(byClaims({ jti: 'a\u0000WRIT#b' }), 'invalid_dpop_proof', {
      reason: 'dpop_claim',
      claim: 'jti',
    });
  });
});

describe('headers that proxies write, and anyone can', () => {
  const FORGED = {
    Host: 'evil.example',
    Forwarded: 'for=203.0.113.66;host=evil.example;proto=http',
    'X-Forwarded-For': '203.0.113.66',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'http',
    'X-Forwarded-Port': '80',
    'X-Real-IP': '203.0.113.66',
    'X-Original-URL': '/enroll',
    'X-Rewrite-URL': '/enroll',
    'X-HTTP-Method-Override': 'GET',
  };
  /** As API Gateway hands it over; through a socket node would let no other `Host` pass. */
  const event = async (change: Ask = {}) => {
    const { body, headers } = await broker.ask(change);
    const multiValueHeaders = Object.fromEntries([
      ...Object.entries(headers).map(([name, values]) => [name, [...values]]),
      ...Object.entries(FORGED).map(([name, value]) => [name, [value]]),
    ]);
    return restEvent({ body, multiValueHeaders });
  };

  test('change nothing: not where the session may be used, and not what is recorded', async () => {
    const answer = await wire.invoke('exchange', await event());
    expect(answer).toEqual(granted);
    const [{ Policy } = { Policy: '' }] = broker.sts.asked;
    expect(Policy).toContain('198.51.100.7');
    expect(Policy).not.toContain('203.0.113.66');
    expect(JSON.stringify(await broker.everything())).not.toMatch(/203\.0\.113\.66|evil\.example/);
  });

  test.each(['https://evil.example/token', 'http://evil.example:80/token', 'https://evil.example/enroll'])(
    'make no proof good that was made for %s',
    async (htu) => {
      expect(await wire.invoke('exchange', await event({ proof: { claims: { htu } } }))).toEqual(
        turnedAwayAs('invalid_dpop_proof', { reason: 'dpop_claim', claim: 'htu' }),
      );
    },
  );

  test('do not get into any answer', async () => {
    const answer = await wire.invoke('exchange', await event({ form: { scope: 'x' } }));
    expect(JSON.stringify(answer)).not.toMatch(/203\.0\.113\.66|evil\.example/);
    expect(output()).not.toMatch(/203\.0\.113\.66|evil\.example/);
  });
});

test.each([
  '/',
  '/token/',
  '/TOKEN',
  '/token/../enroll',
  '/.well-known/openid-configuration',
  '//token',
  '/constructor',
])('a path that there is not is answered as API Gateway does: %s', async (path) => {
  const { status, headers, body } = await send({}, { path });
  expect([status, headers['x-amzn-errortype'], body]).toEqual([
    403,
    'MissingAuthenticationTokenException',
    { message: 'Missing Authentication Token' },
  ]);
});
