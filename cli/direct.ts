import { IAMClient } from '@aws-sdk/client-iam';
import { awsCodeOf, awsFailure } from './aws-failure.ts';
import { directDeny } from './direct-deny.ts';
import { directIam } from './direct-iam.ts';
import { type Ending, ending, whatIsEnded } from './ending.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { localStack } from './local-file.ts';
import type { RevokeFlags } from './revoke.ts';
import { serverTime } from './server-time.ts';
import { LOCAL_PROFILE } from './state.ts';
import { labelled } from './table.ts';

export interface DirectFlags extends RevokeFlags {
  /** Name of a direct deny that is taken back. */
  readonly undo?: string;
}

/** IAM has one endpoint for all Regions, and it signs for this one. */
const IAM_REGION = 'us-east-1';
const NAME = /^(?:[\w+=,.@-]{1,128})$/;

/**
 * `writ revoke --direct`: attaches a deny to every target role of one account, with the caller's own AWS credentials and
 * nothing of Writ's in the way: no broker, no sign-in, no configuration. The reconciler never touches it.
 *
 * @returns the exit code: 4 where some of it failed. Doing it again carries on.
 */
export async function direct(id: string | undefined, flags: DirectFlags, io: Io): Promise<0 | 4> {
  checkFlags(flags);
  if (flags.undo !== undefined) {
    if (id !== undefined) throw usage('--undo takes back a deny by its name, and ends nothing.');
    return undo(flags.undo, flags, await client(flags, io), io);
  }
  const wanted = ending(id, flags);
  if (wanted.mode === 'lift') {
    throw usage('What was denied directly is taken back by its name.', 'writ revoke --direct --undo <name>');
  }
  // What cannot be denied is said before anything is looked for.
  directDeny(wanted, 0);
  return deny(wanted, flags, await client(flags, io), io);
}

function checkFlags(flags: DirectFlags): void {
  const foreign = [
    ['--key', flags.key],
    ['--responder', flags.responder],
    ['--broker', flags.broker],
    ['--region', flags.region],
    ['--request-id', flags.requestId],
  ].find(([, given]) => given);
  if (foreign !== undefined)
    throw usage(`--direct goes past the broker: ${foreign[0]} is for the roads through it.`);
}

/** With the stack's profile it is the stack's IAM, whatever the shell says: practice must not meet a real account. */
async function client(flags: DirectFlags, io: Io): Promise<IAMClient> {
  const local = flags.profile === LOCAL_PROFILE ? { endpoint: (await localStack(io)).aws_endpoint } : {};
  return new IAMClient({ region: IAM_REGION, maxAttempts: 6, ...local });
}

async function deny(wanted: Ending, flags: DirectFlags, iamClient: IAMClient, io: Io): Promise<0 | 4> {
  const time = serverTime(iamClient, io.clock);
  const iam = directIam(iamClient);
  const roles = await did('Nothing was denied.', () => iam.roles());
  if (roles.length === 0) throw noRoles();
  const { name, text, before } = directDeny(wanted, Math.floor(time() / 1000));
  const policy = await did('Nothing was denied.', () => iam.put(name, text, printable(wanted.reason)));
  const { done, failed } = await each(roles, (role) => iam.attach(policy, role));
  const { kind, value, mode } = wanted;
  const account = policy.split(':')[4] ?? '';
  if (flags.json) {
    const said = { direct: name, policy, account, kind, value, mode, refused_before: before };
    io.stdout.write(`${JSON.stringify({ ...said, attached: done, failed })}\n`);
  } else {
    const which = before === null ? 'whenever it was issued' : `what was issued before ${before}`;
    io.stdout.write(
      labelled(`Denied in account ${account}: ${whatIsEnded(wanted)}, ${which}.`, [
        ['policy:', policy],
        ['attached to:', listed(done)],
        ...failures(failed),
        ['refused:', 'as soon as IAM has spread it, which nobody watches here; other accounts have theirs'],
        ['take back:', `writ revoke --direct --undo ${name}`],
      ]),
    );
  }
  return failed.length === 0 ? 0 : 4;
}

async function undo(name: string, flags: DirectFlags, iamClient: IAMClient, io: Io): Promise<0 | 4> {
  if (!NAME.test(name)) throw usage('--undo takes the name that --direct printed.');
  const iam = directIam(iamClient);
  const denies = await did('Nothing was taken back.', () => iam.denies());
  const policy = denies.get(name);
  if (policy === undefined) throw unknown([...denies.keys()]);
  const roles = await did('Nothing was taken back.', () => iam.attached(policy));
  const { done, failed } = await each(roles, (role) => iam.detach(policy, role));
  if (failed.length === 0) await did('The deny is detached, and was not deleted.', () => iam.remove(policy));
  const deleted = failed.length === 0;
  if (flags.json)
    io.stdout.write(`${JSON.stringify({ direct: name, policy, detached: done, failed, deleted })}\n`);
  else {
    io.stdout.write(
      labelled(deleted ? `Taken back: ${name}.` : `Not all of ${name} is taken back.`, [
        ['detached from:', listed(done)],
        ...failures(failed),
      ]),
    );
  }
  return deleted ? 0 : 4;
}

interface FailedRole {
  readonly role: string;
  /** AWS's name of the error. */
  readonly error: string;
}

/** One that fails stops none of the others: each role that carries the deny is one less to fear. */
async function each(
  roles: readonly string[],
  work: (role: string) => Promise<void>,
): Promise<{ readonly done: readonly string[]; readonly failed: readonly FailedRole[] }> {
  const done: string[] = [];
  const failed: FailedRole[] = [];
  for (const role of roles) {
    try {
      await work(role);
      done.push(role);
    } catch (caught) {
      failed.push({ role, error: awsCodeOf(caught) });
    }
  }
  return { done, failed };
}

async function did<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    throw awsFailure(caught, what);
  }
}

const listed = (names: readonly string[]): string => names.map(printable).join(', ') || 'none';

const failures = (failed: readonly FailedRole[]): readonly (readonly [string, string])[] =>
  failed.length === 0
    ? []
    : [
        ['failed:', failed.map(({ role, error }) => `${printable(role)} (${error})`).join(', ')],
        ['next:', 'Run the same command again: it carries on.'],
      ];

const noRoles = (): Failure =>
  new Failure({
    exit: 3,
    error: 'no_target_roles',
    what: 'Nothing was denied.',
    why: 'There is no role below /writ/ in this account: no session of Writ is in it.',
    next: 'Check whose account it is: aws sts get-caller-identity',
  });

const unknown = (names: readonly string[]): Failure =>
  new Failure({
    exit: 3,
    error: 'direct_deny_unknown',
    what: 'Nothing was taken back.',
    why: 'There is no direct deny of that name in this account.',
    next: names.length === 0 ? 'There is none at all.' : `There are: ${names.map(printable).join(', ')}`,
  });
