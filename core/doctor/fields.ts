/** Each field of `config/`, one fault of it, and the check that names it. A test holds the list to the schemas. */
import { COMPILES } from './configuration.ts';

export interface ConfigField {
  /** Kind of file and path in it; `[]` is an element of a list, `*` a name that an admin chose. */
  readonly field: string;
  readonly fault: string;
  readonly check: string;
}

const field = (name: string, fault: string, check: string = COMPILES): ConfigField => ({
  field: name,
  fault,
  check,
});

export const CONFIG_FIELDS: readonly ConfigField[] = [
  field('issuer.iss', 'differs from what the issuer calls itself', 'issuer.iss'),
  field('issuer.class', 'a class that there is not'),
  field('issuer.audiences', 'lacks the broker’s public URL', 'issuer.audience'),
  field('issuer.types', 'what devices sign, not issuers'),
  field('issuer.algorithms', 'none that the issuer signs with', 'issuer.algorithms'),
  field('issuer.jwks_uri', 'keys that have moved', 'issuer.jwks-uri'),
  field('issuer.multiTenant', 'true, without a rule for what is ours'),
  field('issuer.require', 'a rule that names no claim'),
  field('issuer.claims.subject', 'an empty name'),
  field('issuer.claims.login', 'in a class where it means nothing'),
  field('issuer.claims.email', 'in a class where it means nothing'),
  field('issuer.claims.groups', 'in a class where it means nothing'),
  field('issuer.claims.device', 'in a class where it means nothing'),
  field('issuer.claims.user', 'in a class where it means nothing'),
  field('issuer.claims.compliant', 'in a class where it means nothing'),
  field('issuer.login.client_id', 'not among the audiences', 'issuer.client'),
  field('issuer.login.scope', 'a scope that the issuer does not offer', 'issuer.scope'),
  field('issuer.login.max_age', 'a negative number'),

  field('agent.description', 'empty'),
  field('agent.owner', 'no group of a known issuer'),
  field('agent.reviewBy', 'past, or near', 'agent.review'),
  field('agent.expires', 'past, or near', 'agent.expiry'),
  field('agent.identities[].issuer', 'no issuer of class actor'),
  field('agent.identities[].subject', 'a wildcard'),
  field('agent.enrolled', 'false, and no identity either'),
  field('agent.users', 'of an issuer that is not known'),
  field('agent.groups', 'of an issuer that is not known'),
  field('agent.permissions', 'a permission that there is not'),

  field('permission.description', 'empty'),
  field('permission.accounts', 'an account that there is not'),
  field('permission.role', 'not in the account', 'role.present'),
  field('permission.longest', 'longer than an hour'),
  field('permission.place', 'a place that there is not'),
  field('permission.place.cidrs', 'no address range'),
  field('permission.place.vpcs', 'no id of a VPC'),
  field('permission.parameters.*', 'a type that there is not'),
  field('permission.parameters.*.enum', 'no values'),
  field('permission.statements[].Sid', 'a blank in it'),
  field('permission.statements[].Effect', 'neither Allow nor Deny'),
  field('permission.statements[].Action', 'differs from what the role may do', 'role.permissions'),
  field(
    'permission.statements[].Resource',
    'a bucket of which there are no data events',
    'trail.data-events',
  ),
  field('permission.statements[].Condition', 'an operator that IAM does not have'),
  field('permission.lifts', 'a write of IAM'),
  field('permission.outlives', 'lacks an action that outlives the deadline'),
  field('permission.demandsBodyHash', 'neither true nor false'),
  field('permission.allows[].with', 'a parameter that is no text'),
  field('permission.allows[].action', 'the session policy does not let it through', 'permission.cases'),
  field('permission.allows[].resource', 'the session policy does not let it through', 'permission.cases'),
  field('permission.allows[].context', 'a value that is no text'),
  field('permission.denies[].with', 'a parameter that is no text'),
  field('permission.denies[].action', 'the session policy lets it through', 'permission.cases'),
  field('permission.denies[].resource', 'the session policy lets it through', 'permission.cases'),
  field('permission.denies[].context', 'a value that is no text'),

  field('accounts.*.id', 'not twelve digits in quotes'),
  field('accounts.*.region', 'not enabled in the account', 'account.region'),
  field('accounts.*.state', 'neither active nor closed'),
];
