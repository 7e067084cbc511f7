/** POST /revoke: who may end what, and that what was accepted is true from then on, whatever fails after it. */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { Fault } from '../../core/fault.ts';
import { endedItem } from '../../core/ledger/keys.ts';
import type { Ended } from '../../core/ledger/records.ts';
import type { Commit } from '../../core/revocation/ports.ts';
import { makeNonce } from '../../core/tokens/nonce.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { endOf, fault } from '../support/bad-day.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';
import { malloryClaims, onMallorysLaptop } from '../support/mallory.ts';
import {
  byKey,
  byPerson,
  byResponder,
  ENDING,
  headOf,
  issue,
  RESPONDER,
  records,
} from '../support/revoking.ts';
import { NONCE_KEYS, RND } from '../support/tokens.ts';

const NOTHING = { ok: true, value: { ended: 0, revocation: null } };
const done = (ended: number) => ({
  ok: true,
  value: { ended, revocation: expect.stringMatching(/^[0-9a-z]{16}$/), also: [], woken: true },
});

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker(ENDING);
});
beforeEach(() => {
  broker.reset();
});
afterAll(() => broker.close());

const draftEnded = (writ: string, intent: string): Ended => ({
  v: 1,
  type: 'ended',
  writ,
  at: NOW,
  intent,
  how: 'revoked',
  revocation: null,
});

let people = 0;
/** Somebody of whom the tables know nothing yet, on Alice's machine; `groups` are without the issuer. */
function somebody(...groups: readonly string[]) {
  people += 1;
  const oid = `user-${people}`;
  const who: Ask = { subject: { claims: { oid, groups } }, attestation: null };
  return { id: `corp:${oid}`, who };
}
const responder = () => somebody('responders').who;
/** Partitions of people in which these words stand. */
async function whose(words: string): Promise<readonly (string | undefined)[]> {
  const { client, tables } = broker.db;
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: tables.people, ConsistentRead: true }),
  );
  return Items.filter(({ body }) => body?.S?.includes(words)).map(({ pk }) => pk?.S);
}
const refusals = async (by: string) =>
  (await records(broker, 'revocation_refused')).filter((record) => record.by === by);

describe('a person', () => {
  test('ends a session of their own', async () => {
    const { writ } = await issue(broker);
    expect(await broker.revoke(await byPerson(broker, { token: writ }))).toEqual(done(1));
  });

  test('does not end another’s: nothing ended, and the try on record', async () => {
    const { writ } = await issue(broker);
    const { id, who } = somebody('staff');
    expect(await broker.revoke(await byPerson(broker, { token: writ }, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([
      { why: 'policy', value: writ, decision: { effect: 'refuse' } },
    ]);
    expect(await headOf(broker, 'writ', writ)).toBeUndefined();
  });

  test('with Alice’s leaked token and a key of his own: refused', async () => {
    const { writ } = await issue(broker);
    const { proof } = onMallorysLaptop(broker.world);
    const received = await byPerson(broker, { token: writ }, { proof, attestation: null });
    expect(await broker.revoke(received)).toMatchObject({
      ok: false,
      refusal: { reason: 'subject_not_bound_to_device', problem: 'the nonce was made for another key' },
    });
    expect(await headOf(broker, 'writ', writ)).toBeUndefined();
  });

  test('with an attestation that is not of this key: refused', async () => {
    const { attestation } = onMallorysLaptop(broker.world);
    const received = await byPerson(broker, { token: '*', token_type_hint: 'all' }, { attestation });
    expect(await broker.revoke(received)).toMatchObject({
      ok: false,
      refusal: { reason: 'attestation_key_mismatch' },
    });
  });

  test('of the group that answers for the agent stops it; that it may go on is for responders to say', async () => {
    const { who } = somebody('finance');
    const naming = { token: 'reporter', token_type_hint: 'agent', mode: 'block' };
    expect(await broker.revoke(await byPerson(broker, naming, who))).toEqual(done(0));
    expect(await headOf(broker, 'agent', 'reporter')).toMatchObject({ blockedUntil: { N: '9999999999' } });
    const lift = { ...naming, mode: 'lift' };
    expect(await broker.revoke(await byPerson(broker, lift, who))).toMatchObject(NOTHING);
    expect(await broker.revoke(await byPerson(broker, lift, responder()))).toEqual(done(0));
  });

  test('of another group does not', async () => {
    const { id, who } = somebody('staff');
    const naming = { token: 'reporter', token_type_hint: 'agent' };
    expect(await broker.revoke(await byPerson(broker, naming, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'policy', kind: 'agent' }]);
  });
});

describe('unknown, over and forbidden', () => {
  test('are answered alike', async () => {
    const { writ } = await issue(broker, { details: { duration: 60 } });
    const { id, who } = somebody('responders');
    const stranger = somebody('staff').who;
    const unknown = await broker.revoke(await byPerson(broker, { token: '0123456789abcdef' }, who));
    const forbidden = await broker.revoke(await byPerson(broker, { token: writ }, stranger));
    broker.now += 61_000;
    const over = await broker.revoke(await byPerson(broker, { token: writ }, who));
    for (const answer of [unknown, forbidden, over]) expect(answer).toMatchObject(NOTHING);
    expect((await refusals(id)).map(({ why }) => why).sort()).toEqual(['over', 'unknown']);
  });

  test('a session that never began is over', async () => {
    broker.ports.mint = async () => ({ ok: false, refusal: { reason: 'revoked', kind: 'user' } });
    const answer = await broker.exchange(await broker.ask());
    const writ = answer.ok ? '' : String(answer.writ);
    broker.now += 11_000;
    await broker.sweep();
    const { id, who } = somebody('responders');
    expect(await broker.revoke(await byPerson(broker, { token: writ }, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'over' }]);
  });

  test('what has been ended is over: ending it again writes nothing', async () => {
    const { writ } = await issue(broker);
    const intent = await broker.ports.ledger.read(`WRIT#${writ}`, '00#intent');
    const ended = draftEnded(writ, sha256Hex(intent?.body ?? ''));
    await broker.ports.ledger.append(endedItem(ended));
    const { id, who } = somebody('responders');
    expect(await broker.revoke(await byPerson(broker, { token: writ }, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'over' }]);
  });

  test('repeated, are counted and recorded at 1 and 10', async () => {
    const { id, who } = somebody('staff');
    for (let at = 0; at < 11; at += 1) {
      await broker.revoke(await byPerson(broker, { token: '0123456789abcdef' }, who));
    }
    const recorded = await refusals(id);
    expect(recorded.map(({ count }) => count).sort()).toEqual([1, 10]);
    expect(new Set(recorded.map(({ first }) => first)).size).toBe(1);
  });

  test('an access key that nobody got is unknown', async () => {
    const { id, who } = somebody('responders');
    const naming = { token: 'ASIANOBODYGOTTHIS123', token_type_hint: 'access_key' };
    expect(await broker.revoke(await byPerson(broker, naming, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'unknown', kind: 'access_key' }]);
  });
});

describe('a key', () => {
  test('ends what it got, by writ or by access key', async () => {
    const one = await issue(broker);
    const other = await issue(broker);
    expect(await broker.revoke(await byKey(broker, { token: one.writ }))).toEqual(done(1));
    const naming = { token: other.accessKeyId, token_type_hint: 'access_key' };
    expect(await broker.revoke(await byKey(broker, naming))).toEqual(done(1));
    const by = `urn:ietf:params:oauth:jwk-thumbprint:sha-256:${broker.world.keys.device.jkt}`;
    expect((await records(broker, 'revoked')).filter((record) => record.by === by)).toHaveLength(2);
    for (const { writ } of [one, other]) expect(await headOf(broker, 'writ', writ)).toBeDefined();
  });

  test('does not end what another got, and a stranger’s key leaves no record', async () => {
    const { writ } = await issue(broker);
    const before = (await records(broker, 'revocation_refused')).length;
    const { proof } = onMallorysLaptop(broker.world);
    expect(await broker.revoke(await byKey(broker, { token: writ }, { proof }))).toMatchObject(NOTHING);
    expect(await headOf(broker, 'writ', writ)).toBeUndefined();
    expect((await records(broker, 'revocation_refused')).length).toBe(before);
  });

  test.each([
    ['its user', { token: 'corp:alice', token_type_hint: 'user' }],
    ['its device', { token: 'mdm:SN-1', token_type_hint: 'device' }],
    ['everything', { token: '*', token_type_hint: 'all' }],
  ])('does not end %s', async (_, naming) => {
    await issue(broker);
    expect(await broker.revoke(await byKey(broker, naming))).toMatchObject(NOTHING);
    expect(await headOf(broker, naming.token_type_hint, naming.token)).toBeUndefined();
  });

  test('does not block, not even its own', async () => {
    const { writ } = await issue(broker);
    expect(await broker.revoke(await byKey(broker, { token: writ, mode: 'block' }))).toMatchObject(NOTHING);
    expect(await headOf(broker, 'writ', writ)).toBeUndefined();
  });
});

describe('a responder, whom IAM let through', () => {
  test('ends anything, with neither token nor proof, and is named in the record', async () => {
    const { writ } = await issue(broker);
    expect(await broker.revoke(await byResponder(broker, { token: writ }))).toEqual(done(1));
    expect((await broker.items(writ)).map(({ body }) => JSON.parse(body))).toContainEqual(
      expect.objectContaining({ type: 'revoked', by: RESPONDER, decision: null }),
    );
  });

  test('needs no key of the nonce’s, and no policy', async () => {
    const { writ } = await issue(broker);
    const down = async () => {
      throw new Fault('nonce_keys_unavailable');
    };
    Object.assign(broker.ports, { nonceKeys: down, authorize: down, findKey: down });
    expect(await broker.revoke(await byResponder(broker, { token: writ }))).toEqual(done(1));
  });

  test('of no name that AWS gives is a fault', async () => {
    const received = {
      ...(await byResponder(broker, { token: '*', token_type_hint: 'all' })),
      caller: 'carol',
    };
    await expect(broker.revoke(received)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('a block', () => {
  const blocking = (kind: string, token: string, mode: string) => ({ token, token_type_hint: kind, mode });

  test('is lifted by nobody whose own it is, whatever policy says', async () => {
    const { id, who } = somebody('responders');
    expect(await broker.revoke(await byPerson(broker, blocking('user', id, 'block'), who))).toEqual(done(0));
    expect(await broker.revoke(await byPerson(broker, blocking('user', id, 'lift'), who))).toMatchObject(
      NOTHING,
    );
    expect(await refusals(id)).toMatchObject([{ why: 'own_block', decision: null }]);
    expect(await headOf(broker, 'user', id)).toMatchObject({ blockedUntil: { N: '9999999999' } });
  });

  test.each([
    ['the key that proves the request', () => `writ:${broker.world.keys.otherDevice.jkt}`],
    ['the device that is attested', () => 'mdm:SN-2'],
  ])('of %s is not lifted with it', async (_, device) => {
    const key = broker.world.keys.otherDevice;
    const { id, who } = somebody('responders');
    const claims = { ...Object(who.subject).claims, nonce: boundNonce(key.jkt, RND) };
    const attestation = { claims: { serial: 'SN-2', user: undefined, cnf: { jwk: key.jwk } } };
    const lift = blocking('device', device(), 'lift');
    const received = await byPerson(broker, lift, { subject: { claims }, proof: { key }, attestation });
    expect(await broker.revoke(received)).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'own_block' }]);
  });

  test('on whoever asks keeps them from lifting any other', async () => {
    const { id, who } = somebody('responders');
    await broker.setHead({ kind: 'user', value: id }, { blockedUntil: NOW + 60 });
    const lift = blocking('device', 'mdm:SN-9', 'lift');
    expect(await broker.revoke(await byPerson(broker, lift, who))).toMatchObject(NOTHING);
    expect(await refusals(id)).toMatchObject([{ why: 'own_block' }]);
  });

  test('is lifted also from a machine that Writ itself vouches for, whose two names are one', async () => {
    const { id } = somebody();
    const { who } = somebody('responders', 'staff');
    const noTokens = { grant_type: undefined, actor_token: undefined, actor_token_type: undefined };
    const form = { ...noTokens, authorization_details: undefined };
    const enrolled = await broker.enroll(await broker.ask({ ...who, endpoint: 'enroll', form }));
    if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.refusal));
    const attestation = enrolled.value.client_attestation;
    await broker.revoke(await byPerson(broker, blocking('user', id, 'block'), responder()));
    broker.now += 1;
    const lift = await byPerson(broker, blocking('user', id, 'lift'), { ...who, attestation });
    expect(await broker.revoke(lift)).toEqual(done(0));
  });

  test('is lifted by another, and what was ended stays ended', async () => {
    const { id } = somebody();
    await broker.revoke(await byPerson(broker, blocking('user', id, 'block'), responder()));
    broker.now += 1;
    expect(await broker.revoke(await byPerson(broker, blocking('user', id, 'lift'), responder()))).toEqual(
      done(0),
    );
    const head = await headOf(broker, 'user', id);
    expect(head).toMatchObject({ cutoff: { N: String(NOW) } });
    expect(head).not.toHaveProperty('blockedUntil');
  });

  test('that was lifted before it was ever set leaves a head that says so, and stops nobody', async () => {
    const { id } = somebody();
    await broker.revoke(await byPerson(broker, blocking('user', id, 'lift'), responder()));
    expect(await broker.ports.readHeads([{ kind: 'user', value: id }], null, null)).toMatchObject({
      heads: [{ pending: false, cutoff: null, blockedUntil: null }],
    });
  });

  test('stops the user’s next exchange; an end does so until T’ only', async () => {
    const { id, who } = somebody('finance', 'staff');
    const ask = { subject: who.subject ?? {}, attestation: { claims: { user: undefined } } };
    expect(await broker.revoke(await byPerson(broker, blocking('user', id, 'end'), responder()))).toEqual(
      done(0),
    );
    await expect(broker.exchange(await broker.ask(ask))).rejects.toMatchObject({
      code: 'revocation_pending',
    });
    broker.now += 20_000;
    expect(await broker.exchange(await broker.ask(ask))).toMatchObject({ ok: true });
    await broker.revoke(await byPerson(broker, blocking('user', id, 'block'), responder()));
    broker.now += 20_000;
    expect(await broker.exchange(await broker.ask(ask))).toMatchObject({
      ok: false,
      refusal: { reason: 'revoked', kind: 'user' },
    });
  });
});

describe('a principal’s cut-off', () => {
  const user = (token: string, request_id?: string) => ({
    token,
    token_type_hint: 'user',
    ...(request_id === undefined ? {} : { request_id }),
  });

  test('is pending from the commit on, and known only afterwards', async () => {
    const { id } = somebody();
    const committed: Commit[] = [];
    const { revocations } = broker.ports;
    let between: unknown;
    broker.ports.revocations = {
      ...revocations,
      commit: async (commit) => {
        committed.push(commit);
        return revocations.commit(commit);
      },
      stamp: async (...of) => {
        between = await headOf(broker, 'user', id);
        return revocations.stamp(...of);
      },
    };
    const answer = await broker.revoke(await byPerson(broker, user(id), responder()));
    const revocation = answer.ok ? answer.value.revocation : '';
    expect(committed[0]?.heads).toEqual([{ kind: 'user', value: id, ends: { pendingBy: revocation } }]);
    expect(between).toMatchObject({ pending: { SS: [revocation] } });
    expect(between).not.toHaveProperty('cutoff');
    const after = await headOf(broker, 'user', id);
    expect(after).toMatchObject({ cutoff: { N: String(NOW) } });
    expect(after).not.toHaveProperty('pending');
  });

  test('is of a clock that is read after the commit was acknowledged', async () => {
    const { id } = somebody();
    const { revocations } = broker.ports;
    broker.ports.revocations = {
      ...revocations,
      commit: async (commit) => {
        const committed = await revocations.commit(commit);
        broker.now += 7_000;
        return committed;
      },
    };
    await broker.revoke(await byPerson(broker, user(id), responder()));
    expect(await headOf(broker, 'user', id)).toMatchObject({ cutoff: { N: String(NOW + 7) } });
    expect((await records(broker, 'stamped')).at(-1)).toBeDefined();
    expect(await records(broker, 'stamped')).toContainEqual(
      expect.objectContaining({ cutoff: NOW + 7, denyBefore: NOW + 10 }),
    );
  });

  test('that a crash left pending is stamped by asking again, once, with the same answer', async () => {
    const { id } = somebody();
    const who = responder();
    const { revocations } = broker.ports;
    const naming = user(id, 'INC-7');
    broker.ports.revocations = {
      ...revocations,
      stamp: async () => {
        throw new Fault('ledger_unavailable');
      },
    };
    await expect(broker.revoke(await byPerson(broker, naming, who))).rejects.toMatchObject({
      code: 'ledger_unavailable',
    });
    expect(broker.woken).toHaveLength(1);
    expect(await headOf(broker, 'user', id)).toMatchObject({ pending: {} });

    broker.reset();
    broker.now += 5_000;
    const again = await broker.revoke(await byPerson(broker, naming, who));
    expect(await headOf(broker, 'user', id)).toMatchObject({ cutoff: { N: String(NOW + 5) } });
    expect(broker.woken).toHaveLength(1);
    broker.now += 5_000;
    expect(await broker.revoke(await byPerson(broker, naming, who))).toEqual(again);
    expect(await headOf(broker, 'user', id)).toMatchObject({ cutoff: { N: String(NOW + 5) } });
  });

  test('counts the sessions that it ends', async () => {
    const { id, who } = somebody('finance', 'staff');
    const ask = { subject: who.subject ?? {}, attestation: { claims: { user: undefined } } };
    await issue(broker, ask);
    await issue(broker, ask);
    expect(await broker.revoke(await byPerson(broker, user(id), responder()))).toEqual(done(2));
  });
});

describe('a request', () => {
  test('whose proof was used before ends nothing', async () => {
    const [one, other] = [await issue(broker), await issue(broker)];
    const proof = { claims: { jti: 'spent-on-one', bdh: undefined } };
    expect(await broker.revoke(await byPerson(broker, { token: one.writ }, { proof }))).toEqual(done(1));
    expect(await broker.revoke(await byPerson(broker, { token: other.writ }, { proof }))).toMatchObject({
      ok: false,
      refusal: { reason: 'dpop_replayed' },
    });
    expect(await headOf(broker, 'writ', other.writ)).toBeUndefined();
  });

  test('that was captured whole is not good for a repeat either', async () => {
    const { writ } = await issue(broker);
    const received = await byPerson(broker, { token: writ });
    expect(await broker.revoke(received)).toEqual(done(1));
    expect(await broker.revoke(received)).toMatchObject({ ok: false, refusal: { reason: 'dpop_replayed' } });
  });

  test('that is refused spends its proof', async () => {
    const { writ } = await issue(broker);
    const { who } = somebody('staff');
    const proof = { claims: { jti: 'spent-on-nothing', bdh: undefined } };
    await broker.revoke(await byPerson(broker, { token: '0123456789abcdef' }, { ...who, proof }));
    expect(await broker.revoke(await byPerson(broker, { token: writ }, { proof }))).toMatchObject({
      ok: false,
      refusal: { reason: 'dpop_replayed' },
    });
  });

  test('asked again with its id is the same revocation, also when its session is over', async () => {
    const { writ } = await issue(broker, { details: { duration: 60 } });
    const naming = { token: writ, request_id: 'INC-8' };
    const first = await broker.revoke(await byPerson(broker, naming));
    broker.now += 61_000;
    expect(await broker.revoke(await byPerson(broker, naming))).toEqual(first);
    expect((await broker.items(writ)).filter(({ sk }) => sk.startsWith('20#revoked#'))).toHaveLength(1);
  });

  test.each(['before', 'after'] as const)(
    'whose commit fails %s it took effect is a fault, and done by asking again',
    async (when) => {
      const { writ } = await issue(broker);
      const { revocations } = broker.ports;
      const naming = { token: writ, request_id: `INC-commit-${when}` };
      broker.ports.revocations = {
        ...revocations,
        commit: async (commit) => {
          if (when === 'after') await revocations.commit(commit);
          throw new Fault('ledger_unavailable');
        },
      };
      const failed = await endOf(broker.revoke(await byPerson(broker, naming)));
      expect(failed).toBe(fault('ledger_unavailable'));
      expect(broker.woken).toEqual([]);
      broker.reset();
      expect(await broker.revoke(await byPerson(broker, naming))).toEqual(done(1));
      expect(broker.woken).toMatchObject([{ accounts: ['111122223333'] }]);
      expect((await broker.items(writ)).filter(({ sk }) => sk.startsWith('20#revoked#'))).toHaveLength(1);
    },
  );

  test('sent twice at once is one revocation, and both are told so', async () => {
    const { id } = somebody();
    const who = responder();
    const naming = { token: id, token_type_hint: 'user', request_id: 'INC-twice' };
    const both = [await byPerson(broker, naming, who), await byPerson(broker, naming, who)];
    const [one, other] = await Promise.all(both.map((received) => broker.revoke(received)));
    expect(one).toEqual(done(0));
    expect(other).toEqual(one);
    expect(await headOf(broker, 'user', id)).toMatchObject({ cutoff: { N: String(NOW) } });
  });

  test('of another person with that id is another one', async () => {
    const { writ } = await issue(broker);
    const naming = { token: writ, request_id: 'INC-9' };
    await broker.revoke(await byPerson(broker, naming));
    await broker.revoke(await byPerson(broker, naming, responder()));
    expect((await broker.items(writ)).filter(({ sk }) => sk.startsWith('20#revoked#'))).toHaveLength(2);
  });

  test.each([
    ['reason', undefined, 'missing'],
    ['reason', '   ', 'is empty'],
    ['reason', 'x'.repeat(513), 'is longer than 512 characters'],
    ['request_id', undefined, 'missing'],
    ['request_id', 'a b', 'not 1 to 64 of letters, digits, _ and -'],
    ['mode', 'delete', 'not end, block or lift'],
    ['mode', 'lift', 'what has ended does not begin again'],
    ['token', undefined, 'missing'],
    ['token', 'not-a-writ', 'not spelled as its kind is'],
  ])('with %s %s: refused before anybody is looked at', async (parameter, value, problem) => {
    const naming = { token: '0123456789abcdef', request_id: 'INC-1' };
    const received = await byPerson(broker, naming, { form: { [parameter]: value } });
    expect(await broker.revoke(received)).toEqual({
      ok: false,
      refusal: { reason: 'request_malformed', parameter, problem },
      writ: null,
    });
  });

  test('for a kind that is none: RFC 7009’s own error', async () => {
    const received = await byPerson(broker, { token: 'x', token_type_hint: 'refresh_token' });
    expect(await broker.revoke(received)).toMatchObject({ refusal: { reason: 'kind_unsupported' } });
  });

  test('is done though the reconcilers cannot be woken: they look by themselves', async () => {
    const { writ } = await issue(broker);
    broker.ports.wake = async () => {
      throw new Fault('queue_unavailable');
    };
    expect(await endOf(broker.revoke(await byPerson(broker, { token: writ })))).toMatchObject({
      ok: true,
      value: { ended: 1, woken: false },
    });
    expect(await headOf(broker, 'writ', writ)).toBeDefined();
  });

  test('for all of somebody’s sessions reaches closed accounts too: nothing begins there, and what has begun goes on', async () => {
    const { policy } = broker.ports;
    const closed = { account: 'old', id: '999988887777', region: 'eu-central-1', state: 'closed' } as const;
    const accounts = [...policy.bundle.accounts, closed];
    broker.ports.policy = { ...policy, bundle: { ...policy.bundle, accounts } };
    const { id } = somebody();
    const naming = { token: id, token_type_hint: 'user' };
    expect(await broker.revoke(await byPerson(broker, naming, responder()))).toEqual(done(0));
    expect(broker.woken.at(-1)?.accounts).toEqual(['111122223333', '999988887777']);
  });

  test('leaves its words in people alone, under whoever asked', async () => {
    const { writ } = await issue(broker);
    const words = 'she told me in confidence';
    await broker.revoke(await byPerson(broker, { token: writ, reason: words }));
    const all = await broker.everything();
    expect(all.split(words)).toHaveLength(2);
    const [record] = (await broker.items(writ)).filter(({ sk }) => sk.startsWith('20#revoked#'));
    expect(JSON.parse(record?.body ?? '')).toMatchObject({ reason: expect.stringMatching(/^[\w-]{43}$/) });
  });

  test('asked by its own key, leaves its words with its holder, accepted or over', async () => {
    const { writ } = await issue(broker);
    const subject = (await records(broker, 'intent')).find((intent) => intent.writ === writ)?.subject;
    const { id } = subject as { readonly id: string };
    const first = await byKey(broker, { token: writ, reason: 'said while it lived' });
    expect(await broker.revoke(first)).toEqual(done(1));
    broker.now += 3_700_000;
    const nonce = makeNonce(NONCE_KEYS, NOW + 3_700);
    const late = await byKey(
      broker,
      { token: writ, reason: 'said too late' },
      { proof: { claims: { nonce } } },
    );
    expect(await broker.revoke(late)).toMatchObject({ ok: true, value: { ended: 0, why: 'over' } });
    expect(await whose('said while it lived')).toEqual([id]);
    expect(await whose('said too late')).toEqual([id]);
    // The records say which key it was.
    const [revoked] = (await records(broker, 'revoked')).filter((record) => record.writ === writ);
    expect(revoked?.by).toMatch(/^urn:ietf:params:oauth:jwk-thumbprint:/);
    const [refused] = (await records(broker, 'revocation_refused')).filter(({ value }) => value === writ);
    expect(refused?.by).toBe(revoked?.by);
  });
});

describe('a device', () => {
  test('is not looked for by who may not end it: that would read all that is live', async () => {
    let looked = 0;
    const { live } = broker.ports;
    broker.ports.live = {
      ...live,
      namesOf: (...of) => {
        looked += 1;
        return live.namesOf(...of);
      },
    };
    const naming = { token: 'mdm:SN-1', token_type_hint: 'device' };
    const { who } = somebody('staff');
    expect(await broker.revoke(await byPerson(broker, naming, who))).toMatchObject(NOTHING);
    expect(await broker.revoke(await byKey(broker, naming))).toMatchObject(NOTHING);
    expect(looked).toBe(0);
  });

  test('is revoked under every name that its live sessions show, and lifted under all', async () => {
    const key = broker.world.keys.otherDevice;
    const laptop = onMallorysLaptop(broker.world);
    const subject = { claims: { ...malloryClaims(broker.world), groups: ['finance', 'staff'] } };
    await issue(broker, { ...laptop, subject });
    const naming = { token: 'mdm:SN-666', token_type_hint: 'device', mode: 'block' };
    expect(await broker.revoke(await byPerson(broker, naming, responder()))).toMatchObject({
      ok: true,
      value: { ended: 1, also: [`writ:${key.jkt}`] },
    });
    for (const name of ['mdm:SN-666', `writ:${key.jkt}`]) {
      expect(await headOf(broker, 'device', name)).toMatchObject({ blockedUntil: { N: '9999999999' } });
    }

    // Found again, when nothing of it is live any more: by one of its names it is lifted under all.
    broker.now += 3_700_000;
    const nonce = makeNonce(NONCE_KEYS, NOW + 3_700);
    const later = responder();
    const lift = { token: `writ:${key.jkt}`, token_type_hint: 'device', mode: 'lift' };
    const fresh = {
      subject: { claims: { ...Object(later.subject).claims, exp: NOW + 7_200 } },
      attestation: null,
      proof: { claims: { nonce } },
    };
    expect(await broker.revoke(await byPerson(broker, lift, fresh))).toMatchObject({
      ok: true,
      value: { ended: 0, also: ['mdm:SN-666'] },
    });
    for (const name of ['mdm:SN-666', `writ:${key.jkt}`]) {
      expect(await headOf(broker, 'device', name)).not.toHaveProperty('blockedUntil');
    }
  });
});
