import { isoTime } from '../encoding/iso-time.ts';
import { Fault } from '../fault.ts';
import { MAX_SESSION_POLICY_CHARS } from '../limits.ts';
import type { Account, Permission } from '../policy/bundle.ts';
import { containment } from './containment.ts';
import { minified } from './minified.ts';
import type { PolicyStatement } from './policy-document.ts';
import { substitute, valuesOf } from './substitute.ts';

/** From where the session may be used, resolved: AWS enforces it. */
export type Place =
  | { readonly kind: 'cidrs'; readonly cidrs: readonly string[] }
  | { readonly kind: 'vpcs'; readonly vpcs: readonly string[] }
  | { readonly kind: 'anywhere' };

/** STS `Policy`: U+0020 to U+00FF (and white space, which minified text has none of). */
const POLICY_TEXT = /^[\u0020-\u00ff]*$/;

/**
 * The session policy as STS gets it: what the permission allows with these parameters, until the deadline, from
 * this place, and contained. The same input gives the same characters: exchange records their hash, mint builds
 * them anew.
 *
 * @param fill - Checked parameters, and the account that gives `${account}` and `${region}`.
 * @param bounds - `deadline` is a NumericDate, whole seconds.
 * @returns Minified JSON, at most MAX_SESSION_POLICY_CHARS characters.
 * @throws Fault `misconfigured` for what the compiler of permissions must not have let through: a parameter without
 *   value or with a value that IAM would read as a pattern, an empty place, a text too long for STS.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html `Policy`
 */
export function sessionPolicy(
  permission: Permission,
  fill: { readonly parameters: { readonly [name: string]: string }; readonly account: Account },
  bounds: { readonly place: Place; readonly deadline: number },
): string {
  return sessionPolicyFor(permission, fill, bounds.deadline)(bounds.place);
}

/** All of `sessionPolicy` but the place: exchange and mint need the text for two of them. */
export function sessionPolicyFor(
  permission: Permission,
  fill: { readonly parameters: { readonly [name: string]: string }; readonly account: Account },
  deadline: number,
): (place: Place) => string {
  const lookup = valuesOf(fill.parameters, fill.account);
  const untilDeadline = [
    // Sids are unique in a document, and ours are taken.
    ...permission.statements.map(({ Sid: _, ...statement }) => substitute(statement, lookup)),
    denyAfter(deadline),
  ];
  const contained = containment(permission.statements, permission.lifts);
  return (place) => {
    const Statement = [...untilDeadline, ...denyElsewhere(place), contained];
    const text = minified({ Version: '2012-10-17', Statement });
    if (text.length > MAX_SESSION_POLICY_CHARS || !POLICY_TEXT.test(text)) throw new Fault('misconfigured');
    return text;
  };
}

/** Binds at issue, to the second, and holds if all of ours is down; STS's own end is never before 900 s. */
function denyAfter(deadline: number): PolicyStatement {
  if (!Number.isSafeInteger(deadline) || deadline < 0) throw new Fault('misconfigured');
  return {
    Sid: 'Deadline',
    Effect: 'Deny',
    Action: '*',
    Resource: '*',
    Condition: { DateGreaterThanEquals: { 'aws:CurrentTime': isoTime(deadline) } },
  };
}

/**
 * A request that lacks address or VPC is elsewhere too: negated operators hold for a missing key. A service that
 * acts for the session (`aws:ViaAWSService`, in every request) comes from its own address and is spared.
 */
function denyElsewhere(place: Place): PolicyStatement[] {
  const elsewhere = outside(place);
  if (elsewhere === null) return [];
  return [
    {
      Sid: 'Place',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { ...elsewhere, Bool: { 'aws:ViaAWSService': 'false' } },
    },
  ];
}

function outside(place: Place): PolicyStatement['Condition'] | null {
  switch (place.kind) {
    case 'anywhere':
      return null;
    case 'cidrs':
      return { NotIpAddress: { 'aws:SourceIp': some(place.cidrs) } };
    case 'vpcs':
      return { StringNotEquals: { 'aws:SourceVpc': some(place.vpcs) } };
  }
}

/** IAM would take an empty list, and what it then matches is not a thing to find out by issuing. */
function some(places: readonly string[]): readonly string[] {
  if (places.length === 0) throw new Fault('misconfigured');
  return places;
}
