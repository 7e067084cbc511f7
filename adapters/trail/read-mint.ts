import type { TrailMint } from '../../core/audit/trail-event.ts';
import { child, type Flaws, list, type Raw, time, word } from './fields.ts';
import { eventTime, spelledTime } from './trail-time.ts';

/** `sts:AssumeRole`. Both parts are `null` where AWS refused the call. `credentials.sessionToken` is not read. */
export function readMint(flaws: Flaws, record: Raw): TrailMint {
  const asked = child(flaws, record.requestParameters, 'requestParameters');
  const answered = child(flaws, record.responseElements, 'responseElements');
  const credentials = child(flaws, answered.credentials, 'credentials');
  const role = child(flaws, answered.assumedRoleUser, 'assumedRoleUser');
  return {
    role: word(flaws, asked.roleArn, 'roleArn'),
    sessionName: word(flaws, asked.roleSessionName, 'roleSessionName'),
    sourceIdentity: word(flaws, asked.sourceIdentity, 'sourceIdentity'),
    tags: readTags(flaws, asked.tags),
    accessKeyId: word(flaws, credentials.accessKeyId, 'accessKeyId'),
    assumedRoleId: word(flaws, role.assumedRoleId, 'assumedRoleId'),
    expiration: time(flaws, credentials.expiration, 'expiration', expiration),
  };
}

const expiration = (text: string): number | null => spelledTime(text) ?? eventTime(text);

/** `[{key, value}]`. A key twice is none of AWS's: STS refuses it. */
function readTags(flaws: Flaws, value: unknown): { readonly [key: string]: string } {
  const tags = list(flaws, value, 'tags').map((each) => child(flaws, each, 'tags'));
  // Not by assignment: `__proto__` is a key like any other.
  return Object.fromEntries(
    tags.map((tag) => [word(flaws, tag.key, 'tags') ?? '', word(flaws, tag.value, 'tags') ?? '']),
  );
}
