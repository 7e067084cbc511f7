/** The session that an event speaks of: the one that called, or of a mint the one that came of it. */
import { PARTS_PATH } from '../revocation/names.ts';
import { ROLE_PATH } from '../session/role-arn.ts';
import type { Prefilter } from './evidence.ts';
import type { TrailIdentity, TrailMint } from './trail-event.ts';

export interface SessionSeen {
  /** ARN of its role, with the path; `null`: the event does not say, by any name that is known. */
  readonly role: string | null;
  readonly account: string | null;
  readonly sourceIdentity: string | null;
  readonly sessionName: string | null;
  /** `AROA…:<session name>` */
  readonly assumedRoleId: string | null;
  readonly accessKeyId: string | null;
}

/** `AROA…` is how IAM names a role; principal ids of others can hold what their issuers like. */
const ASSUMED_ROLE_ID = /^(AROA[A-Z0-9]{1,124}):(.*)$/s;
const ASSUMED_ROLE_ARN = /^arn:aws[a-z-]{0,16}:sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/(.*)$/s;
const ROLE_ARN = /^arn:aws[a-z-]{0,16}:iam::(\d{12}):role(\/.*)$/s;

/** Whoever called; AWSAccount is how another account's trail names a session of this one. */
export function callerOf(identity: TrailIdentity, index: Pick<Prefilter, 'roleNames'>): SessionSeen {
  const [, arnAccount, roleName, sessionName] = ASSUMED_ROLE_ARN.exec(identity.arn ?? '') ?? [];
  const [assumedRoleId, roleId] = ASSUMED_ROLE_ID.exec(identity.principalId ?? '') ?? [];
  const names = [identity.roleId, roleId, arnAccount && `${arnAccount}/${roleName}`];
  return {
    role: identity.role ?? called(names, index),
    account: identity.account ?? arnAccount ?? null,
    sourceIdentity: identity.sourceIdentity,
    sessionName: sessionName ?? null,
    assumedRoleId: assumedRoleId ?? null,
    accessKeyId: identity.accessKeyId,
  };
}

export function mintedBy(mint: TrailMint, index: Pick<Prefilter, 'roleNames'>): SessionSeen {
  const [assumedRoleId, roleId] = ASSUMED_ROLE_ID.exec(mint.assumedRoleId ?? '') ?? [];
  const role = mint.role ?? called([roleId], index);
  return {
    role,
    account: ROLE_ARN.exec(role ?? '')?.[1] ?? null,
    sourceIdentity: mint.sourceIdentity,
    sessionName: mint.sessionName,
    assumedRoleId: assumedRoleId ?? null,
    accessKeyId: mint.accessKeyId,
  };
}

const called = (
  names: readonly (string | null | undefined)[],
  { roleNames }: Pick<Prefilter, 'roleNames'>,
): string | null => names.map((name) => name && roleNames.get(name)).find((arn) => arn) || null;

/** `<account>/<role name>`: a role's name is its own in its account, whatever the path. */
export function shortNameOf(role: string): string | null {
  const [, account, path] = ROLE_ARN.exec(role) ?? [];
  return account && path ? `${account}/${path.slice(path.lastIndexOf('/') + 1)}` : null;
}

/** Each event of a trail is asked three times, and hardly any role has such a path: looking for it first is quicker. */
const hasPath = (role: string | null, path: string): boolean =>
  role?.includes(path) === true && ROLE_ARN.exec(role)?.[2]?.startsWith(path) === true;

/** Roles that only mint assumes: a use of one without a writ is the alarm. */
export const isBrokered = (role: string | null, { roles }: Pick<Prefilter, 'roles'>): role is string =>
  role !== null && (roles.has(role) || hasPath(role, ROLE_PATH));

/** Writ's own: canary and reconciler. */
export const isPart = (role: string | null): boolean => hasPath(role, PARTS_PATH);

export const isServiceLinked = (role: string | null): boolean => hasPath(role, '/aws-service-role/');

/** The writ that a name ends in: `<label>+<writ id>` (architecture, section 4). */
export const writIn = (name: string | null): string | null => NAMED.exec(name ?? '')?.[1] ?? null;
const NAMED = /.\+([0-9a-hjkmnp-tv-z]{16})$/s;
