/** Sessions as mint has them, and what they may. */
import { DynamoDBServiceException, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSServiceException } from '@aws-sdk/client-sts';
import { assumedSession } from '../../adapters/assumed-session.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import type { Permission } from '../../core/policy/bundle.ts';
import type { Assumed, SessionPlan } from '../../core/ports.ts';
import { planSession, type SessionGrant } from '../../core/session/plan.ts';
import { type Place, sessionPolicy } from '../../core/session/session-policy.ts';
import { WRIT_ID_RANDOM_BYTES, writId } from '../../core/writ-id.ts';
import type { Clients } from './clients.ts';
import { eventually, onceSpread } from './eventually.ts';
import type { Laboratory } from './laboratory.ts';
import { accountOf, makeCaller, permission, type Role } from './roles.ts';

export interface Caller {
  readonly role: Role;
  readonly clients: Clients;
}

/** A role in mint's place, and a session of it as soon as IAM lets it be had. */
export async function openCaller(lab: Laboratory, what?: string): Promise<Caller> {
  const role = await makeCaller(lab, what);
  return { role, clients: await clientsOfRole(lab, role) };
}

/** Of a role that trusts who runs the tests. */
export async function clientsOfRole(lab: Laboratory, role: Role): Promise<Clients> {
  const session = await onceSpread(lab.patience, `${role.name} can be taken`, ['AccessDenied'], () =>
    assumedSession(lab.clients.sts, { RoleArn: role.arn, RoleSessionName: 'test' }),
  );
  return lab.clientsOf(session);
}

export interface Wanted {
  readonly permission?: Permission;
  readonly place?: Place;
  readonly parameters?: { readonly [name: string]: string };
  /** Told apart by it: 0…255. */
  readonly number?: number;
  readonly grant?: Partial<SessionGrant>;
}

/** An AssumeRole as mint plans it. */
export function planOf(lab: Laboratory, role: Role, wanted: Wanted = {}): SessionPlan {
  const now = lab.now();
  const { place = { kind: 'anywhere' }, number = 0 } = wanted;
  const policy = sessionPolicy(
    wanted.permission ?? permission(),
    { parameters: wanted.parameters ?? {}, account: accountOf(lab) },
    { place, deadline: Math.floor(now / 1000) + 900 },
  );
  return planSession({
    writ: writId(now, new Uint8Array(WRIT_ID_RANDOM_BYTES).fill(number)),
    intentHash: sha256Hex(policy),
    subject: { id: 'tested:alice', handle: 'alice' },
    device: 'tested:laptop-7',
    agent: 'report-writer',
    task: 'FIN-1234',
    purpose: 'To see what AWS does',
    permission: 'tested',
    authority: 'live',
    role: role.arn,
    policy,
    durationSeconds: 900,
    ...wanted.grant,
  });
}

export interface Issued {
  readonly plan: SessionPlan;
  readonly assumed: Assumed;
  readonly clients: Clients;
}

/** Through mint's own adapter, as soon as the role's trust has spread. @throws Error for any answer but yes and not yet. */
export async function issue(lab: Laboratory, caller: Caller, plan: SessionPlan): Promise<Issued> {
  let assumed: Assumed | undefined;
  await eventually(
    { ...lab.patience, times: 1 },
    `${plan.RoleArn} can be assumed`,
    async () => {
      const answer = await stsAssumeRole(caller.clients.sts)(plan);
      if (answer.ok) assumed = answer.assumed;
      else if (answer.error !== 'AccessDenied')
        throw new Error(`STS refuses Writ’s own plan: ${answer.error}`);
      return answer.ok ? 'issued' : answer.error;
    },
    (answer) => answer === 'issued',
  );
  if (assumed === undefined) throw new Error('issued, and no session');
  const { AccessKeyId, SecretAccessKey, SessionToken } = assumed.credential;
  const clients = lab.clientsOf({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  });
  return { plan, assumed, clients };
}

/** As mint's adapter sends it, with something changed that the adapter would not send. */
export const inputOf = (
  plan: SessionPlan,
  change: Partial<AssumeRoleCommandInput>,
): AssumeRoleCommandInput => ({
  ...plan,
  Tags: Object.entries(plan.Tags).map(([Key, Value]) => ({ Key, Value })),
  TransitiveTagKeys: Object.keys(plan.Tags),
  ...change,
});

/** @returns `issued`, or STS's code. */
export async function asked({ clients }: Caller, input: AssumeRoleCommandInput): Promise<string> {
  try {
    await clients.sts.send(new AssumeRoleCommand(input));
    return 'issued';
  } catch (error) {
    return codeOf(error);
  }
}

/** @throws what STS did not say. */
function codeOf(error: unknown): string {
  if (error instanceof STSServiceException) return error.name;
  throw error;
}

export type Answer = 'allowed' | 'refused';

/** @throws whatever is neither. */
export async function listsTables({ dynamodb }: Clients): Promise<Answer> {
  try {
    await dynamodb.send(new ListTablesCommand({ Limit: 1 }));
    return 'allowed';
  } catch (error) {
    if (error instanceof DynamoDBServiceException && error.name === 'AccessDeniedException') return 'refused';
    throw error;
  }
}
