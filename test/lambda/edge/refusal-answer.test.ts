import { describe, expect, test } from 'vitest';
import { Fault } from '../../../core/fault.ts';
import { REFUSALS, type Reason, type Refusal } from '../../../core/refusals.ts';
import { refusalAnswer, STRANGER } from '../../../lambda/edge/refusal-answer.ts';

const REFUSAL: Refusal = { reason: 'actor_not_for_subject', agent: 'reporter' };
const KNOWN = { writ: '01jd3v9q2m8x7c4b', counted: true };

test('a stranger learns the class of failure, and no more', () => {
  expect(refusalAnswer(REFUSAL, STRANGER, 'n')).toEqual({
    status: 400,
    headers: { 'DPoP-Nonce': 'n' },
    body: { error: 'invalid_target' },
  });
});

test('an id alone does not make a caller known', () => {
  expect(refusalAnswer(REFUSAL, { ...KNOWN, counted: false }, 'n').body).toEqual({ error: 'invalid_target' });
});

test('whoever has shown a user’s token learns the reason, the remedy and the record’s id; never the detail', () => {
  expect(refusalAnswer(REFUSAL, KNOWN, null)).toEqual({
    status: 400,
    headers: {},
    body: { error: 'invalid_target', reason_code: 'actor_not_for_subject', writ: KNOWN.writ, remedy: 'ask' },
  });
});

test('a policy’s own remedy goes before the table’s; the policies’ names stay inside', () => {
  const refusal: Refusal = { reason: 'policy_denied', policies: ['secret-plan'], remedy: 'step_up' };
  expect(refusalAnswer(refusal, KNOWN, null).body).toEqual({
    error: 'invalid_target',
    reason_code: 'policy_denied',
    writ: KNOWN.writ,
    remedy: 'step_up',
  });
});

test('where nothing helps and nothing was recorded, nothing is said of it', () => {
  const refusal: Refusal = { reason: 'dpop_replayed' };
  expect(refusalAnswer(refusal, { writ: null, counted: true }, null).body).toEqual({
    error: 'invalid_dpop_proof',
    reason_code: 'dpop_replayed',
  });
});

describe.each(['dpop_nonce_missing', 'dpop_nonce_stale'] as const)('%s', (reason) => {
  test('carries the nonce to use (RFC 9449 §8)', () => {
    expect(refusalAnswer({ reason }, STRANGER, 'n')).toEqual({
      status: 400,
      headers: { 'DPoP-Nonce': 'n' },
      body: { error: 'use_dpop_nonce' },
    });
  });

  test('without one is a fault: the client would go round in circles', () => {
    expect(() => refusalAnswer({ reason }, STRANGER, null)).toThrow(new Fault('nonce_keys_unavailable'));
  });
});

test.each(Object.keys(REFUSALS) as Reason[])('%s has the status and error of the table', (reason) => {
  const answer = refusalAnswer({ reason } as Refusal, STRANGER, 'n');
  expect([answer.status, answer.body.error]).toEqual([REFUSALS[reason].status, REFUSALS[reason].error]);
});
