/**
 * Each call that a revocation leads to, on each bad day. Whatever happens: no 200 without a record that stays, what was
 * committed is denied and recorded once by the next reconcile though nobody asks again, and who asks again is told what
 * was done.
 */
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { revocationKey, writKey } from '../../core/ledger/keys.ts';
import { type Reconciled, reconcile } from '../../core/reconcile.ts';
import { revocationId } from '../../core/revocation/id.ts';
import type { Revocations } from '../../core/revocation/ports.ts';
import { FakeIam } from '../core/reconcile-world.ts';
import type { Broker } from '../support/broker.ts';
import { byPerson, ENDING, headOf } from '../support/revoking.ts';
import { badDays, somebody } from './bad-day.ts';
import { expectFaultAnswer } from './invariants.ts';
import { type Call, DAYS, type Day, takesEffect } from './outside.ts';

const ACCOUNT = '111122223333';
const today = badDays(ENDING);

/** Of a writ, and of a user. */
const KINDS = ['writ', 'user'] as const;

/** Which calls come before the commit is known to be one, and which come after it. */
const CALLS: readonly { readonly call: Call; readonly of: readonly (typeof KINDS)[number][] }[] = [
  { call: 'secrets', of: KINDS },
  { call: 'jwks', of: KINDS },
  { call: 'target', of: ['writ'] },
  { call: 'find', of: ['user'] },
  { call: 'commit', of: KINDS },
  { call: 'entries', of: ['user'] },
  { call: 'stamp', of: ['user'] },
  { call: 'wake', of: KINDS },
  { call: 'live', of: ['user'] },
];

/** Being late to tell the reconcilers is no failure of the request. */
const isNoFault = (call: Call): boolean => call === 'wake';
const isCommitted = (call: Call, day: Day): boolean =>
  ['entries', 'stamp', 'wake', 'live'].includes(call) || (call === 'commit' && takesEffect(day));

interface Revoking {
  readonly iam: FakeIam;
  readonly user: string;
  readonly value: string;
  /** The same request each time, with a proof of its own. */
  ask(): ReturnType<ReturnType<typeof today>['send']>;
  /** Each type of its records, and how often it stands there. */
  told(): Promise<{ readonly [type: string]: number }>;
  reconcile(revocations?: Partial<Revocations>): Promise<Reconciled>;
}

async function revoking(kind: (typeof KINDS)[number]): Promise<Revoking> {
  const { broker, ask, send } = today();
  const { who, user } = somebody();
  const granted = JSON.parse((await ask(who)).body);
  const value: string = kind === 'writ' ? granted.writ : user.value;
  const { who: responder, user: by } = somebody();
  const claims = { ...responder.subject.claims, groups: ['responders'] };
  const request_id = `bad-${granted.writ}`;
  const naming = { token: value, token_type_hint: kind, request_id };
  const change = { subject: { claims }, attestation: null };
  const iam = new FakeIam(() => broker.now);
  return {
    iam,
    user: user.value,
    value,
    ask: async () => send(await byPerson(broker, naming, change)),
    async told() {
      const { pk, revocation } = placeOf(by.value, { kind, value, request_id });
      const story = (await itemsAt(broker, pk)).filter((record) => record.revocation === revocation);
      const count = (type: string) => story.filter((record) => record.type === type).length;
      return { revoked: count('revoked'), stamped: count('stamped'), enforced: count('enforced') };
    },
    reconcile: (revocations) => reconcileOnce(broker, iam, revocations),
  };
}

/** Where a revocation and all that becomes of it is recorded. */
function placeOf(by: string, asked: Omit<Parameters<typeof revocationId>[1], 'mode'>) {
  const revocation = revocationId(by, { ...asked, mode: 'end' });
  return { revocation, pk: asked.kind === 'writ' ? writKey(asked.value) : revocationKey(revocation) };
}

async function itemsAt(
  { db }: Broker,
  pk: string,
): Promise<readonly { readonly [field: string]: unknown }[]> {
  const { Items = [] } = await db.client.send(
    new QueryCommand({
      TableName: db.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: pk } },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ body }) => JSON.parse(body?.S ?? 'null'));
}

/** The account's reconciler, past the wire but for what a test gives it. */
function reconcileOnce(
  broker: Broker,
  iam: FakeIam,
  revocations: Partial<Revocations> = {},
): Promise<Reconciled> {
  const { client, tables } = broker.db;
  return reconcile(
    {
      account: ACCOUNT,
      roles: [`arn:aws:iam::${ACCOUNT}:role/writ/reports-read`],
      policy: iam.port,
      probe: async (identity) => (iam.inForce().includes(`"${identity}"`) ? 'refused' : 'allowed'),
      state: {
        written: async () => null,
        setWritten: async () => undefined,
        health: async () => null,
        setHealth: async () => undefined,
        measured: async () => [],
        addMeasured: async () => undefined,
      },
    },
    {
      clock: () => broker.now,
      sleep: async (millis) => {
        broker.now += millis;
      },
      ledger: dynamodbLedger(client, tables),
      revocations: { ...dynamodbRevocations(client, tables), ...revocations },
    },
  );
}

const WHOLE = {
  writ: { revoked: 1, stamped: 0, enforced: 1 },
  user: { revoked: 1, stamped: 1, enforced: 1 },
} as const;

describe.each(CALLS.flatMap(({ call, of }) => of.map((kind) => ({ call, kind }))))(
  '$call, of a $kind',
  ({ call, kind }) => {
    test.each(DAYS)(`${call}, of a ${kind}: %s`, async (day) => {
      const { outside, good, allHolds } = today();
      const { ask, told, iam, value, ...rest } = await revoking(kind);
      // Keys that were good serve on; this one has none.
      good();
      outside.calls.length = 0;
      outside.spoil(call, day);
      const answer = await ask();
      expect(outside.calls).toContain(call);
      if (isNoFault(call)) expect(JSON.parse(answer.body)).toMatchObject({ revocation: expect.any(String) });
      else expectFaultAnswer(answer);
      good();

      const committed = isCommitted(call, day);
      expect((await told()).revoked).toBe(committed ? 1 : 0);
      if (committed) {
        expect(await rest.reconcile()).toMatchObject({ fault: null, behind: false });
        expect(await told()).toEqual(WHOLE[kind]);
        expect(iam.policy?.text).toContain(value);
      }
      const again = await ask();
      expect(again).toMatchObject({ statusCode: 200 });
      expect(JSON.parse(again.body)).toMatchObject({ revocation: expect.any(String) });
      expect(outside.woken.at(-1)).toContain(JSON.parse(again.body).revocation);
      await rest.reconcile();
      expect(await told()).toEqual(WHOLE[kind]);
      expect(iam.policy?.text).toContain(value);
      await allHolds();
    });
  },
);

describe('refusals of it, that cannot be recorded', () => {
  test.each((['count', 'name', 'record'] as const).flatMap((call) => DAYS.map((day) => ({ call, day }))))(
    '$call, $day: a fault, and not “nothing ended” without a record',
    async ({ call, day }) => {
      const { broker, outside, send, good, allHolds } = today();
      const { who } = somebody();
      const asks = async () =>
        send(
          await byPerson(
            broker,
            { token: 'corp:nobody', token_type_hint: 'user' },
            { ...who, attestation: null },
          ),
        );
      outside.spoil(call, day);
      expectFaultAnswer(await asks());
      expect(outside.calls).toContain(call);
      good();
      const answer = await asks();
      expect({ status: answer.statusCode, body: JSON.parse(answer.body) }).toEqual({
        status: 200,
        body: { ended: 0 },
      });
      await allHolds();
    },
  );
});

describe('the reconciler’s calls to the tables', () => {
  const CALLS_OF = {
    writ: ['entries', 'enforced'],
    user: ['entries', 'stamp', 'enforced', 'recorded'],
  } as const;
  test.each(
    KINDS.flatMap((kind) => CALLS_OF[kind].flatMap((call) => DAYS.map((day) => ({ kind, call, day })))),
  )(
    '$call, of a $kind, $day: a fault, nothing lost, all of it once by the next run',
    async ({ kind, call, day }) => {
      const { broker, outside, good } = today();
      const { ask, told, iam, value, user, ...rest } = await revoking(kind);
      // Whoever asked for a user's died before it was stamped.
      if (kind === 'user') outside.spoil('stamp', 'the request is lost');
      const answer = await ask();
      if (kind === 'user') expectFaultAnswer(answer);
      good();
      outside.calls.length = 0;
      outside.spoil(call, day);
      const first = await rest.reconcile(broker.ports.revocations);
      expect(outside.calls).toContain(call);
      // What was stamped without an answer it finds stamped when it looks again: then nothing has failed.
      const isFound = call === 'stamp' && takesEffect(day);
      expect(first).toMatchObject(isFound ? { fault: null } : { fault: { code: 'ledger_unavailable' } });
      expect(first).toMatchObject({ verified: isFound });
      good();
      expect(await rest.reconcile()).toMatchObject({ fault: null, behind: false });
      expect(await told()).toEqual(WHOLE[kind]);
      expect(iam.policy?.text).toContain(value);
      expect((await headOf(broker, 'user', user)) ?? {}).not.toHaveProperty('pending');
    },
  );
});
