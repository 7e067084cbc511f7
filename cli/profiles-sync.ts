import { readFile } from 'node:fs/promises';
import { type AwsProfile, profileNames, withProfileSet } from './aws-config.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { type Listed, listPermissions } from './permissions.ts';
import { absent, editConfig, inHome, profileSettings } from './profiles.ts';
import { openProfile } from './session.ts';
import { agentOf, parameterFlags, type WantedFlags } from './wanted.ts';

export interface SyncFlags extends Omit<WantedFlags, 'permission' | 'account'> {
  readonly region?: string;
  readonly prefix?: string;
  readonly json?: boolean;
}

/** A profile for one permission in one account. */
interface Wanted {
  readonly name: string;
  readonly permission: string;
  readonly account: string;
  readonly parameters: readonly string[];
}

interface Skipped {
  readonly profile: string;
  readonly why: 'profile_not_ours' | 'keys_of_that_name' | 'name_unusable';
}

const NAME = /^(?:[A-Za-z0-9][\w.-]{0,127})$/;

/**
 * `writ profiles sync`: one profile for each permission that this person may ask for with this agent, in marked lines of
 * AWS's config file; all else in it stays as it was. What may not be had any more is taken out.
 *
 * @throws Failure: exit 3 where nothing came of it.
 */
export async function profilesSync(flags: SyncFlags, io: Io): Promise<void> {
  const agent = agentOf(flags, io.env);
  const profile = await openProfile(io, flags.profile);
  const listed = await listPermissions(profile, agent, io);
  const given = parameterFlags(flags.parameter ?? []);
  refuseUnknown([...given.keys()], listed);

  const { wanted, skipped } = chosen(listed, flags.prefix ?? '', await namesWithKeys(io));
  const profiles: AwsProfile[] = [];
  for (const each of wanted) {
    const { name, permission, account } = each;
    const parameter = each.parameters.map((key) => (given.get(key) ? `${key}=${given.get(key)}` : key));
    const settings = await profileSettings({ ...flags, agent, permission, account, parameter }, io);
    profiles.push({ name, settings });
  }

  let synced: ReturnType<typeof withProfileSet> | null = null;
  const file = await editConfig(io, (text, where) => {
    synced = withProfileSet(text, `profiles of ${profile.name}`, profiles);
    if (!synced.ok) throw broken(profile.name, where);
    return synced.text;
  });
  tell(synced, { wanted, skipped, file }, flags.json === true, io);
}

/** Names in the credentials file: an SDK would take the keys there, and never ask. */
async function namesWithKeys(io: Io): Promise<ReadonlySet<string>> {
  const file = inHome(io.env.AWS_SHARED_CREDENTIALS_FILE || '~/.aws/credentials', io);
  return profileNames(await readFile(file, 'latin1').catch(absent('')), 'credentials');
}

function chosen(
  listed: readonly Listed[],
  prefix: string,
  withKeys: ReadonlySet<string>,
): { readonly wanted: readonly Wanted[]; readonly skipped: readonly Skipped[] } {
  const wanted = new Map<string, Wanted>();
  const skipped: Skipped[] = [];
  for (const { permission, accounts, parameters } of listed) {
    for (const account of accounts) {
      const name = `${prefix}${permission}${accounts.length === 1 ? '' : `-${account}`}`;
      // What no profile is named takes the default's place; that is for its owner to decide.
      if (!NAME.test(name) || name === 'default' || wanted.has(name)) {
        skipped.push({ profile: name, why: 'name_unusable' });
      } else if (withKeys.has(name)) skipped.push({ profile: name, why: 'keys_of_that_name' });
      else wanted.set(name, { name, permission, account, parameters: Object.keys(parameters) });
    }
  }
  return { wanted: [...wanted.values()], skipped };
}

function refuseUnknown(given: readonly string[], listed: readonly Listed[]): void {
  const known = new Set(listed.flatMap(({ parameters }) => Object.keys(parameters)));
  const unknown = given.find((key) => !known.has(key));
  if (unknown !== undefined)
    throw usage(`No permission has the parameter ${unknown}.`, 'writ permissions shows which there are.');
}

function tell(
  synced: ReturnType<typeof withProfileSet> | null,
  done: { readonly wanted: readonly Wanted[]; readonly skipped: readonly Skipped[]; readonly file: string },
  json: boolean,
  io: Io,
): void {
  if (synced === null || !synced.ok) return;
  const written = new Set(synced.written.map(({ name }) => name));
  const profiles = done.wanted
    .filter(({ name }) => written.has(name))
    .map(({ name, permission, account, parameters }) => ({ profile: name, permission, account, parameters }));
  const skipped = [
    ...done.skipped,
    ...synced.notOurs.map(({ name }) => ({ profile: name, why: 'profile_not_ours' as const })),
  ];
  const { removed } = synced;
  if (profiles.length === 0 && removed.length === 0) throw nothing(skipped, done.file);
  const { file } = done;
  io.stdout.write(
    json
      ? `${JSON.stringify({ file, profiles, skipped, removed })}\n`
      : [
          `${profiles.length} ${profiles.length === 1 ? 'profile is' : 'profiles are'} in ${file}: ${profiles.map(named).join(', ')}`,
          ...skipped.map(({ profile, why }) => `left alone: ${printable(profile)}, ${WHY[why]}`),
          ...removed.map((profile) => `taken out: ${printable(profile)}`),
          '',
        ].join('\n'),
  );
}

const named = ({
  profile,
  parameters,
}: {
  readonly profile: string;
  readonly parameters: readonly string[];
}) => (parameters.length === 0 ? profile : `${profile} (${parameters.join(', ')})`);

const WHY: { readonly [W in Skipped['why']]: string } = {
  profile_not_ours: 'which somebody else wrote',
  keys_of_that_name: 'which has keys in the credentials file: they would be taken first',
  name_unusable: 'which is no name for it',
};

const nothing = (skipped: readonly Skipped[], file: string): Failure =>
  new Failure({
    exit: 3,
    error: 'nothing_written',
    what: 'No profile was written.',
    why:
      skipped.length === 0
        ? 'There is nothing that you may ask for with this agent.'
        : skipped.map(({ profile, why }) => `${profile}: ${WHY[why]}`).join('; '),
    next:
      skipped.length === 0 ? 'Ask an admin, or name another --agent.' : `Take a --prefix, or mend ${file}.`,
  });

const broken = (profile: string, file: string): Failure =>
  new Failure({
    exit: 3,
    error: 'markers_broken',
    what: 'No profile was written.',
    why: `The lines "# writ: begin profiles of ${profile}" and "# writ: end profiles of ${profile}" in ${file} do not pair.`,
    next: 'Mend the file.',
  });
