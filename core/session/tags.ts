import { cutPurpose, tagValue } from './encode.ts';

/**
 * The session tags of every writ, in the order of architecture, section 4. A target role's trust demands each of
 * them and lets no other in, so the list is part of what is deployed: add a tag to the roles before a plan carries it.
 */
export const RESERVED_TAGS = [
  'writ:id',
  'writ:user',
  'writ:device',
  'writ:agent',
  'writ:task',
  'writ:permission',
  'writ:authority',
  'writ:decision',
  'writ:purpose',
] as const;
export type ReservedTag = (typeof RESERVED_TAGS)[number];

/**
 * @param from.user - `Subject.id`, encoded already; so is `device`.
 * @param from.intentHash - SHA-256 of the intent's body, hex.
 * @returns A value for each reserved tag, within STS's alphabet; together they fit MAX_TAG_VALUES_BYTES.
 */
export function sessionTags(from: {
  readonly writ: string;
  readonly user: string;
  readonly device: string;
  readonly agent: string;
  readonly task: string;
  readonly permission: string;
  readonly authority: 'live' | 'mandate' | 'approval';
  readonly intentHash: string;
  readonly purpose: string;
}): { readonly [Tag in ReservedTag]: string } {
  return {
    'writ:id': from.writ,
    'writ:user': from.user,
    'writ:device': from.device,
    'writ:agent': tagValue(from.agent),
    'writ:task': tagValue(from.task),
    'writ:permission': tagValue(from.permission),
    'writ:authority': from.authority,
    'writ:decision': from.intentHash,
    'writ:purpose': cutPurpose(from.purpose),
  };
}
