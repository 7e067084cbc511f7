import { describe, expect, test } from 'vitest';
import { type AssumeRoleCall, assumeRoleRequests } from '../../../core/iam/assume-role.ts';
import { evaluateAssumeRole } from '../../../core/iam/evaluate.ts';
import { MAX_TAG_VALUES_BYTES } from '../../../core/limits.ts';
import { label, tagValue } from '../../../core/session/encode.ts';
import { planSession } from '../../../core/session/plan.ts';
import { RESERVED_TAGS } from '../../../core/session/tags.ts';
import { trustPolicy } from '../../../core/session/trust.ts';
import { GRANT, MINT, WRIT } from './fixture.ts';

test('a plan, whole', () => {
  expect(planSession(GRANT)).toEqual({
    RoleArn: 'arn:aws:iam::444455556666:role/writ/reports',
    RoleSessionName: `code-agent+${WRIT}`,
    SourceIdentity: `alice@example.com+${WRIT}`,
    Tags: {
      'writ:id': WRIT,
      'writ:user': 'entra:11111111-2222-4333-8444-555555555555',
      'writ:device': 'mdm:LAPTOP-7',
      'writ:agent': 'code-agent',
      'writ:task': 'FIN-1234',
      'writ:permission': 'reports-read',
      'writ:authority': 'live',
      'writ:decision': 'ab'.repeat(32),
      'writ:purpose': 'Summarise the Q3 figures',
    },
    Policy: GRANT.policy,
    DurationSeconds: 900,
  });
});

test('what people write is encoded', () => {
  const { Tags } = planSession({ ...GRANT, task: 'FIN*', purpose: 'why?' });
  expect(Tags).toMatchObject({ 'writ:task': 'FIN=2a', 'writ:purpose': 'why=3f' });
});

test('every tag is reserved', () => {
  expect(Object.keys(planSession(GRANT).Tags)).toEqual([...RESERVED_TAGS]);
});

test('the longest names and tags fit STS and our budget', () => {
  const long = 'é😀='.repeat(200);
  const plan = planSession({
    ...GRANT,
    subject: { id: tagValue(long), handle: label(long) },
    device: tagValue(long),
    // The compiler of agents takes no longer one.
    agent: 'a'.repeat(47),
    task: long,
    purpose: long,
    permission: long,
    authority: 'approval',
  });
  for (const name of [plan.RoleSessionName, plan.SourceIdentity]) {
    expect(name).toMatch(/^[A-Za-z0-9_.@-]{2,47}\+[0-9a-z]{16}$/);
  }
  const bytes = Object.values(plan.Tags).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  expect(bytes).toBeLessThanOrEqual(MAX_TAG_VALUES_BYTES);
});

describe('the trust of a target role', () => {
  const call = (change: Partial<AssumeRoleCall> = {}): AssumeRoleCall => {
    const plan = planSession(GRANT);
    return {
      caller: 'arn:aws:sts::111122223333:assumed-role/writ-mint/writ-mint',
      roleArn: plan.RoleArn,
      roleSessionName: plan.RoleSessionName,
      sourceIdentity: plan.SourceIdentity,
      tags: plan.Tags,
      transitiveTagKeys: RESERVED_TAGS,
      context: {},
      ...change,
    };
  };
  const allowed = (given: AssumeRoleCall) =>
    evaluateAssumeRole(assumeRoleRequests(given), {
      identity: [
        {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
              Resource: 'arn:aws:iam::*:role/writ/*',
            },
          ],
        },
      ],
      resource: trustPolicy(MINT),
    }).allowed;
  const { Tags } = planSession(GRANT);

  test('lets mint’s plan in', () => {
    expect(allowed(call())).toBe(true);
  });

  test.each([
    {
      what: 'another role of mint’s account',
      change: { caller: 'arn:aws:sts::111122223333:assumed-role/x/x' },
    },
    {
      what: 'a source identity of another writ',
      change: { sourceIdentity: 'alice@example.com+01jd3v9q2m8x7c4c' },
    },
    { what: 'a session name of another writ', change: { roleSessionName: 'code-agent+01jd3v9q2m8x7c4c' } },
    { what: 'a source identity without a user', change: { sourceIdentity: `+${WRIT}` } },
    { what: 'a session name without an agent', change: { roleSessionName: `+${WRIT}` } },
    { what: 'no source identity', change: { sourceIdentity: undefined } },
    { what: 'no tags', change: { tags: {} } },
    { what: 'a tag id of another writ', change: { tags: { ...Tags, 'writ:id': '01jd3v9q2m8x7c4c' } } },
    { what: 'a tag that is not ours', change: { tags: { ...Tags, team: 'admins' } } },
  ])('refuses $what', ({ change }) => {
    expect(allowed(call(change))).toBe(false);
  });

  test.each(RESERVED_TAGS)('refuses a session without %s, or with an empty one', (tag) => {
    const { [tag]: _, ...others } = { ...Tags };
    expect(allowed(call({ tags: others }))).toBe(false);
    expect(allowed(call({ tags: { ...Tags, [tag]: '' } }))).toBe(false);
  });

  test('is within IAM’s 2,048 characters', () => {
    expect(JSON.stringify(trustPolicy(MINT)).length).toBeLessThanOrEqual(2048);
  });
});
