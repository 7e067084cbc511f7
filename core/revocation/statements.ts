/**
 * The statements of a deny policy, and how many characters they take.
 *
 * One statement never has two keys besides the time: it would deny only what fits both. The time is `…IfExists`: who
 * has none is denied.
 */
import { isoTime } from '../encoding/iso-time.ts';
import type { Conditions, PolicyStatement } from '../session/policy-document.ts';
import type { TagKind } from './denials.ts';
import { canaryRoleArn, everyTargetRole } from './names.ts';

const deny = (Condition: Conditions): PolicyStatement => ({
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition,
});

const issuedBefore = (time: number): Conditions => ({
  DateLessThanIfExists: { 'aws:TokenIssueTime': isoTime(time) },
});

/** Whenever issued. A session keeps its source identity for good. */
export const bySourceIdentity = (patterns: readonly string[]): PolicyStatement =>
  deny({ StringLike: { 'aws:SourceIdentity': patterns } });

/** Of the session whose source identity is `<user handle>+<writ id>`; a handle has no `+`. */
export const patternOf = (writ: string): string => `*+${writ}`;

/** @param before - NumericDate, as everywhere here. */
export const byTag = (kind: TagKind, values: readonly string[], before: number): PolicyStatement =>
  deny({ StringEquals: { [`aws:PrincipalTag/writ:${kind}`]: values }, ...issuedBefore(before) });

/** `aws:PrincipalArn` is the role's ARN, path included, and never the session's. */
export const byRole = (arns: readonly string[], before: number): PolicyStatement =>
  deny({ ArnEquals: { 'aws:PrincipalArn': arns }, ...issuedBefore(before) });

/**
 * Every role that the policy can be attached to, those among them that the configuration has dropped while their
 * sessions live.
 *
 * @param account - Twelve digits.
 */
export const byEveryRole = (account: string, before: number): PolicyStatement =>
  deny({ ArnLike: { 'aws:PrincipalArn': [everyTargetRole(account)] }, ...issuedBefore(before) });

/**
 * All but the canaries, which must be refused by their own document and for no other reason: else nobody could tell
 * which document is in force before T' has passed. By role, and not by source identity: a user may be called canary.
 */
export const ofAccount = (before: number): PolicyStatement =>
  deny({ ArnNotLike: { 'aws:PrincipalArn': [canaryRoleArn('*')] }, ...issuedBefore(before) });

/** ASCII, as IAM takes only U+0020 to U+00FF and a tag may have any letter; so one character is one byte. */
const json = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The document's text, without white space between its parts. */
export const textOf = (statements: readonly PolicyStatement[]): string =>
  json({ Version: '2012-10-17', Statement: statements });

/** What the text grows by, each with the comma before it. */
export const statementChars = (statement: PolicyStatement): number => json(statement).length + 1;
export const valueChars = (value: string): number => json(value).length + 1;
