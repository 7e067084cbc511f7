import { setTimeout as wait } from 'node:timers/promises';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  NoSuchEntityException,
  type Policy,
  paginateListEntitiesForPolicy,
  paginateListPolicies,
  paginateListPolicyVersions,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import { MAX_POLICY_VERSIONS } from '../core/limits.ts';
import { DIRECT_PATH } from '../core/revocation/names.ts';
import { ROLE_PATH } from '../core/session/role-arn.ts';

/** How often, and after how many milliseconds, IAM is asked again about a policy that it does not know yet. */
const KNOWN_WITHIN = 6;
const KNOWN_AGAIN_MILLIS = 500;

/** IAM of one account, as far as a deny goes that needs nothing of ours. What it throws is the SDK's. */
export interface DirectIam {
  /** Names of the target roles. */
  roles(): Promise<readonly string[]>;
  /** Denies that stand there already, by name. */
  denies(): Promise<ReadonlyMap<string, string>>;
  /** Makes the text the policy's default version. @param description - What IAM takes: nothing invisible. */
  put(name: string, text: string, description: string): Promise<string>;
  /** Attached already is success. */
  attach(arn: string, role: string): Promise<void>;
  /** Names of the roles that it is attached to. */
  attached(arn: string): Promise<readonly string[]>;
  /** Detached already is success. */
  detach(arn: string, role: string): Promise<void>;
  /** With all of its versions; attached to nothing any more. */
  remove(arn: string): Promise<void>;
}

export function directIam(client: IAMClient): DirectIam {
  const denies = async () => {
    const found = new Map<string, string>();
    for await (const { Policies = [] } of paginateListPolicies(
      { client },
      { Scope: 'Local', PathPrefix: DIRECT_PATH },
    )) {
      for (const policy of Policies) found.set(policy.PolicyName ?? '', arnOf(policy));
    }
    return found;
  };
  return {
    denies,
    async roles() {
      const names: string[] = [];
      for await (const { Roles = [] } of paginateListRoles({ client }, { PathPrefix: ROLE_PATH })) {
        names.push(...Roles.flatMap(({ RoleName }) => RoleName ?? []));
      }
      return names;
    },
    async put(name, text, description) {
      const arn = (await denies()).get(name);
      if (arn === undefined) {
        const { Policy } = await client.send(
          new CreatePolicyCommand({
            PolicyName: name,
            Path: DIRECT_PATH,
            PolicyDocument: text,
            Description: description,
          }),
        );
        return arnOf(Policy);
      }
      await renew(client, arn, text);
      return arn;
    },
    attach: (PolicyArn, RoleName) =>
      onceKnown(() => client.send(new AttachRolePolicyCommand({ PolicyArn, RoleName }))),
    async attached(PolicyArn) {
      const names: string[] = [];
      const asked = { PolicyArn, EntityFilter: 'Role' as const };
      for await (const { PolicyRoles = [] } of paginateListEntitiesForPolicy({ client }, asked)) {
        names.push(...PolicyRoles.flatMap(({ RoleName }) => RoleName ?? []));
      }
      return names;
    },
    detach: (PolicyArn, RoleName) =>
      unlessGone(() => client.send(new DetachRolePolicyCommand({ PolicyArn, RoleName }))),
    async remove(PolicyArn) {
      for (const { id, isDefault } of await versions(client, PolicyArn)) {
        if (isDefault) continue;
        await unlessGone(() => client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: id })));
      }
      await unlessGone(() => client.send(new DeletePolicyCommand({ PolicyArn })));
    },
  };
}

/** Asked for again, it denies what has been issued since as well. Room is made first: IAM keeps five versions. */
async function renew(client: IAMClient, PolicyArn: string, text: string): Promise<void> {
  const found = await versions(client, PolicyArn);
  const current = found.find(({ isDefault }) => isDefault);
  if (current !== undefined) {
    const { PolicyVersion } = await client.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: current.id }),
    );
    if (decodeURIComponent(PolicyVersion?.Document ?? '') === text) return;
  }
  const oldest = found.filter(({ isDefault }) => !isDefault).at(-1);
  if (found.length >= MAX_POLICY_VERSIONS && oldest !== undefined) {
    await unlessGone(() => client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest.id })));
  }
  await client.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }));
}

interface Version {
  /** `v7`. */
  readonly id: string;
  readonly isDefault: boolean;
}

/** Newest first: their numbers rise and are never used again. */
async function versions(client: IAMClient, PolicyArn: string): Promise<readonly Version[]> {
  const found: Version[] = [];
  for await (const { Versions = [] } of paginateListPolicyVersions({ client }, { PolicyArn })) {
    found.push(
      ...Versions.map(({ VersionId = '', IsDefaultVersion }) => ({
        id: VersionId,
        isDefault: IsDefaultVersion === true,
      })),
    );
  }
  const numberOf = ({ id }: Version) => Number(id.slice(1));
  return found.sort((one, other) => numberOf(other) - numberOf(one));
}

/** A policy that was made a moment ago is not known everywhere yet. */
async function onceKnown(work: () => Promise<unknown>): Promise<void> {
  for (let left = KNOWN_WITHIN; ; left -= 1) {
    try {
      await work();
      return;
    } catch (caught) {
      if (left === 0 || !(caught instanceof NoSuchEntityException)) throw caught;
      await wait(KNOWN_AGAIN_MILLIS);
    }
  }
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (caught) {
    if (!(caught instanceof NoSuchEntityException)) throw caught;
  }
}

function arnOf(policy: Policy | undefined): string {
  const arn = policy?.Arn;
  if (
    arn === undefined ||
    !/^arn:aws[a-z-]{0,16}:iam::\d{12}:policy\/writ-direct\/[\w+=,.@-]{1,128}$/.test(arn)
  ) {
    throw new TypeError('not the ARN of a direct deny');
  }
  return arn;
}
