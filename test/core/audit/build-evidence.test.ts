import { describe, expect, test } from 'vitest';
import { buildEvidence } from '../../../core/audit/build-evidence.ts';
import type { LogRecord, Revoked, Stamped } from '../../../core/ledger/records.ts';
import type { Openings } from '../../../core/ports.ts';
import { ENROLLED, REVOKED, WRIT } from '../ledger/fixture.ts';
import {
  ACCOUNT,
  DEADLINE,
  evidenceOf,
  FACTS,
  ISSUED_AT,
  intentWith,
  KEY_ID,
  leafOf,
  OPENED,
  OPENINGS,
  REQUEST_ID,
  ROLE,
  ROLE_ID,
  revocationOf,
  storyOf,
} from './fixture.ts';

const STORY = storyOf();
const writIn = (records: readonly LogRecord[]) => evidenceOf(records).writs.get(WRIT);

describe('evidence', () => {
  test('says all of a writ, and by what it is found', () => {
    const { writs, byRequestId, byAccessKey, roles, roleNames } = evidenceOf(STORY);
    expect(writs.get(WRIT)).toMatchObject({ issuedAt: ISSUED_AT, deadline: DEADLINE, endings: [] });
    expect(Object.keys(writs.get(WRIT)?.leaves ?? {})).toEqual(['10#outcome', '00#intent']);
    expect([...byRequestId]).toEqual([[REQUEST_ID, WRIT]]);
    expect([...byAccessKey]).toEqual([
      [KEY_ID, [{ writ: WRIT, role: ROLE, from: ISSUED_AT, to: OPENED + 901 }]],
    ]);
    expect([...roles]).toEqual([ROLE]);
    expect(Object.fromEntries(roleNames)).toEqual({ [`${ACCOUNT}/reports`]: ROLE, [ROLE_ID]: ROLE });
  });

  test('does not depend on the order of the leaves', () => {
    const records = [...STORY, ...revocationOf(STORY[0])];
    const leaves = records.map((record, index) => leafOf(record, index));
    expect(buildEvidence(leaves.toReversed(), FACTS, new Map())).toEqual(
      buildEvidence(leaves, FACTS, new Map()),
    );
  });

  test('can be sent to a worker', () => {
    const evidence = evidenceOf([...STORY, ...revocationOf(STORY[0])], { openings: OPENINGS });
    expect(structuredClone(evidence)).toEqual(evidence);
  });

  test('a tamper leaf is no record of a writ', () => {
    const tamper: LogRecord = {
      v: 1,
      type: 'tamper',
      at: OPENED,
      pk: `WRIT#${WRIT}`,
      sk: '00#intent',
      what: 'removed',
      before: null,
      after: null,
    };
    expect(evidenceOf([tamper]).writs.size).toBe(0);
    expect(writIn([...STORY, tamper])?.state.conflicts).toEqual([]);
  });
});

describe('a principal’s revocation', () => {
  const revocation = '01jd3v9q2m8x7c4e';
  const of = (change: Partial<Revoked>): Revoked => ({
    ...REVOKED,
    revocation,
    writ: null,
    intent: null,
    cutoff: null,
    kind: 'user',
    value: 'idp:alice',
    ...change,
  });
  const stamped = (denyBefore: number): Stamped => ({
    v: 1,
    type: 'stamped',
    revocation,
    at: denyBefore - 5,
    cutoff: denyBefore - 5,
    denyBefore,
  });
  const enforced = (account: string): LogRecord => ({
    ...revocationOf(STORY[0])[1],
    revocation,
    writ: null,
    intent: null,
    account,
  });

  test.each<Pick<Revoked, 'kind' | 'value'> & { also?: string[] }>([
    { kind: 'user', value: 'idp:alice' },
    { kind: 'device', value: 'writ:d1' },
    { kind: 'agent', value: 'code-agent' },
    { kind: 'task', value: 'FIN-1234' },
    { kind: 'permission', value: 'reports-read' },
    { kind: 'role', value: ROLE },
    { kind: 'all', value: '*' },
    { kind: 'device', value: 'mdm:laptop-7', also: ['writ:d1'] },
  ])('of $kind $value ends what was issued before', (named) => {
    const records = [...STORY, of({ also: [], ...named }), stamped(ISSUED_AT + 1)];
    expect(writIn(records)?.endings).toMatchObject([
      { revocation, kind: named.kind, denyBefore: ISSUED_AT + 1 },
    ]);
  });

  test.each([
    { why: 'it was issued at that very second', records: [of({}), stamped(ISSUED_AT)] },
    { why: 'it is somebody else’s', records: [of({ value: 'idp:bob' }), stamped(ISSUED_AT + 1)] },
    {
      why: 'the name is of another kind',
      records: [of({ kind: 'task', value: 'idp:alice' }), stamped(ISSUED_AT + 1)],
    },
    { why: 'a block was lifted', records: [of({ mode: 'lift' }), stamped(ISSUED_AT + 1)] },
  ])('does not: $why', ({ records }) => {
    expect(writIn([...STORY, ...records])?.endings).toEqual([]);
  });

  test('never stamped: what was issued before it was asked for, and its margin, is over', () => {
    expect(writIn([...STORY, of({ at: ISSUED_AT - 1 })])?.endings).toHaveLength(1);
    expect(writIn([...STORY, of({ at: ISSUED_AT - 20 })])?.endings).toEqual([]);
  });

  test('counts as seen in the writ’s own account only', () => {
    const there = [...STORY, of({}), stamped(ISSUED_AT + 1), enforced('111122223333')];
    expect(writIn(there)?.endings).toMatchObject([{ written: null, seenRefused: null }]);
    const here = [...there, enforced(ACCOUNT)];
    expect(writIn(here)?.endings).toMatchObject([{ written: OPENED + 103, seenRefused: OPENED + 105 }]);
    expect(writIn(here)?.endings[0]?.leaves.map(({ index }) => index)).toEqual([2, 3, 5]);
  });

  test('endings are told oldest first, each once, whatever they are filed under', () => {
    const older = of({ kind: 'all', value: '*', revocation: '01jd3v9q2m8x7c4f', at: OPENED + 50 });
    const twoNames = of({ kind: 'device', value: 'writ:d1', also: ['writ:d1'], at: OPENED + 70 });
    const records = [...STORY, ...revocationOf(STORY[0]), twoNames, older];
    expect(writIn(records)?.endings.map(({ askedAt }) => askedAt - OPENED)).toEqual([50, 70, 100]);
  });
});

describe('openings', () => {
  test('that fit are shown', () => {
    const { openings, log } = evidenceOf(STORY, { openings: OPENINGS });
    expect(openings.get(WRIT)).toEqual({
      login: 'alice',
      purpose: 'Summarise the figures',
      address: '192.0.2.7',
    });
    expect(log.flaws).toEqual([]);
  });

  test('that do not fit are a flaw, and are not shown', () => {
    const forged = {
      ...OPENINGS.get(WRIT),
      login: { salt: Buffer.alloc(16, 7).toString('base64url'), value: 'mallory' },
    };
    const { openings, log } = evidenceOf(STORY, { openings: new Map([[WRIT, forged]]) });
    expect(openings.get(WRIT)).toEqual({ purpose: 'Summarise the figures', address: '192.0.2.7' });
    expect(log.flaws).toEqual([{ where: 'leaf 0', flaw: 'an opening of login does not fit its hash' }]);
  });

  test('of what the log does not hold, or a field that it has not, are nothing', () => {
    const nobody = { salt: '', value: 'x' };
    const inherited: Openings = Object.create({ login: nobody });
    const stray = new Map<string, Openings>([
      ['01jd3v9q2m8x7c4z', { login: nobody }],
      [WRIT, Object.assign(inherited, { email: nobody })],
    ]);
    const { openings, log } = evidenceOf([...STORY, ENROLLED], { openings: stray });
    expect(openings.get(WRIT)).toEqual({});
    expect(log.flaws).toEqual([]);
  });

  test('are found by the id of the record that has their hashes', () => {
    const reason = { salt: Buffer.alloc(16, 7).toString('base64url'), value: 'lost laptop' };
    const revoked = revocationOf(intentWith(), { revoked: { reason: 'A'.repeat(43) } })[0];
    const { log } = evidenceOf([...STORY, revoked], {
      openings: new Map([[revoked.revocation, { reason }]]),
    });
    expect(log.flaws).toEqual([{ where: 'leaf 2', flaw: 'an opening of reason does not fit its hash' }]);
  });
});
