/** Rule 2: once a token counts, every exit leaves one record; strangers, and loops gone wild, cannot fill the ledger. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from '../../core/answer.ts';
import { Fault } from '../../core/fault.ts';
import { readItem } from '../../core/ledger/read-item.ts';
import { MAX_BODY_BYTES } from '../../core/limits.ts';
import { REFUSALS, type Reason, type Refusal } from '../../core/refusals.ts';
import { endOf, fault, tablesOf } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { FILES } from '../support/installation.ts';
import { makeKey, type TestKey } from '../support/keys.ts';
import { malloryClaims, onMallorysLaptop } from '../support/mallory.ts';
import type { Changes } from '../support/tokens.ts';

const helper = Object(FILES['agents/helper.yaml']);

let broker: Broker;
let stranger: TestKey;
beforeAll(async () => {
  stranger = await makeKey();
  broker = await openBroker({
    // Registered for a group, so that a request for anything at all gets as far as the permission.
    'agents/helper.yaml': { ...helper, groups: ['corp:finance'] },
    'agents/outsider.yaml': { ...helper, permissions: [] },
    'agents/expired.yaml': { ...helper, expires: '2025-06-15' },
    'agents/overdue.yaml': { ...helper, reviewBy: '2025-06-15' },
  });
});
beforeEach(() => broker.reset());
afterAll(() => broker.close());

/** Somebody whom no other test has seen, so that nothing of theirs is a repeat. */
let people = 0;
function somebody(claims: Changes['claims'] = {}): Changes {
  people += 1;
  const oid = `user-${people}`;
  return { claims: { oid, sub: `pairwise-${oid}`, upn: `${oid}@corp.example`, email: undefined, ...claims } };
}

let tokens = 0;
const attested = (change: Changes = {}) => {
  tokens += 1;
  const claims = { jti: `attested-${tokens}`, ...change.claims };
  return broker.world.actorToken({ ...change, claims });
};
/** From a device that the MDM knows and gives to nobody in particular. */
const ask = (change: Ask = {}) =>
  broker.ask({
    attestation: { claims: { user: undefined } },
    ...change,
    subject: change.subject ?? somebody(),
  });

type Refused = Extract<Answer<unknown>, { ok: false }>;
async function refused(attempt: Promise<Answer<unknown>>): Promise<Refused> {
  const answer = await endOf(attempt);
  expect(answer).toMatchObject({ ok: false, refusal: { reason: expect.any(String) } });
  return answer as Refused;
}

/** All items of a refusal, read; that it is one is for the test to say. */
async function recordsOf({ writ }: Refused): Promise<readonly { readonly [field: string]: unknown }[]> {
  const items = writ === null ? [] : await broker.items(writ);
  return items.map((item) => {
    const read = readItem(item);
    return 'record' in read ? { ...read.record } : { ...read };
  });
}

const DETAILS = { task: { value: 'FIN-1234', by: 'declared' }, permission: 'reports-read', account: 'prod' };

/** How far a request got: what the record then knows. */
const STEPS = ['subject', 'actor', 'device', 'binding', 'decision'] as const;
interface Case {
  readonly refusal: Refusal;
  readonly known: (typeof STEPS)[number];
  readonly ask: () => Ask;
}
const actor = (refusal: Refusal, actorToken: () => Ask['actor']): Case => ({
  refusal,
  known: 'subject',
  ask: () => ({ actor: actorToken() }),
});
const token = 'actor_token';

const COUNTED: readonly Case[] = [
  actor({ reason: 'token_malformed', token, problem: 'not a compact JWS' }, () => 'no-token'),
  actor({ reason: 'token_issuer_unknown', token }, () =>
    attested({ claims: { iss: 'https://evil.example' } }),
  ),
  actor({ reason: 'token_wrong_class', token, issuerClass: 'subject' }, () =>
    broker.world.subjectToken({ claims: { jti: 'as-actor' } }),
  ),
  actor({ reason: 'token_type_mismatch', token, problem: 'typ is not one of the issuer’s' }, () =>
    attested({ header: { typ: 'at+jwt' } }),
  ),
  actor({ reason: 'token_algorithm', token }, () => attested({ header: { alg: 'ES384' } })),
  actor({ reason: 'token_key_unknown', token }, () => attested({ header: { kid: 'platform-2' } })),
  actor({ reason: 'token_signature', token }, () => attested({ key: stranger })),
  actor({ reason: 'token_audience', token }, () => attested({ claims: { aud: 'https://other.example' } })),
  actor({ reason: 'token_claim', token, claim: 'owner' }, () => attested({ claims: { owner: 'rival' } })),
  actor({ reason: 'token_expired', token, exp: NOW, now: NOW }, () => attested({ claims: { exp: NOW } })),
  actor({ reason: 'token_not_yet_valid', token, from: NOW + 60, now: NOW }, () =>
    attested({ claims: { nbf: NOW + 60 } }),
  ),
  actor({ reason: 'token_too_old', token, iat: NOW - 301, now: NOW }, () =>
    attested({ claims: { jti: undefined, iat: NOW - 301 } }),
  ),
  actor({ reason: 'actor_unknown' }, () => attested({ claims: { sub: 'workload/nobody' } })),
  actor({ reason: 'actor_key_mismatch' }, () => attested({ claims: { cnf: { jwk: stranger.jwk } } })),
  actor({ reason: 'dpop_nonce_stale' }, () => ({ claims: { nonce: 'made-up' } })),
  actor({ reason: 'actor_expired', agent: 'expired', expires: 1749945600 }, () => ({
    claims: { sub: 'expired' },
  })),
  actor({ reason: 'actor_review_overdue', agent: 'overdue', reviewBy: 1749945600 }, () => ({
    claims: { sub: 'overdue' },
  })),
  { refusal: { reason: 'device_missing' }, known: 'actor', ask: () => ({ attestation: null }) },
  {
    refusal: { reason: 'attestation_key_mismatch' },
    known: 'actor',
    ask: () => ({ attestation: { claims: { cnf: { jwk: stranger.jwk } } } }),
  },
  {
    refusal: { reason: 'token_expired', token: 'client_attestation', exp: NOW - 1, now: NOW },
    known: 'actor',
    ask: () => ({ attestation: { claims: { exp: NOW - 1 } } }),
  },
  {
    refusal: { reason: 'subject_not_bound_to_device', problem: 'the nonce was made for another key' },
    known: 'device',
    ask: () => ({
      subject: somebody({ nonce: 'of-another-key' }),
      attestation: { claims: { user: undefined } },
    }),
  },
  {
    refusal: { reason: 'actor_not_for_subject', agent: 'outsider' },
    known: 'device',
    ask: () => ({ actor: { claims: { sub: 'outsider' } } }),
  },
  {
    refusal: { reason: 'permission_unknown', permission: 'reports-write' },
    known: 'binding',
    ask: () => ({ details: { permission: 'reports-write' } }),
  },
  {
    refusal: { reason: 'account_unknown', account: 'production' },
    known: 'binding',
    ask: () => ({ details: { account: 'production' } }),
  },
  {
    refusal: { reason: 'parameter_invalid', parameter: 'prefix', problem: 'is missing' },
    known: 'binding',
    ask: () => ({ details: { parameters: {} } }),
  },
  {
    refusal: { reason: 'body_hash_required', permission: 'reports-bound' },
    known: 'binding',
    ask: () => ({ details: { permission: 'reports-bound' }, proof: { claims: { bdh: undefined } } }),
  },
  {
    refusal: { reason: 'policy_denied', policies: ['no-secrets'], remedy: null },
    known: 'decision',
    ask: () => ({ details: { permission: 'reports-secret' } }),
  },
  {
    refusal: { reason: 'too_little_time_left', end: NOW + 4, now: NOW, by: 'subject_token' },
    known: 'decision',
    ask: () => ({ subject: somebody({ exp: NOW + 4 }) }),
  },
];

describe('after the user’s token has counted', () => {
  test.each(COUNTED)(
    '$refusal.reason: one record, with the reason in full and all that was known',
    async (one) => {
      const answer = await refused(broker.exchange(await ask(one.ask())));
      expect(answer.refusal).toEqual(one.refusal);
      const records = await recordsOf(answer);
      const { reason, ...detail } = one.refusal;
      const got = STEPS.indexOf(one.known);
      const known = (step: (typeof STEPS)[number]) => (STEPS.indexOf(step) <= got ? expect.anything() : null);
      expect(records).toEqual([
        expect.objectContaining({
          ...{ type: 'refused', endpoint: 'token', reason, detail, count: 1, writ: answer.writ },
          subject: expect.objectContaining({ id: `corp:user-${people}` }),
          jkt: broker.world.keys.device.jkt,
          task: DETAILS.task,
          actor: known('actor'),
          device: known('device'),
          binding: known('binding'),
          decision: known('decision'),
          bundle: broker.ports.policy.hash,
        }),
      ]);
      expect(broker.sts.asked).toEqual([]);
    },
  );

  test('the person’s openings are filed under the person, with the record', async () => {
    const answer = await refused(broker.exchange(await ask({ details: { account: 'production' } })));
    const everything = await broker.everything();
    expect(everything).toContain(`WRIT#${answer.writ}#00#refused`);
    const [record] = await recordsOf(answer);
    expect(JSON.stringify(record)).not.toContain(`user-${people}@corp.example`);
    expect(everything).toContain(`user-${people}@corp.example`);
  });

  test('a proof that is shown twice: the second request has its record, though the proof is spent', async () => {
    const received = await ask();
    await broker.exchange(received);
    const answer = await refused(broker.exchange(received));
    expect(answer.refusal).toEqual({ reason: 'dpop_replayed' });
    expect(await recordsOf(answer)).toEqual([
      expect.objectContaining({ type: 'refused', reason: 'dpop_replayed' }),
    ]);
  });

  test('an actor token of another key: its record names the key that tried', async () => {
    const stolen = attested();
    await broker.exchange(await ask({ actor: stolen }));
    const subject = { claims: malloryClaims(broker.world) };
    const mallory = { ...onMallorysLaptop(broker.world), subject, actor: stolen };
    const answer = await refused(broker.exchange(await broker.ask(mallory)));
    expect(answer.refusal).toEqual({ reason: 'actor_token_of_another_key' });
    expect(await recordsOf(answer)).toEqual([
      expect.objectContaining({
        reason: 'actor_token_of_another_key',
        subject: expect.objectContaining({ id: 'corp:mallory' }),
        jkt: broker.world.keys.otherDevice.jkt,
      }),
    ]);
  });

  test('what mint refuses has its intent, and an outcome with the reason', async () => {
    const subject = somebody();
    await broker.setHead({ kind: 'user', value: `corp:user-${people}` }, { blockedUntil: NOW + 60 });
    const answer = await refused(broker.exchange(await ask({ subject })));
    expect(answer.refusal).toEqual({ reason: 'revoked', kind: 'user' });
    expect(await recordsOf(answer)).toMatchObject([
      { type: 'intent' },
      { outcome: 'failed', error: 'revoked' },
    ]);
  });

  test('POST /enroll: a sign-in that is too old leaves one record', async () => {
    const subject = somebody({ auth_time: NOW - 301 });
    const answer = await refused(broker.enroll(await broker.ask({ endpoint: 'enroll', subject })));
    expect(await recordsOf(answer)).toMatchObject([
      {
        endpoint: 'enroll',
        reason: 'subject_sign_in_too_old',
        detail: { auth_time: NOW - 301, now: NOW },
        subject: { id: `corp:user-${people}` },
        jkt: broker.world.keys.device.jkt,
        task: null,
      },
    ]);
  });

  test('POST /permissions: an unknown agent leaves one record', async () => {
    const unknown = attested({ claims: { sub: 'workload/nobody' } });
    const answer = await refused(broker.permissions(await ask({ endpoint: 'permissions', actor: unknown })));
    expect(await recordsOf(answer)).toMatchObject([{ endpoint: 'permissions', reason: 'actor_unknown' }]);
  });

  test('POST /permissions: a proof that is shown twice leaves one record', async () => {
    const received = await ask({ endpoint: 'permissions' });
    expect(await broker.permissions(received)).toMatchObject({ ok: true });
    const answer = await refused(broker.permissions(received));
    expect(await recordsOf(answer)).toMatchObject([{ endpoint: 'permissions', reason: 'dpop_replayed' }]);
  });
});

const before = (reason: Reason, change: () => Ask) => ({ reason, change });
const STRANGERS = [
  before('request_too_large', () => ({ form: { note: 'x'.repeat(MAX_BODY_BYTES) } })),
  before('request_not_form', () => ({ headers: { 'content-type': ['application/json'] } })),
  before('request_malformed', () => ({ form: { subject_token: undefined } })),
  before('parameter_repeated', () => ({ form: { 'grant_type ': '', note: 'x' } })),
  before('grant_type_unsupported', () => ({ form: { grant_type: 'client_credentials' } })),
  before('scope_unsupported', () => ({ form: { scope: 'openid' } })),
  before('target_foreign', () => ({ form: { audience: 'https://other.example' } })),
  before('details_malformed', () => ({ details: { duration: '900' } })),
  before('dpop_missing', () => ({ headers: { dpop: [] } })),
  before('dpop_repeated', () => ({ headers: { dpop: ['a.b.c', 'a.b.c'] } })),
  before('dpop_malformed', () => ({ proof: 'no proof' })),
  before('dpop_signature', () => ({
    proof: { key: stranger, header: { jwk: broker.world.keys.device.jwk } },
  })),
  before('dpop_claim', () => ({ proof: { claims: { htm: 'GET' } } })),
  before('dpop_nonce_missing', () => ({ proof: { claims: { nonce: undefined } } })),
  before('dpop_nonce_stale', () => ({ proof: { claims: { nonce: 'made-up' } } })),
  before('dpop_body_mismatch', () => ({ proof: { claims: { bdh: 'of-another-body' } } })),
  before('token_in_two_slots', () => {
    const both = broker.world.subjectToken();
    return { subject: both, actor: both };
  }),
  before('token_malformed', () => ({ subject: 'no-token' })),
  before('token_issuer_unknown', () => ({ subject: { claims: { iss: 'https://evil.example' } } })),
  before('token_signature', () => ({ subject: { key: stranger } })),
  before('token_audience', () => ({ subject: { claims: { aud: 'another-client' } } })),
  before('token_expired', () => ({ subject: { claims: { exp: NOW } } })),
  before('subject_rule', () => ({ subject: { claims: { tid: undefined } } })),
  before('subject_rule', () => ({ subject: { claims: { tid: 'tenant-of-somebody-else' } } })),
  before('subject_not_human', () => ({ subject: { claims: { auth_time: undefined } } })),
] as const;

describe('before any token has counted', () => {
  test.each(STRANGERS)('$reason: refused, and no table has grown', async ({ reason, change }) => {
    const before = await tablesOf(broker);
    const received = await broker.ask(change());
    const sent =
      reason === 'parameter_repeated' ? { ...received, body: `${received.body}&${received.body}` } : received;
    expect(await endOf(broker.exchange(sent))).toMatchObject({ ok: false, refusal: { reason }, writ: null });
    expect(await tablesOf(broker)).toBe(before);
  });

  test('a token of the right issuer and of another tenant counts for nothing, at no endpoint', async () => {
    const before = await tablesOf(broker);
    const subject = { claims: { tid: 'tenant-of-somebody-else' } };
    const answers = [
      await endOf(broker.exchange(await ask({ subject }))),
      await endOf(broker.permissions(await broker.ask({ subject, endpoint: 'permissions' }))),
      await endOf(broker.enroll(await broker.ask({ subject, endpoint: 'enroll' }))),
    ];
    const stopped = { ok: false, refusal: { reason: 'subject_rule', claim: 'tid' }, writ: null };
    expect(answers).toEqual([stopped, stopped, stopped]);
    expect(await tablesOf(broker)).toBe(before);
  });
});

test('no reason is left out above', () => {
  const others: readonly Reason[] = [
    'dpop_replayed',
    'actor_token_of_another_key',
    'subject_sign_in_too_old',
    'revoked',
    'kind_unsupported',
  ];
  const tried = [
    ...COUNTED.map(({ refusal }) => refusal.reason),
    ...STRANGERS.map(({ reason }) => reason),
    ...others,
  ];
  expect([...new Set(tried)].sort()).toEqual(Object.keys(REFUSALS).sort());
});

describe('a loop gone wild', () => {
  const wrongAccount = { details: { account: 'production' } };

  test('25 times the same in a minute: records at 1 and 10, and every caller is told the first one’s id', async () => {
    const subject = somebody();
    const ids: (string | null)[] = [];
    for (let time = 0; time < 25; time += 1) {
      ids.push((await refused(broker.exchange(await ask({ ...wrongAccount, subject })))).writ);
    }
    expect(new Set(ids).size).toBe(1);
    const counts = [...(await broker.everything()).matchAll(/\{\\?"account.*?\\"type\\":\\"refused\\"/g)]
      .map(([body]) => body)
      .filter((body) => body.includes(`corp:user-${people}\\"`))
      .map((body) => Number(/\\"count\\":(\d+)/.exec(body)?.[1]));
    expect(counts.sort()).toEqual([1, 10]);
    expect(
      await recordsOf({ ok: false, refusal: { reason: 'dpop_missing' }, writ: ids[0] ?? null }),
    ).toMatchObject([{ count: 1 }]);
  });

  test('the next minute, another reason and another person each begin anew', async () => {
    const subject = somebody();
    const first = await refused(broker.exchange(await ask({ ...wrongAccount, subject })));
    const reason = await refused(
      broker.exchange(await ask({ subject, details: { permission: 'reports-secret' } })),
    );
    broker.now += 60_000;
    const minute = await refused(broker.exchange(await ask({ ...wrongAccount, subject, actor: 'attested' })));
    const person = await refused(broker.exchange(await ask({ ...wrongAccount, actor: 'attested' })));
    const all = [first, reason, minute, person];
    expect(new Set(all.map(({ writ }) => writ)).size).toBe(4);
    expect((await Promise.all(all.map(recordsOf))).flat().map(({ count }) => count)).toEqual([1, 1, 1, 1]);
  });

  test('a counter that counted one refusal twice, as after a lost answer, does not lose its record', async () => {
    const { refusalCounter } = broker.ports;
    broker.ports.refusalCounter = {
      ...refusalCounter,
      async count(...of) {
        await refusalCounter.count(...of);
        return refusalCounter.count(...of);
      },
    };
    const answer = await refused(broker.exchange(await ask(wrongAccount)));
    expect(await recordsOf(answer)).toMatchObject([{ count: 2 }]);
  });
});

describe('a refusal that cannot be recorded is a fault', () => {
  test('and the next one like it in that minute has its record: nobody is told an id with nothing behind it', async () => {
    const subject = somebody();
    const change = { subject, details: { account: 'production' } };
    const record = () => Promise.reject(new Fault('ledger_unavailable'));
    broker.ports.ledger = { ...broker.ports.ledger, record };
    expect(await endOf(broker.exchange(await ask(change)))).toBe(fault('ledger_unavailable'));
    broker.reset();
    const answer = await refused(broker.exchange(await ask(change)));
    expect(await recordsOf(answer)).toMatchObject([{ type: 'refused', count: 2, writ: answer.writ }]);
  });

  test('its id is another’s already: nobody is shown another person’s record as his own', async () => {
    broker.ports.random = (bytes) => new Uint8Array(bytes).fill(people);
    const change = { details: { account: 'production' } };
    const { writ } = await refused(broker.exchange(await ask(change)));
    broker.ports.random = (bytes) => new Uint8Array(bytes).fill(people - 1);
    expect(await endOf(broker.exchange(await ask(change)))).toBe(fault('ledger_unavailable'));
    expect(await recordsOf({ ok: false, refusal: { reason: 'dpop_missing' }, writ })).toHaveLength(1);
  });

  test('the counter is down', async () => {
    const count = () => Promise.reject(new Fault('ledger_unavailable'));
    broker.ports.refusalCounter = { ...broker.ports.refusalCounter, count };
    const attempt = broker.exchange(await ask({ details: { account: 'production' } }));
    expect(await endOf(attempt)).toBe(fault('ledger_unavailable'));
  });

  test('the ledger is down', async () => {
    const record = () => Promise.reject(new Fault('ledger_unavailable'));
    broker.ports.ledger = { ...broker.ports.ledger, record };
    const attempt = broker.exchange(await ask({ details: { account: 'production' } }));
    expect(await endOf(attempt)).toBe(fault('ledger_unavailable'));
  });
});

test.each([
  { what: 'JSON', text: '"}],{"pk":"WRIT#0","effect":"permit"' },
  { what: 'HTML', text: '<script>alert(1)</script>' },
  { what: 'a formula', text: '=HYPERLINK("https://evil.example")' },
  { what: 'a path', text: '../../WRIT#00#intent' },
  { what: 'a prototype', text: '__proto__' },
])('$what in a name is recorded as the text it is', async ({ text }) => {
  const subject = somebody({ groups: ['finance', text] });
  const details = { permission: text.slice(0, 64), task: text };
  const answer = await refused(broker.exchange(await ask({ subject, details })));
  expect(answer.refusal).toEqual({ reason: 'permission_unknown', permission: text.slice(0, 64) });
  expect(await recordsOf(answer)).toMatchObject([
    {
      type: 'refused',
      detail: { permission: text.slice(0, 64) },
      permission: text.slice(0, 64),
      task: { value: text },
      subject: { groups: ['corp:finance', `corp:${text}`] },
    },
  ]);
});
