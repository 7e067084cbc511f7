import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  EntityAlreadyExistsException,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  NoSuchEntityException,
  type PolicyVersion,
} from '@aws-sdk/client-iam';
import { Fault } from '../core/fault.ts';
import { MAX_POLICY_VERSIONS } from '../core/limits.ts';
import { DENY_POLICY, DENY_POLICY_PATH, DIRECT_PATH, denyPolicyArn } from '../core/revocation/names.ts';
import type { DenyPolicy } from '../core/revocation/ports.ts';

/**
 * The deny policy of one account, in IAM.
 *
 * @param client - With credentials of that account's reconciler role.
 * @param account - Twelve digits.
 * @returns a port that throws Fault `iam_unavailable`; `misconfigured` where a role that should be there is not.
 */
export function iamDenyPolicy(client: IAMClient, account: string): DenyPolicy {
  const PolicyArn = denyPolicyArn(account);
  return {
    async read() {
      try {
        const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
        const version = filled(Policy?.DefaultVersionId);
        const { PolicyVersion: found } = await client.send(
          new GetPolicyVersionCommand({ PolicyArn, VersionId: version }),
        );
        const attachedTo = await attachedRoles(client, PolicyArn);
        return { version, text: decodeURIComponent(filled(found?.Document)), attachedTo };
      } catch (error) {
        // Gone before the first of these calls, or between two of them.
        if (error instanceof NoSuchEntityException) return null;
        throw asFault(error);
      }
    },

    async write(text) {
      try {
        return await newVersion(client, PolicyArn, text);
      } catch (error) {
        if (!(error instanceof NoSuchEntityException)) throw asFault(error);
      }
      try {
        return await create(client, text);
      } catch (error) {
        if (!(error instanceof EntityAlreadyExistsException)) throw asFault(error);
      }
      // Somebody has made it since; what it says is not known to be ours.
      return newVersion(client, PolicyArn, text).catch((error: unknown) => {
        throw asFault(error);
      });
    },

    async attach(RoleName) {
      try {
        await client.send(new AttachRolePolicyCommand({ PolicyArn, RoleName }));
      } catch (error) {
        if (error instanceof NoSuchEntityException) throw new Fault('misconfigured', { cause: error });
        throw asFault(error);
      }
    },

    async directDenies() {
      try {
        return await policyNames(client, DIRECT_PATH);
      } catch (error) {
        throw asFault(error);
      }
    },
  };
}

/** Room is made first: at its limit of versions IAM takes no other. The default is never deleted. */
async function newVersion(client: IAMClient, PolicyArn: string, text: string): Promise<string> {
  const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
  const [oldest] = Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).sort(
    (one, other) => numberOf(one) - numberOf(other),
  );
  if (Versions.length >= MAX_POLICY_VERSIONS && oldest?.VersionId !== undefined) {
    await deleteVersion(client, PolicyArn, oldest.VersionId);
  }
  const { PolicyVersion: made } = await client.send(
    new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }),
  );
  return filled(made?.VersionId);
}

async function deleteVersion(client: IAMClient, PolicyArn: string, VersionId: string): Promise<void> {
  try {
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  } catch (error) {
    // Another run has made the same room. A policy that is gone is met by what comes next.
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}

async function create(client: IAMClient, text: string): Promise<string> {
  const { Policy } = await client.send(
    new CreatePolicyCommand({
      PolicyName: DENY_POLICY,
      Path: DENY_POLICY_PATH,
      PolicyDocument: text,
      Description: 'What Writ denies. Written by its reconciler alone: any other change is undone.',
    }),
  );
  return filled(Policy?.DefaultVersionId);
}

async function attachedRoles(client: IAMClient, PolicyArn: string): Promise<readonly string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(
      new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Role', Marker }),
    );
    names.push(...(page.PolicyRoles ?? []).flatMap(({ RoleName }) => RoleName ?? []));
    Marker = nextOf(page);
  } while (Marker !== undefined);
  return names;
}

async function policyNames(client: IAMClient, PathPrefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListPoliciesCommand({ Scope: 'Local', PathPrefix, Marker }));
    names.push(...(page.Policies ?? []).flatMap(({ PolicyName }) => PolicyName ?? []));
    Marker = nextOf(page);
  } while (Marker !== undefined);
  return names.sort();
}

/** A list that was cut off and does not say where would read as whole. */
function nextOf(page: { readonly IsTruncated?: boolean; readonly Marker?: string }): string | undefined {
  return page.IsTruncated ? filled(page.Marker) : undefined;
}

/** `v7`: numbers rise and are never used again. */
const numberOf = ({ VersionId = '' }: PolicyVersion): number => Number(VersionId.slice(1));

function filled(value: string | undefined): string {
  if (value === undefined || value === '') throw new Fault('iam_unavailable');
  return value;
}

const asFault = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('iam_unavailable', { cause: error });
