/** What a probe makes of each answer. That good answers are what the broker gives is for test/e2e/probe.test.ts to see. */
import { expect, test } from 'vitest';
import { newProbeKey } from '../../adapters/probe-key.ts';
import { Fault } from '../../core/fault.ts';
import type { Account } from '../../core/policy/bundle.ts';
import type { ProbeAnswer, ProbePorts, Said } from '../../core/probe/ports.ts';
import type { Probed } from '../../core/probe/result.ts';
import { probe } from '../../core/probe.ts';
import { importPublic, isSignedBy } from '../../core/tokens/signature.ts';
import { NOW } from '../support/clock.ts';

const ACCOUNT: Account = { account: 'prod', id: '111122223333', region: 'eu-central-1', state: 'active' };
const WRIT = '01jd3v9q2m8x7c4b';
const URL_ = 'https://writ.example.com';
const WELL = { exchange: 'ok', allowed: 'ok', forbidden: 'ok', identity: 'ok', revocation: 'ok' };
const NONE = { allowed: 'not_tried', forbidden: 'not_tried', revocation: 'not_tried' };

const answer = (status: number, body: ProbeAnswer['body'] = {}): ProbeAnswer => ({
  status,
  nonce: 'n',
  body,
});
const refused = (reason_code: string): ProbeAnswer =>
  answer(400, { error: 'invalid_request', reason_code, writ: WRIT });
const session = (change: object = {}): ProbeAnswer =>
  answer(200, {
    writ: WRIT,
    access_token: Buffer.from(
      JSON.stringify({ AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't', ...change }),
    ).toString('base64url'),
  });

/** The answers of a broker where all is well, in the order in which they are asked for. */
const GOOD: { readonly [asked in Asked]: ProbeAnswer | null } = {
  nonce: answer(400, { error: 'use_dpop_nonce' }),
  enroll: answer(200, { client_attestation: 'a.b.c' }),
  session: session(),
  stranger: answer(400, { error: 'invalid_request' }),
  nobody: refused('actor_unknown'),
  end: answer(200, { ended: 1, revocation: WRIT }),
};
type Asked = 'nonce' | 'enroll' | 'session' | 'stranger' | 'nobody' | 'end';

interface World {
  readonly answers?: { readonly [asked in Asked]?: ProbeAnswer | null };
  /** What AWS says to the call that must work, first to last; the last one for ever. */
  readonly allowed?: readonly Said[];
  readonly forbidden?: Said;
  readonly sign?: ProbePorts['sign'];
}

async function run(world: World = {}) {
  const answers = Object.values({ ...GOOD, ...world.answers });
  const allowed = [...(world.allowed ?? ['allowed', 'allowed', 'denied'])];
  const key = await newProbeKey();
  const sent: { readonly url: string; readonly body: URLSearchParams; readonly dpop: string }[] = [];
  let now = NOW * 1000;
  let closed = 0;
  const ports: ProbePorts = {
    clock: () => now,
    random: (bytes) => new Uint8Array(bytes),
    sleep: async (millis) => {
      now += millis;
    },
    send: async (url, body, { dpop = '' }) => {
      sent.push({ url, body: new URLSearchParams(body), dpop });
      return answers.shift() ?? null;
    },
    newKey: newProbeKey,
    sign: world.sign ?? key.sign,
    callsWith: () => ({
      allowed: async () => (allowed.length > 1 ? allowed.shift() : allowed[0]) ?? 'unclear',
      forbidden: async () => world.forbidden ?? 'denied',
      close: () => {
        closed += 1;
      },
    }),
  };
  const plan = { iss: `${URL_}/probe`, aud: URL_, account: ACCOUNT };
  const probed = await probe({ plan, publicUrl: URL_, within: 2_000 }, ports);
  return { probed, sent, closed, key };
}

const stepsOf = async (world: World): Promise<Probed['steps']> => (await run(world)).probed.steps;
const without = (asked: Asked, as: ProbeAnswer | null): World => ({ answers: { [asked]: as } });

test('all is well: and how long AWS took to refuse', async () => {
  const { probed, closed } = await run();
  expect(probed).toEqual({ steps: WELL, writ: WRIT, reason: null, refusedAfterMillis: 500 });
  expect(closed).toBe(1);
});

test('each request has a proof of its own, over its own body, with the newest nonce', async () => {
  const { sent } = await run();
  const claims = sent.map(({ dpop }) =>
    JSON.parse(Buffer.from(dpop.split('.')[1] ?? '', 'base64url').toString()),
  );
  expect(claims.map(({ nonce = null }) => nonce)).toEqual([null, 'n', 'n', 'n', 'n', 'n']);
  expect(claims.map(({ htu }) => htu)).toEqual(sent.map(({ url }) => url));
  expect(new Set(claims.map(({ bdh }) => bdh)).size).toBeGreaterThan(4);
});

test('the forged token differs in its signature alone, and the session is ended by its key, with nobody’s token', async () => {
  const { sent, key } = await run();
  const issuerKey = await importPublic(key.jwk, 'ES256');
  if (issuerKey === null) throw new Error('no key');
  const [, , good, forged, , end] = sent.map(({ body }) => body);
  const partsOf = (form: URLSearchParams | undefined) => (form?.get('subject_token') ?? '').split('.');
  expect(partsOf(forged).slice(0, 2)).toEqual(partsOf(good).slice(0, 2));
  const isIssuers = (form: URLSearchParams | undefined) =>
    isSignedBy(form?.get('subject_token') ?? '', issuerKey, 'ES256');
  expect([await isIssuers(good), await isIssuers(forged)]).toEqual([true, false]);
  expect(end?.get('token')).toBe(WRIT);
  expect(end?.has('subject_token')).toBe(false);
});

test.each<[string, World, Partial<Probed['steps']>]>([
  [
    'KMS does not sign',
    { sign: () => Promise.reject(new Fault('signing_unavailable')) },
    { exchange: 'unsigned' },
  ],
  ['nobody answers', without('nonce', null), { exchange: 'unanswered' }],
  ['no attestation', without('enroll', refused('policy_denied')), { exchange: 'refused' }],
  ['an attestation that is none', without('enroll', answer(200)), { exchange: 'malformed' }],
])('%s: nothing else is tried', async (_, world, steps) => {
  expect(await stepsOf(world)).toEqual({ ...NONE, identity: 'not_tried', ...steps });
});

test.each<[string, ProbeAnswer | null, Partial<Probed['steps']>]>([
  ['no answer', null, { exchange: 'unanswered' }],
  ['a fault', answer(503), { exchange: 'fault' }],
  ['a refusal', refused('actor_expired'), { exchange: 'refused' }],
  ['no credentials', answer(200, { writ: WRIT, access_token: 'e30' }), { exchange: 'malformed' }],
  ['half of them', session({ SessionToken: undefined }), { exchange: 'malformed' }],
])('instead of a session %s: strangers are tried all the same', async (_, as, steps) => {
  expect(await stepsOf(without('session', as))).toEqual({ ...NONE, identity: 'ok', ...steps });
});

test('why it was refused is the broker’s own word, or none', async () => {
  expect((await run(without('session', refused('actor_expired')))).probed.reason).toBe('actor_expired');
  expect((await run(without('session', refused('canary eyJ')))).probed.reason).toBeNull();
});

test.each<[string, World, Partial<Probed['steps']>]>([
  ['the call does not work', { allowed: ['denied'] }, { allowed: 'denied', revocation: 'not_tried' }],
  ['nor is it answered', { allowed: ['unclear'] }, { allowed: 'unclear', revocation: 'not_tried' }],
  ['the forbidden call works', { forbidden: 'allowed' }, { forbidden: 'let_through' }],
  ['and what is not answered is not refused', { forbidden: 'unclear' }, { forbidden: 'unclear' }],
  ['a forged token gets a session', without('stranger', session()), { identity: 'let_through' }],
  [
    'its bearer is told more than is his',
    without('stranger', refused('token_signature')),
    { identity: 'another_reason' },
  ],
  ['nobody gets a session', without('nobody', session()), { identity: 'let_through' }],
  [
    'nobody is refused for another reason',
    without('nobody', refused('policy_denied')),
    { identity: 'another_reason' },
  ],
  ['strangers meet a fault', without('stranger', answer(503)), { identity: 'fault' }],
  ['nothing was ended', without('end', answer(200, { ended: 0 })), { revocation: 'nothing_ended' }],
  ['ending is refused', without('end', refused('dpop_replayed')), { revocation: 'refused' }],
  ['AWS goes on', { allowed: ['allowed'] }, { revocation: 'still_allowed' }],
  ['AWS does not answer any more', { allowed: ['allowed', 'unclear'] }, { revocation: 'unclear' }],
])('%s', async (_, world, steps) => {
  expect(await stepsOf(world)).toEqual({ ...WELL, ...steps });
});

test('a call that never worked is ended all the same', async () => {
  const { sent } = await run({ allowed: ['denied'] });
  expect(sent.at(-1)?.url).toBe(`${URL_}/revoke`);
});
