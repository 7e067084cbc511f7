import { Argument, type Command } from 'commander';
import { COMPLETE, complete, completion, SHELLS } from './completion.ts';
import { credentials } from './credentials.ts';
import { enroll } from './enroll.ts';
import { type ExecFlags, exec } from './exec.ts';
import type { Io } from './io.ts';
import { type LoginOptions, login } from './login.ts';
import { type PermissionsFlags, permissions } from './permissions.ts';
import { type ProfileFlags, profilesAdd } from './profiles.ts';
import { profilesSync, type SyncFlags } from './profiles-sync.ts';
import { type ServeFlags, serve } from './serve.ts';
import type { WantedFlags } from './wanted.ts';
import { AGENT, PARAMETER, PROFILE, purposeOptions, wantedOptions } from './wanted-flags.ts';
import { type WhoamiFlags, whoami } from './whoami.ts';

const EXEC_HELP = `
Exits as the command does; with 1, 2 or 4 where it was not run, 126 or 127 where it could not be.
The command gets none of your AWS_* but Region, CA bundle, output and retries, and finds no file of yours with AWS keys.

Example:
  writ exec --permission reports-read --account prod --agent analyst --task FIN-1 --purpose 'Sum up Q3' -- aws s3 ls`;

const SERVE_HELP = `
Prints what a program must have in its environment, for a shell to read; with --json as one object. Then it answers
until SIGINT or SIGTERM. Ending it does not end the session, which others here may use: writ revoke does.`;

const SYNC_HELP = `
A profile is named as its permission, with the account where there are several. A parameter that is not given here is
read from WRIT_PARAMETER_<name> when the profile is used; task and purpose likewise.`;

const COMPLETION_HELP = `
  bash: eval "$(writ completion bash)" in ~/.bashrc
  zsh:  eval "$(writ completion zsh)" in ~/.zshrc, after compinit
  fish: writ completion fish > ~/.config/fish/completions/writ.fish
Names of permissions, accounts and parameters are those that writ permissions showed last.`;

interface With {
  readonly io: Io;
  readonly json: boolean;
  readonly exitWith: (code: number) => void;
}

/** The commands of who works with AWS: sign in, see what may be had, get it. */
export function agentCommands(
  writ: Command,
  command: (parent: Command, signature: string, description: string) => Command,
  { io, json, exitWith }: With,
): void {
  const on = (signature: string, description: string) => command(writ, signature, description);

  on('login', 'sign in, on this device')
    .option(...PROFILE)
    .option('--broker <url>', 'the broker to sign in for (https)')
    .option('--issuer <alias>', 'where to sign in, if the broker knows several places')
    .option('--as <user>', 'a test user of the local stack, without a browser')
    .option('--fresh', 'ask for your password again; enroll needs a sign-in of the last five minutes')
    .option('--no-browser', 'open none; the address is printed, and where it leads may be pasted')
    .action((options: LoginOptions) => login({ ...options, json }, io));

  on('enroll', 'make this device known to the broker as yours')
    .option(...PROFILE)
    .action((options: { profile: string }) => enroll({ ...options, json }, io));

  on('permissions', 'what you may ask for, with an agent; nothing is issued')
    .option(...AGENT)
    .option(...PROFILE)
    .action((flags: PermissionsFlags) => permissions({ ...flags, json }, io));

  wantedOptions(on('credentials', 'print credentials as an AWS credential_process does')).action(
    (flags: WantedFlags) => credentials(flags, io),
  );

  wantedOptions(on('exec <command...>', 'run a command with a session of its own, which ends with it'))
    .usage('[options] -- <command> [its arguments]')
    .option('--region <region>', 'Region for the command (default: as it is set here)')
    .addHelpText('after', EXEC_HELP)
    .action(async (argv: readonly string[], flags: ExecFlags) =>
      exitWith(await exec(argv, { ...flags, json }, io)),
    );

  wantedOptions(on('serve', 'a credential endpoint on 127.0.0.1, for containers and long-running programs'))
    .option('--port <number>', 'port of the endpoint (default: a free one)')
    .option('--region <region>', 'Region that the settings name')
    .addHelpText('after', SERVE_HELP)
    .action((flags: ServeFlags) => serve({ ...flags, json }, io));

  on('whoami', 'who is signed in, on which device, with which sessions; asks nobody')
    .option(...PROFILE)
    .action((flags: WhoamiFlags) => whoami({ ...flags, json }, io));

  const profiles = on('profiles', "profiles in AWS's config file");
  wantedOptions(command(profiles, 'add <name>', 'let AWS tools with this profile ask writ for credentials'))
    .option('--region <region>', 'Region of the profile')
    .action((name: string, flags: ProfileFlags) => profilesAdd(name, { ...flags, json }, io));

  purposeOptions(command(profiles, 'sync', 'a profile for each permission, in marked lines; all else stays'))
    .option(...AGENT)
    .option(...PARAMETER)
    .option('--duration <seconds>', 'how long a session is asked for')
    .option('--prefix <text>', 'begin each name with this')
    .option('--region <region>', 'Region of the profiles')
    .option(...PROFILE)
    .addHelpText('after', SYNC_HELP)
    .action((flags: SyncFlags) => profilesSync({ ...flags, json }, io));

  on('completion', 'print what makes a shell complete the words of writ')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .addHelpText('after', COMPLETION_HELP)
    .action((shell: (typeof SHELLS)[number]) => completion(shell, io));
  writ
    .command(`${COMPLETE} [words...]`, { hidden: true })
    .action((words: readonly string[]) => complete(writ, words, io));
}
