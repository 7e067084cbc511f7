import { hash } from 'node:crypto';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect } from 'vitest';
import {
  MAX_SESSION_POLICY_BYTES_AT_WIDEST,
  MAX_TAG_VALUE_BYTES,
  MAX_TAG_VALUES_BYTES,
} from '../../../core/limits.ts';
import type { SessionPlan } from '../../../core/ports.ts';
import type { Check } from '../check.ts';
import { makeTarget, permission } from '../roles.ts';
import { inputOf, issue, openCaller, planOf } from '../sessions.ts';

/** STS: bytes of the assembled session token. */
const MAX_TOKEN_BYTES = 4096;

export const sessionTokenFits: Check = {
  id: 'session-token-fits',
  sentence:
    'A session policy of 1,400 bytes and tag values of 640 bytes make a session token of at most 4,096 bytes.',
  reliedOnBy: ['core/limits.ts', 'core/policy/compile.ts'],
  otherwise: 'Lower MAX_SESSION_POLICY_BYTES_AT_WIDEST or MAX_TAG_VALUES_BYTES by what is too much.',
  withoutAccount: 'local/aws',
  minutes: 1,
  async run(lab) {
    const mint = await openCaller(lab);
    const target = await makeTarget(lab, { mint: mint.role.arn });
    const plan = fullest(planOf(lab, target, { permission: wide(lab.run) }), lab.run);
    // STS refuses what does not fit: to have a session is the proof.
    await issue(lab, mint, plan);
    const { SessionTokenSize, SessionTokenUtilization, PackedPolicySize } = await mint.clients.sts.send(
      new AssumeRoleCommand(inputOf(plan, {})),
    );
    lab.say(
      `session token: ${SessionTokenSize ?? '?'} bytes, ${SessionTokenUtilization ?? PackedPolicySize} %`,
    );
    expect(SessionTokenSize ?? 0).toBeLessThanOrEqual(MAX_TOKEN_BYTES);
  },
};

/** Text that no compression makes shorter: the worst that names can be. */
const noise = (seed: string, characters: number): string =>
  hash('sha512', seed, 'hex').repeat(20).slice(0, characters);

const wide = (seed: string) => {
  const objects = Array.from({ length: 4 }, (_, n) => `arn:aws:s3:::${noise(`${seed}${n}`, 48)}/*`);
  return permission({ statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: objects }] });
};

/** Every name as long as it can be, and the rest put where there is room. */
function fullest(plan: SessionPlan, seed: string): SessionPlan {
  const room = MAX_SESSION_POLICY_BYTES_AT_WIDEST - plan.Policy.length;
  const Policy = plan.Policy.replace('/*"', `/*","arn:aws:s3:::${noise(seed, room - 16)}"`);
  const long = Object.entries(plan.Tags).map(([key, value]): [string, string] => [
    key,
    value.length === MAX_TAG_VALUE_BYTES || key === 'writ:id' ? value : noise(key, MAX_TAG_VALUE_BYTES),
  ]);
  const rest = MAX_TAG_VALUES_BYTES - long.reduce((sum, [, value]) => sum + value.length, 0);
  const Tags = Object.fromEntries(
    long.map(([key, value]) => [key, key === 'writ:purpose' ? value + noise('rest', rest) : value]),
  );
  const writ = plan.SourceIdentity.slice(-16);
  const names = { RoleSessionName: `${noise('a', 47)}+${writ}`, SourceIdentity: `${noise('u', 47)}+${writ}` };
  // Else what is measured is not what the limits allow.
  expect(Buffer.byteLength(Policy)).toBe(MAX_SESSION_POLICY_BYTES_AT_WIDEST);
  expect(Object.values(Tags).join('').length).toBe(MAX_TAG_VALUES_BYTES);
  return { ...plan, ...names, Policy, Tags };
}
