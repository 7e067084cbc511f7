import { beforeAll, expect, test } from 'vitest';
import { explainToken, type TokenContext } from '../../../core/doctor/token.ts';
import { Fault } from '../../../core/fault.ts';
import { NOW } from '../../support/clock.ts';
import { helper, reporter, type TokenWorld, tokenWorld } from '../../support/tokens.ts';

let world: TokenWorld;
let context: TokenContext;
beforeAll(async () => {
  world = await tokenWorld();
  context = {
    bundle: { issuers: world.issuers, agents: [reporter, helper] },
    findKey: world.findKey,
    now: NOW,
  };
});

type Make = (of: TokenWorld) => string;

test.each<[string, Make]>([
  ['an ID token', (of) => of.subjectToken()],
  ['an agent’s token', (of) => of.actorToken()],
  ['an attestation', (of) => of.attestationToken()],
])('%s that is good: every rule holds, and the broker takes it', async (_, make) => {
  const explained = await explainToken(make(world), context);
  expect(explained.rules.filter(({ holds }) => holds !== true)).toEqual([]);
  expect(explained.refusal).toBeNull();
});

/** What is wrong, and the reason under which the broker refuses it. */
const REFUSED: readonly (readonly [name: string, reason: string, make: Make])[] = [
  ['no token', 'token_malformed', () => 'not.a token'],
  [
    'of an unknown issuer',
    'token_issuer_unknown',
    (of) => of.subjectToken({ claims: { iss: 'https://x.example' } }),
  ],
  ['of another type', 'token_type_mismatch', (of) => of.subjectToken({ header: { typ: 'logout+jwt' } })],
  ['by an unknown key', 'token_key_unknown', (of) => of.subjectToken({ header: { kid: 'another' } })],
  ['signed by somebody else', 'token_signature', (of) => of.subjectToken({ key: of.keys.otherDevice })],
  ['for somebody else', 'token_audience', (of) => of.subjectToken({ claims: { aud: 'another' } })],
  ['that is over', 'token_expired', (of) => of.subjectToken({ claims: { exp: NOW - 1 } })],
  ['without an end', 'token_claim', (of) => of.subjectToken({ claims: { exp: undefined } })],
  ['of tomorrow', 'token_not_yet_valid', (of) => of.subjectToken({ claims: { iat: NOW + 60 } })],
  ['of another tenant', 'subject_rule', (of) => of.subjectToken({ claims: { tid: 'tenant-2' } })],
  ['of a machine', 'subject_not_human', (of) => of.subjectToken({ claims: { auth_time: undefined } })],
  ['without a user', 'token_claim', (of) => of.subjectToken({ claims: { oid: undefined } })],
  // What no line of its own shows: the verifier has the last word.
  [
    'for two, got by another client',
    'token_audience',
    (of) => of.subjectToken({ claims: { aud: ['writ-cli', 'another'], azp: 'another' } }),
  ],
  [
    'with groups that are elsewhere',
    'token_claim',
    (of) => of.subjectToken({ claims: { groups: undefined, hasgroups: true } }),
  ],
  ['for another broker', 'token_audience', (of) => of.actorToken({ claims: { aud: 'https://x.example' } })],
  ['of another owner', 'token_claim', (of) => of.actorToken({ claims: { owner: 'others' } })],
];

test.each(REFUSED)('one %s: %s, and the line says so', async (_, reason, make) => {
  const { rules, refusal } = await explainToken(make(world), context);
  expect(refusal).toBe(reason);
  const [first] = rules.filter(({ holds }) => holds === false);
  expect(first?.reason).toBe(reason);
});

test('an agent that nobody registered is told, though its signature is good', async () => {
  const token = world.actorToken({ claims: { sub: 'workload/another' } });
  const { rules } = await explainToken(token, context);
  expect(rules.find(({ reason }) => reason === 'actor_unknown')?.holds).toBe(false);
});

test('each claim is told with what it is', async () => {
  const { claims, issuer, kind } = await explainToken(world.subjectToken(), context);
  const means = Object.fromEntries(claims.map(({ claim, means }) => [claim, means]));
  expect({ issuer, kind }).toEqual({
    issuer: { alias: 'corp', class: 'subject' },
    kind: 'an ID token (OpenID Connect Core §2)',
  });
  expect(means).toMatchObject({
    oid: 'the user: corp:alice, the tag writ:user',
    upn: 'the handle in SourceIdentity: alice@corp.example',
    groups: 'groups, in policies: corp:finance, corp:staff',
    exp: expect.stringContaining('(in 3600 seconds)'),
    sub: null,
    tid: 'a rule of the issuer is about it',
    // Configured, and not in the token.
    device: 'the device',
  });
});

test('without keys the signature cannot be told, and nothing else changes', async () => {
  const findKey = () => Promise.reject(new Fault('keys_unavailable'));
  const { rules, refusal } = await explainToken(world.subjectToken(), { ...context, findKey });
  expect(refusal).toBe('keys_unavailable');
  expect(rules.filter(({ holds }) => holds === null).map(({ reason }) => reason)).toEqual([
    'token_key_unknown',
    'token_signature',
  ]);
});

test('what a device signs by itself is named, and not judged alone', async () => {
  const { kind, refusal } = await explainToken(world.enrolledActorToken(), context);
  expect([kind, refusal]).toEqual([
    'an enrolled agent’s own token: judged with the proof of its device',
    null,
  ]);
});

test('neither the signature nor the token is in what is told', async () => {
  for (const make of [world.subjectToken, world.actorToken, world.attestationToken]) {
    const token = make();
    const told = JSON.stringify(await explainToken(token, context));
    const [header = '', payload = '', signature = ''] = token.split('.');
    for (const part of [header, payload, signature, signature.slice(0, 24)]) expect(told).not.toContain(part);
  }
});
