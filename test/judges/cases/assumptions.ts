import type { Bundle } from '../../../core/policy/bundle.ts';
import type { RoleInput } from '../../../local/aws/registry.ts';
import { exampleRoles, writ } from '../example.ts';
import type { Assumption, JudgeCase } from '../judge-case.ts';
import { ASSUME, allow, arnOfTarget, callerRole, deny, MINT, policy } from '../roles.ts';

const EVERYTHING = allow('*');

/**
 * Who may have a session, and of which form the request must be: Writ's own AssumeRole with one thing changed.
 *
 * @param now - NumericDate.
 */
export function assumptionCases(bundle: Bundle, now: number): JudgeCase[] {
  const good = writ(bundle, {
    permission: 'reports-read',
    parameters: { prefix: 'q3' },
    deadline: now + 3600,
  });
  const roles = exampleRoles(bundle);
  const changed = (name: string, change: Partial<Assumption>): JudgeCase => ({
    name: `AssumeRole ${name}`,
    roles: [MINT, ...roles],
    caller: { role: MINT.name },
    assume: { ...good, ...change },
    allowed: GOOD.includes(name),
  });
  const by = (name: string, role: RoleInput, more: Partial<JudgeCase['caller']> = {}): JudgeCase => ({
    name: `AssumeRole by ${name}`,
    roles: [role, ...roles],
    caller: { role: role.name, ...more },
    assume: good,
    allowed: GOOD.includes(name),
  });
  const Tags = good.Tags ?? [];
  const without = (tag: string): Partial<Assumption> => ({
    Tags: Tags.filter(([key]) => key !== tag),
    TransitiveTagKeys: (good.TransitiveTagKeys ?? []).filter((key) => key !== tag),
  });

  return [
    changed('as Writ sends it', {}),
    changed('without session policy', { Policy: undefined }),
    changed('of a role that does not exist', { RoleArn: arnOfTarget('nobody') }),
    changed('of the role without its path', { RoleArn: good.RoleArn.replace('/writ/', '/') }),
    ...Tags.map(([tag]) => changed(`without the tag ${tag}`, without(tag))),
    changed('without any tag', { Tags: undefined, TransitiveTagKeys: undefined }),
    changed('with an empty tag', {
      Tags: Tags.map(([key, value]) => [key, key === 'writ:user' ? '' : value]),
    }),
    changed('with a tag beyond the reserved ones', { Tags: [...Tags, ['admin', 'yes']] }),
    changed('with one tag key twice', { Tags: [...Tags, ['writ:id', 'other']] }),
    changed('with one tag key twice in other case', { Tags: [...Tags, ['WRIT:ID', 'other']] }),
    changed('with a session name of another writ', { RoleSessionName: 'report-writer+01jd3v9q2m8x7c4c' }),
    changed('with a session name without agent', { RoleSessionName: '+01jd3v9q2m8x7c4b' }),
    changed('with a source identity of another writ', { SourceIdentity: 'alice+01jd3v9q2m8x7c4c' }),
    changed('without source identity', { SourceIdentity: undefined }),
    changed('with a session policy that is no JSON', { Policy: '{"Version":"2012-10-17",' }),
    changed('with a session policy that is an empty text', { Policy: '' }),
    changed('with a session policy that is a list', { Policy: '[]' }),
    changed('with a session policy without statements', { Policy: '{"Version":"2012-10-17"}' }),
    changed('with a session policy of an unknown version', { Policy: text(EVERYTHING, '2012-10-18') }),
    changed('with a statement without Effect', { Policy: text({ ...EVERYTHING, Effect: undefined }) }),
    changed('with a statement of unknown Effect', { Policy: text({ ...EVERYTHING, Effect: 'allow' }) }),
    changed('with a statement without Action', { Policy: text({ ...EVERYTHING, Action: undefined }) }),
    changed('with a statement without Resource', { Policy: text({ ...EVERYTHING, Resource: undefined }) }),
    changed('with a statement that names a Principal', { Policy: text({ ...EVERYTHING, Principal: '*' }) }),
    changed('with an action without service', { Policy: text(allow('GetObject')) }),
    changed('with a resource that is no ARN', { Policy: text(allow('s3:GetObject', 'reports')) }),
    changed('with an unknown element in a statement', { Policy: text({ ...EVERYTHING, Conditions: {} }) }),
    changed('with an unknown condition operator', {
      Policy: text({ ...EVERYTHING, Condition: { StringMatches: { 'aws:userid': 'x' } } }),
    }),
    changed('with one Sid twice', {
      Policy: text([allow('s3:*'), allow('sqs:*')].map((s) => ({ ...s, Sid: 'A' }))),
    }),
    changed('with a session policy of 2,048 characters', { Policy: ofLength(2048) }),
    changed('with a session policy of 2,049 characters', { Policy: ofLength(2049) }),
    changed('for 899 seconds', { DurationSeconds: 899 }),
    changed('for a second more than an hour', { DurationSeconds: 3601 }),
    changed('with a colon in the session name', { RoleSessionName: 'report:writer' }),
    changed('with a session name of one character', { RoleSessionName: 'a' }),
    changed('with a session name of 65 characters', { RoleSessionName: 'a'.repeat(65) }),
    changed('with a tag value of 257 characters', { Tags: [...Tags.slice(1), ['writ:id', 'a'.repeat(257)]] }),
    changed('with a transitive key that is no tag', { TransitiveTagKeys: ['writ:nothing'] }),

    by('mint', MINT),
    by('mint with a wrong secret key', MINT, { tampered: 'secretKey' }),
    by('mint with a wrong session token', MINT, { tampered: 'sessionToken' }),
    by('mint without its session token', MINT, { tampered: 'noSessionToken' }),
    by('mint with an access key that nobody has', MINT, { tampered: 'accessKey' }),
    by('another role that may assume everything', callerRole('writ-other', allow(ASSUME))),
    by('an administrator whom the trust does not name', callerRole('admin', EVERYTHING)),
    by('mint in a session that may only read', MINT, { policy: policy(allow('s3:*')) }),
    by('mint in a session that denies sts:*', MINT, { policy: policy(EVERYTHING, deny('sts:*')) }),
    by('mint’s like without any policy of its own', callerRole('writ-poor')),
  ];
}

/** The only ones to have a session. */
const GOOD: readonly string[] = [
  'as Writ sends it',
  'without session policy',
  'with a session policy of 2,048 characters',
  'mint',
];

const text = (Statement: unknown, Version = '2012-10-17'): string => JSON.stringify({ Version, Statement });

/** A good policy of exactly so many characters. */
function ofLength(characters: number): string {
  const short = text({ ...EVERYTHING, Resource: ['*', 'arn:aws:s3:::'] });
  return short.replace('arn:aws:s3:::', `arn:aws:s3:::${'a'.repeat(characters - short.length)}`);
}
