/** Rule 5: an issuer serves one class, and no token passes for what it is not. Here everyone may have everything. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyCache } from '../../core/tokens/keys.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { ACCESS_TOKEN } from '../../core/tokens/token-types.ts';
import { attempt, issuedWith, refusedAs, turnedAway } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { base64url, makeKey } from '../support/keys.ts';
import { type Changes, corp, PUBLIC_URL, RND } from '../support/tokens.ts';

const events = 'https://events.corp.example';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker({
    'issuers/events.yaml': {
      class: 'event',
      iss: events,
      audiences: ['writ-cli'],
      types: ['jwt', 'secevent+jwt'],
      algorithms: ['ES256'],
      jwks_uri: 'https://login.corp.example/jwks',
    },
    'policies/all.cedar': '@id("anyone") permit (principal, action == Writ::Action::"issue", resource);',
  });
});
afterAll(() => broker.close());

const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const opening = (first: string) => base64url(JSON.stringify({ rnd: RND, first }));

/** Claims with which any token would be Alice's ID token, were its issuer one for users. */
const likeAnIdToken = () => ({
  sub: 'alice',
  oid: 'alice',
  auth_time: NOW - 60,
  nonce: boundNonce(broker.world.keys.device.jkt, RND),
});

/** A good token of each kind, and some dressed up as another. */
const tokens = {
  'an ID token': () =>
    broker.world.subjectToken({ claims: { sub: 'workload/reporter', jti: 'an ID token' } }),
  'an agent’s token': () => broker.world.actorToken({ claims: likeAnIdToken() }),
  'an attestation': () => broker.world.attestationToken({ claims: likeAnIdToken() }),
  'an attestation by Writ': () =>
    broker.world.attestationToken({
      key: broker.world.keys.writ,
      header: { kid: broker.world.keys.writ.kid },
      claims: { ...likeAnIdToken(), iss: PUBLIC_URL },
    }),
  'an event': () => broker.world.subjectToken({ claims: { iss: events } }),
  'an enrolled agent’s token': () => broker.world.enrolledActorToken({ claims: likeAnIdToken() }),
  'a DPoP proof': () => broker.world.proofToken({ claims: { ...likeAnIdToken(), iss: corp.iss } }),
};
type Kind = keyof typeof tokens;

const ofClass = (issuerClass: string) => ({ reason: 'token_wrong_class', issuerClass }) as const;
const unknown = { reason: 'token_issuer_unknown' } as const;
const withKey = { reason: 'token_malformed', problem: 'header jwk is forbidden' } as const;

describe('as the user’s token', () => {
  test.each<[Kind, object]>([
    ['an agent’s token', ofClass('actor')],
    ['an attestation', ofClass('attestation')],
    ['an attestation by Writ', ofClass('attestation')],
    ['an event', ofClass('event')],
    ['an enrolled agent’s token', unknown],
    ['a DPoP proof', withKey],
  ])('%s is refused', async (kind, refusal) => {
    expect(await send({ subject: tokens[kind]() })).toEqual({
      refusal: { ...refusal, token: 'subject_token' },
      sessions: 0,
      record: null,
    });
  });
});

describe('as the agent’s token', () => {
  test.each<[Kind, object]>([
    ['an ID token', ofClass('subject')],
    ['an attestation', ofClass('attestation')],
    ['an attestation by Writ', ofClass('attestation')],
    ['an event', ofClass('event')],
    ['a DPoP proof', withKey],
  ])('%s is refused', async (kind, refusal) => {
    expect(await send({ actor: tokens[kind]() })).toMatchObject({
      refusal: { ...refusal, token: 'actor_token' },
      sessions: 0,
      record: { type: 'refused', actor: null },
    });
  });
});

describe('as the device’s attestation', () => {
  test.each<[Kind, object]>([
    ['an ID token', ofClass('subject')],
    ['an agent’s token', ofClass('actor')],
    ['an event', ofClass('event')],
    ['an enrolled agent’s token', unknown],
    ['a DPoP proof', withKey],
  ])('%s is refused', async (kind, refusal) => {
    expect(await send({ attestation: tokens[kind]() })).toMatchObject({
      refusal: { ...refusal, token: 'client_attestation' },
      sessions: 0,
      record: { type: 'refused', device: null },
    });
  });
});

describe('as the first ID token', () => {
  const asFirst = (first: string): Ask => ({
    subject: { claims: { nonce: undefined } },
    attestation: { claims: { user: undefined } },
    form: { binding: opening(first) },
  });

  test.each<[Kind, object]>([
    ['an agent’s token', ofClass('actor')],
    ['an attestation', ofClass('attestation')],
    ['an event', ofClass('event')],
    ['an enrolled agent’s token', unknown],
    ['a DPoP proof', withKey],
  ])('%s is refused', async (kind, refusal) => {
    expect(await send(asFirst(tokens[kind]()))).toMatchObject({
      refusal: { ...refusal, token: 'first' },
      sessions: 0,
      record: { type: 'refused', binding: null },
    });
  });
});

describe('one token in two slots', () => {
  const twice = (
    token: 'actor_token' | 'client_attestation' | 'first',
    also: 'subject_token' | 'actor_token',
  ) => turnedAway({ reason: 'token_in_two_slots', token, also });

  test('the user’s as the agent’s is refused', async () => {
    const token = broker.world.subjectToken();
    expect(await send({ subject: token, actor: token })).toEqual(twice('actor_token', 'subject_token'));
  });

  test('the user’s as the agent’s, under the second signature that ECDSA gives anyone, is refused', async () => {
    const token = broker.world.subjectToken();
    expect(await send({ subject: token, actor: resigned(token) })).toEqual(
      twice('actor_token', 'subject_token'),
    );
  });

  test('the user’s as the attestation is refused', async () => {
    const token = broker.world.subjectToken();
    expect(await send({ subject: token, attestation: token })).toEqual(
      twice('client_attestation', 'subject_token'),
    );
  });

  test('the agent’s as the attestation is refused', async () => {
    const token = broker.world.actorToken();
    expect(await send({ actor: token, attestation: token })).toEqual(
      twice('client_attestation', 'actor_token'),
    );
  });

  test('a refreshed ID token as its own first is refused', async () => {
    const token = broker.world.subjectToken({ claims: { nonce: undefined } });
    expect(await send({ subject: token, form: { binding: opening(token) } })).toEqual(
      twice('first', 'subject_token'),
    );
  });
});

describe('an issuer is an exact string', () => {
  test.each([
    ['with a slash', `${corp.iss}/`],
    ['in capitals', 'https://LOGIN.corp.example'],
    ['with its port', `${corp.iss}:443`],
    ['with a Cyrillic letter', 'https://login.corp.ex\u0430mple'],
    ['with a space', `${corp.iss} `],
    ['with a path that leads nowhere', `${corp.iss}/.`],
    ['in a list', [corp.iss]],
    ['left out', undefined],
  ])('%s: refused', async (_, iss) => {
    expect(await send({ subject: { claims: { iss } } })).toEqual(
      turnedAway({ reason: 'token_issuer_unknown', token: 'subject_token' }),
    );
  });
});

describe('an issuer’s own rules', () => {
  const refused = (reason: 'token_audience' | 'token_algorithm' | 'token_signature') =>
    turnedAway({ reason, token: 'subject_token' });

  test.each([
    ['for another client', 'payroll'],
    ['whose audience begins like ours', 'writ-cli-2'],
    ['for nobody', undefined],
    ['for a list that hides an object', ['writ-cli', {}]],
  ])('a token %s is refused', async (_, aud) => {
    expect(await send({ subject: { claims: { aud } } })).toEqual(refused('token_audience'));
  });

  test('a token that another client got for itself and us is refused', async () => {
    const claims = { aud: ['payroll', 'writ-cli'], azp: 'payroll' };
    expect(await send({ subject: { claims } })).toEqual(refused('token_audience'));
  });

  test('a token of a foreign tenant is a stranger’s: refused, and nothing recorded', async () => {
    expect(await send({ subject: { claims: { tid: 'tenant-2' } } })).toEqual(
      turnedAway({ reason: 'subject_rule', claim: 'tid' }),
    );
  });

  test('a workload of a foreign owner is refused', async () => {
    const actor = broker.world.actorToken({ claims: { owner: 'another', jti: 'foreign owner' } });
    expect(await send({ actor })).toMatchObject(
      refusedAs({ reason: 'token_claim', token: 'actor_token', claim: 'owner' }),
    );
  });

  test('a token that somebody else signed under the issuer’s kid is refused', async () => {
    expect(await send({ subject: { key: await makeKey() } })).toEqual(refused('token_signature'));
  });

  test('a token changed after it was signed is refused', async () => {
    const [header, , signature] = broker.world.subjectToken().split('.');
    const [, payload] = broker.world.subjectToken({ claims: { oid: 'bob' } }).split('.');
    expect(await send({ subject: `${header}.${payload}.${signature}` })).toEqual(refused('token_signature'));
  });

  test('a token signed by a key of the issuer’s, with an algorithm that its entry does not name: refused', async () => {
    const old = await makeKey('RS256', 'corp-old');
    const { findKey } = broker.ports;
    const oldKeys = keyCache(async () => [old.published]);
    broker.ports.findKey = (issuer, kid, alg, now) =>
      kid === old.kid ? oldKeys(issuer, kid, alg, now) : findKey(issuer, kid, alg, now);
    expect(await send({ subject: { key: old, header: { kid: old.kid } } })).toEqual(
      refused('token_algorithm'),
    );
  });

  test.each(['none', 'None', 'NONE'])('alg %s, without a signature that counts: refused', async (alg) => {
    const [, payload] = broker.world.subjectToken().split('.');
    const header = base64url(JSON.stringify({ alg, typ: 'JWT', kid: 'corp-1' }));
    expect(await send({ subject: `${header}.${payload}.AA` })).toEqual(refused('token_algorithm'));
    expect(await send({ subject: `${header}.${payload}.` })).toEqual(
      turnedAway({ reason: 'token_malformed', token: 'subject_token', problem: 'not a compact JWS' }),
    );
  });

  test('HMAC with the issuer’s public key as the secret: refused', async () => {
    const { jwk, published } = broker.world.keys.corp;
    const [, payload] = broker.world.subjectToken().split('.');
    const header = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: 'corp-1' }));
    const input = `${header}.${payload}`;
    for (const secret of [JSON.stringify(jwk), JSON.stringify(published), String(jwk.x)]) {
      const tag = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await send({ subject: `${input}.${tag}` })).toEqual(refused('token_algorithm'));
    }
  });
});

describe('of one issuer, what is no ID token does not pass for one', () => {
  const asIdToken = (changes: Changes) => send({ subject: changes });
  const mismatch = (problem: string) =>
    turnedAway({ reason: 'token_type_mismatch', token: 'subject_token', problem });

  test('an access token is refused', async () => {
    expect(await asIdToken({ header: { typ: 'at+jwt' } })).toEqual(
      mismatch('typ of an ID token is JWT, or absent'),
    );
  });

  test('nor an ID token for an access token', async () => {
    expect(await send({ form: { subject_token_type: ACCESS_TOKEN } })).toEqual(
      mismatch('typ of an access token is at+jwt'),
    );
  });

  test('a logout token is refused', async () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    expect(await asIdToken({ claims: { events } })).toEqual(mismatch('is a security event'));
  });

  test.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'oauth-client-attestation+jwt', 'writ-actor+jwt'])(
    'a token of typ %s is refused',
    async (typ) => {
      expect(await asIdToken({ header: { typ } })).toEqual(mismatch('typ is not one of the issuer’s'));
    },
  );
});

describe('a token that an application got for itself', () => {
  test.each([
    ['says so (Entra)', { idtyp: 'app' }, 'idtyp is app'],
    ['was granted to a client (Auth0)', { gty: 'client-credentials' }, 'granted to a client for itself'],
    [
      'was granted to a client, among others',
      { gty: ['mfa', 'client_credentials'] },
      'granted to a client for itself',
    ],
    ['names the client as its subject', { client_id: 'pairwise-alice' }, 'the subject is the client itself'],
    ['names the party as its subject', { azp: 'pairwise-alice' }, 'the subject is the client itself'],
    ['knows of no sign-in', { auth_time: undefined }, 'auth_time is missing'],
  ])('and that %s: refused', async (_, claims, problem) => {
    expect(await send({ subject: { claims } })).toEqual(turnedAway({ reason: 'subject_not_human', problem }));
  });

  test('and that signs in tomorrow: refused', async () => {
    expect(await send({ subject: { claims: { auth_time: NOW + 86_400 } } })).toEqual(
      turnedAway({ reason: 'token_claim', token: 'subject_token', claim: 'auth_time' }),
    );
  });
});

describe('a header that says where keys come from, on a token that is good otherwise', () => {
  test.each([
    ['jku', 'https://mallory.example/jwks'],
    ['x5u', 'https://mallory.example/cert'],
    ['x5c', ['MIIB']],
    ['crit', ['exp']],
    ['b64', true],
    ['zip', 'DEF'],
  ])('%s: refused', async (name, value) => {
    expect(await send({ subject: { header: { [name]: value } } })).toEqual(
      turnedAway({ reason: 'token_malformed', token: 'subject_token', problem: `header has ${name}` }),
    );
  });

  test('jwk: refused, whoever’s key it is', async () => {
    const mallory = await makeKey();
    for (const key of [mallory, broker.world.keys.corp]) {
      expect(await send({ subject: { key, header: { jwk: key.jwk } } })).toEqual(
        turnedAway({ reason: 'token_malformed', token: 'subject_token', problem: 'header jwk is forbidden' }),
      );
    }
  });
});

test('each in its own slot, and an access token by its name: issued', async () => {
  const access: Ask = {
    subject: { header: { typ: 'at+jwt' } },
    form: { subject_token_type: ACCESS_TOKEN },
  };
  expect(await send({ ...access, actor: 'attested' })).toMatchObject(
    issuedWith({ actor: { kind: 'attested' }, device: { kind: 'attested' } }),
  );
});

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** `(r, n − s)` verifies wherever `(r, s)` does. */
function resigned(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(at), 'base64url');
  const s = P256_ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  const other = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
  return token.slice(0, at) + base64url(Buffer.concat([signature.subarray(0, 32), other]));
}
