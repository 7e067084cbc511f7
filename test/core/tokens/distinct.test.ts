import { expect, test } from 'vitest';
import { distinct } from '../../../core/tokens/distinct.ts';
import { makeReceived, makeRequest, RND, tokenWorld } from '../../support/tokens.ts';

const world = await tokenWorld();
const subject = world.subjectToken();
const actor = world.actorToken();
const attested = world.attestationToken();
const first = world.subjectToken({ claims: { iat: 1 } });

const check = (
  subject_token: string,
  actor_token: string,
  attestations: readonly string[],
  original: string | null,
) =>
  distinct(
    makeRequest({ subject_token, actor_token, binding: { rnd: RND, first: original } }),
    makeReceived({ headers: { 'oauth-client-attestation': attestations } }),
  );
const twice = (token: string, also: string) => ({
  ok: false,
  refusal: { reason: 'token_in_two_slots', token, also },
});

test('four different tokens are distinct', () => {
  expect(check(subject, actor, [attested], first)).toEqual({ ok: true, value: null });
});

test('absent ones are not each other', () => {
  expect(check(subject, actor, [], null).ok).toBe(true);
});

test.each([
  ['actor_token', 'subject_token', check(subject, subject, [attested], first)],
  ['client_attestation', 'subject_token', check(subject, actor, [subject], first)],
  ['client_attestation', 'actor_token', check(subject, attested, [attested], first)],
  ['first', 'subject_token', check(subject, actor, [attested], subject)],
  ['first', 'actor_token', check(subject, actor, [attested], actor)],
])('%s is not %s again', (token, also, outcome) => {
  expect(outcome).toEqual(twice(token, also));
});

test('nor the same content with another signature, which ECDSA lets anyone make', () => {
  const again = world.subjectToken();
  expect(again).not.toBe(subject);
  expect(check(subject, again, [attested], first)).toEqual(twice('actor_token', 'subject_token'));
});
