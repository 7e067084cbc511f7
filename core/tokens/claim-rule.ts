import { isJsonObject, type JsonObject, member } from '../encoding/i-json.ts';
import type { ClaimRule } from '../policy/bundle.ts';

/**
 * Whether a token's claims meet an issuer's rule (rule 2). Compared exactly, type and all; a list meets `oneOf` never
 * and `includes` only as a list, so that a rule on a tenant cannot be met by a token that names two.
 */
export function meets(rule: ClaimRule, claims: JsonObject): boolean {
  const value = valueAt(rule, claims);
  if ('oneOf' in rule) return rule.oneOf.some((accepted) => accepted === value);
  if ('includes' in rule) {
    return Array.isArray(value) && rule.includes.some((accepted) => value.includes(accepted));
  }
  return typeof value === 'string' && value.startsWith(rule.startsWith);
}

/** What stands where the rule looks. */
export const valueAt = (rule: Pick<ClaimRule, 'claim'>, claims: JsonObject): unknown =>
  pathOf(rule).reduce<unknown>(
    (object, name) => (isJsonObject(object) ? member(object, name) : undefined),
    claims,
  );

/** The claim as refusals name it: `tid`, `kubernetes.io.namespace`. */
export const claimOf = (rule: Pick<ClaimRule, 'claim'>): string => pathOf(rule).join('.');

const pathOf = ({ claim }: Pick<ClaimRule, 'claim'>): readonly string[] =>
  typeof claim === 'string' ? [claim] : claim;
