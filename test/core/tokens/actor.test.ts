import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import type { Agent } from '../../../core/policy/bundle.ts';
import { type ActorContext, verifyActor } from '../../../core/tokens/actor.ts';
import { makeNonce } from '../../../core/tokens/nonce.ts';
import { verifyProof } from '../../../core/tokens/proof.ts';
import { KEY_THUMBPRINT_URI } from '../../../core/tokens/token-types.ts';
import { NOW } from '../../support/clock.ts';
import { accepted } from '../../support/outcome.ts';
import {
  type Changes,
  helper,
  makeReceived,
  NONCE_KEYS,
  platform,
  reporter,
  tokenWorld,
} from '../../support/tokens.ts';

const world = await tokenWorld();
const { actorToken, enrolledActorToken, proofToken, keys } = world;
const proof = accepted(await verifyProof(makeReceived({ headers: { dpop: [proofToken()] } }), world.context));

const verifyText = (token: string, changes: Partial<ActorContext> = {}) =>
  verifyActor(token, proof, { ...world.context, ...changes });
const verify = (changes: Changes = {}) => verifyText(actorToken(changes));
const verifyEnrolled = (changes: Changes = {}) => verifyText(enrolledActorToken(changes));
const withAgent = (agent: Partial<Agent>) => ({ agents: [{ ...reporter, ...agent }] });

const refused = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });
const tokenRefused = (reason: string, fields: object = {}) =>
  refused(reason, { token: 'actor_token', ...fields });
const claimRefused = (claim: string) => tokenRefused('token_claim', { claim });

describe('attested by a platform', () => {
  test('is the agent whose identity it is', async () => {
    const token = actorToken();
    expect(accepted(await verifyText(token)).actor).toEqual({
      kind: 'attested',
      agent: 'reporter',
      iss: platform.iss,
      sub: 'workload/reporter',
      id: 'platform:workload/reporter',
      jkt: null,
      jti: 'actor-token-1',
      exp: NOW + 3600,
      token: sha256Hex(token),
    });
  });

  test('with jti, may be of any age until it expires', async () => {
    expect((await verify({ claims: { iat: NOW - 86_400 } })).ok).toBe(true);
    expect((await verify({ claims: { iat: undefined } })).ok).toBe(true);
  });

  test('without jti, is at most 5 min old', async () => {
    const without = (iat: number | undefined) => verify({ claims: { jti: undefined, iat } });
    expect(accepted(await without(NOW - 300)).actor.jti).toBeNull();
    expect(await without(NOW - 301)).toEqual(tokenRefused('token_too_old', { iat: NOW - 301, now: NOW }));
    expect(await without(undefined)).toEqual(claimRefused('iat'));
  });

  test.each([
    ['another workload', 'workload/other'],
    ['a prefix', 'workload'],
    ['more', 'workload/reporter/x'],
    ['capitals', 'Workload/reporter'],
  ])('of %s is unknown', async (_, sub) => {
    expect(await verify({ claims: { sub } })).toEqual(refused('actor_unknown'));
  });

  test('the same subject at another issuer is unknown', async () => {
    const agents = [{ ...reporter, identities: [{ issuer: 'mdm', subject: 'workload/reporter' }] }];
    expect(await verifyText(actorToken(), { agents })).toEqual(refused('actor_unknown'));
  });

  test('an identity of two agents is none', async () => {
    const agents = [reporter, { ...reporter, agent: 'twin' }];
    expect(await verifyText(actorToken(), { agents })).toEqual(refused('actor_unknown'));
  });

  test('a token bound to a key needs that key', async () => {
    expect((await verify({ claims: { cnf: { jwk: keys.device.jwk } } })).ok).toBe(true);
    expect(await verify({ claims: { cnf: { jwk: keys.otherDevice.jwk } } })).toEqual(
      refused('actor_key_mismatch'),
    );
    expect(await verify({ claims: { cnf: { jkt: keys.otherDevice.jkt } } })).toEqual(
      refused('actor_key_mismatch'),
    );
    expect(await verify({ claims: { cnf: { 'x5t#S256': 'x' } } })).toEqual(claimRefused('cnf'));
  });

  test.each([
    ['sub', undefined],
    ['sub', 7],
    ['jti', 7],
    ['jti', ''],
    ['exp', undefined],
    ['owner', 'mallory'],
  ])('%s as %j is refused', async (claim, value) => {
    expect(await verify({ claims: { [claim]: value } })).toEqual(claimRefused(claim));
  });

  test('a user’s token is not an actor’s', async () => {
    expect(await verifyText(world.subjectToken())).toEqual(
      tokenRefused('token_wrong_class', { issuerClass: 'subject' }),
    );
  });

  test('what is no token is refused', async () => {
    expect(await verifyText('x')).toEqual(tokenRefused('token_malformed', { problem: 'not a compact JWS' }));
  });
});

describe('the agent’s registration', () => {
  test('ends on the second', async () => {
    expect((await verifyText(actorToken(), withAgent({ expires: NOW + 1 }))).ok).toBe(true);
    expect(await verifyText(actorToken(), withAgent({ expires: NOW }))).toEqual(
      refused('actor_expired', { agent: 'reporter', expires: NOW }),
    );
  });

  test('must be reviewed in time', async () => {
    expect(await verifyText(actorToken(), withAgent({ reviewBy: NOW }))).toEqual(
      refused('actor_review_overdue', { agent: 'reporter', reviewBy: NOW }),
    );
  });

  test('holds for enrolled agents too', async () => {
    const agents = [{ ...helper, expires: NOW }];
    expect(await verifyText(enrolledActorToken(), { agents })).toEqual(
      refused('actor_expired', { agent: 'helper', expires: NOW }),
    );
  });
});

describe('enrolled: the device’s key speaks for it', () => {
  test('is the agent that it names, as long as the nonce lives', async () => {
    const token = enrolledActorToken({ claims: { exp: NOW + 300 } });
    expect(accepted(await verifyText(token)).actor).toEqual({
      kind: 'enrolled',
      agent: 'helper',
      iss: KEY_THUMBPRINT_URI + keys.device.jkt,
      sub: 'helper',
      id: 'writ:helper',
      jkt: keys.device.jkt,
      jti: 'enrolled-actor-1',
      exp: NOW + 120,
      token: sha256Hex(token),
    });
  });

  test('may end earlier, or leave its end to the nonce', async () => {
    expect(accepted(await verifyEnrolled({ claims: { exp: NOW + 60 } })).actor.exp).toBe(NOW + 60);
    expect(accepted(await verifyEnrolled({ claims: { exp: undefined } })).actor.exp).toBe(NOW + 120);
  });

  test('by another key is refused', async () => {
    const iss = KEY_THUMBPRINT_URI + keys.otherDevice.jkt;
    expect(await verifyEnrolled({ key: keys.otherDevice, claims: { iss } })).toEqual(
      refused('actor_key_mismatch'),
    );
    expect(await verifyEnrolled({ key: keys.otherDevice })).toEqual(tokenRefused('token_signature'));
  });

  test('by a platform that borrows its type is refused', async () => {
    const token = actorToken({ header: { typ: 'writ-actor+jwt' }, claims: { nonce: 'x' } });
    expect(await verifyText(token)).toEqual(tokenRefused('token_issuer_unknown'));
  });

  test('does not pass as a platform’s token', async () => {
    expect(await verifyEnrolled({ header: { typ: 'JWT' } })).toEqual(tokenRefused('token_issuer_unknown'));
  });

  test.each(['none', 'HS256', 'ES384', 'RS256'])('by alg %s is refused', async (alg) => {
    expect(await verifyEnrolled({ header: { alg } })).toEqual(tokenRefused('token_algorithm'));
  });

  test('with its key in the header is refused: the proof’s key is the key', async () => {
    expect(await verifyEnrolled({ header: { jwk: keys.device.jwk } })).toEqual(
      tokenRefused('token_malformed', { problem: 'header jwk is forbidden' }),
    );
  });

  test.each([
    ['another', 'https://other.example'],
    ['absent', undefined],
    ['a list', ['https://writ.example']],
  ])('for an audience that is %s is refused', async (_, aud) => {
    expect(await verifyEnrolled({ claims: { aud } })).toEqual(tokenRefused('token_audience'));
  });

  test.each([
    ['old', makeNonce(NONCE_KEYS, NOW - 120)],
    ['invented', 'x'],
  ])('with a nonce that is %s is asked for another', async (_, nonce) => {
    expect(await verifyEnrolled({ claims: { nonce } })).toEqual(refused('dpop_nonce_stale'));
  });

  test.each([
    ['iss', undefined],
    ['sub', undefined],
    ['jti', undefined],
    ['jti', 7],
    ['nonce', undefined],
    ['nonce', 7],
    ['exp', 'x'],
    ['exp', NOW + 301],
  ])('with %s as %j is refused', async (claim, value) => {
    expect(await verifyEnrolled({ claims: { [claim]: value } })).toEqual(claimRefused(claim));
  });

  test('past its own end is refused', async () => {
    expect(await verifyEnrolled({ claims: { exp: NOW } })).toEqual(
      tokenRefused('token_expired', { exp: NOW, now: NOW }),
    );
  });

  test.each([
    ['an agent that only a platform may attest', 'reporter'],
    ['an agent that is not registered', 'nobody'],
    ['an inherited name', 'constructor'],
  ])('as %s is refused', async (_, sub) => {
    expect(await verifyEnrolled({ claims: { sub } })).toEqual(refused('actor_unknown'));
  });
});
