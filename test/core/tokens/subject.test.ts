import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { verifySubject } from '../../../core/tokens/subject.ts';
import { ACCESS_TOKEN, ID_TOKEN, JWT } from '../../../core/tokens/token-types.ts';
import { NOW } from '../../support/clock.ts';
import { accepted } from '../../support/outcome.ts';
import { type Changes, corp, tokenWorld } from '../../support/tokens.ts';

const world = await tokenWorld();
const { context, subjectToken, keys } = world;

const verify = (changes: Changes = {}, type = ID_TOKEN) =>
  verifySubject(subjectToken(changes), type, context);
const verifyAccess = (claims: object = {}) =>
  verify({ header: { typ: 'at+jwt' }, claims: { ...claims } }, ACCESS_TOKEN);
const refused = (reason: string, fields: object) => ({ ok: false, refusal: { reason, ...fields } });
const claimRefused = (claim: string) => refused('token_claim', { token: 'subject_token', claim });

test('an ID token gives the user as configured', async () => {
  const token = subjectToken();
  expect(accepted(await verifySubject(token, ID_TOKEN, context))).toEqual({
    iss: corp.iss,
    sub: 'alice',
    alias: 'corp',
    id: 'corp:alice',
    handle: 'alice@corp.example',
    login: 'alice@corp.example',
    email: 'alice@corp.example',
    groups: ['corp:finance', 'corp:staff'],
    auth_time: NOW - 60,
    acr: 'mfa',
    amr: ['pwd', 'otp'],
    exp: NOW + 3600,
    nonce: expect.any(String),
    cnf_jkt: null,
    may_act: null,
    device_claim: null,
    token_type: ID_TOKEN,
    token: sha256Hex(token),
  });
});

test('what may be absent is null, empty, or follows from the subject', async () => {
  const claims = { upn: undefined, email: undefined, groups: undefined, acr: undefined, amr: undefined };
  expect(accepted(await verify({ claims: { ...claims, nonce: undefined } }))).toMatchObject({
    handle: 'corp-3aalice',
    login: null,
    email: null,
    groups: [],
    acr: null,
    amr: [],
    nonce: null,
  });
});

describe('an ID token for several', () => {
  const aud = ['intranet', 'writ-cli'];

  test('that one of our clients got is good, and so is a list of us alone', async () => {
    expect((await verify({ claims: { aud, azp: 'writ-cli' } })).ok).toBe(true);
    expect((await verify({ claims: { aud: ['writ-cli'] } })).ok).toBe(true);
  });

  test.each([
    ['another client', 'intranet'],
    ['nobody knows who', undefined],
    ['a list with ours', ['writ-cli']],
  ])('that %s got is refused (OIDC Core §3.1.3.7)', async (_, azp) => {
    expect(await verify({ claims: { aud, azp } })).toEqual(
      refused('token_audience', { token: 'subject_token' }),
    );
  });

  test('an access token names its client otherwise (RFC 9068 §2.2), and needs no azp', async () => {
    expect((await verifyAccess({ aud })).ok).toBe(true);
  });
});

test('an unverified e-mail address is none', async () => {
  expect(accepted(await verify({ claims: { email_verified: false } })).email).toBeNull();
});

test('the issuer’s word about the device is read where configured', async () => {
  expect(accepted(await verify({ claims: { device: 'laptop-7' } })).device_claim).toBe('laptop-7');
});

test('may_act is read (RFC 8693 §4.4); without iss it names nobody yet', async () => {
  const may_act = { iss: 'https://platform.example', sub: 'workload/reporter' };
  expect(accepted(await verify({ claims: { may_act } })).may_act).toEqual(may_act);
  expect(accepted(await verify({ claims: { may_act: { sub: 'x' } } })).may_act).toEqual({
    iss: null,
    sub: 'x',
  });
});

test.each<[string, Record<string, unknown>]>([
  ['in another document (OIDC Core §5.6.2)', { _claim_names: { groups: 'src1' } }],
  ['more than fit (Entra)', { hasgroups: true }],
  ['more than fit, as text (Entra)', { hasgroups: 'true' }],
])('groups that are %s are not taken for none', async (_, claims) => {
  expect(await verify({ claims: { groups: undefined, ...claims } })).toEqual(claimRefused('groups'));
});

test.each<Record<string, unknown>>([
  { _claim_names: { address: 'src1' } },
  { _claim_names: 'groups' },
  { hasgroups: false },
])('%j says nothing of groups', async (claims) => {
  expect(accepted(await verify({ claims })).groups).toEqual(['corp:finance', 'corp:staff']);
});

describe('kinds of token (RFC 8725 §3.12)', () => {
  const mismatch = (problem: string) => refused('token_type_mismatch', { token: 'subject_token', problem });

  test('a JWT access token is taken, with its key', async () => {
    const cnf = { jkt: keys.device.jkt };
    expect(accepted(await verifyAccess({ cnf }))).toMatchObject({
      token_type: ACCESS_TOKEN,
      cnf_jkt: keys.device.jkt,
    });
    expect(accepted(await verifyAccess()).cnf_jkt).toBeNull();
  });

  test('an ID token does not pass for an access token, nor the other way', async () => {
    expect(await verify({}, ACCESS_TOKEN)).toEqual(mismatch('typ of an access token is at+jwt'));
    expect(await verify({ header: { typ: 'at+jwt' } })).toEqual(
      mismatch('typ of an ID token is JWT, or absent'),
    );
  });

  test('an ID token needs no typ', async () => {
    expect((await verify({ header: { typ: undefined } })).ok).toBe(true);
  });

  test('a logout token is none', async () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    expect(await verify({ claims: { events } })).toEqual(mismatch('is a security event'));
  });

  test('no other type is', async () => {
    expect(await verify({}, JWT)).toEqual(mismatch('neither an ID token nor an access token'));
  });

  test.each([
    ['a certificate', { 'x5t#S256': 'x' }],
    ['a broken thumbprint', { jkt: 'x' }],
    ['text', 'x'],
    ['nothing', {}],
  ])('an access token bound to %s is not taken for unbound', async (_, cnf) => {
    expect(await verifyAccess({ cnf })).toEqual(claimRefused('cnf'));
  });
});

describe('a person who signed in', () => {
  test.each([
    ['an app of Entra', { idtyp: 'app' }, 'idtyp is app'],
    ['a client of Auth0', { gty: 'client-credentials' }, 'granted to a client for itself'],
    ['a client, listed', { gty: ['client_credentials'] }, 'granted to a client for itself'],
    ['a client as its own subject', { client_id: 'pairwise-alice' }, 'the subject is the client itself'],
    ['an authorised party as its own subject', { azp: 'pairwise-alice' }, 'the subject is the client itself'],
    ['a client of Okta as its own subject', { cid: 'pairwise-alice' }, 'the subject is the client itself'],
    ['an app of Entra as its own subject', { appid: 'pairwise-alice' }, 'the subject is the client itself'],
    ['no sign-in', { auth_time: undefined }, 'auth_time is missing'],
  ])('is not %s', async (_, claims, problem) => {
    expect(await verify({ claims })).toEqual(refused('subject_not_human', { problem }));
  });
});

test.each([
  ['oid', undefined],
  ['oid', ''],
  ['oid', 7],
  ['oid', ['alice']],
  ['oid', 'a'.repeat(257)],
  ['oid', 'alice\n'],
  ['upn', 7],
  ['email', {}],
  ['groups', 'a'.repeat(257)],
  ['groups', ['finance', 7]],
  ['groups', { finance: true }],
  ['auth_time', null],
  ['auth_time', '1'],
  ['auth_time', NOW + 6],
  ['acr', 1],
  ['amr', [1]],
  ['nonce', 7],
  ['iat', undefined],
  ['may_act', 'x'],
  ['may_act', null],
  ['may_act', {}],
  ['may_act', { sub: 7 }],
  ['may_act', { iss: 7, sub: 'x' }],
])('%s as %j is refused', async (claim, value) => {
  expect(await verify({ claims: { [claim]: value } })).toEqual(claimRefused(claim));
});

test('a token that does not verify is refused as such', async () => {
  expect(await verify({ key: keys.device })).toEqual(refused('token_signature', { token: 'subject_token' }));
});
