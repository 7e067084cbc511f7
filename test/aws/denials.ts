/** Deny documents of ours in IAM, and what sessions then get. */
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
} from '@aws-sdk/client-iam';
import type { SessionPlan } from '../../core/ports.ts';
import type { StampedEntry } from '../../core/revocation/entry.ts';
import type { Clients } from './clients.ts';
import { eventually } from './eventually.ts';
import type { Laboratory } from './laboratory.ts';
import { makePolicy } from './roles.ts';
import { type Answer, type Issued, listsTables } from './sessions.ts';

const COMMON = { revocation: '01jd3v9q2m8x7c4b', askedAt: 0, recordedIn: [] } as const;

export const denyWrit = (
  { account, now }: Laboratory,
  { SourceIdentity, Tags }: SessionPlan,
): StampedEntry => {
  const at = Math.floor(now() / 1000);
  return {
    ...COMMON,
    ...{ kind: 'writ', account, cutoff: at, until: at + 900, intent: 'ab'.repeat(32) },
    value: SourceIdentity.slice(-16),
    user: Tags['writ:user'] ?? '',
  };
};

/** @param cutoff - NumericDate T. */
export const denyPrincipal = (
  kind: 'user' | 'task' | 'role' | 'all',
  value: string,
  cutoff: number,
): StampedEntry => ({ ...COMMON, kind, account: '*', value, cutoff });

/** Denies nothing that there is; IAM takes no empty document. */
const NOTHING =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:SourceIdentity":"canary+first"}}}]}';

/** @returns ARN of a managed policy, to attach to roles, that denies nothing yet. */
export const makeDenyPolicy = (lab: Laboratory): Promise<string> => makePolicy(lab, 'deny', NOTHING);

/** Its default from now on. Others are deleted first: there is room for five. */
export async function setDenied(
  { iam }: Pick<Clients, 'iam'>,
  PolicyArn: string,
  text: string,
): Promise<void> {
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of Versions)
    if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text, SetAsDefault: true }));
}

/** As the reconciler reads it. */
export async function deniedText({ iam }: Pick<Clients, 'iam'>, PolicyArn: string): Promise<string> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  return decodeURIComponent(PolicyVersion?.Document ?? '');
}

/** Sessions by a name, and what each must get. */
export type Expected = { readonly [name: string]: readonly [Issued, Answer] };

/**
 * Waits until every session gets what it must: all at once, since a Deny that came for one came for all.
 *
 * @returns milliseconds. @throws Error that says who got what.
 */
export async function eachGets(lab: Laboratory, what: string, expected: Expected): Promise<number> {
  const wanted = JSON.stringify(Object.entries(expected).map(([name, [, answer]]) => [name, answer]));
  return eventually(
    lab.patience,
    what,
    () =>
      Promise.all(
        Object.entries(expected).map(
          async ([name, [{ clients }]]): Promise<readonly [string, Answer]> => [
            name,
            await listsTables(clients),
          ],
        ),
      ),
    (answers) => JSON.stringify(answers) === wanted,
  );
}
