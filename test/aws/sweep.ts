/** Finds and removes what earlier runs left behind: whatever has our name, or stands below our path. */
import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListPoliciesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListScheduleGroupsCommand } from '@aws-sdk/client-scheduler';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { openedAt } from '../../core/writ-id.ts';
import { nameOfError } from './cleanup.ts';
import type { Clients } from './clients.ts';
import type { Patience } from './eventually.ts';
import { NAME_PREFIX, PATH_PREFIX } from './laboratory.ts';
import {
  removeBucket,
  removeKey,
  removePolicy,
  removeQueue,
  removeRole,
  removeScheduleGroup,
  removeStack,
  removeTable,
} from './removals.ts';

export interface Leftover {
  /** Kind and name, for people. */
  readonly what: string;
  /** NumericDate of the run that made it; `null`: the name does not say, so it is not touched. */
  readonly since: number | null;
  readonly remove: () => Promise<unknown>;
}

/** In the order in which they can be removed. */
export async function leftovers(clients: Clients, patience: Patience): Promise<readonly Leftover[]> {
  const { iam, dynamodb, s3, sqs, scheduler, kms, cloudformation } = clients;
  const found = (kind: string, names: readonly string[], remove: (name: string) => Promise<unknown>) =>
    names
      .filter((name) => name.includes(NAME_PREFIX))
      .map(
        (name): Leftover => ({ what: `${kind} ${name}`, since: sinceOf(name), remove: () => remove(name) }),
      );
  const paged = async (
    next: (token?: string) => Promise<readonly [readonly (string | undefined)[], string?]>,
  ) => {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const [page, after] = await next(token);
      names.push(...page.flatMap((name) => name ?? []));
      token = after;
    } while (token !== undefined);
    return names;
  };
  const stacks = await paged(async (NextToken) => {
    const page = await cloudformation.send(new ListStacksCommand({ NextToken }));
    const there = (page.StackSummaries ?? []).filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE');
    return [there.map(({ StackName }) => StackName), page.NextToken];
  });
  const groups = await paged(async (NextToken) => {
    const page = await scheduler.send(new ListScheduleGroupsCommand({ NamePrefix: NAME_PREFIX, NextToken }));
    return [(page.ScheduleGroups ?? []).map(({ Name }) => Name), page.NextToken];
  });
  const roles = await paged(async (Marker) => {
    const page = await iam.send(new ListRolesCommand({ PathPrefix: PATH_PREFIX, Marker }));
    return [(page.Roles ?? []).map(({ RoleName }) => RoleName), page.Marker];
  });
  const policies = await paged(async (Marker) => {
    const page = await iam.send(new ListPoliciesCommand({ Scope: 'Local', PathPrefix: PATH_PREFIX, Marker }));
    return [(page.Policies ?? []).map(({ Arn }) => Arn), page.Marker];
  });
  const tables = await paged(async (ExclusiveStartTableName) => {
    const page = await dynamodb.send(new ListTablesCommand({ ExclusiveStartTableName }));
    return [page.TableNames ?? [], page.LastEvaluatedTableName];
  });
  const buckets = await paged(async (ContinuationToken) => {
    const page = await s3.send(new ListBucketsCommand({ Prefix: NAME_PREFIX, ContinuationToken }));
    return [(page.Buckets ?? []).map(({ Name }) => Name), page.ContinuationToken];
  });
  const queues = await paged(async (NextToken) => {
    const page = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: NAME_PREFIX, NextToken }));
    return [(page.QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1)), page.NextToken];
  });
  const aliases = await paged(async (Marker) => {
    const page = await kms.send(new ListAliasesCommand({ Marker }));
    return [(page.Aliases ?? []).map(({ AliasName }) => AliasName), page.NextMarker];
  });
  return [
    ...found('stack', stacks, (name) => removeStack(clients, name, patience)),
    ...found('schedule group', groups, (name) => removeScheduleGroup(scheduler, name)),
    ...found('role', roles, (name) => removeRole(iam, name)),
    ...found('policy', policies, (arn) => removePolicy(iam, arn)),
    ...found('table', tables, (name) => removeTable(dynamodb, name)),
    ...found('bucket', buckets, (name) => removeBucket(s3, name)),
    ...found('queue', queues, (name) => removeQueue(sqs, name)),
    ...found('key', aliases, (name) => removeKey(kms, name)),
  ];
}

/** Somebody else may be running the tests right now: what is younger is left alone. Seconds; a run takes minutes. */
export const LEFT_AFTER_SECONDS = 2 * 3600;

/**
 * @param options.now - NumericDate. @param options.say - Told of each, one line.
 * @returns how many could not be removed.
 */
export async function sweep(
  all: readonly Leftover[],
  options: {
    readonly now: number;
    readonly olderThanSeconds: number;
    readonly dryRun: boolean;
    readonly say: (line: string) => void;
  },
): Promise<{ readonly removed: number; readonly failed: number }> {
  let [removed, failed] = [0, 0];
  for (const { what, since, remove } of all) {
    if (since === null || options.now - since < options.olderThanSeconds) {
      options.say(`left alone: ${what}${since === null ? ' (no run’s name)' : ' (young)'}`);
    } else if (options.dryRun) {
      options.say(`would remove: ${what}`);
    } else {
      try {
        await remove();
        removed += 1;
        options.say(`removed: ${what}`);
      } catch (error) {
        failed += 1;
        options.say(`NOT removed: ${what}: ${nameOfError(error)}`);
      }
    }
  }
  return { removed, failed };
}

function sinceOf(name: string): number | null {
  const run = /writ-test-([0-9a-hjkmnp-tv-z]{16})-/.exec(name)?.[1];
  return run === undefined ? null : openedAt(run);
}
