import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { MAX_PURPOSE_CHARS, MAX_TASK_CHARS } from '../core/limits.ts';
import { type AwsProfile, withProfile } from './aws-config.ts';
import { commandLine } from './command-line.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { withLock } from './lock.ts';
import { placeOf } from './place.ts';
import { checkProfileName, replaceFile } from './state.ts';
import { durationOf, name, parameterFlags, text, type WantedFlags } from './wanted.ts';

export interface ProfileFlags extends WantedFlags {
  readonly region?: string;
  readonly json?: boolean;
}

/** `writ profiles add NAME`: AWS tools with this profile ask writ for their credentials. */
export async function profilesAdd(awsName: string, flags: ProfileFlags, io: Io): Promise<void> {
  const profile: AwsProfile = {
    name: name('The name of an AWS profile', awsName),
    settings: await profileSettings(flags, io),
  };
  const file = await editConfig(io, (text, file) => {
    const edited = withProfile(text, profile);
    if (!edited.ok) throw notWritten(edited.problem, profile.name, file);
    return edited.text;
  });
  io.stdout.write(
    flags.json
      ? `${JSON.stringify({ profile: profile.name, file })}\n`
      : `Profile ${profile.name} is in ${file}. Try: aws sts get-caller-identity --profile ${profile.name}\n`,
  );
}

/** The settings of a profile that asks writ. */
export async function profileSettings(flags: ProfileFlags, io: Io): Promise<AwsProfile['settings']> {
  return [['credential_process', commandLine(command(flags, io))], ...(await placeSettings(flags, io))];
}

/**
 * Edits AWS's config file, while no other writ does; its mode stays, and a new one is its owner's alone.
 *
 * @param edit - From its text (latin1) to the new one.
 * @returns where it is.
 */
export async function editConfig(io: Io, edit: (text: string, file: string) => string): Promise<string> {
  const file = await configFile(io);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(`${file}.writ-lock`, async () => {
    const text = await readFile(file, 'latin1').catch(absent(null));
    const edited = edit(text ?? '', file);
    if (edited === (text ?? '')) return;
    const mode = await stat(file).then((found) => found.mode & 0o777, absent(0o600));
    await replaceFile(file, Buffer.from(edited, 'latin1'), mode);
  });
  return file;
}

/** What is not named is left to the environment of whoever uses the profile. */
function command(flags: WantedFlags, io: Io): readonly string[] {
  const permission = name('--permission', flags.permission);
  const account = name('--account', flags.account);
  durationOf(flags.duration);
  const optional = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value]);
  return [
    io.node,
    io.script,
    'credentials',
    ...['--permission', permission, '--account', account],
    ...optional('--agent', flags.agent && name('--agent', flags.agent)),
    ...optional('--task', flags.task && text('--task', flags.task, MAX_TASK_CHARS)),
    ...optional('--purpose', flags.purpose && text('--purpose', flags.purpose, MAX_PURPOSE_CHARS)),
    ...[...parameterFlags(flags.parameter ?? [])].flatMap(([key, value]) => [
      '--parameter',
      value === null ? key : `${key}=${value}`,
    ]),
    ...optional('--duration', flags.duration),
    // Last, as it needs no quotes: see commandLine.
    ...['--profile', checkProfileName(flags.profile)],
  ];
}

async function placeSettings(flags: ProfileFlags, io: Io): Promise<readonly (readonly [string, string])[]> {
  const { region, endpoint } = await placeOf(flags, io);
  return [
    ...(region === null ? [] : [['region', region] as const]),
    ...(endpoint === null ? [] : [['endpoint_url', endpoint] as const]),
  ];
}

/** Through a link to where it leads: people keep this file in a repository of their own. */
async function configFile(io: Io): Promise<string> {
  const file = inHome(io.env.AWS_CONFIG_FILE || '~/.aws/config', io);
  return realpath(file).catch(absent(file));
}

/** As the SDKs read a path of these settings. */
export const inHome = (named: string, { cwd, home }: Pick<Io, 'cwd' | 'home'>): string =>
  path.resolve(cwd, named.replace(/^~(?=\/)/, home));

export const absent =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };

const notWritten = (problem: 'profile_not_ours' | 'markers_broken', awsName: string, file: string): Failure =>
  new Failure({
    exit: 3,
    error: problem,
    what: `The profile ${awsName} was not written.`,
    why:
      problem === 'profile_not_ours'
        ? `${file} has a profile of that name that writ did not write.`
        : `The lines "# writ: begin ${awsName}" and "# writ: end ${awsName}" in ${file} do not pair.`,
    next: 'Choose another name, or mend the file.',
  });
