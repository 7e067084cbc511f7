import { MAX_POLICY_VERSIONS } from '../../core/limits.ts';
import type { Clock } from '../../core/ports.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { ACCOUNT } from './account.ts';
import { AwsError } from './aws-error.ts';
import { readDocument } from './iam-document.ts';
import { createPolicyHistory, MAX_IAM_DELAY, type ManagedPolicy, type PolicyVersion } from './iam-history.ts';

/** IAM: managed policies attached to one role, where the quota was raised. */
export const MAX_POLICIES_PER_ROLE = 20;

export interface NewPolicy {
  readonly name: string;
  /** Begins and ends with `/`. */
  readonly path: string;
  readonly description?: string;
  /** The document's text. */
  readonly document: string;
}

/**
 * IAM's managed policies and what they are attached to, with IAM's rules. Everything but `inForce` speaks of the
 * present. Who may do it was asked before; a role's name is known to be one.
 *
 * @throws AwsError in IAM's own codes: `NoSuchEntity`, `EntityAlreadyExists`, `LimitExceeded`, `DeleteConflict`,
 *   `MalformedPolicyDocument`.
 */
export interface ManagedPolicies {
  create(policy: NewPolicy): ManagedPolicy;
  get(arn: string): ManagedPolicy;
  version(arn: string, id: string): PolicyVersion;
  /** In order of their names. */
  list(): readonly ManagedPolicy[];
  createVersion(arn: string, document: string, setAsDefault: boolean): PolicyVersion;
  setDefaultVersion(arn: string, id: string): void;
  deleteVersion(arn: string, id: string): void;
  delete(arn: string): void;
  /** Attached already is success. */
  attach(arn: string, roleName: string): void;
  detach(arn: string, roleName: string): void;
  /** Documents that a role's requests are judged with: the default versions of what was attached a delay ago. */
  inForce(roleName: string, now: number): readonly PolicyDocument[];
  /** Milliseconds from a change until requests are judged by it; none at first. @throws RangeError over ten minutes. */
  setDelay(millis: number): void;
}

export const policyArn = (path: string, name: string): string =>
  `arn:aws:iam::${ACCOUNT}:policy${path}${name}`;

/** @param newId - Makes a policy's unique id. */
export function createManagedPolicies(options: {
  readonly now: Clock;
  readonly newId: () => string;
}): ManagedPolicies {
  const history = createPolicyHistory();
  let delay = 0;

  const put = (policy: ManagedPolicy): ManagedPolicy => {
    history.put(policy.arn, options.now(), policy);
    return policy;
  };
  const get = (arn: string): ManagedPolicy => {
    const policy = history.now(arn);
    if (policy === null) throw noSuchEntity(`Policy ${arn} was not found.`);
    return policy;
  };
  const versionOf = (policy: ManagedPolicy, id: string): PolicyVersion => {
    const version = policy.versions.find((each) => each.id === id);
    if (version === undefined) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist.`);
    return version;
  };
  const newVersion = (number: number, text: string): PolicyVersion => ({
    id: `v${number}`,
    text,
    document: readDocument(text),
    createdAt: options.now(),
  });

  return {
    create({ name, path, description, document }) {
      // Names are not told apart by case, nor by path.
      if (history.all().some((each) => each.name.toLowerCase() === name.toLowerCase()))
        throw new AwsError(
          409,
          'EntityAlreadyExists',
          `A policy called ${name} already exists. Duplicate names are not allowed.`,
        );
      const first = newVersion(1, document);
      return put({
        arn: policyArn(path, name),
        name,
        path,
        policyId: options.newId(),
        ...(description === undefined ? {} : { description }),
        createdAt: first.createdAt,
        updatedAt: first.createdAt,
        versions: [first],
        defaultVersion: first,
        versionsMade: 1,
        roles: [],
      });
    },
    get,
    version: (arn, id) => versionOf(get(arn), id),
    list: () => [...history.all()].sort((one, other) => (one.name < other.name ? -1 : 1)),
    createVersion(arn, document, setAsDefault) {
      const policy = get(arn);
      const version = newVersion(policy.versionsMade + 1, document);
      if (policy.versions.length >= MAX_POLICY_VERSIONS)
        throw limitExceeded(
          `A managed policy can have up to ${MAX_POLICY_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        );
      put({
        ...policy,
        updatedAt: version.createdAt,
        versions: [...policy.versions, version],
        versionsMade: policy.versionsMade + 1,
        ...(setAsDefault ? { defaultVersion: version } : {}),
      });
      return version;
    },
    setDefaultVersion(arn, id) {
      const policy = get(arn);
      put({ ...policy, defaultVersion: versionOf(policy, id) });
    },
    deleteVersion(arn, id) {
      const policy = get(arn);
      const version = versionOf(policy, id);
      if (version === policy.defaultVersion)
        throw deleteConflict('Cannot delete the default version of a policy.');
      put({ ...policy, versions: policy.versions.filter((each) => each !== version) });
    },
    delete(arn) {
      const policy = get(arn);
      if (policy.roles.length > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1)
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      history.put(arn, options.now(), null);
    },
    attach(arn, roleName) {
      const policy = get(arn);
      if (policy.roles.includes(roleName)) return;
      const others = history.all().filter(({ roles }) => roles.includes(roleName));
      if (others.length >= MAX_POLICIES_PER_ROLE)
        throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${MAX_POLICIES_PER_ROLE}`);
      put({ ...policy, roles: [...policy.roles, roleName] });
    },
    detach(arn, roleName) {
      const policy = get(arn);
      if (!policy.roles.includes(roleName)) throw noSuchEntity(`Policy ${arn} was not found.`);
      put({ ...policy, roles: policy.roles.filter((each) => each !== roleName) });
    },
    inForce: (roleName, now) =>
      history
        .asOf(now, delay)
        .filter(({ roles }) => roles.includes(roleName))
        .map(({ defaultVersion }) => defaultVersion.document),
    setDelay(millis) {
      if (!Number.isInteger(millis) || millis < 0 || millis > MAX_IAM_DELAY)
        throw new RangeError(`the delay must be 0 to ${MAX_IAM_DELAY} ms`);
      delay = millis;
    },
  };
}

const noSuchEntity = (message: string): AwsError => new AwsError(404, 'NoSuchEntity', message);
const limitExceeded = (message: string): AwsError => new AwsError(409, 'LimitExceeded', message);
const deleteConflict = (message: string): AwsError => new AwsError(409, 'DeleteConflict', message);
