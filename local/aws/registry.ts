import type { Clock, Random } from '../../core/ports.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { ACCOUNT } from './account.ts';
import { createManagedPolicies, type ManagedPolicies } from './iam-policies.ts';

/** What a role is made of, as the stack declares it. */
export interface RoleInput {
  readonly name: string;
  /** Begins and ends with `/`; default `/`. */
  readonly path?: string;
  readonly trust: PolicyDocument;
  /** Inline policies by name. */
  readonly inline?: { readonly [name: string]: PolicyDocument };
  readonly boundary?: PolicyDocument;
  /** ARN of the managed policy that is the boundary, in place of a document. */
  readonly boundaryArn?: string;
  /** Seconds, 3600…43200; default 3600. */
  readonly maxSessionDuration?: number;
  readonly tags?: { readonly [key: string]: string };
}

export interface Role extends RoleInput {
  readonly path: string;
  readonly maxSessionDuration: number;
  readonly arn: string;
  /** `AROALOCAL…`, kept when the role is put again. */
  readonly roleId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What one session was given. It carries its secret: never log one. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Names the role; its policies are looked up at each request, as IAM does. */
  readonly roleName: string;
  readonly roleSessionName: string;
  /** `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** `AROALOCAL…:<session>`. */
  readonly assumedRoleId: string;
  readonly sourceIdentity?: string;
  /** Session tags: inherited ones and those passed. */
  readonly tags: { readonly [key: string]: string };
  readonly transitiveTagKeys: readonly string[];
  readonly policy?: PolicyDocument;
  /** Milliseconds since 1970, whole seconds: `aws:TokenIssueTime`. */
  readonly issuedAt: number;
  readonly expiration: number;
  /** ARN of the function whose own credentials these are. */
  readonly functionArn?: string;
}

export type SessionInput = Pick<
  Session,
  'roleName' | 'roleSessionName' | 'sourceIdentity' | 'policy' | 'functionArn'
> & {
  readonly durationSeconds: number;
  readonly tags?: Session['tags'];
  readonly transitiveTagKeys?: readonly string[];
};

/** The local IAM's state. Roles come from the stack, never over the wire; managed policies from either. */
export interface Registry {
  /** Creates a role, or replaces its documents: sessions that it already has are judged by the new ones. */
  putRole(role: RoleInput): Role;
  /** What is attached to it is taken off before. Its sessions may do nothing any more. */
  removeRole(name: string): void;
  /** In order of their names. @param pathPrefix - Default: all. */
  roles(pathPrefix?: string): readonly Role[];
  roleByName(name: string): Role | null;
  /** Only the exact ARN, path included. */
  roleByArn(arn: string): Role | null;
  /** What bounds a role at this moment; a policy that is gone lets nothing through. `undefined`: it has no boundary. */
  boundaryOf(role: Role): PolicyDocument | undefined;
  /** Makes credentials and asks nobody. Whoever calls this has authorised it, or is the stack itself. */
  issue(session: SessionInput): Session;
  session(accessKeyId: string): Session | null;
  readonly policies: ManagedPolicies;
}

/** IAM: role names and paths. */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const ROLE_PATH = /^\/(?:[\w+=,.@-]+\/)*$/;

/** An expired session is remembered for this long, so that its use is answered `ExpiredToken`; milliseconds. */
const REMEMBERED = 24 * 3600 * 1000;

export function createRegistry(options: { readonly now: Clock; readonly random: Random }): Registry {
  const roles = new Map<string, Role>();
  const sessions = new Map<string, Session>();
  const policies = createManagedPolicies({
    now: options.now,
    newId: () => `ANPALOCAL${base32Upper(options.random(12))}`,
  });

  return {
    putRole(input) {
      const path = input.path ?? '/';
      if (!ROLE_NAME.test(input.name) || !ROLE_PATH.test(path))
        throw new TypeError('not a role name or path');
      const before = roles.get(input.name);
      const role: Role = {
        ...input,
        path,
        maxSessionDuration: input.maxSessionDuration ?? 3600,
        arn: `arn:aws:iam::${ACCOUNT}:role${path}${input.name}`,
        roleId: before?.roleId ?? `AROALOCAL${base32Upper(options.random(12))}`,
        createdAt: before?.createdAt ?? options.now(),
      };
      roles.set(role.name, role);
      return role;
    },
    removeRole: (name) => {
      roles.delete(name);
    },
    roles: (pathPrefix = '/') =>
      [...roles.values()]
        .filter(({ path }) => path.startsWith(pathPrefix))
        .sort((one, other) => (one.name < other.name ? -1 : 1)),
    roleByName: (name) => roles.get(name) ?? null,
    roleByArn: (arn) => [...roles.values()].find((role) => role.arn === arn) ?? null,
    boundaryOf({ boundary, boundaryArn }) {
      if (boundaryArn === undefined) return boundary;
      return policies.list().find(({ arn }) => arn === boundaryArn)?.defaultVersion.document ?? NOTHING;
    },
    issue(input) {
      const role = roles.get(input.roleName);
      if (role === undefined) throw new TypeError('no such role');
      const now = options.now();
      for (const [id, { expiration }] of sessions) if (expiration + REMEMBERED < now) sessions.delete(id);
      const { durationSeconds, ...given } = input;
      const issuedAt = Math.floor(now / 1000) * 1000;
      const session: Session = {
        ...given,
        tags: input.tags ?? {},
        transitiveTagKeys: input.transitiveTagKeys ?? [],
        accessKeyId: `ASIALOCAL${base32Upper(options.random(11))}`,
        secretAccessKey: Buffer.from(options.random(30)).toString('base64'),
        sessionToken: `LOCAL${Buffer.from(options.random(96)).toString('base64')}`,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/${input.roleSessionName}`,
        assumedRoleId: `${role.roleId}:${input.roleSessionName}`,
        issuedAt,
        expiration: issuedAt + durationSeconds * 1000,
      };
      sessions.set(session.accessKeyId, session);
      return session;
    },
    session: (accessKeyId) => sessions.get(accessKeyId) ?? null,
    policies,
  };
}

const NOTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
};

/** One character of A–Z2–7 for each byte: 256 is a multiple of 32, so none is likelier than another. */
const base32Upper = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte % 32)).join('');
