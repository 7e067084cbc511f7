import { describe, expect, test } from 'vitest';
import { entra } from '../../../../core/policy/presets/entra.ts';
import { google } from '../../../../core/policy/presets/google.ts';
import { okta } from '../../../../core/policy/presets/okta.ts';
import { verifySubject } from '../../../../core/tokens/subject.ts';
import { ACCESS_TOKEN, ID_TOKEN } from '../../../../core/tokens/token-types.ts';
import { NOW } from '../../../support/clock.ts';
import { accepted } from '../../../support/outcome.ts';
import { problemsOf } from '../installation.ts';
import { type Change, presetWorld } from './world.ts';

const slot = 'subject_token';
const refused = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });

describe('Entra', async () => {
  const tenant = '8a1c7d3e-0b52-4f6a-9c1d-2e3f4a5b6c7d';
  const other = 'ffffffff-0b52-4f6a-9c1d-2e3f4a5b6c7d';
  const client = '1d2c3b4a-5f6e-7d8c-9b0a-a1b2c3d4e5f6';
  const oid = '0e1d2c3b-4a59-6877-8695-a4b3c2d1e0f9';
  const answers = { tenant, 'client-id': client, 'auth-context': 'c1' };
  const world = await presetWorld(entra, answers, {
    alg: 'RS256',
    header: { typ: 'JWT' },
    // A v2.0 ID token with the optional claims acct, acrs, auth_time and email.
    claims: {
      aud: client,
      iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
      iat: NOW - 300,
      nbf: NOW - 300,
      exp: NOW + 3600,
      acct: 0,
      acrs: ['p1', 'c1'],
      aio: 'AXQAi/8TAAAA',
      auth_time: NOW - 600,
      email: 'alice@example.com',
      name: 'Alice Example',
      nonce: 'bm9uY2U',
      oid,
      preferred_username: 'alice@example.com',
      rh: '0.AS8A',
      roles: ['finance', 'responders'],
      sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
      tid: tenant,
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '2.0',
    },
  });
  const verify = (change: Change = {}, type = ID_TOKEN) =>
    verifySubject(world.make(change), type, world.context);

  test('a member is who oid says, in the app roles that are given', async () => {
    expect(accepted(await verify())).toMatchObject({
      id: `corp:${oid}`,
      login: null,
      email: 'alice@example.com',
      groups: ['corp:finance', 'corp:responders'],
      auth_time: NOW - 600,
    });
  });

  test.each([
    [
      'another tenant, by its own name',
      { claims: { iss: `https://login.microsoftonline.com/${other}/v2.0`, tid: other } },
      refused('token_issuer_unknown', { token: slot }),
    ],
    ['another tenant in ours', { claims: { tid: other } }, refused('subject_rule', { claim: 'tid' })],
    [
      'a token of the v1.0 endpoint',
      { claims: { iss: `https://sts.windows.net/${tenant}/`, ver: '1.0' } },
      refused('token_issuer_unknown', { token: slot }),
    ],
    ['a guest', { claims: { acct: 1 } }, refused('subject_rule', { claim: 'acct' })],
    [
      'nobody knows whether a guest',
      { claims: { acct: undefined } },
      refused('subject_rule', { claim: 'acct' }),
    ],
    ['a device out of compliance', { claims: { acrs: ['p1'] } }, refused('subject_rule', { claim: 'acrs' })],
    ['an acrs that is no list', { claims: { acrs: 'c1' } }, refused('subject_rule', { claim: 'acrs' })],
    [
      'without auth_time',
      { claims: { auth_time: undefined } },
      refused('subject_not_human', { problem: 'auth_time is missing' }),
    ],
    [
      'an application, which has no user',
      {
        claims: {
          acct: undefined,
          acrs: undefined,
          auth_time: undefined,
          azp: client,
          azpacr: '1',
          idtyp: 'app',
          name: undefined,
          nonce: undefined,
          sub: oid,
        },
      },
      refused('subject_rule', { claim: 'acct' }),
    ],
    [
      'an application that passes all rules',
      { claims: { idtyp: 'app' } },
      refused('subject_not_human', { problem: 'idtyp is app' }),
    ],
    ['another client of the tenant', { claims: { aud: other } }, refused('token_audience', { token: slot })],
    [
      'a person in too many groups to be told',
      { claims: { roles: undefined, _claim_names: { roles: 'src1' } } },
      refused('token_claim', { token: slot, claim: 'roles' }),
    ],
    ['another key', { key: world.stranger }, refused('token_signature', { token: slot })],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });

  test('an access token is none of RFC 9068', async () => {
    expect(await verify({ claims: { scp: 'access' } }, ACCESS_TOKEN)).toMatchObject(
      refused('token_type_mismatch', { problem: 'typ of an access token is at+jwt' }),
    );
  });

  test('without an authentication context none is demanded', () => {
    const text = entra.file({ tenant, 'client-id': client });
    expect(problemsOf({ 'issuers/corp.yaml': text })).toEqual([]);
    expect(text).toContain('  # - { claim: acrs, includes: [c1] }\n');
  });

  test('for all tenants, without a rule on the tenant, it does not load', () => {
    const text = entra
      .file({ tenant, 'client-id': client })
      .replaceAll(`com/${tenant}`, 'com/organizations')
      .replace(/ {2}- \{ claim: tid.*\n/, '');
    expect(problemsOf({ 'issuers/corp.yaml': text })).toMatchObject([
      { file: 'issuers/corp.yaml', problem: 'it signs for strangers too: require one of tid' },
    ]);
  });
});

describe('Okta', async () => {
  const client = '0oa2yrbf35Vcbom491t7';
  const idp = '00o1zyyqo9bpRehCw1t7';
  const user = '00u2yulup4eWbOttd1t7';
  const world = await presetWorld(
    okta,
    { org: 'example.okta.com', 'client-id': client, idp },
    {
      alg: 'RS256',
      header: {},
      claims: {
        sub: user,
        name: 'Alice Example',
        email: 'alice@example.com',
        ver: 1,
        iss: 'https://example.okta.com',
        aud: client,
        iat: NOW - 30,
        exp: NOW + 3570,
        jti: 'ID.Aryj4IVG5vffdqGz_n7GXbDFbAipvdFQ1sBcrfjOBI0',
        amr: ['mfa', 'otp', 'pwd'],
        idp,
        nonce: 'bm9uY2U',
        preferred_username: 'alice@example.com',
        auth_time: NOW - 60,
        at_hash: 'liTu18PkaNVObRctS09bOA',
        groups: ['finance', 'Everyone'],
      },
    },
  );
  const verify = (change: Change = {}) => verifySubject(world.make(change), ID_TOKEN, world.context);

  test('a person is who sub says, in the groups of the claim', async () => {
    expect(accepted(await verify())).toMatchObject({
      id: `corp:${user}`,
      login: null,
      groups: ['corp:finance', 'corp:Everyone'],
      amr: ['mfa', 'otp', 'pwd'],
    });
  });

  test.each([
    [
      'another organisation',
      { claims: { iss: 'https://evil.okta.com' } },
      refused('token_issuer_unknown', { token: slot }),
    ],
    [
      'another authorization server of the organisation',
      { claims: { iss: 'https://example.okta.com/oauth2/default' } },
      refused('token_issuer_unknown', { token: slot }),
    ],
    [
      'somebody whom a partner vouches for',
      { claims: { idp: '0oa9partner9idp9' } },
      refused('subject_rule', { claim: 'idp' }),
    ],
    [
      'an access token, whose subject is a login name',
      {
        claims: {
          aud: 'https://example.okta.com',
          cid: client,
          uid: user,
          sub: 'alice@example.com',
          scp: ['openid'],
          idp: undefined,
          nonce: undefined,
        },
      },
      refused('token_audience', { token: slot }),
    ],
    [
      'an application that got a token for itself',
      { claims: { sub: client, cid: client, auth_time: undefined } },
      refused('subject_not_human', { problem: 'the subject is the client itself' }),
    ],
    ['another client', { claims: { aud: '0oaAnother' } }, refused('token_audience', { token: slot })],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });
});

describe('Google', async () => {
  const client = '407408718192-abc123.apps.googleusercontent.com';
  const world = await presetWorld(
    google,
    { domain: 'example.com', 'client-id': client },
    {
      alg: 'RS256',
      header: { typ: 'JWT' },
      claims: {
        iss: 'https://accounts.google.com',
        azp: client,
        aud: client,
        sub: '110169484474386276334',
        hd: 'example.com',
        email: 'alice@example.com',
        email_verified: true,
        at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
        nonce: 'bm9uY2U',
        auth_time: NOW - 600,
        iat: NOW - 30,
        exp: NOW + 3570,
      },
    },
  );
  const verify = (change: Change = {}) => verifySubject(world.make(change), ID_TOKEN, world.context);

  test('a person of the domain is a number, in no group', async () => {
    expect(accepted(await verify())).toMatchObject({ id: 'corp:110169484474386276334', groups: [] });
  });

  test.each([
    ['another domain', { claims: { hd: 'evil.example' } }, refused('subject_rule', { claim: 'hd' })],
    [
      'a private account on an address of the domain',
      { claims: { hd: undefined } },
      refused('subject_rule', { claim: 'hd' }),
    ],
    [
      'the old name of the issuer',
      { claims: { iss: 'accounts.google.com' } },
      refused('token_issuer_unknown', { token: slot }),
    ],
    [
      'without auth_time, as Google does unless told',
      { claims: { auth_time: undefined } },
      refused('subject_not_human', { problem: 'auth_time is missing' }),
    ],
    [
      'a service account, which signs for an audience of its choice',
      { claims: { hd: undefined, azp: '110169484474386276334', auth_time: undefined } },
      refused('subject_rule', { claim: 'hd' }),
    ],
    [
      'another client',
      { claims: { aud: 'x.apps.googleusercontent.com' } },
      refused('token_audience', { token: slot }),
    ],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });

  test('without a rule on the domain it does not load', () => {
    const text = google.file({ domain: 'example.com', 'client-id': client }).replace(/require:\n.*\n/, '');
    expect(problemsOf({ 'issuers/corp.yaml': text })).toMatchObject([
      { problem: 'it signs for strangers too: require one of hd' },
    ]);
  });
});
