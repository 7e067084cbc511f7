/** RFC 8725, RFC 9068, RFC 9278 and the attestation draft, clause by clause, over HTTP. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Refusal } from '../../core/refusals.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import { ACCESS_TOKEN, KEY_THUMBPRINT_URI } from '../../core/tokens/token-types.ts';
import { catchOutput } from '../lambda/edge/output.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { base64url, makeJws, makeKey, type TestKey } from '../support/keys.ts';
import { granted, refusedWith, turnedAwayAs } from '../support/on-the-wire.ts';
import { type Changes, corp, mdm, platform } from '../support/tokens.ts';
import { openWire, type Wire, type WireAnswer } from '../support/wire.ts';

let broker: Broker;
let wire: Wire;
beforeAll(async () => {
  broker = await openBroker();
  wire = await openWire(broker);
});
beforeEach(() => {
  catchOutput();
  broker.reset();
});
afterAll(async () => {
  await wire.close();
  await broker.close();
});

const send = async (change: Ask = {}): Promise<WireAnswer> => wire.send(await broker.ask(change));

/** RFC 8693 §2.2.2 for a token that is not valid: of the user's nothing more is said, of another's the reason. */
const refused = (refusal: Refusal & { readonly token: string }) =>
  refusal.token === 'subject_token'
    ? turnedAwayAs('invalid_request', refusal)
    : refusedWith('invalid_request', refusal);

/** The three JWTs of a request beside the proof, each as a test changes it. */
const SLOTS = ['subject_token', 'actor_token', 'client_attestation'] as const;
type Slot = (typeof SLOTS)[number];

let tokens = 0;
/** A token that no other request has had. */
const fresh = () => ({ jti: `token-${tokens++}` });

/** A good token for a slot, by its issuer, with changes. */
function make(slot: Slot, changes: Changes = {}): string {
  const { world } = broker;
  const changed = { ...changes, claims: { ...fresh(), ...changes.claims } };
  if (slot === 'subject_token') return world.subjectToken(changed);
  return slot === 'actor_token' ? world.actorToken(changed) : world.attestationToken(changed);
}

/** A good request but for what stands in one slot. */
function showing(slot: Slot, token: string): Ask {
  if (slot === 'subject_token') return { subject: token };
  return slot === 'actor_token' ? { actor: token } : { attestation: token };
}

/** Who signs for a slot, in configuration and with which key. */
const issuerOf = (slot: Slot) =>
  ({ subject_token: corp, actor_token: platform, client_attestation: mdm })[slot];
function keyOf(slot: Slot): TestKey {
  const { corp, platform, mdm } = broker.world.keys;
  return { subject_token: corp, actor_token: platform, client_attestation: mdm }[slot];
}

/** From now on every issuer publishes this key instead of its own of the same name, and all the others. */
function publish(key: JWK): void {
  const { corp, platform, mdm } = broker.world.keys;
  const others = [corp, platform, mdm].filter(({ kid }) => kid !== key.kid).map(({ published }) => published);
  broker.ports.findKey = keyCache(async () => [key, ...others]);
}

/** From now on an issuer is configured for another algorithm. */
function configure(slot: Slot, algorithms: readonly string[]): void {
  const { policy } = broker.ports;
  const { alias } = issuerOf(slot);
  const issuers = policy.bundle.issuers.map((issuer) =>
    issuer.alias === alias ? { ...issuer, algorithms } : issuer,
  );
  broker.ports.policy = { ...policy, bundle: { ...policy.bundle, issuers } };
}

describe.each(SLOTS)('RFC 8725 §3, the %s', (slot) => {
  const text = (token: string) => send(showing(slot, token));
  const change = (changes: Changes) => text(make(slot, changes));
  const malformed = (problem: string) => refused({ reason: 'token_malformed', token: slot, problem });

  test.each(['none', 'NONE', 'HS256', 'ES384', 'RS256', 'es256'])(
    '§3.1, §3.2 the algorithm is the issuer’s, and not %s',
    async (alg) => {
      expect(await change({ header: { alg } })).toEqual(refused({ reason: 'token_algorithm', token: slot }));
    },
  );

  test('§3.1, §2.1 an HMAC with the issuer’s public key is no signature', async () => {
    const [header = '', payload = ''] = make(slot).split('.');
    const read: object = JSON.parse(Buffer.from(header, 'base64url').toString());
    const input = `${base64url(JSON.stringify({ ...read, alg: 'HS256' }))}.${payload}`;
    const mac = createHmac('sha256', JSON.stringify(keyOf(slot).jwk))
      .update(input)
      .digest('base64url');
    expect(await text(`${input}.${mac}`)).toEqual(refused({ reason: 'token_algorithm', token: slot }));
  });

  test('§3.1 a key that is published for one algorithm serves no other', async () => {
    publish({ ...keyOf(slot).published, alg: 'ES384' });
    expect(await text(make(slot))).toEqual(refused({ reason: 'token_key_unknown', token: slot }));
  });

  test('§3.2 an unsecured JWT is refused', async () => {
    const [, payload] = make(slot).split('.');
    expect(await text(`${base64url('{"alg":"none"}')}.${payload}.`)).toEqual(malformed('not a compact JWS'));
  });

  test('§3.3 whatever is wrong with the signature, the whole token is refused', async () => {
    const [header, payload, signature = ''] = make(slot).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    const failed = refused({ reason: 'token_signature', token: slot });
    expect(await text(`${header}.${payload}.${base64url(bytes)}`)).toEqual(failed);
    expect(await text(`${header}.${payload}.${base64url(bytes.subarray(1))}`)).toEqual(failed);
    expect(await change({ key: { ...broker.world.keys.otherDevice, kid: keyOf(slot).kid } })).toEqual(failed);
  });

  test('§3.4 a published key that is no point of its curve verifies nothing', async () => {
    const { published } = keyOf(slot);
    const y = base64url(Buffer.alloc(32, 1));
    publish({ ...published, y });
    expect(await text(make(slot))).toEqual(refused({ reason: 'token_key_unknown', token: slot }));
  });

  test('§3.5 a published key that is too short verifies nothing', async () => {
    const short = shortKey(keyOf(slot).kid);
    configure(slot, ['RS256']);
    publish(short.published);
    expect(await change({ key: short })).toEqual(refused({ reason: 'token_key_unknown', token: slot }));
  });

  test('§3.6 nothing is decompressed, as nothing is encrypted', async () => {
    expect(await change({ header: { zip: 'DEF' } })).toEqual(malformed('header has zip'));
    expect(await text(`${base64url('{"alg":"dir","enc":"A256GCM"}')}..aa.aa.aa`)).toEqual(
      malformed('not a compact JWS'),
    );
  });

  test('§3.7 header and claims are UTF-8', async () => {
    const [header = '', payload, signature] = make(slot).split('.');
    const bytes = Buffer.concat([
      Buffer.from(header, 'base64url').subarray(0, -1),
      Buffer.from([0xff, 0x7d]),
    ]);
    expect(await text(`${base64url(bytes)}.${payload}.${signature}`)).toEqual(
      malformed('header is not UTF-8'),
    );
  });

  test.each([
    ['another', (iss: string) => `${iss}.evil.example`],
    ['one with a slash more', (iss: string) => `${iss}/`],
    ['one in another case', (iss: string) => iss.toUpperCase()],
    ['none', () => undefined],
  ])('§3.8 iss is a configured one, to the letter, and not %s', async (_, of) => {
    const iss = of(issuerOf(slot).iss);
    expect(await change({ claims: { iss } })).toEqual(
      refused({ reason: 'token_issuer_unknown', token: slot }),
    );
  });

  test.each([
    { aud: 'https://other.example' },
    { aud: ['a', 'b'] },
    { aud: undefined },
    { aud: [] },
    { aud: {} },
  ])('§3.9 aud names this broker, and is not $aud', async ({ aud }) => {
    expect(await change({ claims: { aud } })).toEqual(refused({ reason: 'token_audience', token: slot }));
  });

  test('§3.10 kid is only a name to look up', async () => {
    for (const kid of ["' OR 1=1 --", '../../../../etc/passwd', 'constructor', '__proto__', '']) {
      expect(await change({ header: { kid } })).toEqual(
        refused({ reason: 'token_key_unknown', token: slot }),
      );
    }
  });

  test.each(['jku', 'x5u', 'x5c'])('§3.10 no key comes from where the token says: %s', async (name) => {
    const stranger = await makeKey();
    const header = { [name]: 'https://evil.example/jwks' };
    expect(await change({ key: stranger, header })).toEqual(malformed(`header has ${name}`));
  });

  test('§3.10 nor from the token itself: jwk', async () => {
    const stranger = await makeKey();
    expect(await change({ key: stranger, header: { jwk: stranger.jwk } })).toEqual(
      malformed('header jwk is forbidden'),
    );
  });

  test.each(['at+jwt', 'logout+jwt', 'secevent+jwt', 'dpop+jwt'])(
    '§3.11 typ is that of its kind, and not %s',
    async (typ) => {
      expect(await change({ header: { typ } })).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
        refusal: { reason: 'token_type_mismatch', token: slot },
      });
    },
  );

  test('§3.12 tokens of another kind are refused here, each for a rule of its own', async () => {
    for (const other of SLOTS.filter((name) => name !== slot)) {
      expect(await text(make(other))).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
        refusal: { reason: 'token_wrong_class', token: slot },
      });
    }
  });
});

const RSA_1024 = generateKeyPairSync('rsa', { modulusLength: 1024 });

function shortKey(kid: string): TestKey {
  const jwk = RSA_1024.publicKey.export({ format: 'jwk' }) as JWK;
  const published = { ...jwk, kid, alg: 'RS256', use: 'sig' };
  return { alg: 'RS256', kid, privateKey: RSA_1024.privateKey, jwk, published, jkt: '' };
}

describe('RFC 8725 §3.8, the subject', () => {
  test('§3.8 a workload that is no agent of ours is refused', async () => {
    expect(
      await send(showing('actor_token', make('actor_token', { claims: { sub: 'workload/other' } }))),
    ).toEqual(refusedWith('invalid_request', { reason: 'actor_unknown' }));
  });

  test('§3.8 a user without subject is refused', async () => {
    expect(await send({ subject: { claims: { oid: undefined } } })).toEqual(
      refused({ reason: 'token_claim', token: 'subject_token', claim: 'oid' }),
    );
  });
});

describe('RFC 8725 §2.4, §2.8, JSON that two readers read in two ways', () => {
  test('§2.4 a claim that comes twice is refused', async () => {
    const claims = JSON.stringify(decodeJwt(make('subject_token')));
    const twice = claims.replace('{', `{"oid":"mallory",`);
    const { corp: key } = broker.world.keys;
    const token = makeJws(key, { typ: 'JWT', alg: 'ES256', kid: key.kid }, twice);
    expect(await send({ subject: token })).toEqual(
      refused({
        reason: 'token_malformed',
        token: 'subject_token',
        problem: 'payload is member name repeated',
      }),
    );
  });
});

describe('RFC 9068, a JWT access token as the subject token', () => {
  const access = (changes: Changes = {}): Ask => ({
    subject: {
      ...changes,
      header: { typ: 'at+jwt', ...changes.header },
      claims: { nonce: undefined, client_id: 'writ-cli', jti: 'access-1', ...changes.claims },
    },
    form: { subject_token_type: ACCESS_TOKEN, binding: undefined },
  });
  const claim = (claims: Changes['claims']) => send(access(claims === undefined ? {} : { claims }));
  const slot = 'subject_token';

  test.each(['at+jwt', 'application/at+jwt', 'AT+JWT'])(
    '§2.1, §4 typ is at+jwt: %s is taken',
    async (typ) => {
      expect(await send(access({ header: { typ } }))).toEqual(granted);
    },
  );

  test.each(['JWT', undefined])('§2.1, §4 any other typ is refused: %s', async (typ) => {
    const problem = 'typ of an access token is at+jwt';
    expect(await send(access({ header: { typ } }))).toEqual(
      refused({ reason: 'token_type_mismatch', token: slot, problem }),
    );
  });

  test('§4 an access token is not taken for an ID token', async () => {
    const { subject } = access();
    const problem = 'typ of an ID token is JWT, or absent';
    expect(await send({ ...(subject === undefined ? {} : { subject }) })).toEqual(
      refused({ reason: 'token_type_mismatch', token: slot, problem }),
    );
  });

  test('§2.1, §4 alg is not none', async () => {
    expect(await send(access({ header: { alg: 'none' } }))).toEqual(
      refused({ reason: 'token_algorithm', token: slot }),
    );
  });

  test('§4 iss is that of the server whose keys verify it', async () => {
    expect(await claim({ iss: platform.iss })).toEqual(
      refused({ reason: 'token_wrong_class', token: slot, issuerClass: 'actor' }),
    );
  });

  test('§4 aud names this resource', async () => {
    expect(await claim({ aud: 'https://api.other.example' })).toEqual(
      refused({ reason: 'token_audience', token: slot }),
    );
  });

  test('§4 the time is before exp', async () => {
    expect(await claim({ exp: NOW })).toEqual(
      refused({ reason: 'token_expired', token: slot, exp: NOW, now: NOW }),
    );
  });

  test.each(['exp', 'iat'])('§2.2 %s is REQUIRED', async (name) => {
    expect(await claim({ [name]: undefined })).toEqual(
      refused({ reason: 'token_claim', token: slot, claim: name }),
    );
  });

  test('§2.2.1 auth_time says that a person signed in', async () => {
    expect(await claim({ auth_time: undefined })).toEqual(
      turnedAwayAs('invalid_request', { reason: 'subject_not_human', problem: 'auth_time is missing' }),
    );
  });

  test('§2.2, §5 a sub that is the client itself is no person', async () => {
    expect(await claim({ sub: 'writ-cli' })).toEqual(
      turnedAwayAs('invalid_request', {
        reason: 'subject_not_human',
        problem: 'the subject is the client itself',
      }),
    );
  });
});

describe('draft-ietf-oauth-attestation-based-client-auth, DPoP-combined mode', () => {
  const attestation = (changes: Changes) => send({ attestation: changes });
  const token = 'client_attestation';
  const malformed = (problem: string) => refused({ reason: 'token_malformed', token, problem });

  test('the DPoP proof takes the place of the attestation’s own: granted', async () => {
    expect(await send()).toEqual(granted);
  });

  test('the proof’s jwk is the key in cnf.jwk', async () => {
    const { jwk } = broker.world.keys.otherDevice;
    expect(await attestation({ claims: { cnf: { jwk } } })).toEqual(
      refusedWith('invalid_request', { reason: 'attestation_key_mismatch' }),
    );
  });

  test.each([
    ['none', undefined],
    ['an empty one', {}],
    ['a certificate', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
    ['a name', { kid: 'device' }],
    ['text', 'device'],
  ])('cnf has the key as a JWK, and not %s', async (_, cnf) => {
    expect(await attestation({ claims: { cnf } })).toEqual(
      refused({ reason: 'token_claim', token, claim: 'cnf' }),
    );
  });

  test('cnf.jwk is no private key', async () => {
    const { jwk, privateKey } = broker.world.keys.device;
    const { d } = privateKey.export({ format: 'jwk' });
    expect(await attestation({ claims: { cnf: { jwk: { ...jwk, d } } } })).toEqual(
      refused({ reason: 'token_claim', token, claim: 'cnf' }),
    );
  });

  test('typ is oauth-client-attestation+jwt', async () => {
    expect(await attestation({ header: { typ: 'JWT' } })).toMatchObject({
      status: 400,
      refusal: { reason: 'token_type_mismatch', token },
    });
  });

  test('exp is REQUIRED, and is not over', async () => {
    expect(await attestation({ claims: { exp: undefined } })).toEqual(
      refused({ reason: 'token_claim', token, claim: 'exp' }),
    );
    expect(await attestation({ claims: { exp: NOW } })).toEqual(
      refused({ reason: 'token_expired', token, exp: NOW, now: NOW }),
    );
  });

  test('the header OAuth-Client-Attestation comes at most once', async () => {
    const [one, other] = [
      broker.world.attestationToken(),
      broker.world.attestationToken({ claims: { jti: 'b' } }),
    ];
    for (const values of [[one, other], [`${one},${other}`]]) {
      expect(await send({ headers: { 'oauth-client-attestation': values } })).toEqual(
        malformed('more than one OAuth-Client-Attestation'),
      );
    }
  });

  test('OAuth-Client-Attestation-PoP beside the proof, which would be another mode, is refused', async () => {
    expect(await send({ headers: { 'oauth-client-attestation-pop': ['a.b.c'] } })).toEqual(
      malformed('OAuth-Client-Attestation-PoP is not accepted: the DPoP proof takes its place'),
    );
  });

  test('where the issuer knows no device, none is taken for one', async () => {
    expect(await send({ attestation: null })).toEqual(
      refusedWith('invalid_request', { reason: 'device_missing' }),
    );
  });

  test('the metadata names the method of this mode, and the algorithms', async () => {
    const { body } = await wire.get('/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({
      token_endpoint_auth_methods_supported: expect.arrayContaining(['attest_jwt_client_auth_dpop']),
      client_attestation_signing_alg_values_supported: ['ES256'],
    });
  });
});

describe('RFC 9278, a key as an identity', () => {
  const enroll = () =>
    send({ endpoint: 'enroll', form: { authorization_details: undefined, grant_type: undefined } });

  test('§3 Writ’s attestation names the client by the thumbprint URI of its key', async () => {
    const { status, body } = await enroll();
    expect(status).toBe(200);
    expect(decodeJwt(String(body.client_attestation)).sub).toBe(
      `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${broker.world.keys.device.jkt}`,
    );
  });

  test('§3 an enrolled agent’s iss is the thumbprint URI of the key that signs', async () => {
    expect(
      await send({ actor: { claims: { iss: KEY_THUMBPRINT_URI + broker.world.keys.otherDevice.jkt } } }),
    ).toEqual(refusedWith('invalid_request', { reason: 'actor_key_mismatch' }));
  });

  test.each([
    ['another hash', 'urn:ietf:params:oauth:jwk-thumbprint:sha-512:'],
    ['another name space', 'urn:ietf:params:oauth:key:'],
    ['the bare thumbprint', ''],
  ])('§3, §5 by SHA-256 alone, and not by %s', async (_, prefix) => {
    expect(await send({ actor: { claims: { iss: prefix + broker.world.keys.device.jkt } } })).toEqual(
      refused({ reason: 'token_issuer_unknown', token: 'actor_token' }),
    );
  });

  test.each([
    ['padded', (jkt: string) => `${jkt}=`],
    ['with a query', (jkt: string) => `${jkt}?a`],
    ['cut', (jkt: string) => jkt.slice(0, -1)],
  ])('§3 compared to the letter: %s is another key', async (_, spelled) => {
    const iss = KEY_THUMBPRINT_URI + spelled(broker.world.keys.device.jkt);
    expect(await send({ actor: { claims: { iss } } })).toEqual(
      refusedWith('invalid_request', { reason: 'actor_key_mismatch' }),
    );
  });
});
