import { describe, expect, test } from 'vitest';
import { sha256Base64url } from '../../../core/encoding/hash.ts';
import type { Agent } from '../../../core/policy/bundle.ts';
import type { TokenRequest } from '../../../core/request.ts';
import { verifyActor } from '../../../core/tokens/actor.ts';
import { bind, subjectBoundToDevice } from '../../../core/tokens/bind.ts';
import { verifyDevice } from '../../../core/tokens/device.ts';
import { verifyProof } from '../../../core/tokens/proof.ts';
import { verifySubject } from '../../../core/tokens/subject.ts';
import { boundNonce } from '../../../core/tokens/subject-bound.ts';
import { ACCESS_TOKEN, ID_TOKEN, KEY_THUMBPRINT_URI } from '../../../core/tokens/token-types.ts';
import { NOW } from '../../support/clock.ts';
import type { TestKey } from '../../support/keys.ts';
import { accepted } from '../../support/outcome.ts';
import {
  type Changes,
  corp,
  helper,
  makeReceived,
  makeRequest,
  platform,
  RND,
  reporter,
  tokenWorld,
} from '../../support/tokens.ts';

const world = await tokenWorld();
const { keys, subjectToken } = world;

/** What a test changes in the whole: good tokens every one, so that only their belonging together is in question. */
interface Parts {
  readonly subject?: Changes;
  readonly accessToken?: boolean;
  readonly actorToken?: string;
  /** Attestation's user; `null`: it names none. */
  readonly user?: { readonly iss: string; readonly sub: string } | null;
  /** The key of proof and attestation. */
  readonly key?: TestKey;
  readonly bdh?: boolean;
  readonly agents?: readonly Agent[];
  readonly binding?: TokenRequest['binding'];
  readonly details?: null;
}

async function assemble(parts: Parts) {
  const { key = keys.device, user = null, accessToken = false } = parts;
  const agents = parts.agents ?? [reporter, helper];
  const context = { ...world.context, agents };
  const subject_token = subjectToken({
    ...(accessToken ? { header: { typ: 'at+jwt' } } : {}),
    ...parts.subject,
  });
  const request = makeRequest({
    subject_token,
    ...(parts.binding === undefined ? {} : { binding: parts.binding }),
    ...(parts.details === undefined ? {} : { details: parts.details }),
  });
  const dpop = world.proofToken({ key, claims: parts.bdh ? { bdh: sha256Base64url('') } : {} });
  const attested = world.attestationToken({ claims: { cnf: { jwk: key.jwk }, user: user ?? undefined } });
  const received = makeReceived({ headers: { dpop: [dpop], 'oauth-client-attestation': [attested] } });

  const proof = accepted(await verifyProof(received, context));
  const type = accessToken ? ACCESS_TOKEN : ID_TOKEN;
  const subject = accepted(await verifySubject(subject_token, type, context));
  const actorToken = parts.actorToken ?? world.actorToken();
  const { actor, agent } = accepted(await verifyActor(actorToken, proof, context));
  const device = accepted(await verifyDevice(received, subject, proof, context));
  return { of: { request, subject, actor, agent, device, proof }, context };
}

async function bound(parts: Parts = {}) {
  const { of, context } = await assemble(parts);
  return bind(of, context);
}

const refused = (reason: string, fields: object) => ({ ok: false, refusal: { reason, ...fields } });
const unbound = (problem: string) => refused('subject_not_bound_to_device', { problem });
const firstRefused = (reason: string, fields: object) => refused(reason, { token: 'first', ...fields });

test('good tokens that belong together are bound, and how is told', async () => {
  expect(accepted(await bound())).toEqual({
    subject: 'nonce',
    actor: 'permission',
    actor_device: null,
    request: null,
  });
});

describe('(a) subject → device, by the nonce', () => {
  test('Mallory’s device with Alice’s token is refused', async () => {
    expect(await bound({ key: keys.otherDevice })).toEqual(unbound('the nonce was made for another key'));
  });

  test.each([
    ['his own, as his', { iss: corp.iss, sub: 'mallory' }, 'the attestation names another user'],
    ['his own, as nobody’s', null, 'the nonce was made for another key'],
  ])('Mallory’s attestation does not help him: %s', async (_, user, problem) => {
    expect(await bound({ key: keys.otherDevice, user })).toEqual(unbound(problem));
  });

  test('a wrong opening is refused', async () => {
    const binding = { rnd: Buffer.alloc(16).toString('base64url'), first: null };
    expect(await bound({ binding })).toEqual(unbound('the nonce was made for another key'));
  });

  test('no opening is refused', async () => {
    expect(await bound({ binding: null })).toEqual(unbound('binding is missing'));
  });

  test('a nonce that is not ours is refused', async () => {
    expect(await bound({ subject: { claims: { nonce: 'n-0S6_WzA2Mj' } } })).toEqual(
      unbound('the nonce was made for another key'),
    );
  });

  test('the nonce is that of rule 4a, to the letter', () => {
    expect(boundNonce('k', 'r')).toBe(sha256Base64url('{"jkt":"k","rnd":"r","v":1}'));
  });
});

describe('(a) subject → device, by the original ID token', () => {
  const refreshed = { claims: { nonce: undefined } };
  const original = { auth_time: NOW - 60, iat: NOW - 12 * 3600, exp: NOW - 3600 };
  const withFirst = (changes: Changes = {}, parts: Parts = {}) => {
    const first = subjectToken({ ...changes, claims: { ...original, ...changes.claims } });
    return bound({ subject: refreshed, binding: { rnd: RND, first }, ...parts });
  };

  test('a refreshed token is bound by it, though it is over', async () => {
    expect(accepted(await withFirst()).subject).toBe('first_nonce');
  });

  test('without it a refreshed token is not bound', async () => {
    expect(await bound({ subject: refreshed })).toEqual(
      unbound('the ID token has no nonce, and first is missing'),
    );
  });

  test('made for another key is refused', async () => {
    expect(await withFirst({}, { key: keys.otherDevice })).toEqual(
      unbound('the nonce of first was made for another key'),
    );
  });

  test('signed by another key is refused', async () => {
    expect(await withFirst({ key: keys.device })).toEqual(firstRefused('token_signature', {}));
  });

  test('older than 12 h is refused', async () => {
    const iat = NOW - 12 * 3600 - 1;
    expect(await withFirst({ claims: { iat } })).toEqual(firstRefused('token_too_old', { iat, now: NOW }));
  });

  test.each([
    ['oid', 'bob'],
    ['sub', 'pairwise-bob'],
    ['sub', undefined],
    ['auth_time', NOW - 61],
    ['auth_time', undefined],
    ['aud', ['writ-cli']],
    ['iat', undefined],
  ])('with another %s (%j) is refused', async (claim, value) => {
    expect(await withFirst({ claims: { [claim]: value } })).toEqual(firstRefused('token_claim', { claim }));
  });

  test('of another tenant is refused', async () => {
    expect(await withFirst({ claims: { tid: 'tenant-2' } })).toEqual(
      refused('subject_rule', { claim: 'tid' }),
    );
  });

  test('that is an access token is refused', async () => {
    expect(await withFirst({ header: { typ: 'at+jwt' } })).toMatchObject(
      firstRefused('token_type_mismatch', {}),
    );
  });

  test('that is an actor’s token is refused', async () => {
    const binding = { rnd: RND, first: world.actorToken() };
    expect(await bound({ subject: refreshed, binding })).toEqual(
      firstRefused('token_wrong_class', { issuerClass: 'actor' }),
    );
  });

  test('cannot mend a token whose own nonce was made for another key', async () => {
    const first = subjectToken({ claims: { iat: NOW - 30 } });
    const claims = { nonce: boundNonce(keys.otherDevice.jkt, RND) };
    expect(await bound({ subject: { claims }, binding: { rnd: RND, first } })).toEqual(
      unbound('the nonce was made for another key'),
    );
  });

  test('that fails does not take away what else binds', async () => {
    const user = { iss: corp.iss, sub: 'alice' };
    const binding = { rnd: RND, first: 'x' };
    expect(accepted(await bound({ subject: refreshed, binding, user })).subject).toBe('attestation');
  });

  test('is compared with the token that was verified, no other', async () => {
    const first = subjectToken({ claims: original });
    const { of, context } = await assemble({ subject: refreshed, binding: { rnd: RND, first } });
    const request = { ...of.request, subject_token: subjectToken(refreshed) };
    expect(await bind({ ...of, request }, context)).toEqual(unbound('not the verified subject token'));
  });
});

describe('(a) subject → device, by cnf', () => {
  const withCnf = (jkt: string, parts: Parts = {}) =>
    bound({
      accessToken: true,
      subject: { header: { typ: 'at+jwt' }, claims: { cnf: { jkt }, nonce: undefined } },
      ...parts,
    });

  test('the access token is bound to the proof’s key', async () => {
    expect(accepted(await withCnf(keys.device.jkt)).subject).toBe('cnf');
  });

  test('to another key is refused, whatever else would bind', async () => {
    const user = { iss: corp.iss, sub: 'alice' };
    expect(await withCnf(keys.otherDevice.jkt, { user })).toEqual(
      unbound('the access token is bound to another key'),
    );
  });

  test('an access token without it is not bound, not even by a nonce', async () => {
    expect(await bound({ accessToken: true })).toEqual(unbound('an access token without cnf.jkt'));
  });
});

describe('(a) subject → device, by the attestation', () => {
  const byAttestation = (user: { iss: string; sub: string } | null) =>
    bound({ subject: { claims: { nonce: undefined } }, user });

  test('it names this user', async () => {
    expect(accepted(await byAttestation({ iss: corp.iss, sub: 'alice' })).subject).toBe('attestation');
  });

  test('one that names nobody does not bind', async () => {
    expect(await byAttestation(null)).toEqual(unbound('the ID token has no nonce, and first is missing'));
  });

  describe.each([
    ['another user', { iss: corp.iss, sub: 'bob' }],
    ['the same subject at another issuer', { iss: 'https://other.example', sub: 'alice' }],
  ])('%s', (_, user) => {
    const another = unbound('the attestation names another user');

    test('does not bind', async () => {
      expect(await byAttestation(user)).toEqual(another);
    });

    test('is refused, though the nonce fits', async () => {
      expect(await bound({ user })).toEqual(another);
    });

    test('is refused, though the nonce of first fits', async () => {
      const subject = { claims: { nonce: undefined } };
      const first = subjectToken();
      expect(await bound({ subject, binding: { rnd: RND, first }, user })).toEqual(another);
    });

    test('is refused, though the access token is bound to this key', async () => {
      const subject = {
        header: { typ: 'at+jwt' },
        claims: { cnf: { jkt: keys.device.jkt }, nonce: undefined },
      };
      expect(await bound({ accessToken: true, subject, user })).toEqual(another);
    });
  });
});

test('(a) while a device is being enrolled nothing attests it, and the nonce binds', async () => {
  const { of, context } = await assemble({ user: { iss: corp.iss, sub: 'alice' } });
  expect(await subjectBoundToDevice({ ...of, device: null }, context)).toEqual({ ok: true, value: 'nonce' });
  const plain = await assemble({
    subject: { claims: { nonce: undefined } },
    user: { iss: corp.iss, sub: 'alice' },
  });
  expect(await subjectBoundToDevice({ ...plain.of, device: null }, plain.context)).toEqual(
    unbound('the ID token has no nonce, and first is missing'),
  );
});

describe('(b) actor → subject', () => {
  const registered = (agent: Partial<Agent>, parts: Parts = {}) =>
    bound({ agents: [{ ...reporter, permissions: [], ...agent }], ...parts });
  const notFor = refused('actor_not_for_subject', { agent: 'reporter' });

  test('registered for nobody is refused', async () => {
    expect(await registered({})).toEqual(notFor);
  });

  test.each<[string, Partial<Agent>]>([
    ['user', { users: ['corp:alice'] }],
    ['group', { groups: ['corp:finance'] }],
    ['permission', { permissions: ['reports-read'] }],
  ])('registered for this %s', async (actor, agent) => {
    expect(accepted(await registered(agent)).actor).toBe(actor);
  });

  test.each<[string, Partial<Agent>]>([
    ['user', { users: ['corp:bob'] }],
    ['user of that name elsewhere', { users: ['other:alice'] }],
    ['user without an issuer', { users: ['alice'] }],
    ['group', { groups: ['corp:admins'] }],
    ['group of that name elsewhere', { groups: ['other:finance'] }],
    ['permission', { permissions: ['reports-write'] }],
  ])('registered for another %s is refused', async (_, agent) => {
    expect(await registered(agent)).toEqual(notFor);
  });

  test('may_act names it', async () => {
    const may_act = { iss: platform.iss, sub: 'workload/reporter' };
    expect(accepted(await registered({}, { subject: { claims: { may_act } } })).actor).toBe('may_act');
  });

  test.each([
    ['another subject', { iss: platform.iss, sub: 'workload/other' }],
    ['another issuer', { iss: corp.iss, sub: 'workload/reporter' }],
    ['no issuer', { sub: 'workload/reporter' }],
  ])('may_act with %s is refused', async (_, may_act) => {
    expect(await registered({}, { subject: { claims: { may_act } } })).toEqual(notFor);
  });

  test('a request for the list names no permission: any will do, none will not', async () => {
    expect(accepted(await registered({ permissions: ['other'] }, { details: null })).actor).toBe(
      'permission',
    );
    expect(await registered({}, { details: null })).toEqual(notFor);
  });
});

describe('(c) enrolled actor → device', () => {
  const actorToken = world.enrolledActorToken();

  test('one key', async () => {
    expect(accepted(await bound({ actorToken })).actor_device).toBe('one_key');
  });

  test('two keys are refused', async () => {
    const { of, context } = await assemble({ actorToken });
    const mismatch = refused('actor_key_mismatch', {});
    const { jkt } = keys.otherDevice;
    expect(await bind({ ...of, actor: { ...of.actor, jkt } }, context)).toEqual(mismatch);
    expect(await bind({ ...of, actor: { ...of.actor, jkt: null } }, context)).toEqual(mismatch);
    expect(await bind({ ...of, device: { ...of.device, jkt } }, context)).toEqual(mismatch);
  });

  test('may_act can name the key (RFC 9278)', async () => {
    const may_act = { iss: KEY_THUMBPRINT_URI + keys.device.jkt, sub: 'helper' };
    const agents = [{ ...helper, permissions: [] }];
    const parts = { actorToken, agents, subject: { claims: { may_act } } };
    expect(accepted(await bound(parts)).actor).toBe('may_act');
  });
});

test('(d) that the proof covers the body is told', async () => {
  expect(accepted(await bound({ bdh: true })).request).toBe('bdh');
});
