import { mkdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { REGION } from '../core/aws-names.ts';
import { MAX_PURPOSE_CHARS, MAX_TASK_CHARS } from '../core/limits.ts';
import { type AwsProfile, withProfile } from './aws-config.ts';
import { commandLine } from './command-line.ts';
import { Failure, usage } from './failure.ts';
import { secureUrl } from './http.ts';
import type { Io } from './io.ts';
import { localStack } from './local-file.ts';
import { withLock } from './lock.ts';
import { checkProfileName, LOCAL_PROFILE, replaceFile } from './state.ts';
import { checkWanted, name, text, type WantedFlags } from './wanted.ts';

export interface ProfileFlags extends WantedFlags {
  readonly region?: string;
  readonly json?: boolean;
}

/** `writ profiles add NAME`: AWS tools with this profile ask writ for their credentials. */
export async function profilesAdd(awsName: string, flags: ProfileFlags, io: Io): Promise<void> {
  const profile: AwsProfile = {
    name: name('The name of an AWS profile', awsName),
    settings: [['credential_process', commandLine(command(flags, io))], ...(await place(flags, io))],
  };
  const file = await configFile(io);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(`${file}.writ-lock`, async () => {
    const edited = withProfile(await readFile(file, 'latin1').catch(absent('')), profile);
    if (!edited.ok) throw notWritten(edited.problem, profile.name, file);
    const mode = await stat(file).then((found) => found.mode & 0o777, absent(0o600));
    await replaceFile(file, Buffer.from(edited.text, 'latin1'), mode);
  });
  io.stdout.write(
    flags.json
      ? `${JSON.stringify({ profile: profile.name, file })}\n`
      : `Profile ${profile.name} is in ${file}. Try: aws sts get-caller-identity --profile ${profile.name}\n`,
  );
}

/** What is not named is left to the environment of whoever uses the profile. */
function command(flags: WantedFlags, io: Io): readonly string[] {
  const { permission, account, parameters } = checkWanted(flags);
  const optional = (flag: string, value: string | undefined) => (value === undefined ? [] : [flag, value]);
  return [
    io.node,
    io.script,
    'credentials',
    ...['--permission', permission, '--account', account],
    ...optional('--agent', flags.agent && name('--agent', flags.agent)),
    ...optional('--task', flags.task && text('--task', flags.task, MAX_TASK_CHARS)),
    ...optional('--purpose', flags.purpose && text('--purpose', flags.purpose, MAX_PURPOSE_CHARS)),
    ...Object.entries(parameters).flatMap(([key, value]) => ['--parameter', `${key}=${value}`]),
    ...optional('--duration', flags.duration),
    // Last, as it needs no quotes: see commandLine.
    ...['--profile', checkProfileName(flags.profile)],
  ];
}

async function place(flags: ProfileFlags, io: Io): Promise<readonly (readonly [string, string])[]> {
  const stack = flags.profile === LOCAL_PROFILE ? await localStack(io) : null;
  const region = flags.region ?? stack?.region;
  if (region !== undefined && !REGION.test(region))
    throw usage('--region is the name of a Region, such as eu-central-1.');
  return [
    ...(region === undefined ? [] : [['region', region] as const]),
    ...(stack === null
      ? []
      : [['endpoint_url', secureUrl(stack.aws_endpoint, 'the local AWS').origin] as const]),
  ];
}

/** Through a link to where it leads: people keep this file in a repository of their own. */
async function configFile(io: Io): Promise<string> {
  const named = io.env.AWS_CONFIG_FILE || '~/.aws/config';
  const file = path.resolve(io.cwd, named.replace(/^~(?=\/)/, io.home));
  return realpath(file).catch(absent(file));
}

const absent =
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
