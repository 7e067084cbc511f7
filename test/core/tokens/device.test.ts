import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { attestation, finishJws } from '../../../core/tokens/attestation.ts';
import { verifyDevice } from '../../../core/tokens/device.ts';
import { verifyProof } from '../../../core/tokens/proof.ts';
import { verifySubject } from '../../../core/tokens/subject.ts';
import { ID_TOKEN } from '../../../core/tokens/token-types.ts';
import { NOW } from '../../support/clock.ts';
import { signBytes } from '../../support/keys.ts';
import { accepted } from '../../support/outcome.ts';
import {
  type Changes,
  corp,
  makeReceived,
  mdm,
  PUBLIC_URL,
  SETTINGS,
  tokenWorld,
} from '../../support/tokens.ts';

const world = await tokenWorld();
const { attestationToken, keys, context } = world;
const proof = accepted(await verifyProof(makeReceived({ headers: { dpop: [world.proofToken()] } }), context));
const signIn = async (claims: object = {}) =>
  accepted(await verifySubject(world.subjectToken({ claims: { ...claims } }), ID_TOKEN, context));
const alice = await signIn();

const verifyHeaders = (headers: { readonly [name: string]: readonly string[] }, subject = alice) =>
  verifyDevice(makeReceived({ headers }), subject, proof, context);
const verifyTexts = (...texts: string[]) => verifyHeaders({ 'oauth-client-attestation': texts });
const verify = (changes: Changes = {}) => verifyTexts(attestationToken(changes));
const refused = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });
const tokenRefused = (reason: string, fields: object = {}) =>
  refused(reason, { token: 'client_attestation', ...fields });

describe('attested by an MDM', () => {
  test('is the device whose key made the proof', async () => {
    const token = attestationToken();
    expect(accepted(await verifyTexts(token))).toEqual({
      kind: 'attested',
      id: 'mdm:SN-1',
      iss: mdm.iss,
      jkt: keys.device.jkt,
      compliant: true,
      user: { iss: corp.iss, sub: 'alice' },
      exp: NOW + 86_400,
      attestation: sha256Hex(token),
    });
  });

  test('may say nothing of user and compliance', async () => {
    const claims = { user: undefined, compliant: undefined };
    expect(accepted(await verify({ claims }))).toMatchObject({ user: null, compliant: null });
  });

  test('of another key is refused', async () => {
    expect(await verify({ claims: { cnf: { jwk: keys.otherDevice.jwk } } })).toEqual(
      refused('attestation_key_mismatch'),
    );
  });

  test.each([
    ['cnf', undefined],
    ['cnf', {}],
    ['cnf', { jwk: { kty: 'EC' } }],
    ['cnf', { jwk: { ...keys.device.jwk, d: 'x' } }],
    ['cnf', { jwk: keys.device.jwk, jkt: keys.device.jkt }],
    ['serial', undefined],
    ['serial', 7],
    ['compliant', 'true'],
    ['user', 'alice'],
    ['user', { sub: 'alice' }],
    ['user', { iss: corp.iss, sub: '' }],
    ['exp', undefined],
  ])('with %s as %j is refused', async (claim, value) => {
    expect(await verify({ claims: { [claim]: value } })).toEqual(tokenRefused('token_claim', { claim }));
  });

  test('past its end is refused', async () => {
    expect(await verify({ claims: { exp: NOW } })).toEqual(
      tokenRefused('token_expired', { exp: NOW, now: NOW }),
    );
  });

  test('for another audience is refused', async () => {
    expect(await verify({ claims: { aud: undefined } })).toEqual(tokenRefused('token_audience'));
  });

  test('of another type is refused, even where the configuration takes it', async () => {
    const issuers = [{ ...mdm, types: ['jwt'] }];
    const received = makeReceived({
      headers: { 'oauth-client-attestation': [attestationToken({ header: { typ: 'JWT' } })] },
    });
    expect(await verifyDevice(received, alice, proof, { ...context, issuers })).toEqual(
      tokenRefused('token_type_mismatch', { problem: 'typ is not oauth-client-attestation+jwt' }),
    );
  });

  test('a token of another class is none', async () => {
    expect(await verifyTexts(world.actorToken())).toEqual(
      tokenRefused('token_wrong_class', { issuerClass: 'actor' }),
    );
  });

  test('two are refused, also where a proxy joined them', async () => {
    const repeated = tokenRefused('token_malformed', { problem: 'more than one OAuth-Client-Attestation' });
    expect(await verifyTexts(attestationToken(), attestationToken())).toEqual(repeated);
    expect(await verifyTexts(`${attestationToken()},${attestationToken()}`)).toEqual(repeated);
  });

  test('an empty header is not an absent one', async () => {
    expect(await verifyTexts('')).toEqual(tokenRefused('token_malformed', { problem: 'not a compact JWS' }));
  });

  test('a proof of its own beside it is refused, not overlooked', async () => {
    const headers = {
      'oauth-client-attestation': [attestationToken()],
      'oauth-client-attestation-pop': ['x'],
    };
    expect(await verifyHeaders(headers)).toEqual(
      tokenRefused('token_malformed', {
        problem: 'OAuth-Client-Attestation-PoP is not accepted: the DPoP proof takes its place',
      }),
    );
  });
});

describe('enrolled by Writ', () => {
  const enroll = (jwk = keys.device.jwk, now = NOW) => {
    const { publicUrl, enrolmentKey: kid } = SETTINGS;
    const made = attestation({ publicUrl, subject: alice, jkt: keys.device.jkt, jwk, now, kid });
    return {
      ...made,
      token: finishJws(made.signingInput, signBytes(keys.writ, Buffer.from(made.signingInput))),
    };
  };

  test('what POST /enroll answers is verified as any attestation', async () => {
    const { token } = enroll();
    expect(accepted(await verifyTexts(token))).toEqual({
      kind: 'enrolled',
      id: `writ:${keys.device.jkt}`,
      iss: PUBLIC_URL,
      jkt: keys.device.jkt,
      compliant: null,
      user: { iss: corp.iss, sub: 'alice' },
      exp: NOW + 86_400,
      attestation: sha256Hex(token),
    });
  });

  test('it says what the draft asks, for a day', () => {
    expect(enroll().claims).toEqual({
      iss: PUBLIC_URL,
      aud: PUBLIC_URL,
      sub: `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${keys.device.jkt}`,
      iat: NOW,
      exp: NOW + 86_400,
      cnf: { jwk: keys.device.jwk },
      device_id: keys.device.jkt,
      user: { iss: corp.iss, sub: 'alice' },
    });
  });

  test('it ends after a day', async () => {
    const { token } = enroll(keys.device.jwk, NOW - 86_400);
    expect(await verifyTexts(token)).toEqual(tokenRefused('token_expired', { exp: NOW, now: NOW }));
  });

  test('it is worth nothing with another key', async () => {
    expect(await verifyTexts(enroll(keys.otherDevice.jwk).token)).toEqual(
      refused('attestation_key_mismatch'),
    );
  });

  test('a signature that is not R ‖ S is a fault of ours', () => {
    expect(() => finishJws('a.b', new Uint8Array(70))).toThrow('signing_unavailable');
  });

  test('an MDM cannot speak as Writ', async () => {
    expect(await verify({ claims: { iss: PUBLIC_URL } })).toEqual(tokenRefused('token_key_unknown'));
  });
});

describe('without an attestation', () => {
  test('the issuer’s claim is the device, and no more than claimed', async () => {
    const subject = await signIn({ device: 'laptop-7' });
    expect(accepted(await verifyHeaders({}, subject))).toEqual({
      kind: 'claimed',
      id: 'corp:laptop-7',
      iss: corp.iss,
      jkt: keys.device.jkt,
      compliant: null,
      user: null,
      exp: null,
      attestation: null,
    });
  });

  test('and without a claim there is none', async () => {
    expect(await verifyHeaders({})).toEqual(refused('device_missing'));
  });

  test('a claim does not stand in for an attestation that fails', async () => {
    const subject = await signIn({ device: 'laptop-7' });
    const headers = { 'oauth-client-attestation': [attestationToken({ key: keys.device })] };
    expect(await verifyHeaders(headers, subject)).toEqual(tokenRefused('token_signature'));
  });
});
