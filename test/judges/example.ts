/** What Writ makes of the example configuration: its target roles, and the AssumeRole of one writ. */
import { join } from 'node:path';
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { readConfig } from '../../adapters/config-folder.ts';
import type { Account, Bundle, Permission } from '../../core/policy/bundle.ts';
import { compile } from '../../core/policy/compile.ts';
import { resolvePlace } from '../../core/session/place.ts';
import { planSession } from '../../core/session/plan.ts';
import { targetRoles } from '../../core/session/roles.ts';
import { sessionPolicy } from '../../core/session/session-policy.ts';
import type { RoleInput } from '../../local/aws/registry.ts';
import type { Assumption } from './judge-case.ts';
import { arnOfTarget, MINT_ARN } from './roles.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The laptop's: the example's permissions, in an account that no real one can be taken for. */
export function exampleBundle(): Bundle {
  const compiled = compile(
    readConfig([{ folder: join(ROOT, 'config') }, { folder: join(ROOT, 'local', 'config'), variables: {} }]),
    { cedar: cedarCompiler, local: true },
  );
  if (!compiled.ok) throw new Error('The example configuration does not compile.');
  return compiled.bundle;
}

/** As the stack puts them (`local/function-roles.ts`). */
export const exampleRoles = (bundle: Bundle): readonly RoleInput[] =>
  targetRoles(bundle, accountOf(bundle), { mintRoleArn: MINT_ARN }).map((role) => ({
    name: role.name,
    path: role.path,
    trust: role.trust,
    boundary: role.boundary,
    inline: { permissions: role.permissions, fence: role.fence },
    maxSessionDuration: role.maxSessionSeconds,
  }));

export const WRIT = '01jd3v9q2m8x7c4b';
const ADDRESS = '127.0.0.1';

/** An AssumeRole as mint sends it. */
export function writ(
  bundle: Bundle,
  wanted: {
    readonly permission: string;
    readonly parameters?: { readonly [name: string]: string };
    /** NumericDate. */
    readonly deadline: number;
    /** Another role than the permission's own, made alike. */
    readonly role?: string;
    /** Where the exchange was called from. */
    readonly address?: string;
  },
): Assumption {
  const permission = permissionOf(bundle, wanted.permission);
  const fill = { parameters: wanted.parameters ?? {}, account: accountOf(bundle) };
  const place = resolvePlace(permission.place, wanted.address ?? ADDRESS);
  const plan = planSession({
    writ: WRIT,
    intentHash: 'ab'.repeat(32),
    subject: { id: 'corp:alice', handle: 'alice' },
    device: 'mdm:LAPTOP-7',
    agent: 'report-writer',
    task: 'FIN-1234',
    purpose: 'Summarise the Q3 figures',
    permission: permission.permission,
    authority: 'live',
    role: arnOfTarget(wanted.role ?? permission.role),
    policy: sessionPolicy(permission, fill, { place, deadline: wanted.deadline }),
    durationSeconds: 900,
  });
  return { ...plan, Tags: Object.entries(plan.Tags), TransitiveTagKeys: Object.keys(plan.Tags) };
}

function accountOf({ accounts }: Bundle): Account {
  const [account] = accounts;
  if (account === undefined) throw new Error('The example configuration has no account.');
  return account;
}

function permissionOf({ permissions }: Bundle, name: string): Permission {
  const found = permissions.find(({ permission }) => permission === name);
  if (found === undefined) throw new Error(`The example configuration has no permission ${name}.`);
  return found;
}
